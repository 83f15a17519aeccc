"""An office with a synthetic year, a part of whose cases other PCs have changed as well."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from operator_app.config import paths
from operator_app.db.case_models import case_file
from operator_app.db.keyring import new_recovery_key
from operator_app.db.models import foreign_revision
from operator_app.domain.cases import Affected, CallLink, Case
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import STATISTICS, Consent
from operator_app.domain.ids import new_op_id, new_record_id
from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.domain.wire import case_body
from operator_app.services.calls import Calls
from operator_app.services.cases import Cases
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice, office_setup
from tests.figures.year import Year, fill
from tests.other_seat import changed_elsewhere

NOW = datetime(2026, 12, 29, 6, 0, tzinfo=UTC)
"""Before some follow-ups of the year fall due, and before its last calls: a clock was wrong."""


def office_of_year(data: Path, reference: Reference, year: Year) -> TestOffice:
    """Set up, three people, filled; whoever asks closes its database."""
    where, clock = paths(data), FrozenClock()
    clock.now = NOW
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), clock, CHEAP)
    database, aida = SignIn(where, clock).open("aida", PASSWORD)
    calls = Calls(database, reference, clock)
    office = TestOffice(where, database, aida, calls, clock, reference, "")
    people = [aida, office.person(Role.OPERATOR, "bek"), office.person(Role.OPERATOR, "chynara")]
    fill(database, reference, people, year)
    return office


def touch_elsewhere(office: TestOffice, number: int) -> None:
    """Change so many cases at other PCs: a third goes on from here, a third contradicts, and as
    many come from there with all they hold."""
    cases = Cases(office.database, office.reference, office.clock)
    dice = random.Random(3)
    with office.database.read() as connection:
        ids = list(connection.execute(select(case_file.c.case_id).order_by("case_id")).scalars())
        chosen = [cases.files.read(connection, case_id) for case_id in dice.sample(ids, number)]
    for n, case in enumerate(chosen):
        changed_elsewhere(office, cases, case, _refused if n % 2 else _agreed)
        if n % 3 == 0:
            changed_elsewhere(office, cases, case, lambda case: replace(case, risk="HIGH"))
        if n % 3 == 1:
            opened_elsewhere(office, cases, (_agreed if n % 2 else _refused)(case))


def opened_elsewhere(office: TestOffice, cases: Cases, like: Case) -> str:
    """A case of another PC, with a call that is not here, and those of a case of here; its id."""
    call = CallLink(new_record_id(), "0412-2026-900001", like.opened_at - 1, "somebody-else")
    calls = (call, *like.calls)
    theirs = replace(like, case_id=new_record_id(), op_id=new_op_id(), calls=calls, tasks=())
    with office.database.write() as connection:
        connection.execute(
            insert(foreign_revision).values(
                op_id=theirs.op_id,
                record_id=theirs.case_id,
                kind="case",
                dev="0" * 16,
                bases="[]",
                author_id="somebody-else",
                created_at=to_ms(office.clock()),
                payload=json.dumps({"body": case_body(theirs)}).encode(),
                received_at=to_ms(office.clock()),
                folded=1,
            )
        )
        cases.files.project(connection, theirs.case_id)
    return theirs.case_id


def _agreed(case: Case) -> Case:
    return _said(replace(case, affected=Affected(sex="F", age_band="A18_34")), "Y")


def _refused(case: Case) -> Case:
    return _said(case, "N")


def _said(case: Case, value: str) -> Case:
    at = max([case.opened_at, *(c.at + 1 for c in case.consents)])
    return replace(case, consents=(*case.consents, Consent(STATISTICS, value, at)))
