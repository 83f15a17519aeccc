"""Who may do what with a case: every verb, every role, every way of having or not having a case."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto

import pytest
from sqlalchemy import func, select

from operator_app.db.audit import first_broken
from operator_app.db.case_models import case_access
from operator_app.db.models import audit, revision
from operator_app.domain.cases import (
    Affected,
    Case,
    Incident,
    Offender,
    ProtectionOrder,
    SafetyPlan,
)
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm
from operator_app.errors import AppError, BadInput, NotAllowed, NotFound
from operator_app.services.case_access import ACCESS_HOLDS_MS, Accesses, CaseReasonNeeded
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.ui.problems import SENTENCES
from tests.conftest import TestOffice, information_call

REASON = "she calls again and her operator is away"


class Who(Enum):
    """Ways to stand to a case. OWNER to LATE are operators."""

    SUPERVISOR = auto()
    OWNER = auto()
    ASSIGNEE = auto()
    """Has an open task in it."""
    GLASS = auto()
    """Stated a reason just now."""
    LATE = auto()
    """Stated one more than an hour ago."""
    STRANGER = auto()
    IT = auto()
    """Administrator."""
    IT_NOW = auto()
    """The owner, who has become an administrator since."""


class Answer(Enum):
    """What a verb says."""

    DOES = auto()
    REFUSES = auto()
    ASKS_REASON = auto()


def _answers(**exceptions: Answer) -> dict[Who, Answer]:
    found = dict.fromkeys(Who, Answer.DOES)
    found[Who.IT] = found[Who.IT_NOW] = Answer.REFUSES
    for name, answer in exceptions.items():
        found[Who[name]] = answer
    return found


OF_THE_CASE = _answers(LATE=Answer.ASKS_REASON, STRANGER=Answer.ASKS_REASON)
"""Content and work: whoever it is open to."""
FIGURES_OF_ALL = _answers()
"""Numbers and codes of all cases: whoever sees cases at all."""
SUPERVISOR = {who: Answer.DOES if who is Who.SUPERVISOR else Answer.REFUSES for who in Who}
OWN_TO_GIVE = OF_THE_CASE | {Who.ASSIGNEE: Answer.REFUSES, Who.GLASS: Answer.REFUSES}
"""A follow-up lets somebody else in: whoever has the case by chance gives none away."""


@dataclass
class Stage:
    """One office for all of this file; a new case for each question."""

    office: TestOffice
    people: dict[str, Actor]

    def __post_init__(self) -> None:
        given = (self.office.database, self.office.reference, self.office.clock)
        self.cases = Cases(*given)
        self.work = CaseWork(self.cases, self.office.reference, self.office.clock)
        self.list = CaseList(self.office.database, self.office.clock)
        self.accesses = Accesses(self.office.database, self.office.clock)

    @property
    def now(self) -> int:
        return to_ms(self.office.clock())

    def new_case(self, **changes: object) -> Case:
        """A case of the owner's, of medium risk, with a referral and a follow-up."""
        block = ViolenceForm(
            answers={"WORSE": "Y", "DRUNK": "Y"},
            forms=("PHY",),
            referrals=(ReferralAsk("LEG", "OFF", self.now),),
        )
        owner = self.people["owner"]
        form = information_call(
            self.office.calls.start(owner).form,
            topics=("VIO.DOM",),
            violence=replace(block, **changes),  # type: ignore[arg-type]
        )
        call = self.office.calls.save(owner, form)
        case_id = self.list.of_call(owner, call.call_id)
        assert case_id is not None
        self.work.add_task(owner, case_id, kind="OTHER", way="OTHER", due_at=self.now + 1_000_000)
        return self.read(case_id)

    def read(self, case_id: str) -> Case:
        with self.office.database.read() as connection:
            return self.cases.files.read(connection, case_id)

    def enter(self, who: Who, case: Case) -> Actor:
        """The person, standing to the case as `who` says."""
        actor = self.people[
            {Who.ASSIGNEE: "other", Who.GLASS: "other", Who.LATE: "other", Who.STRANGER: "other",
             Who.IT_NOW: "owner"}.get(who, who.name.lower())
        ]  # fmt: skip
        if who is Who.ASSIGNEE:
            task = case.open_tasks[-1]
            self.work.give_task(self.people["owner"], case.case_id, task.task_id, actor.user_id)
        if who in (Who.GLASS, Who.LATE):
            self.cases.open(actor, case.case_id, REASON)
        if who is Who.LATE:
            self.office.clock.forward(hours=1, seconds=1)
        return replace(actor, role=Role.ADMINISTRATOR) if who is Who.IT_NOW else actor

    def revisions(self) -> int:
        with self.office.database.read() as connection:
            return connection.execute(select(func.count()).select_from(revision)).scalar_one()

    def audited(self) -> list[tuple[str, str]]:
        """(action, login's id) of every entry, oldest first."""
        with self.office.database.read() as connection:
            rows = connection.execute(select(audit.c.action, audit.c.user_id).order_by(audit.c.seq))
            return [(row.action, row.user_id) for row in rows]


