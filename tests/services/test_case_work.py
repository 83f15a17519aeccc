"""The work on a case, verb by verb: what is kept, and that what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operator_app.domain.cases import Case, Incident, ProtectionOrder, Referral, Task
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import SafeContact
from operator_app.errors import AppError, BadInput, NotAllowed, NotFound
from operator_app.services.case_access import CaseReasonNeeded
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.ui.problems import SENTENCES
from tests.conftest import TestOffice
from tests.ui.case_office import HIGH, case_of, save_violence_call, services

HOUR = 3_600_000
DAY = 24 * HOUR
EMOJI = "👩‍👧‍👦"
RIGHT_TO_LEFT = "\u202bשלום عليكم\u202c"
LONGEST = "ң" * 10_000


class Work:
    """One case of Bek's, and the services that change it."""

    def __init__(self, office: TestOffice) -> None:
        self.office = office
        self.bek = office.person(Role.OPERATOR, "bek")
        self.cases: Cases = services(office)[0]
        self.work: CaseWork = services(office)[1]
        self.case_id = save_violence_call(
            office, self.bek, offender="HUSB", affected_age="31", happened="Кулак, дважды"
        )

    @property
    def now(self) -> int:
        return to_ms(self.office.clock())

    @property
    def case(self) -> Case:
        return case_of(self.office, self.case_id)

    def refused(self, act: Callable[[], object]) -> list[str]:
        """The codes of the faults; every one has a sentence, and the case is as it was."""
        before = self.case
        with pytest.raises(AppError) as caught:
            act()
        assert self.case == before
        error = caught.value
        codes = [f.code for f in error.faults] if isinstance(error, BadInput) else [error.code]
        assert set(codes) <= set(SENTENCES)
        return codes

    def says(self, purpose: str, value: str, recipient: str = "", reason: str = "") -> None:
        self.cases.add_consent(
            self.bek, self.case_id, Consent(purpose, value, 0, recipient=recipient, reason=reason)
        )

    def may_be_phoned(self) -> None:
        self.says("CALL_BACK", "Y")
        self.cases.set_contact(self.bek, self.case_id, SafeContact("0555 12-34-56", "будни 10–12"))

    # Verbs with what most tests leave alone

    def order(self, status: str, **facts: object) -> Case:
        return self.work.set_order(
            self.bek,
            self.case_id,
            ProtectionOrder("", status, 0, **facts),  # type: ignore[arg-type]
        )

    def refer(self, status: str = "SENT", to: str = "SHE", **more: object) -> Referral:
        made = self.work.refer(self.bek, self.case_id, to, status, **more)  # type: ignore[arg-type]
        return made.referrals[-1]

    def step(self, referral: Referral, status: str, **more: str) -> Referral:
        made = self.work.step_referral(
            self.bek,
            self.case_id,
            referral.referral_id,
            status,
            **more,  # type: ignore[arg-type]
        )
        return next(r for r in made.referrals if r.referral_id == referral.referral_id)

    def task(self, **changes: object) -> Task:
        values = {"kind": "CHECK", "way": "VISIT", "due_at": self.now + DAY, **changes}
        made = self.work.add_task(self.bek, self.case_id, **values)  # type: ignore[arg-type]
        return made.tasks[-1]


@pytest.fixture
def work(office: TestOffice) -> Work:
    return Work(office)


# Incidents


def incident(**facts: object) -> Incident:
    return Incident("", 0, **facts)  # type: ignore[arg-type]


def test_an_incident_is_added_with_what_follows_from_the_case(work: Work) -> None:
    case = work.work.set_incident(
        work.bek,
        work.case_id,
        incident(happened_on="23.11", forms=("PSY", "RAP"), place="HOME", happened=f" {EMOJI} "),
    )
    new = case.incidents[-1]
    assert len(case.incidents) == 2
    assert (new.happened_on, new.happened) == ("2026-11-23", EMOJI)
    assert (new.gbv_type, new.contexts) == ("RAPE", ("PARTNER", "FAMILY"))
    assert new.told_at == work.now
    assert case_of(work.office, work.case_id).incidents[-1] == new


