"""Whatever people do with a case and its calls: no assessment is lost, nothing lowers but a
supervisor with a reason, and everything is on the disk and in the outbox as it was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from operator_app.db import revisions
from operator_app.db.case_models import case_file
from operator_app.domain.calls import Call
from operator_app.domain.cases import Assessment, Case
from operator_app.domain.danger import LEVELS, NOT_ASSESSED
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import AppError
from operator_app.services.case_list import CaseList
from operator_app.services.cases import Cases
from tests.conftest import TestOffice, information_call
from tests.samples import examples


@dataclass
class Doing:
    """One case, the people around it, and what they did."""

    office: TestOffice
    operator: Actor
    calls: list[Call] = field(default_factory=list)
    case_id: str = ""

    def __post_init__(self) -> None:
        self.cases = Cases(self.office.database, self.office.reference, self.office.clock)
        self.call({"WORSE": "Y"}, "N", None)

    def call(self, answers: dict[str, str], danger: str, raised: str | None) -> None:
        """She calls again, or for the first time."""
        self.office.clock.forward(minutes=7)
        block = ViolenceForm(answers=answers, raised_to=raised, joins=self.case_id or None)
        form = information_call(
            self.office.calls.start(self.operator).form,
            topics=("VIO.DOM",),
            danger_now=danger,
            violence=block,
        )
        saved = self.office.calls.save(self.operator, form)
        self.calls.append(saved)
        listed = CaseList(self.office.database, self.office.clock)
        self.case_id = self.case_id or listed.of_call(self.operator, saved.call_id) or ""

    def amend(self, which: int, answers: dict[str, str], danger: str, raised: str | None) -> None:
        """One of the calls is written down better."""
        self.office.clock.forward(minutes=1)
        index = which % len(self.calls)
        before = self.calls[index]
        told = before.form.violence or ViolenceForm()
        block = replace(told, answers=answers, raised_to=raised)
        form = replace(before.form, danger_now=danger, violence=block)
        self.calls[index] = self.office.calls.amend(
            self.office.actor, before.call_id, form, before.op_id
        )

    def assess(self, answers: dict[str, str], danger: str, raised: str | None) -> None:
        self.cases.assess(self.operator, self.case_id, answers, danger_now=danger, raised_to=raised)

    @property
    def case(self) -> Case:
        with self.office.database.read() as connection:
            return self.cases.files.read(connection, self.case_id)


answers = st.dictionaries(
    st.sampled_from(["KILL", "THROAT", "WORSE", "DRUNK", "GUN", "BABY"]),
    st.sampled_from("YNUR"),
    max_size=4,
)
screen = st.tuples(answers, st.sampled_from("YNNU"), st.sampled_from([None, None, "MED", "HIGH"]))
acts: st.SearchStrategy[Callable[[Doing], object]] = st.one_of(
    screen.map(lambda s: lambda d: d.call(*s)),
    st.tuples(st.integers(0, 5), screen).map(lambda t: lambda d: d.amend(t[0], *t[1])),
    screen.map(lambda s: lambda d: d.assess(*s)),
    st.just(lambda d: d.cases.add_note(d.operator, d.case_id, "x")),
    st.just(lambda d: d.cases.close(d.office.actor, d.case_id, "SAFE")),
    st.just(lambda d: d.cases.close(d.operator, d.case_id, "SAFE")),
    st.just(lambda d: d.cases.set_status(d.operator, d.case_id, "MON")),
)
lowerings = st.sampled_from(LEVELS).map(
    lambda level: lambda d: d.cases.lower_risk(d.office.actor, d.case_id, level, "visited her")
)
attempts = st.sampled_from(LEVELS).map(
    lambda level: lambda d: d.cases.lower_risk(d.operator, d.case_id, level, "visited her")
)


@pytest.fixture(scope="module")
def operator(shared_office: TestOffice) -> Actor:
    return shared_office.person(Role.OPERATOR, "bek")


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.one_of(acts, acts, acts, lowerings, attempts), max_size=9))
def test_assessments_are_only_added_to(shared_office: TestOffice, operator: Actor, done) -> None:
    doing = Doing(shared_office, operator)
    before = doing.case
    for act in done:
        try:
            act(doing)
        except AppError:
            assert doing.case == before, "what was refused changed something"
            continue
        after = doing.case
        assert after.assessments[: len(before.assessments)] == before.assessments
        new = after.assessments[len(before.assessments) :]
        assert len(new) <= 1
        if before.risk != NOT_ASSESSED and LEVELS.index(after.risk) < LEVELS.index(before.risk):
            _is_decision(new, shared_office.actor)
        before = after
    _is_on_the_disk(shared_office, doing)


def _is_decision(new: tuple[Assessment, ...], supervisor: Actor) -> None:
    (decision,) = new
    assert decision.lowered
    assert decision.by == supervisor.user_id
    assert decision.reason == "visited her"


def _is_on_the_disk(office: TestOffice, doing: Doing) -> None:
    """The row says what the last revision says; each revision has what the one before it had."""
    with office.database.read() as connection:
        row = connection.execute(
            select(case_file.c.risk, case_file.c.status).where(case_file.c.case_id == doing.case_id)
        ).one()
        history = revisions.history(connection, doing.case_id)
    assert tuple(row) == (doing.case.risk, doing.case.status)
    snapshots = [json.loads(r.payload)["body"]["assessments"] for r in history]
    for earlier, later in pairwise(snapshots):
        assert [a["assessment_id"] for a in later[: len(earlier)]] == [
            a["assessment_id"] for a in earlier
        ]
    assert all(a["rules_version"] for a in snapshots[-1])
    assert [r.bases for r in history[1:]] == [(r.op_id,) for r in history[:-1]]


def test_a_call_written_down_better_does_not_open_a_closed_case(
    shared_office: TestOffice, operator: Actor
) -> None:
    doing = Doing(shared_office, operator)
    shared_office.clock.forward(minutes=1)
    closed = doing.cases.close(shared_office.actor, doing.case_id, "SAFE", "all well")
    before = doing.calls[0]
    form = replace(before.form, note="spelled better")
    doing.calls[0] = shared_office.calls.amend(operator, before.call_id, form, before.op_id)
    assert doing.case == closed


@pytest.mark.parametrize("how", ["call", "amend"])
def test_news_open_a_closed_case_again(
    shared_office: TestOffice, operator: Actor, how: str
) -> None:
    doing = Doing(shared_office, operator)
    doing.cases.close(shared_office.actor, doing.case_id, "SAFE", "all well")
    if how == "call":
        doing.call({}, "N", None)
    else:
        doing.amend(0, {"KILL": "Y"}, "N", None)
    case = doing.case
    assert (case.status, case.closed_at, case.close_reason, case.close_note) == (
        "WORK",
        None,
        None,
        "",
    )
    assert len(case.calls) == (2 if how == "call" else 1)
    assert case.risk == (NOT_ASSESSED if how == "call" else "HIGH")


def test_a_call_corrected_to_no_violence_still_tells_its_case(
    shared_office: TestOffice, operator: Actor
) -> None:
    form = information_call(shared_office.calls.start(operator).form, danger_now="Y")
    saved = shared_office.calls.save(operator, form)
    case_id = CaseList(shared_office.database, shared_office.clock).of_call(operator, saved.call_id)
    assert case_id is not None
    calm = replace(saved.form, danger_now="N")
    shared_office.calls.amend(operator, saved.call_id, calm, saved.op_id)
    cases = Cases(shared_office.database, shared_office.reference, shared_office.clock)
    case = cases.open(operator, case_id)
    assert case.calls[0].danger_now == "N"
    assert [a.danger_now for a in case.assessments] == ["Y", "N"]
    assert case.risk == "IMM", "a supervisor lowers it"
