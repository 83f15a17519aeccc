"""Fixtures shared by all tests: a set-up office with a real encrypted database."""

from __future__ import annotations

import gc
import itertools
import os
import shutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operator_app.config import Paths, paths
from operator_app.db import keyring
from operator_app.db.engine import Database
from operator_app.db.keyring import KdfCost, new_recovery_key
from operator_app.domain.calls import CallForm
from operator_app.domain.office import Office, OfficeSetup
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.reference import load_reference
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.samples import choose_examples

# As in main.py: Python's own collector may run on a worker thread in the middle of a deletion by Qt,
# and then each waits for the other (operator_app/ui/garbage.py).
gc.disable()
_TESTS = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    choose_examples(full=_is_long(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With all its examples a test of Hypothesis is one of the long ones."""
    from hypothesis import is_hypothesis_test

    for item in items:
        if _is_long(config) and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.long)


def _is_long(config: pytest.Config) -> bool:
    return "long" in config.option.markexpr.replace("not long", "")


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked through again after every test."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Collect between tests, on the main thread."""
    gc.collect(2 if next(_TESTS) % 20 == 0 else 1)


PASSWORD = "tulip-mountain-2026"
PRODUCT_MEMORY_KIB = keyring.LEAST_MEMORY_KIB
"""What the program itself demands of a slot; tests/db/test_keyring.py holds it to that."""
CHEAP = KdfCost(memory_kib=1024)
"""A thousand slots are made and opened by the tests, and each would take 64 MiB and 0.1 s."""
keyring.LEAST_MEMORY_KIB = CHEAP.memory_kib
ALAMUDUN = "41708203000000"


class FrozenClock:
    """A clock that stands until it is moved: 2026-11-24 09:00 in Bishkek."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **kwargs: float) -> None:
        self.now += timedelta(**kwargs)


@dataclass
class TestOffice:
    """An office as a test uses it; `actor` is the supervisor who set it up."""

    __test__ = False
    paths: Paths
    database: Database
    actor: Actor
    calls: Calls
    clock: FrozenClock
    reference: Reference
    recovery_key: str

    def person(self, role: Role, login: str) -> Actor:
        """Another signed-in person."""
        accounts = Accounts(self.database, self.paths, self.clock, CHEAP)
        added = accounts.add(self.actor, login, f"{login.title()} Testova", role, PASSWORD)
        return Actor(added.user_id, login, added.full_name, role)

    def for_another_process(self, *logins: str) -> None:
        """Slots as the program makes them, for these people alone: it takes no cheap ones."""
        slots = keyring.read_keyring(self.paths.keyring)
        for slot in slots.slots:
            slots = slots.without_slot(slot.login)
        for login in logins:
            slots = slots.with_slot(login, PASSWORD, self.database.key, KdfCost())
        keyring.write_keyring(slots, self.paths.keyring)


def office_setup(**changes: Any) -> OfficeSetup:
    office = Office(
        "0412",
        {
            "ky": "Аламүдүн районунун башкармалыгы",
            "ru": "Аламудунское управление",
            "en": "Alamudun office",
        },
        ALAMUDUN,
    )
    values = {"supervisor_login": "aida", "supervisor_name": "Aida Testova", "language": "ru"}
    return OfficeSetup(office=office, **{**values, **changes})


def information_call(form: CallForm, **changes: object) -> CallForm:
    """A filled core, as an information call has it."""
    from dataclasses import replace

    values: dict[str, object] = {
        "contact_kind": "SELF",
        "danger_now": "N",
        "language": "ru",
        "topics": ("BEN.UBK",),
        "caller_sex": "F",
        "caller_age_group": "A",
        "division": ALAMUDUN,
        "actions": ("INF",),
    }
    return replace(form, **{**values, **changes})


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference(paths().resources)


@dataclass(frozen=True)
class Template:
    """An office set up and signed in to once; its data folder is copied for every test."""

    data: Path
    key: bytes
    actor: Actor
    recovery_key: str


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    where = paths(tmp_path_factory.mktemp("office") / "data")
    recovery_key = new_recovery_key()
    set_up_office(where, office_setup(), PASSWORD, recovery_key, FrozenClock(), CHEAP)
    database, actor = SignIn(where, FrozenClock()).open("aida", PASSWORD)
    key = database.key
    database.close()
    return Template(where.data, key, actor, recovery_key)


@pytest.fixture
def office(
    tmp_path: Path, clock: FrozenClock, reference: Reference, office_template: Template
) -> Iterator[TestOffice]:
    """A set-up office; its supervisor "aida" has signed in."""
    where = paths(Path(shutil.copytree(office_template.data, tmp_path / "data")))
    database = Database(where.database, office_template.key)
    made = TestOffice(
        where,
        database,
        office_template.actor,
        Calls(database, reference, clock),
        clock,
        reference,
        office_template.recovery_key,
    )
    yield made
    made.database.close()
