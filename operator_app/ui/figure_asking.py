"""Asks for figures in small steps, so that what is typed meanwhile is kept in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QObject, Signal

from operator_app.domain.figures import Figures, Period
from operator_app.domain.people import Actor
from operator_app.services.figures import DAYS_AT_ONCE, FigureBook
from operator_app.ui.tasks import Tasks


class FigureAsking(QObject):
    """One question at a time: a new one ends the one before. The database worker is left to
    others between the steps."""

    progressed = Signal(int, int)
    """Days done, days in all; only where there is something to count."""

    def __init__(self, book: FigureBook, actor: Actor, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._actor = actor
        self._tasks = tasks
        self._asked = 0

    def ask(
        self,
        periods: Sequence[Period],
        done: Callable[[list[Figures]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Call `done` with the figures of each period, in their order, on the main thread."""
        self._asked += 1
        question, book, actor = self._asked, self._book, self._actor

        def missing() -> list[date]:
            return sorted({day for one in periods for day in book.days_to_count(actor, one)})

        def on_missing(days: list[date]) -> None:
            if question == self._asked:
                step(days, 0)

        def step(days: list[date], at: int) -> None:
            if question != self._asked:
                return
            if at >= len(days):
                self._tasks.database(
                    self, lambda: [book.of(actor, one) for one in periods], on_done, on_failed
                )
                return
            some = days[at : at + DAYS_AT_ONCE]
            self._tasks.database(
                self, lambda: book.count(actor, some), lambda _none: counted(days, at), on_failed
            )

        def counted(days: list[date], at: int) -> None:
            self.progressed.emit(min(at + DAYS_AT_ONCE, len(days)), len(days))
            step(days, at + DAYS_AT_ONCE)

        def on_done(figures: list[Figures]) -> None:
            if question == self._asked:
                done(figures)

        def on_failed(error: Exception) -> None:
            if question == self._asked:
                failed(error)

        self._tasks.database(self, missing, on_missing, on_failed)

    def end(self) -> None:
        """Forget the question that is under way; the days that were counted stay counted."""
        self._asked += 1