@pytest.fixture(scope="module")
def stage(shared_office: TestOffice) -> Stage:
    people = {
        "supervisor": shared_office.actor,
        "owner": shared_office.person(Role.OPERATOR, "owner"),
        "other": shared_office.person(Role.OPERATOR, "other"),
        "it": shared_office.person(Role.ADMINISTRATOR, "it"),
    }
    return Stage(shared_office, people)


Act = Callable[[Stage, Actor, Case], object]
READS: dict[str, tuple[dict[Who, Answer], Act]] = {
    "Cases.open": (OF_THE_CASE, lambda s, a, c: s.cases.open(a, c.case_id)),
    "Cases.view": (OF_THE_CASE, lambda s, a, c: s.cases.view(a, c.case_id)),
    "Cases.versions": (OF_THE_CASE, lambda s, a, c: s.cases.versions(a, c.case_id)),
    "Cases.heads": (OF_THE_CASE, lambda s, a, c: s.cases.heads(a, c.case_id)),
    "Cases.merged": (OF_THE_CASE, lambda s, a, c: s.cases.merged(a, c.case_id)),
    "Cases.colleagues": (FIGURES_OF_ALL, lambda s, a, c: s.cases.colleagues(a)),
    "CaseList.page": (FIGURES_OF_ALL, lambda s, a, c: s.list.page(a, CaseFilter())),
    "CaseList.counts": (FIGURES_OF_ALL, lambda s, a, c: s.list.counts(a)),
    "CaseList.suggestions": (FIGURES_OF_ALL, lambda s, a, c: s.list.suggestions(a, "0555", "А")),
    "CaseList.row": (FIGURES_OF_ALL, lambda s, a, c: s.list.row(a, c.case_id)),
    "CaseList.holds_only": (
        FIGURES_OF_ALL, lambda s, a, c: s.list.holds_only(a, c.case_id, c.calls[0].call_id),
    ),
    "CaseList.of_call": (
        FIGURES_OF_ALL, lambda s, a, c: s.list.of_call(a, c.calls[0].call_id),
    ),
    "Accesses.unseen": (SUPERVISOR, lambda s, a, c: s.accesses.unseen(a)),
    "Accesses.count_unseen": (SUPERVISOR, lambda s, a, c: s.accesses.count_unseen(a)),
    "Accesses.mark_seen": (SUPERVISOR, lambda s, a, c: s.accesses.mark_seen(a, "x")),
}  # fmt: skip
"""Verbs that leave every case as it is, and what they say to whom."""