def test_a_corrected_incident_stays_the_one_the_call_told(work: Work) -> None:
    told = work.case.incidents[0]
    corrected = replace(
        told, forms=("NEG",), told_at=7, call_id="another", gbv_type="RAPE", contexts=("OLDER",)
    )
    case = work.work.set_incident(work.bek, work.case_id, corrected)
    (kept,) = case.incidents
    assert (kept.told_at, kept.call_id) == (told.told_at, told.call_id)
    assert (kept.gbv_type, kept.contexts) == ("DENIAL", ("PARTNER", "FAMILY"))


def test_type_and_contexts_follow_later_facts(work: Work) -> None:
    assert work.case.incidents[0].contexts == ("PARTNER", "FAMILY")
    affected = replace(work.case.affected, age=15, age_band="A14_17")
    case = work.cases.set_person(work.bek, work.case_id, affected)
    assert case.incidents[0].contexts == ("PARTNER", "FAMILY", "CHILD")
    case = work.cases.set_offender(work.bek, work.case_id, replace(case.offender, relation="OFFI"))
    assert case.incidents[0].contexts == ("CHILD", "OFFICIAL")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"happened_on": "25.11.2026", "happened": "x"}, "day.in_future"),
        ({"happened_on": "31.02.2026", "happened": "x"}, "day.not_understood"),
        ({"happened_on": "yesterday", "happened": "x"}, "day.not_understood"),
        ({"happened_on": "1.1.1800", "happened": "x"}, "day.too_long_ago"),
        ({"happened": LONGEST + "x"}, "call.too_long"),
        ({"forms": ("PHY", "NOPE")}, "call.unknown_code"),
        ({"place": "NOPE"}, "call.unknown_code"),
        ({"children": "NOPE"}, "call.unknown_code"),
        ({}, "incident.empty"),
        ({"happened": "  \n "}, "incident.empty"),
    ],
)
def test_incidents_that_cannot_be(work: Work, facts: dict[str, object], code: str) -> None:
    act = work.work.set_incident
    assert work.refused(lambda: act(work.bek, work.case_id, incident(**facts))) == [code]


def test_an_incident_that_is_not_there_is_not_invented(work: Work) -> None:
    unknown = Incident("gone", 0, happened="x")
    assert work.refused(lambda: work.work.set_incident(work.bek, work.case_id, unknown)) == [
        "case.part_unknown"
    ]


@pytest.mark.parametrize("text", [EMOJI, RIGHT_TO_LEFT, "<b>&amp;</b>", "two\nlines", LONGEST])
def test_words_of_any_script_are_kept(work: Work, text: str) -> None:
    work.work.set_incident(work.bek, work.case_id, incident(happened=text))
    work.refer("OFF", note=text)
    work.task(text=text)
    work.cases.add_note(work.bek, work.case_id, text)
    case = work.case
    kept = (
        case.incidents[-1].happened,
        case.referrals[-1].note,
        case.tasks[-1].text,
        case.notes[-1].text,
    )
    assert kept == (text,) * 4


# Protection orders


def test_an_issued_order_gets_its_three_days(work: Work) -> None:
    case = work.order("ISS3", issued_at=work.now - HOUR)
    assert case.orders[0].ends_at == work.now - HOUR + 3 * DAY
    rules = [t.rule.split(":")[0] for t in case.open_tasks]
    assert rules[-2:] == ["ORDER48", "ORDER12"]


def test_a_corrected_hour_of_issue_moves_the_end_and_the_alarms(work: Work) -> None:
    first = work.order("ISS3", issued_at=work.now - 5 * HOUR).orders[0]
    corrected = replace(first, issued_at=work.now - HOUR)
    case = work.work.set_order(work.bek, work.case_id, corrected)
    assert case.orders[0].ends_at == work.now - HOUR + 3 * DAY
    assert [t.due_at for t in case.open_tasks] == [
        case.orders[0].ends_at - 48 * HOUR,
        case.orders[0].ends_at - 12 * HOUR,
    ]


def test_an_order_goes_from_asked_to_issued_to_extended_to_broken(work: Work) -> None:
    asked = work.order("APPL", asked_at=work.now - HOUR).orders[0]
    assert [t.due_at for t in work.case.open_tasks] == [work.now - HOUR + DAY]
    issued = work.work.set_order(
        work.bek, work.case_id, replace(asked, status="ISS3", issued_at=work.now)
    ).orders[0]
    extended = replace(issued, status="EXT30", ends_at=work.now + 30 * DAY)
    case = work.work.set_order(work.bek, work.case_id, extended)
    assert [t.due_at for t in case.open_tasks] == [
        work.now + 28 * DAY,
        work.now + 30 * DAY - 12 * HOUR,
    ]
    work.office.clock.forward(hours=2)
    broken = replace(extended, status="BRK", broken_at=work.now - HOUR)
    (kept,) = work.work.set_order(work.bek, work.case_id, broken).orders
    assert (kept.status, kept.ends_at) == ("BRK", extended.ends_at)
    assert kept.recorded_at == asked.recorded_at


