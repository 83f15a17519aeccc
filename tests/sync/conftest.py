"""A real receiver over real HTTP, and an office that is enrolled there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app.config import paths
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
def desk(new_desk: Desk, receiver: RunningReceiver) -> Desk:
    """A PC that is enrolled and has nothing to send."""
    new_desk.point_at(receiver.url, receiver.new_code())
    assert new_desk.run().problem is None
    return new_desk
