"""Real offices work, send over real HTTP, and the ministry counts what they count."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ministry_server import schema
from ministry_server.statistics import Statistics
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.definitions import DEFINITIONS
from operator_app.domain.figures import Figures, Period
from operator_app.domain.reference import Reference
from operator_app.services.figures import FigureBook
from tests.conftest import FrozenClock, Template
from tests.ministry_server.season import CANARIES, Season
from tests.receiver import RunningReceiver
from tests.sync.conftest import enrolled, seat_in
from tests.sync.desk import Desk
from tests.sync.test_canary import shapes

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

    def settle(self) -> None:
        for season in self.seasons.values():
            season.desk.settle()

    def of_office(self, office: str, period: Period) -> Figures:
        """What the office's own report says."""
        own = self.seasons[office].desk.office
        return FigureBook(own.database, own.clock).of(own.actor, period)

    def periods(self, dice: random.Random, many: int) -> list[Period]:
        """The whole time, and parts of it."""
        first, last = date(2026, 11, 1), local_day(self.now) + timedelta(days=60)
        days = (last - first).days
        found = [Period(first, last)]
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


@pytest.fixture(scope="module")
def new_world(
    tmp_path_factory: pytest.TempPathFactory, reference: Reference, office_template: Template
) -> Iterator[Callable[[int], World]]:
    made: list[World] = []

    def make(seed: int) -> World:
        folder, clock = tmp_path_factory.mktemp("world"), FrozenClock()
        receiver = RunningReceiver(folder / "ministry", clock)
        seasons = {}
        for office in OFFICES:
            data = Path(shutil.copytree(office_template.data, folder / office))
            desk = enrolled(seat_in(data, office_template, clock, reference, office), receiver)
            seasons[office] = Season(desk, seed + int(office))
        made.append(World(receiver, clock, seasons))
        return made[-1]

    yield make
    for world in made:
        for season in world.seasons.values():
            season.desk.cycle.close()
            season.desk.database.close()
        world.receiver.__exit__()


@pytest.fixture(scope="module")
def world(new_world: Callable[[int], World]) -> World:
    """Offices that have worked for some weeks, and told everything."""
    made = new_world(117)
    for _ in range(4):
        for season in made.seasons.values():
            season.work(30)
        made.settle()
    return made


def test_offices_add_up_to_the_ministry_in_every_indicator(world: World) -> None:
    world.assert_equal(world.periods(random.Random(1), 12))
    done = Counter[str]()
    for season in world.seasons.values():
        done.update(season.done)
    # Nothing was left out because the rules refused it every time.
    assert set(done) == {act.__name__ for act in next(iter(world.seasons.values())).acts}
    whole = self_period(world)
    counted = {cell[0] for cell in world.statistics.figures(None, whole, world.now).counts}
    assert counted == set(DEFINITIONS) - {"length"}


def self_period(world: World) -> Period:
    return world.periods(random.Random(0), 0)[0]
