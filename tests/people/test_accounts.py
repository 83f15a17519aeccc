"""Names and roles are changed by right, and an office never stays without a supervisor."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from operator_app.db.keyring import read_keyring
from operator_app.db.models import audit
from operator_app.domain.people import LONGEST_NAME, Actor, Role
from operator_app.errors import BadInput
from operator_app.services.accounts import Accounts
from operator_app.services.shifts import Shifts
from tests.conftest import CHEAP, TestOffice
from tests.db.conftest import code_of

TODAY = date(2026, 11, 24)


@pytest.fixture
def accounts(office: TestOffice) -> Accounts:
    return Accounts(office.database, office.paths, office.clock, CHEAP)


def role_of(accounts: Accounts, office: TestOffice, user_id: str) -> Role:
    return next(p.role for p in accounts.people(office.actor) if p.user_id == user_id)


def test_a_name_and_a_role_are_changed_and_audited(office: TestOffice, accounts: Accounts) -> None:
    bakyt = office.person(Role.OPERATOR, "bakyt")
    accounts.change(office.actor, bakyt.user_id, "  Bakyt Atanova ", Role.OPERATOR)
    accounts.change(office.actor, bakyt.user_id, "Bakyt Atanova", Role.SUPERVISOR)
    accounts.change(office.actor, bakyt.user_id, "Bakyt Atanova", Role.SUPERVISOR)
    assert accounts.names()[bakyt.user_id] == "Bakyt Atanova"
    with office.database.read() as connection:
        rows = connection.execute(
            select(audit.c.entity_id, audit.c.details).where(audit.c.action == "person.changed")
        ).all()
    assert [row.entity_id for row in rows] == [bakyt.user_id] * 2
    assert [json.loads(row.details) for row in rows] == [
        {"renamed": True},
        {"renamed": False, "before": "operator", "role": "supervisor"},
    ]


def test_wrong_names_change_nothing(office: TestOffice, accounts: Accounts) -> None:
    bakyt = office.person(Role.OPERATOR, "bakyt")
    for name, wrong in (
        ("  ", "person.name_missing"),
        ("x" * (LONGEST_NAME + 1), "call.too_long"),
        ("\ud800", "call.bad_text"),
    ):
        with pytest.raises(BadInput) as refused:
            accounts.change(office.actor, bakyt.user_id, name, Role.SUPERVISOR)
        assert [fault.code for fault in refused.value.faults] == [wrong]
    assert role_of(accounts, office, bakyt.user_id) is Role.OPERATOR
    assert code_of(accounts.change, office.actor, "nobody", "A", Role.OPERATOR) == "person.unknown"


def test_nobody_changes_their_own_role_but_their_name(
    office: TestOffice, accounts: Accounts
) -> None:
    me = office.actor
    assert code_of(accounts.change, me, me.user_id, "Aida", Role.OPERATOR) == "person.own_role"
    accounts.change(me, me.user_id, "Aida Testova-Asanova", Role.SUPERVISOR)
    assert accounts.names()[me.user_id] == "Aida Testova-Asanova"


def test_the_last_supervisor_stays_one(office: TestOffice, accounts: Accounts) -> None:
    """Also against somebody who goes on working with a role that was taken from them."""
    bakyt = office.person(Role.SUPERVISOR, "bakyt")
    accounts.change(bakyt, office.actor.user_id, "Aida", Role.OPERATOR)
    aida = office.actor
    for act in (
        lambda: accounts.change(aida, bakyt.user_id, "Bakyt", Role.OPERATOR),
        lambda: accounts.remove(aida, bakyt.user_id),
    ):
        assert code_of(act) == "person.last_supervisor"
    assert role_of(accounts, office, bakyt.user_id) is Role.SUPERVISOR
    assert read_keyring(office.paths.keyring).slot("bakyt") is not None


def test_it_staff_change_it_staff_only(office: TestOffice, accounts: Accounts) -> None:
    admin, other = (office.person(Role.ADMINISTRATOR, login) for login in ("it", "it2"))
    operator = office.person(Role.OPERATOR, "bakyt")
    refused = [
        (admin, operator, Role.ADMINISTRATOR),
        (admin, other, Role.OPERATOR),
        (admin, office.actor, Role.SUPERVISOR),
    ]
    for actor, whom, role in refused:
        assert code_of(accounts.change, actor, whom.user_id, "X", role) == "rights.supervisor_only"
    assert code_of(accounts.change, operator, operator.user_id, "X", Role.OPERATOR) == (
        "rights.missing"
    )
    accounts.change(admin, other.user_id, "Another Name", Role.ADMINISTRATOR)


def test_who_leaves_stays_listed_and_is_off_duty_from_tomorrow(
    office: TestOffice, accounts: Accounts
) -> None:
    bakyt = office.person(Role.OPERATOR, "bakyt")
    shifts = Shifts(office.database, office.clock)
    for day in (TODAY, TODAY + timedelta(days=1)):
        shifts.set_duty(office.actor, day, "day", [bakyt.user_id])
    accounts.remove(office.actor, bakyt.user_id)
    assert [p.active for p in accounts.people(office.actor)] == [True, False]
    assert [p.login for p in shifts.on_duty(TODAY)] == ["bakyt"]
    assert shifts.on_duty(TODAY + timedelta(days=1)) == ()
    assert code_of(accounts.change, office.actor, bakyt.user_id, "X", Role.OPERATOR) == (
        "person.unknown"
    )


def test_a_key_file_that_cannot_be_written_removes_nobody(
    office: TestOffice, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakyt: Actor = office.person(Role.OPERATOR, "bakyt")

    def full(*_arguments: object) -> None:
        raise OSError

    monkeypatch.setattr("operator_app.services.accounts.write_keyring", full)
    with pytest.raises(OSError):
        accounts.remove(office.actor, bakyt.user_id)
    assert [p.active for p in accounts.people(office.actor)] == [True, True]