CHANGES: dict[str, tuple[dict[Who, Answer], Act]] = {
    "Cases.change": (
        OF_THE_CASE,
        lambda s, a, c: s.cases.change(
            a, c.case_id, lambda case: replace(case, close_note="x"), "case.noted"
        ),
    ),
    "Cases.assess": (OF_THE_CASE, lambda s, a, c: s.cases.assess(a, c.case_id, {"GUN": "N"})),
    "Cases.set_status": (OF_THE_CASE, lambda s, a, c: s.cases.set_status(a, c.case_id, "MON")),
    "Cases.close": (OF_THE_CASE, lambda s, a, c: s.cases.close(a, c.case_id, "SAFE")),
    "Cases.add_note": (OF_THE_CASE, lambda s, a, c: s.cases.add_note(a, c.case_id, "x")),
    "Cases.set_person": (
        OF_THE_CASE, lambda s, a, c: s.cases.set_person(a, c.case_id, Affected(name="А")),
    ),
    "Cases.set_offender": (
        OF_THE_CASE, lambda s, a, c: s.cases.set_offender(a, c.case_id, Offender(relation="SON")),
    ),
    "Cases.set_contact": (
        OF_THE_CASE, lambda s, a, c: s.cases.set_contact(a, c.case_id, SafeContact(hours="9")),
    ),
    "Cases.set_plan": (
        OF_THE_CASE, lambda s, a, c: s.cases.set_plan(a, c.case_id, SafetyPlan(code_word="x")),
    ),
    "Cases.add_consent": (
        OF_THE_CASE,
        lambda s, a, c: s.cases.add_consent(a, c.case_id, Consent("CALL_BACK", "Y", 0)),
    ),
    "Cases.lower_risk": (
        SUPERVISOR, lambda s, a, c: s.cases.lower_risk(a, c.case_id, "STD", "visited"),
    ),
    "Cases.assign": (
        SUPERVISOR, lambda s, a, c: s.cases.assign(a, c.case_id, s.people["other"].user_id),
    ),
    "Cases.merge": (
        SUPERVISOR, lambda s, a, c: s.cases.merge(a, c.case_id, (s.read(c.case_id).op_id,), {}),
    ),
    "CaseWork.set_incident": (
        OF_THE_CASE,
        lambda s, a, c: s.work.set_incident(a, c.case_id, Incident("", 0, happened="x")),
    ),
    "CaseWork.set_order": (
        OF_THE_CASE,
        lambda s, a, c: s.work.set_order(a, c.case_id, ProtectionOrder("", "APPL", 0, asked_at=s.now)),
    ),
    "CaseWork.refer": (OF_THE_CASE, lambda s, a, c: s.work.refer(a, c.case_id, "PSY", "OFF")),
    "CaseWork.step_referral": (
        OF_THE_CASE,
        lambda s, a, c: s.work.step_referral(
            a, c.case_id, c.referrals[0].referral_id, "DEC", reason="she has one"
        ),
    ),
    "CaseWork.add_task": (
        OF_THE_CASE,
        lambda s, a, c: s.work.add_task(
            a, c.case_id, kind="OTHER", way="OTHER", due_at=s.now + 10_000
        ),
    ),
    "CaseWork.finish_task": (
        OF_THE_CASE,
        lambda s, a, c: s.work.finish_task(a, c.case_id, c.open_tasks[-1].task_id, "done"),
    ),
    "CaseWork.move_task": (
        OF_THE_CASE,
        lambda s, a, c: s.work.move_task(a, c.case_id, c.open_tasks[-1].task_id, s.now + 20_000),
    ),
    "CaseWork.give_task": (
        OWN_TO_GIVE,
        lambda s, a, c: s.work.give_task(
            a, c.case_id, c.open_tasks[-1].task_id, s.people["supervisor"].user_id
        ),
    ),
    "CaseWork.set_task_way": (
        OF_THE_CASE,
        lambda s, a, c: s.work.set_task_way(a, c.case_id, c.open_tasks[-1].task_id, "VISIT"),
    ),
}  # fmt: skip
"""Verbs that write a revision of the case, and what they say to whom."""
OTHERWISE = {"Cases.may_change"}
"""Answers with yes and no; has a test of its own."""


def test_every_verb_is_asked() -> None:
    """A new verb without a line above fails here: somebody has to say who may use it."""
    verbs = {
        f"{service.__name__}.{name}"
        for service in (Cases, CaseWork, CaseList, Accesses)
        for name, member in vars(service).items()
        if callable(member) and not name.startswith("_")
    }
    assert verbs == {*READS, *CHANGES} | OTHERWISE


