"""Parts of a page, one at a time: chips say which, a digit or the arrows change it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.chips import Chip, ChipGroup


class Parts(QWidget):
    """`part_changed(name)`: another part is in front, by a person or by `go_to`."""

    part_changed = Signal(str)

    def __init__(self, parts: Sequence[tuple[str, str, QWidget]], name: str) -> None:
        """`parts`: of each its name, its label and what it shows; the first is in front."""
        super().__init__()
        chips = [Chip(code, label, str(n)) for n, (code, label, _w) in enumerate(parts, start=1)]
        self.chips = ChipGroup(chips, name)
        self._stack = QStackedWidget()
        self._parts = {code: widget for code, _label, widget in parts}
        for widget in self._parts.values():
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.chips)
        layout.addWidget(self._stack, 1)
        self.chips.set_value(parts[0][0])
        self.chips.picked.connect(self._show)
        self.chips.passed.connect(self._enter)
        self.setFocusProxy(self.chips)

    @property
    def current(self) -> str:
        """The name of the part in front."""
        return self.chips.value or ""

    def go_to(self, code: str) -> None:
        """Bring a part to the front and put the keyboard into it."""
        self.chips.set_value(code)
        self._show(code)
        self._enter()

    def _show(self, code: str) -> None:
        self._stack.setCurrentWidget(self._parts[code])
        self.part_changed.emit(code)

    def _enter(self) -> None:
        widget = self._parts[self.current]
        goal = widget.focusProxy() or widget.nextInFocusChain()
        if goal is not None:
            goal.setFocus(Qt.FocusReason.TabFocusReason)
