"""One entry of a list, shown by its label, changed by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent

from operator_app.ui.widgets.basic import set_state
from operator_app.ui.widgets.type_ahead import Entry, TypeAhead


class ChoiceField(TypeAhead):
    """Shows the chosen entry; typing replaces it; leaving without choosing brings it back."""

    changed = Signal()

    def __init__(
        self, entries: Sequence[Entry], name: str, placeholder: str, *, digits: bool = False
    ) -> None:
        super().__init__(entries, name, placeholder, digits=digits)
        self._value: str | None = None
        self.picked.connect(self._on_picked)

    @property
    def value(self) -> str | None:
        """The chosen code, or None."""
        return self._value

    def set_value(self, code: str | None) -> None:
        """Choose without saying that a person picked; an unknown code is shown as it is."""
        changed = code != self._value
        self._value = code
        self._show_value()
        if changed:
            self.changed.emit()

    def set_missing(self, missing: bool) -> None:
        """Mark the field as still to be filled."""
        set_state(self, "missing", missing)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            if self.isModified() and not self.text().strip():
                self.set_value(None)
            self._show_value()

    def _on_picked(self, code: str) -> None:
        self.set_value(code)

    def _show_value(self) -> None:
        entry = next((e for e in self._entries if e.code == self._value), None)
        self.setText(entry.shown if entry else self._value or "")
        self.setCursorPosition(0)
        self.setModified(False)
