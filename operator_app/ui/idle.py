"""Noticing that nobody is at the PC any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from operator_app.domain.clock import Clock

TICK_MS = 5_000
_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleWatch(QObject):
    """`idled()` after so many minutes without key or mouse, and at once after a sleep as long.

    Silent after that until `start` is called again.
    """

    idled = Signal()

    def __init__(self, minutes: int, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit = timedelta(minutes=minutes)
        self._clock = clock
        self._idle = timedelta()
        self._looked_at: datetime = clock()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.look)

    @property
    def watching(self) -> bool:
        """Whether it would say `idled`."""
        return self._tick.isActive()

    def set_minutes(self, minutes: int) -> None:
        """Another limit from now on."""
        self._limit = timedelta(minutes=minutes)

    def start(self) -> None:
        """Watch from now on: somebody signed in or unlocked."""
        self._idle = timedelta()
        self._looked_at = self._clock()
        app = QCoreApplication.instance()
        if app is not None and not self.watching:
            app.installEventFilter(self)
            self._tick.start()

    def stop(self) -> None:
        """Watch no more: locked or signed out."""
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._tick.stop()

    def look(self) -> bool:
        """Add the time since the last look; say `idled` when it is enough, and whether it was.

        The parts are added up, so that a clock set back cannot put the lock off.
        """
        if not self.watching:
            return False
        now = self._clock()
        self._idle += max(now - self._looked_at, timedelta())
        self._looked_at = now
        if self._idle < self._limit:
            return False
        self.stop()
        self.idled.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE:
            # The first key after a sleep may come before the tick; it must not reach the screen.
            if self.look():
                return True
            self._idle = timedelta()
        return super().eventFilter(watched, event)
