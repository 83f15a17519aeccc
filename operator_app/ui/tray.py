"""The place beside the system's clock: notifications without content, and the way back in."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from operator_app.ui import theme
from operator_app.ui.icons import icon

SHOWN_MS = 10_000


class Tray(QObject):
    """`clicked()`: somebody clicked the sign or a notification. Silent where there is no tray."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sign: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._sign = QSystemTrayIcon(icon("follow-ups", theme.LIGHT.accent), self)
            # The same as the window's title: never an office, a person or a case.
            self._sign.setToolTip("117")
            self._sign.activated.connect(self._on_activated)
            self._sign.messageClicked.connect(self.clicked)
            self._sign.show()

    def tell(self, sentence: str) -> None:
        """Show the sentence under the program's number."""
        if self._sign is not None:
            self._sign.showMessage("117", sentence, self._sign.icon(), SHOWN_MS)

    def close(self) -> None:
        """Take the sign away: nobody is signed in any more."""
        if self._sign is not None:
            self._sign.hide()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.clicked.emit()
