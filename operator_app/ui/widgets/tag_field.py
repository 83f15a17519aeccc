"""Several entries of a list: chosen ones stand as tags before the field that finds more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import FlowLayout, set_state
from operator_app.ui.widgets.type_ahead import Entry, TypeAhead


class TagField(QWidget):
    """The first tag is the main one. Backspace in the empty field takes the last tag away."""

    changed = Signal()
    picked = Signal(str)
    passed = Signal()

    def __init__(
        self,
        entries: Sequence[Entry],
        name: str,
        placeholder: str,
        *,
        most: int,
        digits: bool = False,
    ) -> None:
        super().__init__()
        self._entries = {e.code: e for e in entries}
        self._most = most
        self._codes: list[str] = []
        self._tags: list[QPushButton] = []
        self.field = FieldOfTags(entries, name, placeholder, digits=digits)
        self.field.picked.connect(self._on_picked)
        self.field.passed.connect(self.passed)
        self.field.erased.connect(self._on_erased)
        self.setFocusProxy(self.field)
        self._flow = wrap_tags(self)
        self._flow.addWidget(self.field)

    @property
    def values(self) -> tuple[str, ...]:
        """The chosen codes in order."""
        return tuple(self._codes)

    def set_values(self, codes: Sequence[str]) -> None:
        """Show these codes; an unknown one is shown as it is, never dropped."""
        if list(codes) == self._codes:
            return
        self._codes = list(codes)
        self._rebuild()

    def set_missing(self, missing: bool) -> None:
        """Mark the field as still to be filled."""
        set_state(self.field, "missing", missing)

    def _on_picked(self, code: str) -> None:
        self.field.clear()
        if code not in self._codes and len(self._codes) < self._most:
            self._codes.append(code)
            self._rebuild()
        self.picked.emit(code)

    def _on_erased(self) -> None:
        if self._codes:
            self._codes.pop()
            self._rebuild()

    def _remove(self, code: str) -> None:
        self._codes.remove(code)
        self._rebuild()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rebuild(self) -> None:
        for tag in self._tags:
            self._flow.removeWidget(tag)
            tag.deleteLater()
        self._tags = []
        for index, code in enumerate(self._codes):
            label = self._entries[code].label if code in self._entries else code
            tag = tag_button(label)
            tag.clicked.connect(lambda _checked=False, c=code: self._remove(c))
            self._flow.insert_widget(index, tag)
            tag.show()
            self._tags.append(tag)
        self.field.setVisible(True)
        self.updateGeometry()
        self.changed.emit()


def tag_button(label: str) -> QPushButton:
    """A tag that a click takes away; keys take it away from the field behind it."""
    tag = QPushButton(f"{label}  ✕".replace("&", "&&"))
    tag.setObjectName("tag")
    tag.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    tag.setToolTip(_("Take away"))
    tag.setAccessibleName(_("Take away: {entry}").format(entry=label))
    return tag


def wrap_tags(box: QWidget) -> FlowLayout:
    """Lay a box out as lines of tags that grow downwards."""
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    box.setSizePolicy(policy)
    return FlowLayout(box)


class FieldOfTags(TypeAhead):
    """The field behind the tags. `erased()`: Backspace while it was empty."""

    erased = Signal()

    def __init__(
        self, entries: Sequence[Entry], name: str, placeholder: str = "", *, digits: bool = False
    ) -> None:
        super().__init__(entries, name, placeholder, digits=digits)
        self.setMinimumWidth(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.erased.emit()
        else:
            super().keyPressEvent(event)
