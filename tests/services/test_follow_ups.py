"""Follow-ups over a real database: who sees which, what rises, the phone rule, the rules of a case."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

import pytest
from sqlalchemy import text

from operator_app.domain.cases import Assessment, Case, Task
from operator_app.domain.clock import BISHKEK, local, to_ms
from operator_app.domain.consent import CALL_BACK, Consent
from operator_app.domain.follow_ups import next_working_morning, rises, with_rule_tasks
from operator_app.domain.people import Role
from operator_app.domain.violence import SafeContact
from operator_app.errors import BadInput, NotAllowed
from operator_app.services.follow_ups import FollowUp, Scope
from tests.conftest import TestOffice
from tests.ui.follow_ups_office import HOUR, Casework


@pytest.fixture
def made(office: TestOffice) -> Casework:
    return Casework(office)


def due(rows: list[FollowUp]) -> list[tuple[str, str]]:
    return [(row.kind, local(row.due_at).strftime("%d.%m %H:%M")) for row in rows]


# What lists show, and to whom


def test_danger_now_is_followed_up_next_morning(made: Casework) -> None:
    made.case()
    assert due(made.follow_ups.page(made.office.actor, Scope.MINE)) == [("SAFE", "25.11 09:00")]


def test_everybody_sees_their_own_and_the_supervisor_the_whole_office(made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    mine, theirs = made.case(), made.case(bek)
    page = made.follow_ups.page
    assert [r.case_id for r in page(bek, Scope.MINE)] == [theirs.case_id]
    assert [r.case_id for r in page(made.office.actor, Scope.MINE)] == [mine.case_id]
    assert {r.case_id for r in page(made.office.actor, Scope.OFFICE)} == {
        mine.case_id,
        theirs.case_id,
    }


@pytest.mark.parametrize("scope", [Scope.OFFICE, Scope.RISEN])
def test_an_operator_is_refused_what_is_others(made: Casework, scope: Scope) -> None:
    with pytest.raises(NotAllowed):
        made.follow_ups.page(made.office.person(Role.OPERATOR, "bek"), scope)


def test_an_administrator_is_refused_all_of_it(made: Casework) -> None:
    cholpon = made.office.person(Role.ADMINISTRATOR, "cholpon")
    for ask in (
        lambda: made.follow_ups.page(cholpon, Scope.MINE),
        lambda: made.follow_ups.counts(cholpon),
        lambda: made.follow_ups.reminder(cholpon),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_a_row_holds_no_name_and_no_word(made: Casework) -> None:
    case = made.by_hand(made.case(), 3, text="planted words")
    made.agree_to_phone(case)
    rows = made.follow_ups.page(made.office.actor, Scope.OFFICE)
    said = " ".join(str(getattr(row, f.name)) for row in rows for f in fields(row))
    assert len(rows) == 2
    for private in ("planted", "Marina", "555", "14:00"):
        assert private not in said


def test_done_and_dropped_ones_are_gone(made: Casework) -> None:
    case = made.by_hand(made.case(), 3)
    aida = made.office.actor
    made.work.finish_task(aida, case.case_id, case.open_tasks[0].task_id, "reached the shelter")
    assert [r.kind for r in made.follow_ups.page(aida, Scope.MINE)] == ["SAFE"]
    made.cases.close(aida, case.case_id, made.office.reference.codes("close_reason")[0].code)
    assert made.follow_ups.page(aida, Scope.MINE) == []


def test_open_ones_are_found_by_their_index(made: Casework) -> None:
    with made.office.database.read() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT task_id FROM case_task WHERE done_at IS NULL"
                " AND dropped_at IS NULL AND due_at < 1 ORDER BY due_at"
            )
        ).all()
    assert "ix_case_task_open" in str(plan)


# Counting and reminding


def test_counts_of_the_day(made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    case = made.case()
    made.by_hand(case, 1)
    made.by_hand(case, 5)
    made.order(case, issued_at=made.now - 30 * HOUR)
    made.by_hand(made.case(bek), 1)
    made.office.clock.forward(hours=2)
    counts = made.follow_ups.counts(made.office.actor)
    # One by hand and the alarm of 48 hours are late; of bek's, supervisors know at once, too.
    assert (counts.late, counts.today, counts.risen, counts.orders_ending) == (2, 1, 3, 1)
    others = made.follow_ups.counts(bek)
    assert (others.late, others.today, others.risen, others.orders_ending) == (1, 0, 0, 0)


def test_an_order_counts_until_it_has_ended(made: Casework) -> None:
    made.order(made.case())
    for hours, ending in ((23, 0), (24, 1), (71, 1), (72, 0)):
        made.office.clock.now = datetime(2026, 11, 24, 9, tzinfo=BISHKEK)
        made.office.clock.forward(hours=hours)
        assert made.follow_ups.counts(made.office.actor).orders_ending == ending


def test_what_is_late_rises_at_once_or_after_a_day(made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    aida = made.office.actor
    case = made.by_hand(made.case(bek), 2)
    made.cases.lower_risk(aida, case.case_id, "STD", "moved to her mother's")
    made.by_hand(made.case(bek), 2)
    made.office.clock.forward(hours=2, seconds=1)
    assert len(made.follow_ups.page(aida, Scope.RISEN)) == 1, "the acute one"
    made.office.clock.forward(hours=24)
    assert {r.case_id for r in made.follow_ups.page(aida, Scope.RISEN)} >= {case.case_id}


def test_the_last_alarm_of_an_order_rises_at_once() -> None:
    ends = 1_000 * HOUR
    known = Task("t", "ORDER", "OTHER", ends - 12 * HOUR, "u", 0, rule=f"ORDER12:o:{ends}")
    first = replace(known, due_at=ends - 48 * HOUR, rule=f"ORDER48:o:{ends}")
    assert rises(known, "STD", known.due_at + 1)
    assert not rises(known, "STD", known.due_at)
    assert not rises(first, "STD", first.due_at + HOUR)


def test_nobody_is_late_with_what_was_not_recorded_yet() -> None:
    task = Task("t", "ORDER", "OTHER", 0, "u", 50 * HOUR, rule="")
    assert not rises(task, "STD", 51 * HOUR)
    assert rises(task, "STD", 75 * HOUR)
    clock_was_years_ahead = replace(task, created_at=10_000 * HOUR)
    assert rises(clock_was_years_ahead, "STD", 51 * HOUR)


def test_reminding_is_for_urgent_ones_and_for_what_rose(made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    aida = made.office.actor
    calm = made.by_hand(made.case(bek), 2)
    made.cases.lower_risk(aida, calm.case_id, "STD", "moved to her mother's")
    urgent = made.by_hand(made.case(bek), 3)
    made.office.clock.forward(hours=4)
    task_id = urgent.open_tasks[0].task_id
    for person, late in ((bek, 2), (aida, 1)):
        reminder = made.follow_ups.reminder(person)
        assert (reminder.late, reminder.pressing) == (late, {task_id})


# She is phoned only when it is safe


def test_no_phone_call_without_her_word_and_a_safe_time(made: Casework) -> None:
    case = made.case()
    aida = made.office.actor
    with pytest.raises(BadInput, match=r"task\.no_safe_call"):
        made.by_hand(case, 3, "CALLBACK", way="PHONE")
    made.cases.add_consent(aida, case.case_id, Consent(CALL_BACK, "G", made.now))
    with pytest.raises(BadInput, match=r"task\.no_safe_call"):
        made.by_hand(case, 3, "CALLBACK", way="PHONE")
    made.cases.set_contact(aida, case.case_id, SafeContact(hours="after 14:00"))
    made.by_hand(case, 3, "CALLBACK", way="PHONE")
    assert [r.way for r in made.follow_ups.page(aida, Scope.MINE)] == ["PHONE", "OTHER"]


@pytest.mark.parametrize("what", ["consent", "hours"])
def test_when_it_is_no_longer_safe_open_calls_become_another_way(made: Casework, what: str) -> None:
    case = made.agree_to_phone(made.case())
    aida = made.office.actor
    made.by_hand(case, 3, "CALLBACK", way="PHONE")
    made.office.clock.forward(minutes=1)
    if what == "consent":
        made.cases.add_consent(aida, case.case_id, Consent(CALL_BACK, "W", made.now))
    else:
        made.cases.set_contact(aida, case.case_id, SafeContact("0555 11 22 33"))
    rows = made.follow_ups.page(aida, Scope.MINE)
    assert [(r.kind, r.way) for r in rows] == [("CALLBACK", "OTHER"), ("SAFE", "OTHER")]
    with pytest.raises(BadInput, match=r"task\.no_safe_call"):
        made.work.set_task_way(aida, case.case_id, rows[0].task_id, "PHONE")


def test_an_override_of_the_law_lets_nobody_phone_her(made: Casework) -> None:
    case = made.agree_to_phone(made.case())
    with pytest.raises(BadInput):
        word = Consent(CALL_BACK, "E", made.now, reason="danger to life")
        made.cases.add_consent(made.office.actor, case.case_id, word)


# Another time


def test_a_time_gone_by_or_years_away_is_refused(made: Casework) -> None:
    case = made.case()
    task = case.open_tasks[0]
    for hours, code in ((-1, "task.due_in_past"), (5_000, "task.due_too_far")):
        with pytest.raises(BadInput) as refused:
            made.work.move_task(
                made.office.actor, case.case_id, task.task_id, made.now + hours * HOUR
            )
        assert [fault.code for fault in refused.value.faults] == [code]


def test_an_alarm_is_not_put_off_past_the_end_of_its_order(made: Casework) -> None:
    case = made.order(made.case())
    alarm = next(t for t in case.open_tasks if t.rule.startswith("ORDER12"))
    move = made.work.move_task
    with pytest.raises(BadInput, match=r"task\.after_order"):
        move(made.office.actor, case.case_id, alarm.task_id, alarm.due_at + 12 * HOUR)
    moved = move(made.office.actor, case.case_id, alarm.task_id, alarm.due_at + 11 * HOUR)
    assert alarm.rule in {t.rule for t in moved.open_tasks}
    again = made.cases.add_note(made.office.actor, case.case_id, "a word")
    assert {t.due_at for t in again.tasks if t.rule == alarm.rule} == {alarm.due_at + 11 * HOUR}


# What rules make


def acute_case(*assessments: Assessment, **changes: object) -> Case:
    case = Case("c1", "0412-2026-C00001", "0412", "VIOLENCE", 0, "owner", "owner", risk="HIGH")
    return replace(case, assessments=assessments, **changes)  # type: ignore[arg-type]


def high(number: int, at: int) -> Assessment:
    return Assessment(f"a{number}", at, "u", computed="HIGH", final="HIGH")


DAY = 24 * HOUR
AT = to_ms(datetime(2026, 11, 24, 22, 0, tzinfo=BISHKEK))


def test_new_danger_after_a_visit_asks_for_another_visit() -> None:
    case = with_rule_tasks(acute_case(high(1, AT)), AT)
    done = replace(case.tasks[0], done_at=AT + HOUR, result="safe")
    case = with_rule_tasks(replace(case, tasks=(done,)), AT + HOUR)
    assert case.open_tasks == (), "what was done does not come back"
    case = replace(case, assessments=(high(1, AT), high(2, AT + DAY)))
    case = with_rule_tasks(case, AT + DAY)
    assert [t.due_at for t in case.open_tasks] == [next_working_morning(AT + DAY)]


def test_new_danger_never_puts_the_visit_off() -> None:
    case = with_rule_tasks(acute_case(high(1, AT)), AT)
    given = replace(case.tasks[0], assignee_id="bek")
    case = replace(case, tasks=(given,), assessments=(high(1, AT), high(2, AT + DAY)))
    case = with_rule_tasks(case, AT + DAY)
    assert [(t.due_at, t.assignee_id) for t in case.open_tasks] == [(given.due_at, "bek")]


def test_a_wrong_clocks_assessment_does_not_stay_the_latest() -> None:
    ten_years = 3_650 * DAY
    case = with_rule_tasks(acute_case(high(1, AT + ten_years)), AT + ten_years)
    case = replace(case, assessments=(*case.assessments, high(2, AT)))
    case = with_rule_tasks(case, AT)
    assert [t.due_at for t in case.open_tasks] == [next_working_morning(AT)]


def test_closing_drops_and_opening_again_brings_back_what_is_still_needed(made: Casework) -> None:
    aida = made.office.actor
    case = made.order(made.by_hand(made.case(), 5))
    done, waiting = case.open_tasks[0], {t.task_id for t in case.open_tasks[1:]}
    made.work.finish_task(aida, case.case_id, done.task_id, "spoke to her")
    made.cases.close(aida, case.case_id, made.office.reference.codes("close_reason")[0].code)
    assert made.follow_ups.page(aida, Scope.MINE) == []
    made.office.clock.forward(hours=1)
    case = made.cases.set_status(aida, case.case_id, "WORK")
    assert {t.task_id for t in case.open_tasks} == waiting
    assert len(case.tasks) == len(waiting) + 1


def test_what_was_planned_by_hand_comes_back_only_while_its_time_is_to_come(made: Casework) -> None:
    aida = made.office.actor
    case = made.by_hand(made.case(), 5)
    made.cases.close(aida, case.case_id, made.office.reference.codes("close_reason")[0].code)
    made.office.clock.forward(days=90)
    case = made.cases.set_status(aida, case.case_id, "WORK")
    assert [t.kind for t in case.open_tasks] == ["SAFE"]


def test_a_request_for_an_order_is_due_in_a_day_and_an_answer_ends_it(made: Casework) -> None:
    case = made.order(made.case(), status="APPL", asked_at=made.now - HOUR, issued_at=None)
    asked = [t for t in case.open_tasks if t.kind == "ORDER"]
    assert [t.due_at for t in asked] == [made.now + 23 * HOUR]
    order = replace(case.orders[0], status="REFP")
    case = made.work.set_order(made.office.actor, case.case_id, order)
    assert [t.kind for t in case.open_tasks] == ["SAFE"]


def test_a_service_that_does_not_answer_is_asked_again(made: Casework) -> None:
    aida = made.office.actor
    case = made.case()
    made.cases.add_consent(aida, case.case_id, Consent("SHARE", "G", made.now, recipient="SHE"))
    case = made.work.refer(aida, case.case_id, "SHE", "SENT")
    waiting = [t for t in case.open_tasks if t.kind == "REFER"]
    assert [t.due_at for t in waiting] == [made.now + DAY]
    referral_id = case.referrals[0].referral_id
    case = made.work.step_referral(aida, case.case_id, referral_id, "ACC")
    assert [t.kind for t in case.open_tasks] == ["SAFE"]