def test_monitoring_by_a_court_has_a_term_of_its_own(work: Work) -> None:
    case = work.order("ELEC", issued_at=work.now, ends_at=work.now + 90 * DAY)
    assert case.orders[0].ends_at == work.now + 90 * DAY


def test_three_days_may_end_with_the_day(work: Work) -> None:
    until_midnight = to_ms(datetime(2026, 11, 27, 18, 0, tzinfo=UTC))
    case = work.order("ISS3", issued_at=work.now, ends_at=until_midnight)
    assert case.orders[0].ends_at == until_midnight


@pytest.mark.parametrize(
    ("status", "hours", "code"),
    [
        ("ISS3", {"issued_at": 1}, "day.in_future"),
        ("APPL", {"asked_at": 1}, "day.in_future"),
        ("BRK", {"issued_at": -5, "broken_at": 1}, "day.in_future"),
        ("ISS3", {"issued_at": -24 * 366 * 6}, "day.too_long_ago"),
        ("ISS3", {}, "order.issued_missing"),
        ("ISS3", {"asked_at": -1, "issued_at": -2}, "order.issued_before_asked"),
        ("ISS3", {"issued_at": -2, "ends_at": -3}, "order.ends_before_issued"),
        ("ISS3", {"issued_at": -2, "ends_at": -2}, "order.ends_before_issued"),
        ("ISS3", {"issued_at": -2, "ends_at": 24 * 5}, "order.three_days"),
        ("EXT30", {"issued_at": -2}, "order.ends_missing"),
        ("EXT30", {"issued_at": -2, "ends_at": 24}, "order.not_extended"),
        ("EXT30", {"issued_at": 0, "ends_at": 24 * 30 + 1}, "order.too_long"),
        ("EXT30", {"ends_at": 24 * 31}, "order.too_long"),
        ("ELEC", {"issued_at": 0, "ends_at": 24 * 400}, "order.too_long"),
        ("BRK", {"issued_at": -2}, "order.broken_missing"),
        ("BRK", {"issued_at": -2, "broken_at": -3}, "order.broken_before_issued"),
        ("NOPE", {}, "call.unknown_code"),
    ],
)
def test_orders_that_cannot_be(work: Work, status: str, hours: dict[str, int], code: str) -> None:
    moments = {name: work.now + n * HOUR for name, n in hours.items()}
    assert work.refused(lambda: work.order(status, **moments)) == [code]


def test_a_broken_order_is_told_even_when_nothing_else_is_known(work: Work) -> None:
    case = work.order("BRK", broken_at=work.now - HOUR)
    assert case.orders[0].ends_at is None


def test_an_order_needs_no_name_that_is_too_long_and_must_be_there(work: Work) -> None:
    assert work.refused(lambda: work.order("ASK", police_office="x" * 501)) == ["call.too_long"]
    unknown = ProtectionOrder("gone", "ASK", 0)
    assert work.refused(lambda: work.work.set_order(work.bek, work.case_id, unknown)) == [
        "case.part_unknown"
    ]


# Referrals


def test_offering_and_declining_tell_nobody(work: Work) -> None:
    offered = work.refer("OFF", organisation=" Сезим ")
    declined = work.refer("DEC", "PSY", reason="Не хочет")
    assert (offered.status, offered.organisation, offered.due_at) == ("OFF", "Сезим", None)
    assert (declined.status, declined.steps[0].reason) == ("DEC", "Не хочет")


def test_without_consent_no_service_is_told(work: Work) -> None:
    assert work.refused(lambda: work.refer("SENT")) == ["referral.no_consent"]
    offered = work.refer("OFF")
    for status in ("SENT", "ACC", "DONE"):
        assert work.refused(lambda to=status: work.step(offered, to)) == ["referral.no_consent"]
    work.says("SHARE", "N", "SHE")
    assert work.refused(lambda: work.refer("SENT")) == ["referral.no_consent"]


