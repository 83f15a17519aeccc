"""What a closed case, and one with two versions, takes and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from operator_app.domain.cases import Affected, Case, ProtectionOrder
from operator_app.domain.consent import Consent
from operator_app.domain.violence import SafeContact
from operator_app.errors import NotAllowed
from tests.conftest import TestOffice
from tests.other_seat import changed_elsewhere
from tests.ui.case_office import HIGH, MEDIUM, case_of, save_violence_call, services

Change = Callable[[TestOffice, str], Case]

CHANGES: dict[str, Change] = {
    "assess": lambda o, c: services(o)[0].assess(o.actor, c, HIGH),
    "lower": lambda o, c: services(o)[0].lower_risk(o.actor, c, "STD", "She is safe"),
    "close": lambda o, c: services(o)[0].close(o.actor, c, "LOST"),
    "person": lambda o, c: services(o)[0].set_person(o.actor, c, Affected(name="Other")),
    "contact": lambda o, c: services(o)[0].set_contact(o.actor, c, SafeContact(hours="9-18")),
    "order": lambda o, c: services(o)[1].set_order(o.actor, c, ProtectionOrder("", "ASK", 0)),
    "refer": lambda o, c: services(o)[1].refer(o.actor, c, "LEG", "OFF"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_closed_case_takes_no_change(office: TestOffice, what: str):
    case_id = save_violence_call(office, answers=MEDIUM)
    closed = services(office)[0].close(office.actor, case_id, "SAFE")
    with pytest.raises(NotAllowed) as refused:
        CHANGES[what](office, case_id)
    assert refused.value.code == "case.closed"
    after = case_of(office, case_id)
    assert (after.op_id, after.is_closed) == (closed.op_id, True)


def test_a_closed_case_takes_notes_and_her_word_and_is_opened_again(office: TestOffice):
    case_id = save_violence_call(office, answers=MEDIUM)
    cases = services(office)[0]
    cases.close(office.actor, case_id, "SAFE", "All well")
    cases.add_note(office.actor, case_id, "A letter came")
    cases.add_consent(office.actor, case_id, Consent("RECORD", "N", 0))
    assert case_of(office, case_id).is_closed
    again = cases.set_status(office.actor, case_id, "WORK")
    assert (again.closed_at, again.closed_by, again.close_note) == (None, "", "")
    assert again.notes[0].text == "A letter came"
    CHANGES["order"](office, case_id)


@pytest.mark.parametrize("what", ["lower", "close"])
def test_with_two_versions_nothing_is_decided_on_one_of_them(office: TestOffice, what: str):
    case_id = save_violence_call(office, answers=MEDIUM)
    cases = services(office)[0]
    base = case_of(office, case_id)
    cases.add_note(office.actor, case_id, "Said here")
    changed_elsewhere(office, cases, base, lambda case: replace(case, risk="HIGH"))
    with pytest.raises(NotAllowed) as refused:
        CHANGES[what](office, case_id)
    assert refused.value.code == "case.two_versions"
    assert case_of(office, case_id).risk == "HIGH"
    assert CHANGES["order"](office, case_id).orders
