"""What the parts of the violence block have in common: fields in the order of the eye."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.calls import CallForm
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import Fault
from operator_app.ui.problems import fault_sentence
from operator_app.ui.widgets.basic import GRID, labelled, set_state, text
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.consent_field import ConsentField
from operator_app.ui.widgets.note_field import NoteField
from operator_app.ui.widgets.referral_field import ReferralField
from operator_app.ui.widgets.tag_field import TagField

Field = ChipGroup | ChoiceField | TagField | ConsentField | ReferralField | QLineEdit | NoteField
COLUMNS = 6
"""Fields stand side by side in twos (3 + 3) or in threes (2 + 2 + 2)."""


class ViolencePart(QWidget):
    """A part of the block: shows its share of a form's block and gives it back.

    `fields`: what Enter goes through, by the names that a Fault calls them. `lines`: those of
    them that hold typed text.
    """

    changed = Signal()
    passed = Signal(QWidget)
    """The person goes on from this field."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self.lines: dict[str, Lines] = {}

    def load(self, form: CallForm) -> None:
        """Show this part of the form's block."""
        raise NotImplementedError

    def into(self, block: ViolenceForm) -> ViolenceForm:
        """The block with what stands here."""
        raise NotImplementedError

    def mark(self, faults: list[Fault]) -> None:
        """Mark the fields the faults name; at typed text say what is wrong with it."""
        said = {fault.where: fault_sentence(fault) for fault in reversed(faults)}
        for where, field in self.fields.items():
            if where in self.lines:
                self.lines[where].set_problem(said.get(where, ""))
            elif isinstance(field, ChipGroup | ChoiceField | TagField):
                field.set_missing(where in said)

    def add_line(
        self, where: str, label: str, edit: QLineEdit | NoteField, hint: QWidget | None = None
    ) -> Lines:
        """A field for typed text. Its length is not limited here: too much is said, never cut."""
        made = Lines(label, edit, hint)
        self.lines[where] = made
        return made

    def wire(self) -> None:
        """Connect the fields, once all of them are known."""
        for field in self.fields.values():
            if isinstance(field, NoteField):
                field.textChanged.connect(self.changed)
            elif isinstance(field, QLineEdit) and not isinstance(field, ChoiceField):
                field.textChanged.connect(self.changed)
                field.returnPressed.connect(partial(self.passed.emit, field))
            else:
                field.changed.connect(self.changed)
                field.passed.connect(partial(self.passed.emit, field))
            if isinstance(field, ChipGroup | ChoiceField):
                field.picked.connect(lambda _code, f=field: self.passed.emit(f))

    def check_when_left(
        self, where: str, edit: QLineEdit, faults_of: Callable[[str], list[Fault]]
    ) -> None:
        """Say what is wrong with a line as soon as the person leaves it; what was typed stays."""

        def check() -> None:
            faults = faults_of(edit.text())
            self.lines[where].set_problem(fault_sentence(faults[0]) if faults else "")

        edit.editingFinished.connect(check)


class Lines(QWidget):
    """Typed text under its label, with its problem in words below."""

    def __init__(
        self, label: str, edit: QLineEdit | NoteField, hint: QWidget | None = None
    ) -> None:
        super().__init__()
        self.edit = edit
        self._problem = text("", "problem", wrap=True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(labelled(label, edit, hint))
        layout.addWidget(self._problem)
        layout.addStretch(1)
        edit.textChanged.connect(lambda *_text: self.set_problem(""))

    @property
    def content(self) -> str:
        """What was typed."""
        return self.edit.text() if isinstance(self.edit, QLineEdit) else self.edit.toPlainText()

    def show_content(self, content: str) -> None:
        """Put a text into the field, from its beginning."""
        if content == self.content:
            return
        if isinstance(self.edit, QLineEdit):
            self.edit.setText(content)
            self.edit.setCursorPosition(0)
        else:
            self.edit.setPlainText(content)

    @property
    def problem(self) -> str:
        """The sentence shown under the field, or ""."""
        return self._problem.text()

    def set_problem(self, sentence: str) -> None:
        """Show the sentence and mark the field; "" takes both away."""
        if sentence == self.problem:
            return
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.edit.setAccessibleDescription(sentence)
        set_state(self.edit, "missing", bool(sentence))


def grid_of(part: QWidget) -> QGridLayout:
    """A grid of COLUMNS equal columns, so that fields of all parts stand below each other."""
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID)
    for column in range(COLUMNS):
        grid.setColumnStretch(column, 1)
    return grid


def is_answered(field: QWidget) -> bool:
    """Whether something was answered in the field."""
    if isinstance(field, ChipGroup | ChoiceField):
        return field.value is not None
    if isinstance(field, TagField | ReferralField):
        return bool(field.values)
    if isinstance(field, ConsentField):
        return field.consent is not None
    if isinstance(field, QLineEdit):
        return bool(field.text().strip())
    return isinstance(field, NoteField) and bool(field.toPlainText().strip())