def test_with_consent_it_is_sent_with_a_time_for_the_answer(work: Work) -> None:
    work.says("SHARE", "Y", "SHE")
    sent = work.refer("SENT", warm=True)
    assert (sent.warm, sent.due_at) == (True, work.now + DAY)
    assert work.refused(lambda: work.refer("SENT", "PSY")) == ["referral.no_consent"]


@pytest.mark.parametrize(
    ("value", "service"), [("E", "SHE"), ("E", "POL"), ("L", "POL"), ("L", "SOC")]
)
def test_the_law_lets_some_be_told_for_a_recorded_reason(
    work: Work, value: str, service: str
) -> None:
    work.says("SHARE", value, service, "Угрожает убить, на связь выйти нельзя")
    assert work.refer("SENT", service).status == "SENT"


@pytest.mark.parametrize(
    ("value", "service", "reason", "code"),
    [
        ("E", "LEG", "Угроза", "consent.no_override"),
        ("L", "SHE", "Закон", "consent.no_override"),
        ("E", "POL", " ", "consent.reason_missing"),
    ],
)
def test_others_are_never_told_without_her_word(
    work: Work, value: str, service: str, reason: str, code: str
) -> None:
    assert work.refused(lambda: work.says("SHARE", value, service, reason)) == [code]
    assert work.refused(lambda: work.refer("SENT", service)) == ["referral.no_consent"]


def test_a_referral_goes_on_step_by_step_and_keeps_its_history(work: Work) -> None:
    work.says("SHARE", "Y")
    referral = work.refer("SENT")
    referral = work.step(referral, "REJ", reason="Мест нет")
    work.office.clock.forward(hours=3)
    referral = work.step(referral, "SENT")
    assert referral.due_at == work.now + DAY
    referral = work.step(referral, "ACC")
    referral = work.step(referral, "DONE")
    assert [s.status for s in referral.steps] == ["SENT", "REJ", "SENT", "ACC", "DONE"]
    assert {s.by for s in referral.steps} == {work.bek.user_id}


def test_what_a_service_answers_is_written_down_after_she_took_her_word_back(work: Work) -> None:
    work.says("SHARE", "Y", "SHE")
    sent = work.refer("SENT")
    work.office.clock.forward(minutes=1)
    work.says("SHARE", "N", "SHE")
    assert work.step(sent, "ACC").status == "ACC"
    back = work.step(sent, "NOT", reason="Не приехала")
    assert work.refused(lambda: work.step(back, "SENT")) == ["referral.no_consent"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("OFF", "REJ"), ("OFF", "NOT"), ("OFF", "OFF"), ("SENT", "OFF"), ("SENT", "SENT"),
        ("DEC", "DONE"), ("DEC", "ACC"),
    ],
)  # fmt: skip
def test_steps_that_cannot_follow(work: Work, first: str, then: str) -> None:
    work.says("SHARE", "Y")
    referral = work.refer(first, reason="x")
    assert work.refused(lambda: work.step(referral, then, reason="x")) == ["referral.no_such_step"]


def test_nothing_follows_a_service_that_was_received(work: Work) -> None:
    work.says("SHARE", "Y")
    done = work.step(work.refer("SENT"), "DONE")
    for status in ("SENT", "NOT", "DEC", "UNK"):
        assert work.refused(lambda to=status: work.step(done, to, reason="x")) == [
            "referral.no_such_step"
        ]


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        ("DEC", {}, "referral.reason_missing"),
        ("DEC", {"reason": " "}, "referral.reason_missing"),
        ("DONE", {}, "referral.no_such_step"),
        ("NOPE", {}, "referral.no_such_step"),
        ("OFF", {"warm": True}, "referral.warm_is_sent"),
        ("OFF", {"to": "NOPE"}, "referral.service_missing"),
        ("OFF", {"note": LONGEST + "x"}, "call.too_long"),
        ("OFF", {"organisation": "x" * 501}, "call.too_long"),
        ("DEC", {"reason": LONGEST + "x"}, "call.too_long"),
        ("OFF", {"due_at": 1}, "task.due_in_past"),
    ],
)
def test_referrals_that_cannot_begin(
    work: Work, status: str, more: dict[str, object], code: str
) -> None:
    assert work.refused(lambda: work.refer(status, **more)) == [code]


