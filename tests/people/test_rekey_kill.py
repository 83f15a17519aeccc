"""The key is changed and the program is killed, again and again: everybody still gets in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from operator_app.config import paths
from operator_app.db.keyring import read_keyring
from operator_app.db.models import call
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor, Role
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.reference import load_reference
from operator_app.services.rekey import Rekey
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, information_call
from tests.crash.conftest import ClosedOffice, closed_office
from tests.crash.harness import Life, LifeReport, run_lives

__all__ = ["closed_office"]

PEOPLE = ("aida", "bakyt", "cholpon")


def supervisor_who_changes_the_key(life: Life) -> None:
    """Signs in as one of three, records a call, changes the key, until killed. Facts: folder."""
    where = paths(Path(life.facts["folder"]))
    login = random.Random(life.seed).choice(PEOPLE)
    database, actor = SignIn(where, system_clock).open(login, PASSWORD)
    calls = Calls(database, load_reference(where.resources), system_clock)
    rekey = Rekey(database, where, system_clock, lambda: None, CHEAP)
    life.say("ready")
    while True:
        calls.save(actor, information_call(calls.start(actor).form))
        life.say("done", act="save")
        rekey.change(actor)
        life.say("done", act="key")


def _change_and_kill(office: ClosedOffice, kills: int, seed: int) -> list[LifeReport]:
    database = office.open()
    accounts = Accounts(database, office.paths, system_clock, CHEAP)
    for login in PEOPLE[1:]:
        accounts.add(office.actor, login, f"{login} Testova", Role.SUPERVISOR, PASSWORD)
    database.close()
    chance = random.Random(seed)
    office.paths.data.joinpath("sign-in.json").unlink(missing_ok=True)

    def look(_report: LifeReport, so_far: Sequence[LifeReport]) -> None:
        saved = sum(m["act"] == "save" for r in so_far for m in r.of("done"))
        login = chance.choice(PEOPLE)
        database, actor = SignIn(office.paths, system_clock).open(login, PASSWORD)
        assert isinstance(actor, Actor)
        with database.read() as connection:
            kept = connection.execute(select(func.count()).select_from(call)).scalar_one()
        assert saved <= kept <= saved + len(so_far)
        assert database.verify() == []
        database.close()
        keyring = read_keyring(office.paths.keyring)
        assert not keyring.pending
        assert not list(office.paths.office.glob("*rekeyed*"))

    reports = run_lives(
        supervisor_who_changes_the_key,
        kills,
        seed=seed,
        facts={"folder": str(office.paths.data)},
        after=look,
        most_done=3,
        most_ms=150,
        preload=["tests.people.test_rekey_kill", "operator_app.db.rekey"],
    )
    for login in PEOPLE:
        SignIn(office.paths, system_clock).open(login, PASSWORD)[0].close()
    return reports


def test_a_kill_while_the_key_is_changed_locks_nobody_out(closed_office: ClosedOffice) -> None:
    reports = _change_and_kill(closed_office, 8, seed=117)
    assert all(report.killed for report in reports)
    assert sum(m["act"] == "key" for r in reports for m in r.of("done")) > 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_a_hundred_kills_while_the_key_is_changed(closed_office: ClosedOffice, seed: int) -> None:
    assert len(_change_and_kill(closed_office, 100, seed)) == 100
