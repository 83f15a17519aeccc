"""Fields of a section: a label above, what is wrong below; each shows a value and gives it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from operator_app.ui.widgets.basic import GRID, labelled, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.note_field import NoteField
from operator_app.ui.widgets.tag_field import TagField
from operator_app.ui.widgets.type_ahead import Entry, TypeAhead

LINE_HEIGHT = 18


class Box(QWidget):
    """`where` is what a Fault calls this field. `edited` comes when a person changed it."""

    edited = Signal()

    def __init__(self, where: str, label: str, field: QWidget, *, beside: bool = False) -> None:
        """`beside`: the label stands before the field and not above it."""
        super().__init__()
        self.where = where
        self.field = field
        self._putting = False
        field.setAccessibleName(label)
        self._problem = text("", "problem", wrap=True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        if beside:
            line = QHBoxLayout()
            line.setSpacing(GRID)
            line.addWidget(text(label, "fieldLabel", wrap=True), 1)
            line.addWidget(field)
            layout.addLayout(line)
        else:
            layout.addWidget(labelled(label, field) if label else field)
        layout.addWidget(self._problem)
        self.setFocusProxy(field)

    @property
    def problem(self) -> str:
        """The sentence shown under the field, or ""."""
        return self._problem.text()

    def value(self) -> Any:
        """What the field holds now."""
        raise NotImplementedError

    def put(self, value: Any) -> None:
        """Show a value; nobody has edited it then."""
        self._putting = True
        self._show(value)
        self._putting = False

    def set_problem(self, sentence: str) -> None:
        """Show the sentence and mark the field; "" takes both away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.field.setAccessibleDescription(sentence)
        self._mark(bool(sentence))

    def set_read_only(self, read_only: bool) -> None:
        """Only to be read, or to be changed."""
        self.field.setEnabled(not read_only)

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _mark(self, wrong: bool) -> None:
        set_state(self.field, "missing", wrong)

    def _on_edited(self) -> None:
        if not self._putting:
            self.set_problem("")
            self.edited.emit()


class LineBox(Box):
    """A line of text; Enter goes on. With `suggestions` it offers them while one types."""

    def __init__(
        self, where: str, label: str, hint: str = "", suggestions: Sequence[Entry] | None = None
    ) -> None:
        self.edit = QLineEdit() if suggestions is None else TypeAhead(suggestions, label)
        super().__init__(where, label, self.edit)
        self.edit.setPlaceholderText(hint)
        self.edit.textChanged.connect(lambda _text: self._on_edited())
        if isinstance(self.edit, TypeAhead):
            self.edit.passed.connect(self.focusNextChild)
            self.edit.picked.connect(self._on_picked)
        else:
            self.edit.returnPressed.connect(self.focusNextChild)

    def value(self) -> str:
        return self.edit.text()

    def set_read_only(self, read_only: bool) -> None:
        self.edit.setReadOnly(read_only)

    def _show(self, value: str) -> None:
        self.edit.setText(value)
        self.edit.setCursorPosition(0)

    def _on_picked(self, code: str) -> None:
        self.edit.setText(code)
        self.focusNextChild()


class TextBox(Box):
    """Several lines of text. `grows`: it takes the room that is left."""

    def __init__(
        self, where: str, label: str, hint: str = "", *, lines: int = 3, grows: bool = False
    ) -> None:
        self.grows = grows
        self.edit = NoteField()
        super().__init__(where, label, self.edit)
        self.edit.setPlaceholderText(hint)
        self.edit.setMinimumHeight(lines * LINE_HEIGHT + 12)
        if not grows:
            self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.edit.textChanged.connect(self._on_edited)

    def value(self) -> str:
        return self.edit.toPlainText()

    def set_read_only(self, read_only: bool) -> None:
        self.edit.setReadOnly(read_only)

    def _show(self, value: str) -> None:
        self.edit.setPlainText(value)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)


class ChipsBox(Box):
    """One answer of a few."""

    def __init__(
        self, where: str, label: str, chips: Sequence[Chip], *, beside: bool = False
    ) -> None:
        self._label = label
        self.group = ChipGroup(chips, label, show_keys=not beside)
        super().__init__(where, label, self.group, beside=beside)
        self._wire()

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Other answers to choose from; the one chosen stays where it is still offered."""
        before = self.group
        if [c.code for c in chips] == list(before.buttons):
            return
        self.group = ChipGroup(chips, self._label)
        self.group.set_value(before.value if before.value in self.group.buttons else None)
        self.group.setEnabled(before.isEnabled())
        around = before.parentWidget()
        layout = around.layout() if around is not None else None
        if layout is not None:
            layout.replaceWidget(before, self.group)
            QWidget.setTabOrder(before, self.group)
            self.group.show()
        self.field = self.group
        self.setFocusProxy(self.group)
        if before.hasFocus():
            self.group.setFocus(Qt.FocusReason.OtherFocusReason)
        before.hide()
        before.deleteLater()
        self._wire()

    def value(self) -> str | None:
        return self.group.value

    def _wire(self) -> None:
        self.group.changed.connect(self._on_edited)
        self.group.passed.connect(self.focusNextChild)

    def _show(self, value: str | None) -> None:
        self.group.set_value(value)

    def _mark(self, wrong: bool) -> None:
        self.group.set_missing(wrong)


class ChoiceBox(Box):
    """One entry of a list, found by typing."""

    def __init__(self, where: str, label: str, entries: Sequence[Entry], hint: str = "") -> None:
        self.choice = ChoiceField(entries, label, hint, digits=True)
        super().__init__(where, label, self.choice)
        self.choice.changed.connect(self._on_edited)
        self.choice.passed.connect(self.focusNextChild)
        self.choice.picked.connect(lambda _code: self.focusNextChild())

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Another list to choose from."""
        self.choice.set_entries(entries)
        if not self.choice.hasFocus():
            self.choice.set_value(self.choice.value)

    def value(self) -> str | None:
        return self.choice.value

    def _show(self, value: str | None) -> None:
        self.choice.set_value(value)


class TagsBox(Box):
    """Several entries of a list."""

    def __init__(
        self, where: str, label: str, entries: Sequence[Entry], hint: str, most: int = 12
    ) -> None:
        self.tags = TagField(entries, label, hint, most=most, digits=True)
        super().__init__(where, label, self.tags)
        self.tags.field.setAccessibleName(label)
        self.tags.changed.connect(self._on_edited)
        self.tags.passed.connect(self.focusNextChild)

    def value(self) -> tuple[str, ...]:
        return self.tags.values

    def _show(self, value: Sequence[str]) -> None:
        self.tags.set_values(value)

    def _mark(self, wrong: bool) -> None:
        self.tags.set_missing(wrong)


class TickBox(Box):
    """Yes or no, by a tick."""

    def __init__(self, where: str, label: str) -> None:
        self.tick = QCheckBox(label)
        super().__init__(where, "", self.tick)
        self.tick.setAccessibleName(label)
        self.tick.toggled.connect(lambda _on: self._on_edited())

    def value(self) -> bool:
        return self.tick.isChecked()

    def _show(self, value: bool) -> None:
        self.tick.setChecked(value)


def focus(box: Box) -> None:
    """Put the cursor into the field."""
    box.field.setFocus(Qt.FocusReason.OtherFocusReason)