def test_a_step_of_nothing_and_without_a_reason(work: Work) -> None:
    work.says("SHARE", "Y")
    sent = work.refer("SENT")
    assert work.refused(lambda: work.step(sent, "NOT")) == ["referral.reason_missing"]
    gone = replace(sent, referral_id="gone")
    assert work.refused(lambda: work.step(gone, "ACC")) == ["case.part_unknown"]


# Follow-ups


def test_a_follow_up_is_the_owners_unless_said_otherwise(work: Work) -> None:
    task = work.task(text=" Спросить ")
    assert (task.assignee_id, task.text, task.rule) == (work.bek.user_id, "Спросить", "")


def test_a_phone_call_needs_her_word_and_a_safe_time(work: Work) -> None:
    assert work.refused(lambda: work.task(way="PHONE")) == ["task.no_safe_call"]
    work.says("CALL_BACK", "Y")
    assert work.refused(lambda: work.task(way="PHONE")) == ["task.no_safe_call"]
    work.may_be_phoned()
    task = work.task(way="PHONE")
    assert task.way == "PHONE"
    work.office.clock.forward(minutes=1)
    work.says("CALL_BACK", "N")
    assert next(t for t in work.case.tasks if t.task_id == task.task_id).way == "OTHER"
    for act in (
        lambda: work.task(way="PHONE"),
        lambda: work.work.set_task_way(work.bek, work.case_id, task.task_id, "PHONE"),
    ):
        assert work.refused(act) == ["task.no_safe_call"]


def test_no_hours_any_more_no_phone_call(work: Work) -> None:
    work.may_be_phoned()
    task = work.task(way="PHONE")
    work.cases.set_contact(work.bek, work.case_id, SafeContact("0555 12-34-56", " "))
    assert next(t for t in work.case.tasks if t.task_id == task.task_id).way == "OTHER"
    assert work.refused(lambda: work.task(way="PHONE")) == ["task.no_safe_call"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due_at": 0}, "task.due_in_past"),
        ({"due_at": 2**42}, "task.due_too_far"),
        ({"kind": "NOPE"}, "call.unknown_code"),
        ({"way": "NOPE"}, "call.unknown_code"),
        ({"text": LONGEST + "x"}, "call.too_long"),
        ({"assignee_id": "nobody"}, "person.unknown"),
    ],
)
def test_follow_ups_that_cannot_be(work: Work, changes: dict[str, object], code: str) -> None:
    assert work.refused(lambda: work.task(**changes)) == [code]


def test_this_very_moment_is_gone_by(work: Work) -> None:
    assert work.refused(lambda: work.task(due_at=work.now)) == ["task.due_in_past"]


def test_done_with_what_came_of_it(work: Work) -> None:
    task = work.task()
    act = work.work.finish_task
    for result, code in (("", "task.result_missing"), (" ", "task.result_missing")):
        assert work.refused(lambda r=result: act(work.bek, work.case_id, task.task_id, r)) == [code]
    assert work.refused(lambda: act(work.bek, work.case_id, task.task_id, LONGEST + "x")) == [
        "call.too_long"
    ]
    done = act(work.bek, work.case_id, task.task_id, f" {RIGHT_TO_LEFT} ").tasks[-1]
    assert (done.done_at, done.done_by, done.result) == (
        work.now,
        work.bek.user_id,
        RIGHT_TO_LEFT,
    )
    for again in (
        lambda: act(work.bek, work.case_id, task.task_id, "x"),
        lambda: work.work.move_task(work.bek, work.case_id, task.task_id, work.now + DAY),
        lambda: work.work.set_task_way(work.bek, work.case_id, task.task_id, "VISIT"),
        lambda: work.work.give_task(work.bek, work.case_id, task.task_id, work.bek.user_id),
    ):
        assert work.refused(again) == ["task.not_open"]


def test_another_time_and_another_way(work: Work) -> None:
    task = work.task()
    act = work.work.move_task
    assert act(work.bek, work.case_id, task.task_id, work.now + 2 * DAY).tasks[-1].due_at == (
        work.now + 2 * DAY
    )
    assert work.refused(lambda: act(work.bek, work.case_id, task.task_id, work.now - 1)) == [
        "task.due_in_past"
    ]
    way = work.work.set_task_way
    assert way(work.bek, work.case_id, task.task_id, "SERVICE").tasks[-1].way == "SERVICE"
    assert work.refused(lambda: way(work.bek, work.case_id, task.task_id, "NOPE")) == [
        "call.unknown_code"
    ]


