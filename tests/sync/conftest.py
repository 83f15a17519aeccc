"""A real receiver over real HTTP, and an office that is enrolled there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from operator_app.config import paths
from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice, office_setup
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk


@dataclass(frozen=True)
class Template:
    """An office set up and signed in once; its data folder is copied for every test."""

    folder: Path
    key: bytes
    actor: Actor


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("template")
    where = paths(folder)
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), FrozenClock(), CHEAP)
    database, actor = SignIn(where, FrozenClock()).open("aida", PASSWORD)
    key = database.key
    database.close()
    return Template(folder, key, actor)


@pytest.fixture
def office(
    tmp_path: Path, clock: FrozenClock, reference: Reference, template: Template
) -> Iterator[TestOffice]:
    """As the shared fixture, but deriving no keys: these tests are many."""
    where = paths(tmp_path / "data")
    shutil.copytree(template.folder, where.data)
    database = Database(where.database, template.key)
    calls = Calls(database, reference, clock)
    made = TestOffice(where, database, template.actor, calls, clock, reference, "")
    yield made
    made.database.close()


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
    tmp_path: Path, clock: FrozenClock, reference: Reference, template: Template
) -> Iterator[Callable[..., Desk]]:
    """Makes further PCs: of the same office, or of another one by its code."""
    made: list[Desk] = []

    def make(office_code: str = "0412") -> Desk:
        folder = tmp_path / f"seat-{len(made)}"
        shutil.copytree(template.folder, folder)
        seat = seat_in(folder, template, clock, reference, office_code)
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