@pytest.mark.parametrize("who", Who, ids=lambda who: who.name.lower())
@pytest.mark.parametrize("verb", [*READS, *CHANGES])
def test_each_verb_to_each_person(stage: Stage, verb: str, who: Who) -> None:
    answers, act = (READS | CHANGES)[verb]
    case = stage.new_case()
    actor = stage.enter(who, case)
    case, count, entries = stage.read(case.case_id), stage.revisions(), stage.audited()
    if answers[who] is Answer.DOES:
        act(stage, actor, case)
        assert stage.revisions() == count + (verb in CHANGES)
        assert (stage.read(case.case_id) != case) == (verb in CHANGES)
        if verb in CHANGES:
            (entry,) = stage.audited()[len(entries) :]
            assert entry[0].startswith("case.") and entry[1] == actor.user_id
        return
    wanted = CaseReasonNeeded if answers[who] is Answer.ASKS_REASON else NotAllowed
    with pytest.raises(wanted) as caught:
        act(stage, actor, case)
    assert caught.value.code in SENTENCES
    assert (stage.read(case.case_id), stage.revisions(), stage.audited()) == (case, count, entries)


@pytest.mark.parametrize("who", Who, ids=lambda who: who.name.lower())
def test_may_change_says_what_a_change_would(stage: Stage, who: Who) -> None:
    case = stage.new_case()
    actor = stage.enter(who, case)
    case = stage.read(case.case_id)
    assert stage.cases.may_change(actor, case) is (OF_THE_CASE[who] is Answer.DOES)


@pytest.mark.parametrize("who", Who, ids=lambda who: who.name.lower())
@pytest.mark.parametrize("risk", ["HIGH", "IMM"])
def test_an_acute_case_is_closed_by_a_supervisor_only(stage: Stage, who: Who, risk: str) -> None:
    case = stage.new_case(raised_to=risk)
    actor = stage.enter(who, case)
    if who is Who.SUPERVISOR:
        assert stage.cases.close(actor, case.case_id, "SAFE").is_closed
        return
    with pytest.raises(AppError) as caught:
        stage.cases.close(actor, case.case_id, "SAFE")
    if OF_THE_CASE[who] is Answer.DOES:
        assert caught.value.code == "case.acute_closed_by_supervisor"
    assert not stage.read(case.case_id).is_closed


# Breaking the glass


def test_a_reason_opens_one_case_for_an_hour_and_the_supervisor_sees_it(stage: Stage) -> None:
    case, second = stage.new_case(), stage.new_case()
    other = stage.people["other"]
    for seen in stage.accesses.unseen(stage.people["supervisor"]):
        stage.accesses.mark_seen(stage.people["supervisor"], seen.access_id)
    for blank in ("", "   \n"):
        with pytest.raises(CaseReasonNeeded):
            stage.cases.open(other, case.case_id, blank)
    assert stage.cases.open(other, case.case_id, f"  {REASON} ") == case
    assert stage.audited()[-1] == ("case.glass_broken", other.user_id)
    with pytest.raises(CaseReasonNeeded):
        stage.cases.open(other, second.case_id)
    (access,) = stage.accesses.unseen(stage.people["supervisor"])
    assert (access.case_id, access.case_number) == (case.case_id, case.number)
    assert (access.user_id, access.at, access.reason) == (other.user_id, stage.now, REASON)
    stage.office.clock.now += timedelta(milliseconds=ACCESS_HOLDS_MS - 1)
    stage.cases.open(other, case.case_id)
    assert stage.audited()[-1] == ("case.viewed", other.user_id)
    stage.office.clock.now += timedelta(milliseconds=1)
    with pytest.raises(CaseReasonNeeded):
        stage.cases.open(other, case.case_id)
    assert stage.accesses.count_unseen(stage.people["supervisor"]) == 1
    stage.accesses.mark_seen(stage.people["supervisor"], access.access_id)
    assert stage.accesses.unseen(stage.people["supervisor"]) == []


def test_a_clock_that_was_put_back_opens_nothing(stage: Stage) -> None:
    case, other = stage.new_case(), stage.people["other"]
    stage.cases.open(other, case.case_id, REASON)
    stage.office.clock.forward(hours=-2)
    with pytest.raises(CaseReasonNeeded):
        stage.cases.view(other, case.case_id)
    stage.office.clock.forward(hours=2)


