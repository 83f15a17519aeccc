"""Analyst, auditor and IT staff reach no call, no case and no follow-up, by whatever verb."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operator_app.domain.calls import Advice
from operator_app.domain.cases import Affected, Incident, Offender, ProtectionOrder, SafetyPlan
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.people import Actor, Role
from operator_app.domain.search import Group
from operator_app.domain.violence import SafeContact
from operator_app.errors import NotAllowed
from operator_app.services.call_drafts import Draft
from operator_app.services.case_access import Accesses
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.closures import Closures
from operator_app.services.follow_ups import FollowUps, Scope
from operator_app.services.journal import Journal, JournalFilter
from operator_app.services.letters import Letters
from operator_app.services.reviews import Reviews
from tests.audit.watched import CALLER, Watched
from tests.conftest import information_call
from tests.finder import Finder, finder_of

WITHOUT_RECORDS = (Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR)
HARMLESS = {
    "Calls.may_change": False,
    "Cases.may_change": False,
}
"""Verbs that refuse nobody, and what they come to: nothing."""

FURTHER: dict[str, dict[str, object]] = {
    "Cases.close": {"reason": "SAFE"},
    "Closures.ask": {"reason": "SAFE"},
    "CaseWork.refer": {"status": "SENT"},
    "CaseWork.step_referral": {"status": "SENT"},
}
"""Where a verb needs something else for one of its parameters."""


@pytest.fixture(scope="module")
def finder(watched: Watched) -> Iterator[Finder]:
    made = finder_of(watched.office)
    made.index.rebuild()
    yield made
    made.index.close()


@pytest.fixture(scope="module")
def services(watched: Watched, finder: Finder) -> list[Any]:
    """All that know of calls, cases and follow-ups."""
    office = watched.office
    database, reference, clock = office.database, office.reference, office.clock
    cases = Cases(database, reference, clock)
    checklists = office.paths.resources / "data" / "review_checklist.toml"
    return [
        office.calls,
        Journal(database, reference, finder.search),
        cases,
        CaseWork(cases, reference, clock),
        CaseList(database, clock),
        CaseDrafts(database, clock),
        Accesses(database, clock),
        FollowUps(database, clock),
        Letters(database, cases, reference, clock, lambda _page: b""),
        Reviews(database, cases, clock, checklists),
        Closures(database, cases.files.read, reference, clock),
    ]


@pytest.fixture(scope="module")
def given(watched: Watched) -> dict[str, Any]:
    """Something good for every parameter: nothing else than the role is in the way."""
    office = watched.office
    call = office.calls.open(watched.taker, watched.call_id)
    case = Cases(office.database, office.reference, office.clock).open(
        watched.taker, watched.case_id
    )
    form = information_call(office.calls.start(watched.taker).form)
    return {
        "action": "case.noted", "access_id": "a", "advice": Advice("article", "x", ""),
        "affected": Affected(), "after": None, "answers": {}, "assignee_id": watched.taker.user_id,
        "base": call.op_id, "bases": (case.op_id,), "call_id": call.call_id,
        "call_ids": [call.call_id], "case": case, "case_id": case.case_id, "choices": {},
        "consent": Consent(purpose="CALL_BACK", value="Y", at=1), "contact": SafeContact(),
        "due_at": to_ms(office.clock()) + 3_600_000, "field": "note", "file": Path("nowhere.pdf"), "form": form,
        "incident": Incident("i", 1, forms=("PHY",)), "kind": "OTHER", "language": "ru", "level": "STD",
        "make": lambda case: case, "name": CALLER, "offender": Offender(),
        "order": ProtectionOrder("o", "APPL", 1), "owner_id": watched.taker.user_id,
        "plan": SafetyPlan(), "reason": "a reason", "referral_id": "r", "result": "DONE",
        "review_id": "r", "sampling": None, "saved": call, "scope": Scope.MINE,
        "service_type": "LEG", "status": "WORK", "task_id": "t", "text": "a note",
        "typed_phone": "0555 987 321", "unsaved": Draft(form), "wanted": None, "waiting": None,
        "way": "OTHER", "words": "words",
    }  # fmt: skip


def verbs(services: list[Any]) -> Iterator[tuple[str, Any, list[inspect.Parameter]]]:
    """Every public method that acts in somebody's name."""
    for service in services:
        for name, method in inspect.getmembers(service, inspect.ismethod):
            parameters = list(inspect.signature(method).parameters.values())
            if not name.startswith("_") and parameters and parameters[0].name == "actor":
                needed = [p for p in parameters[1:] if p.default is p.empty or p.name == "reason"]
                yield f"{type(service).__name__}.{name}", method, needed


def _state(watched: Watched) -> str:
    """A fingerprint of everything the office holds."""
    digest = hashlib.sha256()
    with watched.office.database.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        for table in list(tables):
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("role", WITHOUT_RECORDS)
def test_no_verb_does_anything_for_them(
    watched: Watched, services: list[Any], given: dict[str, Any], role: Role
) -> None:
    # As the person who took the call, in another role: nothing but the role stands in the way.
    taker = watched.taker
    actor = Actor(taker.user_id, taker.login, taker.full_name, role)
    before, called = _state(watched), 0
    for name, method, needed in verbs(services):
        values = dict(given, wanted=JournalFilter() if "Journal" in name else CaseFilter())
        words = {p.name: values[p.name] for p in needed}
        called += 1
        if name in HARMLESS:
            assert method(actor, **words) == HARMLESS[name], name
            continue
        words |= FURTHER.get(name, {})
        try:
            outcome = method(actor, **words)
        except NotAllowed:
            continue
        except Exception as error:  # noqa: BLE001 - named with the verb
            pytest.fail(f"{name}: {error!r}")
        pytest.fail(f"{name} gave {type(outcome).__name__}")
    assert called > 60
    assert _state(watched) == before


@pytest.mark.parametrize("role", WITHOUT_RECORDS)
def test_the_search_finds_no_record_for_them(watched: Watched, finder: Finder, role: Role) -> None:
    taker = watched.taker
    actor = Actor(taker.user_id, taker.login, taker.full_name, role)
    for words in (CALLER, watched.call_number, watched.case_number, "0555987321"):
        assert {hit.group for hit in finder.find(words, taker).hits} & {Group.CALLS, Group.CASES}
        found = {hit.group for hit in finder.find(words, actor).hits}
        assert found <= {Group.SERVICES, Group.ARTICLES}
        if role is Role.AUDITOR:
            assert found == set()
        with pytest.raises(NotAllowed):
            finder.search.call_ids(actor, words)
