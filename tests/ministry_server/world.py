"""A ministry and its offices, each with a PC, over real HTTP."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ministry_server.statistics import Statistics
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.figures import Figures, Period
from operator_app.domain.reference import Reference
from operator_app.services.figures import FigureBook
from tests.conftest import FrozenClock, Template
from tests.ministry_server.season import Season
from tests.receiver import RunningReceiver
from tests.sync.conftest import enrolled, seat_in
from tests.sync.desk import Desk

OFFICES = ("0412", "0413", "0500")


@dataclass
class World:
    """A ministry and its offices, each with one PC."""

    receiver: RunningReceiver
    clock: FrozenClock
    seasons: dict[str, Season]

    @property
    def statistics(self) -> Statistics:
        assert self.receiver.receiver.statistics is not None
        return self.receiver.receiver.statistics.statistics

    @property
    def now(self) -> int:
        return to_ms(self.clock())

    @property
    def figures(self) -> Figures:
        """The ministry's, of the whole time."""
        return self.statistics.figures(None, self.whole_time, self.now)

    def settle(self) -> None:
        """Everybody tells everything."""
        for season in self.seasons.values():
            season.desk.settle()

    def of_office(self, office: str, period: Period) -> Figures:
        """What the office's own report says."""
        own = self.seasons[office].desk.office
        return FigureBook(own.database, own.clock).of(own.actor, period)

    @property
    def whole_time(self) -> Period:
        return Period(date(2026, 11, 1), local_day(self.now) + timedelta(days=60))

    def periods(self, dice: random.Random, many: int) -> list[Period]:
        """The whole time, and parts of it."""
        first, last = self.whole_time.first, self.whole_time.last
        days = (last - first).days
        found = [self.whole_time]
        for _ in range(many):
            start = first + timedelta(days=dice.randrange(days))
            found.append(Period(start, start + timedelta(days=dice.choice((0, 6, 29, 60)))))
        return found

    def assert_equal(self, periods: list[Period]) -> None:
        for period in periods:
            whole = Counter[tuple[str, ...]]()
            seconds = longest = callers = repeated = 0
            for office in self.seasons:
                own = self.of_office(office, period)
                ministry = self.statistics.figures(office, period, self.now)
                assert named(ministry) == named(own)
                assert figures_of(ministry) == figures_of(own)
                whole.update(named(own))
                seconds += own.seconds
                longest = max(longest, own.longest)
                callers += own.callers
                repeated += own.repeat_calls
            every = self.statistics.figures(None, period, self.now)
            assert named(every) == whole
            assert (every.seconds, every.longest) == (seconds, longest)
            assert (every.callers, every.repeat_calls) == (callers, repeated)


def named(figures: Figures) -> Counter[tuple[str, ...]]:
    """The cells but for the marks of numbers, which differ by intent."""
    return Counter({c: n for c, n in figures.counts.items() if n and c[0] != "number"})


def figures_of(figures: Figures) -> tuple[int, ...]:
    return figures.seconds, figures.longest, figures.callers, figures.repeat_calls


class Worlds:
    """Makes worlds, and brings them to an end."""

    def __init__(self, folder: Path, reference: Reference, template: Template) -> None:
        self._folder = folder
        self._reference = reference
        self._template = template
        self._made: list[World] = []
        self._seats: list[Desk] = []

    def make(self, seed: int, offices: tuple[str, ...] = OFFICES) -> World:
        clock = FrozenClock()
        receiver = RunningReceiver(self._folder / f"ministry-{seed}", clock)
        world = World(receiver, clock, {})
        self._made.append(world)
        for office in offices:
            world.seasons[office] = Season(self.seat(world, office), seed + int(office))
        return world

    def seat(self, world: World, office: str) -> Desk:
        """One more PC of an office, enrolled."""
        data = self._folder / f"seat-{len(self._seats)}"
        shutil.copytree(self._template.data, data)
        self._seats.append(seat_in(data, self._template, world.clock, self._reference, office))
        return enrolled(self._seats[-1], world.receiver)

    def end(self) -> None:
        for seat in self._seats:
            seat.cycle.close()
            seat.database.close()
        for world in self._made:
            world.receiver.__exit__()