@pytest.mark.parametrize("who", [Who.IT, Who.IT_NOW])
def test_no_reason_opens_a_case_to_it_staff(stage: Stage, who: Who) -> None:
    case = stage.new_case()
    actor = stage.enter(who, case)
    with pytest.raises(NotAllowed):
        stage.cases.open(actor, case.case_id, REASON)
    with stage.office.database.read() as connection:
        granted = select(case_access).where(case_access.c.case_id == case.case_id)
        assert connection.execute(granted).all() == []


@pytest.mark.parametrize(
    ("reason", "code"),
    [("ң" * 500, None), ("ң" * 501, "call.too_long"), ("x" * 1_000_000, "call.too_long"),
     ("\ud800", "call.bad_text"), ("\x00 \U0001f6a8 שלום", None)],
)  # fmt: skip
def test_a_reason_is_kept_whole_or_refused(stage: Stage, reason: str, code: str | None) -> None:
    case, other = stage.new_case(), stage.people["other"]
    if code is None:
        stage.cases.open(other, case.case_id, reason)
        found = stage.accesses.unseen(stage.people["supervisor"])
        assert [a.reason for a in found if a.case_id == case.case_id] == [reason]
        return
    entries = stage.audited()
    with pytest.raises(BadInput) as caught:
        stage.cases.open(other, case.case_id, reason)
    assert [f.code for f in caught.value.faults] == [code]
    assert stage.audited() == entries
    with pytest.raises(CaseReasonNeeded):
        stage.cases.view(other, case.case_id)


def test_the_reason_is_in_the_audit_for_good(stage: Stage) -> None:
    stage.cases.open(stage.people["other"], stage.new_case().case_id, REASON)
    with stage.office.database.read() as connection:
        last = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).one()
        assert first_broken(connection) is None
    assert (last.action, json.loads(last.details)) == ("case.glass_broken", {"reason": REASON})


# Having and losing a case


def test_who_gets_the_case_gets_in_and_who_gave_it_is_out(stage: Stage) -> None:
    case = stage.new_case()
    owner, other = stage.people["owner"], stage.people["other"]
    stage.cases.assign(stage.people["supervisor"], case.case_id, other.user_id)
    assert stage.cases.view(other, case.case_id).case.owner_id == other.user_id
    with pytest.raises(CaseReasonNeeded):
        stage.cases.view(owner, case.case_id)


@pytest.mark.parametrize("to", ["it", "nobody"])
def test_a_case_is_given_to_nobody_who_may_not_work_on_it(stage: Stage, to: str) -> None:
    case = stage.new_case()
    user_id = stage.people[to].user_id if to in stage.people else to
    for act in (
        lambda: stage.cases.assign(stage.people["supervisor"], case.case_id, user_id),
        lambda: stage.work.give_task(
            stage.people["owner"], case.case_id, case.open_tasks[-1].task_id, user_id
        ),
    ):
        with pytest.raises(BadInput) as caught:
            act()
        assert [f.code for f in caught.value.faults] == ["person.unknown"]
    assert stage.read(case.case_id) == case


def test_a_task_that_is_done_lets_nobody_in(stage: Stage) -> None:
    case = stage.new_case()
    actor = stage.enter(Who.ASSIGNEE, case)
    stage.work.finish_task(actor, case.case_id, case.open_tasks[-1].task_id, "done")
    with pytest.raises(CaseReasonNeeded):
        stage.cases.view(actor, case.case_id)


def test_joining_a_case_of_somebody_else_tells_nothing_of_it(stage: Stage) -> None:
    """The operator decides that a call belongs to a case; that does not open the case."""
    case, other = stage.new_case(), stage.people["other"]
    form = information_call(
        stage.office.calls.start(other).form,
        topics=("VIO.DOM",),
        violence=ViolenceForm(joins=case.case_id, answers={"WEAPON": "Y"}),
    )
    stage.office.calls.save(other, form)
    assert stage.read(case.case_id).risk == "HIGH"
    assert stage.read(case.case_id).owner_id == case.owner_id
    with pytest.raises(CaseReasonNeeded):
        stage.cases.open(other, case.case_id)


