"""A call that was sent early opens a case; the operator then sees to which one it belongs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.domain.calls import Call
from operator_app.domain.violence import ViolenceForm
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.cases import Cases
from tests.conftest import TestOffice, information_call


def _danger(office: TestOffice, **block: object) -> Call:
    form = information_call(
        office.calls.start(office.actor).form,
        danger_now="Y",
        topics=("VIO.DOM",),
        phone="0555 12 34 56",
        violence=ViolenceForm(affected="CALLER", **block),
    )
    return office.calls.save(office.actor, form, early=True)


def _join(office: TestOffice, call: Call, case_id: str) -> Call:
    assert call.form.violence is not None
    form = replace(call.form, violence=replace(call.form.violence, joins=case_id))
    return office.calls.amend(office.actor, call.call_id, form, call.op_id)


@pytest.fixture
def cases(office: TestOffice) -> Cases:
    return Cases(office.database, office.reference, office.clock)


@pytest.fixture
def case_list(office: TestOffice) -> CaseList:
    return CaseList(office.database, office.clock)


def test_the_call_moves_and_the_case_it_opened_ends(
    office: TestOffice, cases: Cases, case_list: CaseList
) -> None:
    known = case_list.of_call(office.actor, _danger(office).call_id)
    assert known is not None
    office.clock.forward(days=1)
    second = _danger(office, answers={"THROAT": "Y"})
    opened = case_list.of_call(office.actor, second.call_id)
    assert opened not in (None, known)
    _join(office, second, known)
    assert case_list.of_call(office.actor, second.call_id) == known
    assert len(cases.open(office.actor, known).calls) == 2
    left = cases.open(office.actor, str(opened))
    assert (left.status, left.close_reason, left.open_tasks) == ("CLOSED", "DUP", ())
    listed = case_list.page(office.actor, CaseFilter())
    assert [row.case_id for row in listed] == [known]


def test_a_case_somebody_worked_on_is_not_left(
    office: TestOffice, cases: Cases, case_list: CaseList
) -> None:
    known = case_list.of_call(office.actor, _danger(office).call_id)
    second = _danger(office)
    opened = str(case_list.of_call(office.actor, second.call_id))
    cases.add_note(office.actor, opened, "her sister phoned")
    _join(office, second, str(known))
    assert case_list.of_call(office.actor, second.call_id) == opened
    assert not cases.open(office.actor, opened).is_closed
