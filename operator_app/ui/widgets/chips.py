"""A row of chips: one choice, or several, by digit keys that no keyboard layout moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from operator_app.ui.widgets.basic import FlowLayout, set_state, text

BOLD_ROOM = 8
"""How much narrower theme.qss pads a chosen chip, both ends together, in pixels."""


@dataclass(frozen=True)
class Chip:
    """One answer: its code, its label, the key that picks it and the full label for readers.

    A `heading` begins a new line before the chip.
    """

    code: str
    label: str
    key: str = ""
    full_label: str = ""
    tone: str = ""
    heading: str = ""


class ChipGroup(QWidget):
    """One tab stop. A digit picks, arrows move and Space picks, Enter goes on.

    `picked` says that a person answered by key or mouse (the screen may go on to the next
    question); `changed` comes with every new value.
    """

    changed = Signal()
    picked = Signal(str)
    passed = Signal()

    def __init__(self, chips: Sequence[Chip], name: str, *, show_keys: bool = True) -> None:
        """`name` is what a screen reader calls the question."""
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self._chips = list(chips)
        self._value: str | None = None
        self._cursor = 0
        self.buttons: dict[str, QPushButton] = {}
        layout = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for chip in self._chips:
            shown = f"{chip.key}  {chip.label}" if chip.key and show_keys else chip.label
            made = _ChipButton(shown.replace("&", "&&"))
            made.setObjectName("chip")
            made.setCheckable(True)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.setAccessibleName(f"{name}: {chip.full_label or chip.label}")
            if chip.full_label:
                made.setToolTip(chip.full_label)
            if chip.tone:
                made.setProperty("tone", chip.tone)
            made.clicked.connect(lambda _checked=False, code=chip.code: self._pick(code))
            if chip.heading:
                layout.addWidget(text(chip.heading, "hint"))
                layout.break_before_last()
            layout.addWidget(made)
            self.buttons[chip.code] = made

    @property
    def value(self) -> str | None:
        """The chosen code, or None."""
        return self._value

    def set_value(self, code: str | None) -> None:
        """Set without saying that a person picked."""
        if code == self._value:
            return
        self._value = code
        for chip in self._chips:
            self.buttons[chip.code].setChecked(chip.code == code)
        codes = [c.code for c in self._chips]
        self._cursor = codes.index(code) if code in codes else 0
        self._show_cursor()
        self.changed.emit()

    def set_missing(self, missing: bool) -> None:
        """Mark the question as still to be answered."""
        for made in self.buttons.values():
            set_state(made, "missing", missing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        chip = next((c for c in self._chips if c.key and c.key == event.text()), None)
        if plain and chip is not None:
            self._pick(chip.code)
        elif plain and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._move(-1)
        elif plain and event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._move(1)
        elif plain and event.key() == Qt.Key.Key_Space:
            self._pick(self._chips[self._cursor].code)
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.passed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_cursor()

    def _move(self, step: int) -> None:
        self._cursor = (self._cursor + step) % len(self._chips)
        self._show_cursor()

    def _show_cursor(self) -> None:
        for index, chip in enumerate(self._chips):
            shown = self.hasFocus() and index == self._cursor
            # Not "cursor": every widget has a property of that name, the mouse pointer.
            set_state(self.buttons[chip.code], "pointed", shown)

    def _pick(self, code: str) -> None:
        self.buttons[code].setChecked(True)
        self.set_value(code)
        self.picked.emit(code)


class _ChipButton(QPushButton):
    """Keeps its width when it is chosen: the bold label takes room from the padding."""

    def sizeHint(self) -> QSize:
        # Measured anew, as not chosen: Qt keeps the hint of the state it was first asked in.
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.state &= ~QStyle.StateFlag.State_On
        plain = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        bold = self.font()
        bold.setWeight(QFont.Weight.DemiBold)
        wider = QFontMetrics(bold).size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        words = QSize(max(plain.width(), wider - BOLD_ROOM), plain.height())
        kind = QStyle.ContentsType.CT_PushButton
        return self.style().sizeFromContents(kind, option, words, self)