def test_a_case_that_is_not_there_is_said_to_be_unknown(stage: Stage) -> None:
    gone = replace(stage.new_case(), case_id="gone")
    for verb, (answers, act) in (READS | CHANGES).items():
        if answers is OF_THE_CASE or (verb.startswith("Cases.") and answers is SUPERVISOR):
            with pytest.raises(NotFound) as caught:
                act(stage, stage.people["supervisor"], gone)
            assert caught.value.code in SENTENCES


# The risk


@pytest.mark.parametrize(
    ("level", "reason", "code"),
    [
        ("STD", "", "case.reason_missing"),
        ("STD", " \n", "case.reason_missing"),
        ("STD", "x" * 501, "call.too_long"),
        ("STD", "\udfff", "call.bad_text"),
        ("MED", "visited", "case.not_lower"),
        ("HIGH", "visited", "case.not_lower"),
        ("", "visited", "case.not_lower"),
        ("LOW", "visited", "case.not_lower"),
    ],
)
def test_risk_is_lowered_with_a_reason_to_what_is_lower(
    stage: Stage, level: str, reason: str, code: str
) -> None:
    case = stage.new_case()
    assert case.risk == "MED"
    with pytest.raises(BadInput) as caught:
        stage.cases.lower_risk(stage.people["supervisor"], case.case_id, level, reason)
    assert [f.code for f in caught.value.faults] == [code]
    assert stage.read(case.case_id) == case


def test_a_lowering_is_kept_beside_what_it_overrules(stage: Stage) -> None:
    case = stage.new_case(answers={"WEAPON": "Y"})
    supervisor = stage.people["supervisor"]
    lowered = stage.cases.lower_risk(supervisor, case.case_id, "MED", " a toy, says her mother ")
    assert lowered.assessments[:-1] == case.assessments
    decision = lowered.assessments[-1]
    assert (decision.lowered, decision.final, lowered.risk) == (True, "MED", "MED")
    assert (decision.by, decision.reason) == (supervisor.user_id, "a toy, says her mother")
    assert decision.rules_version == stage.office.reference.danger_rules.version
    # What was weighed does not come back; what is told anew counts.
    owner = stage.people["owner"]
    assert stage.cases.assess(owner, case.case_id, {"DRUNK": "Y"}).risk == "MED"
    assert stage.cases.assess(owner, case.case_id, {"THROAT": "Y"}).risk == "HIGH"


@pytest.mark.parametrize("raised_to", [None, "STD", "NA", "MED"])
def test_an_assessment_lowers_nothing_whoever_makes_it(stage: Stage, raised_to: str | None) -> None:
    case = stage.new_case(raised_to="IMM")
    rules = stage.office.reference.danger_rules
    all_no = dict.fromkeys((q.code for q in rules.questions), "N")
    for name in ("owner", "supervisor"):
        after = stage.cases.assess(
            stage.people[name], case.case_id, all_no, danger_now="N", raised_to=raised_to
        )
        assert after.risk == "IMM"
        assert after.assessments[-1].answers == all_no


@pytest.mark.parametrize(
    ("screen", "where"),
    [
        ({"answers": {"HURT": "maybe"}}, "answers"),
        ({"answers": {"": "Y"}}, "answers"),
        ({"answers": {"hurt": "Y"}}, "answers"),
        ({"answers": {"X" * 21: "Y"}}, "answers"),
        ({"answers": {"HURT\x00": "Y"}}, "answers"),
        ({"answers": {}, "danger_now": "?"}, "danger_now"),
        ({"answers": {}, "raised_to": "LOW"}, "raised_to"),
        ({"answers": {}, "reason": "x" * 10_001}, "reason"),
    ],
)
def test_a_screen_that_is_none_is_refused(stage: Stage, screen, where: str) -> None:
    case = stage.new_case()
    with pytest.raises(BadInput) as caught:
        stage.cases.assess(stage.people["owner"], case.case_id, **screen)
    assert [f.where for f in caught.value.faults] == [where]
    assert stage.read(case.case_id) == case
