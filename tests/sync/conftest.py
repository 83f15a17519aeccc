"""A real receiver over real HTTP, and an office that is enrolled there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.config import paths
from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.reference import Reference
from operator_app.services.calls import Calls
from tests.conftest import FrozenClock, Template, TestOffice
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "server", clock) as running:
        yield running


@pytest.fixture
def new_desk(office: TestOffice) -> Iterator[Desk]:
    """A PC that knows no server yet."""
    desk = Desk(office)
    yield desk
    desk.cycle.close()


@pytest.fixture
def new_seat(
    tmp_path: Path, clock: FrozenClock, reference: Reference, office_template: Template
) -> Iterator[Callable[..., Desk]]:
    """Makes further PCs: of the same office, or of another one by its code."""
    made: list[Desk] = []

    def make(office_code: str = "0412") -> Desk:
        folder = tmp_path / f"seat-{len(made)}"
        shutil.copytree(office_template.data, folder)
        seat = seat_in(folder, office_template, clock, reference, office_code)
        made.append(seat)
        return seat

    yield make
    for seat in made:
        seat.cycle.close()
        seat.database.close()


@pytest.fixture
def colleague(new_seat: Callable[..., Desk], desk: Desk, receiver: RunningReceiver) -> Desk:
    """A second PC of the office of `desk`, enrolled."""
    return enrolled(new_seat(), receiver)


@pytest.fixture
def stranger(new_seat: Callable[..., Desk], receiver: RunningReceiver) -> Desk:
    """A PC of another office, enrolled."""
    return enrolled(new_seat("0413"), receiver)


def enrolled(seat: Desk, receiver: RunningReceiver) -> Desk:
    with seat.database.read() as connection:
        office_code = settings.read_office(connection).code
    seat.point_at(receiver.url, receiver.new_code(office_code))
    assert seat.run().problem is None
    return seat


def seat_in(
    folder: Path,
    template: Template,
    clock: FrozenClock,
    reference: Reference,
    office_code: str = "0412",
) -> Desk:
    """A PC over a copy of the template's folder, with a device key of its own."""
    where = paths(folder)
    database = Database(where.database, template.key)
    with database.write() as connection:
        settings.new_device(connection)
        office = settings.read_office(connection)
        settings.write_office(connection, replace(office, code=office_code))
    calls = Calls(database, reference, clock)
    return Desk(TestOffice(where, database, template.actor, calls, clock, reference, ""))


@pytest.fixture
def desk(new_desk: Desk, receiver: RunningReceiver) -> Desk:
    """A PC that is enrolled and has nothing to send."""
    new_desk.point_at(receiver.url, receiver.new_code())
    assert new_desk.run().problem is None
    return new_desk