def test_an_alarm_is_not_put_off_past_the_end_of_the_order(work: Work) -> None:
    case = work.order("ISS3", issued_at=work.now)
    alarm = next(t for t in case.open_tasks if t.kind == "ORDER")
    ends_at = case.orders[0].ends_at
    assert ends_at is not None
    act = work.work.move_task
    assert work.refused(lambda: act(work.bek, work.case_id, alarm.task_id, ends_at)) == [
        "task.after_order"
    ]


def test_a_follow_up_is_given_by_who_answers_for_the_case(work: Work) -> None:
    """It opens the case to whoever has it, so a guest cannot keep the door open for himself."""
    office = work.office
    guest, keeper = office.person(Role.OPERATOR, "guest"), office.person(Role.ADMINISTRATOR, "it")
    task = work.task()
    act = work.work.give_task
    for nobody in (keeper.user_id, "nobody", ""):
        assert work.refused(lambda to=nobody: act(work.bek, work.case_id, task.task_id, to)) == [
            "person.unknown"
        ]
    work.cases.open(guest, work.case_id, "Дежурный, она звонит снова")

    def keeps(who: Actor) -> Case:
        return work.work.add_task(
            who,
            work.case_id,
            kind="CHECK",
            way="VISIT",
            due_at=work.now + DAY,
            assignee_id=who.user_id,
        )

    assert work.refused(lambda: keeps(guest)) == ["task.given_by_owner"]
    assert work.refused(lambda: act(guest, work.case_id, task.task_id, guest.user_id)) == [
        "task.given_by_owner"
    ]
    given = act(work.bek, work.case_id, task.task_id, guest.user_id)
    assert given.tasks[-1].assignee_id == guest.user_id
    assert keeps(office.actor).tasks[-1].assignee_id == office.actor.user_id


# Whose case, and a closed one


def all_verbs(work: Work, who: Actor) -> list[Callable[[], object]]:
    verbs, case_id = work.work, work.case_id
    return [
        lambda: verbs.set_incident(who, case_id, incident(happened="x")),
        lambda: verbs.set_order(who, case_id, ProtectionOrder("", "ASK", 0)),
        lambda: verbs.refer(who, case_id, "PSY", "OFF"),
        lambda: verbs.step_referral(who, case_id, work.case.referrals[0].referral_id, "DEC", reason="x"),
        lambda: verbs.add_task(who, case_id, kind="CHECK", way="VISIT", due_at=work.now + DAY),
        lambda: verbs.finish_task(who, case_id, work.case.tasks[0].task_id, "x"),
        lambda: verbs.move_task(who, case_id, work.case.tasks[0].task_id, work.now + DAY),
        lambda: verbs.give_task(who, case_id, work.case.tasks[0].task_id, work.bek.user_id),
        lambda: verbs.set_task_way(who, case_id, work.case.tasks[0].task_id, "VISIT"),
    ]  # fmt: skip


def test_no_verb_works_on_the_case_of_another(work: Work) -> None:
    work.refer("OFF")
    work.task()
    stranger = work.office.person(Role.OPERATOR, "stranger")
    before = work.case
    for verb in all_verbs(work, stranger):
        with pytest.raises(CaseReasonNeeded):
            verb()
    keeper = work.office.person(Role.ADMINISTRATOR, "it")
    for verb in all_verbs(work, keeper):
        with pytest.raises(NotAllowed):
            verb()
    assert work.case == before


def test_no_verb_works_on_a_closed_case(work: Work) -> None:
    work.refer("OFF")
    work.task()
    work.cases.close(work.bek, work.case_id, "SAFE")
    for verb in all_verbs(work, work.bek):
        assert work.refused(verb) == ["case.closed"]


def test_a_case_that_is_not_there(work: Work) -> None:
    with pytest.raises(NotFound):
        work.work.refer(work.bek, "gone", "PSY", "OFF")


def test_a_high_risk_case_is_seen_to_the_next_morning(office: TestOffice) -> None:
    case = case_of(office, save_violence_call(office, answers=HIGH))
    (task,) = case.open_tasks
    morning = office.clock.now.replace(hour=3, minute=0) + timedelta(days=1)
    assert (task.kind, task.due_at) == ("SAFE", to_ms(morning))
