"""Looks each minute whether somebody must be told of a late follow-up, and tells them, in a number.

It goes on while the window is locked: what it says has no content.
"""

from __future__ import annotations

import logging
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.follow_ups import HOUR_MS
from operator_app.domain.people import Actor
from operator_app.errors import AppError
from operator_app.i18n import _
from operator_app.services.follow_ups import FollowUps, Reminder
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

TICK_MS = 60_000
AGAIN_AFTER_MS = HOUR_MS
"""The same follow-up is told of once an hour at most."""


class Notifier(Protocol):
    """Shows a sentence outside the window, where the system has a place for it."""

    def tell(self, sentence: str) -> None:
        """Show it; do nothing where there is no such place."""


class Reminders(QObject):
    """`counts_changed(late)`: how many follow-ups are late now, for a badge."""

    counts_changed = Signal(int)

    def __init__(
        self,
        follow_ups: FollowUps,
        actor: Actor,
        notifier: Notifier,
        tasks: Tasks,
        events: Events,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._follow_ups = follow_ups
        self._actor = actor
        self._notifier = notifier
        self._tasks = tasks
        self._clock = clock
        self._told: dict[str, int] = {}
        self._late: int | None = None
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.look)
        events.cases_changed.connect(lambda _case_id: self.look())
        # A violence call makes tasks, too.
        events.calls_changed.connect(lambda _call_id: self.look())

    def start(self) -> None:
        """Look now, then every minute."""
        self._tick.start()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._tick.stop()

    def look(self) -> None:
        """Ask the database on its worker."""
        self._tasks.database(
            self, lambda: self._follow_ups.reminder(self._actor), self._on_read, _note
        )

    def _on_read(self, reminder: Reminder) -> None:
        if reminder.late != self._late:
            self._late = reminder.late
            self.counts_changed.emit(reminder.late)
        now = to_ms(self._clock())
        # A clock set back must not silence it until it has caught up: hence abs().
        recently = {
            task: at
            for task, at in self._told.items()
            if task in reminder.pressing and abs(now - at) < AGAIN_AFTER_MS
        }
        new = reminder.pressing - recently.keys()
        self._told = recently | dict.fromkeys(new, now)
        if new:
            self._notifier.tell(_("Late follow-ups: {n}").format(n=len(new)))


def _note(error: Exception) -> None:
    # The next minute asks again; a reminder must not stop anybody's work.
    log.warning("reminder: %s", error if isinstance(error, AppError) else type(error))
