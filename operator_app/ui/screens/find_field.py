"""The field above a list in which words are typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

TYPING_PAUSE_MS = 150


class FindField(QLineEdit):
    """Says `changed` when the typing rests; `left` for Enter or Down: on to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(f"{placeholder}   Ctrl+F")
        self.setToolTip(placeholder)
        self.setClearButtonEnabled(True)
        self._typing = QTimer(self, interval=TYPING_PAUSE_MS, singleShot=True)
        self._typing.timeout.connect(self.changed)
        self.textChanged.connect(lambda _text: self._typing.start())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._typing.isActive():
                self._typing.stop()
                self.changed.emit()
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
