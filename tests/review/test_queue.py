"""What waits for the supervisor, and what has left the queue by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.domain import people
from operator_app.domain.cases import Assessment
from operator_app.domain.clock import to_ms
from operator_app.domain.people import RIGHTS, Right, Role
from operator_app.domain.review import HIGH_RISK, Sampling, Waiting, picked
from operator_app.services.accounts import Accounts
from tests.other_seat import changed_elsewhere
from tests.review.conftest import ReviewOffice
from tests.ui.case_office import MEDIUM

HOUR = 3_600_000


def subjects(queue: list[Waiting]) -> list[str]:
    return [w.subject_id for w in queue]


def test_high_risk_waits_until_somebody_has_looked(desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.case(answers=MEDIUM)
    waiting = desk.only()
    assert (waiting.subject_id, waiting.reason, waiting.risk) == (case_id, HIGH_RISK, "HIGH")
    assert waiting.person_id == desk.bermet.user_id
    assert waiting.due_at - waiting.asked_at == 24 * HOUR
    assert not waiting.is_late(waiting.due_at)
    assert waiting.is_late(waiting.due_at + 1)
    desk.finish(waiting)
    assert desk.queue() == []
    # Another danger screen that finds high risk by itself is news; a note is none.
    desk.cases.add_note(desk.bermet, case_id, "She is at her sister's.")
    assert desk.queue() == []
    desk.office.clock.forward(hours=3)
    desk.cases.assess(desk.bermet, case_id, {"WEAPON": "Y"})
    again = desk.only()
    assert again.asked_at == to_ms(desk.office.clock())
    assert set(again.assessments).isdisjoint(waiting.assessments)


def test_due_from_the_first_finding_that_nobody_saw(desk: ReviewOffice) -> None:
    case_id = desk.case()
    first = desk.only()
    desk.office.clock.forward(hours=30)
    desk.cases.assess(desk.bermet, case_id, {"WEAPON": "Y"})
    assert desk.only().due_at == first.due_at
    # What came after the page was opened was not looked at.
    desk.finish(first)
    assert desk.only().asked_at == to_ms(desk.office.clock())


def test_lowering_counts_as_looking(desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.cases.lower_risk(desk.aida, case_id, "MED", "She has moved away.")
    assert desk.queue() == []
    desk.office.clock.forward(hours=48)
    desk.cases.assess(desk.bermet, case_id, {"WEAPON": "Y"})
    waiting = desk.only()
    assert waiting.asked_at == to_ms(desk.office.clock())
    assert len(waiting.assessments) == 1


def test_what_was_overtaken_is_gone(desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.cases.close(desk.aida, case_id, "SAFE")
    assert desk.queue() == []
    (call_id,) = desk.calls(1)
    desk.next_week()
    assert call_id in subjects(desk.queue())
    desk.office.calls.void(desk.aida, call_id, "Twice.")
    assert call_id not in subjects(desk.queue())


def test_danger_found_on_another_pc_waits_too(desk: ReviewOffice) -> None:
    case_id = desk.case(answers=MEDIUM)
    found = Assessment("other-seat-1", to_ms(desk.office.clock()), "x", computed="IMM", final="IMM")
    base = desk.cases.open(desk.aida, case_id)
    desk.cases.add_note(desk.bermet, case_id, "Here, too.")
    changed_elsewhere(
        desk.office,
        desk.cases,
        base,
        lambda c: replace(c, risk="IMM", assessments=(*c.assessments, found)),
    )
    waiting = desk.only()
    assert waiting.risk == "IMM"
    assert "other-seat-1" in waiting.assessments


def test_the_most_urgent_first(desk: ReviewOffice) -> None:
    desk.calls(5)
    desk.next_week()
    high = desk.case()
    asked = desk.case()
    desk.closures.ask(desk.bermet, asked, "SAFE", "She lives elsewhere now.")
    danger = desk.case(danger="Y")
    queue = desk.queue()
    assert [w.reason for w in queue[3:]] == ["closure", *["sample"] * 3]
    assert subjects(queue[:4]) == [danger, high, asked, asked]


def test_picks_are_of_a_week_that_is_over(desk: ReviewOffice) -> None:
    made = desk.calls(10)
    assert desk.queue() == []
    desk.next_week()
    queue = desk.queue()
    assert len(queue) == 3
    assert set(subjects(queue)) <= set(made)
    # Monday, 30 November: a week from then.
    assert {w.due_at - w.asked_at for w in queue} == {7 * 24 * HOUR}
    desk.next_week()
    assert subjects(desk.queue()) == subjects(queue)
    assert all(w.is_late(to_ms(desk.office.clock())) for w in desk.queue())
    desk.next_week()
    assert desk.queue() == []


def test_picks_are_the_same_whoever_asks_and_when(desk: ReviewOffice) -> None:
    made = desk.calls(12)
    desk.next_week()
    first = subjects(desk.queue())
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    desk.calls(4)
    desk.office.clock.forward(days=1)
    assert subjects(desk.queue(nurlan)) == first
    # More are these and others; where one falls away the next in line takes its place.
    desk.reviews.set_sampling(desk.aida, Sampling(calls=5, percent=0))
    more = subjects(desk.queue())
    assert set(first) < set(more)
    desk.office.calls.void(desk.aida, first[0], "Twice.")
    assert first[0] not in subjects(desk.queue())
    assert set(more) - {first[0]} < set(subjects(desk.queue()))
    desk.reviews.set_sampling(desk.aida, Sampling(calls=0, percent=100))
    assert set(subjects(desk.queue())) == set(made) - {first[0]}
    desk.reviews.set_sampling(desk.aida, Sampling(calls=0, percent=0))
    assert desk.queue() == []


def test_picks_leave_out_what_is_nobodys_business(desk: ReviewOffice) -> None:
    desk.reviews.set_sampling(desk.aida, Sampling(calls=50, percent=0))
    kept = desk.calls(2)
    desk.calls(1, contact_kind="PRANK")
    desk.calls(2, desk.aida)
    gone = desk.office.person(Role.OPERATOR, "gulnara")
    desk.calls(2, gone)
    accounts = Accounts(desk.office.database, desk.office.paths, desk.office.clock)
    accounts.remove(desk.aida, gone.user_id)
    desk.next_week()
    assert set(subjects(desk.queue())) == set(kept)
    # One's own calls are looked at by another supervisor.
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    assert len(desk.queue(nurlan)) == 4


def test_a_violence_call_only_by_right(desk: ReviewOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.calls(1)
    desk.case(answers=MEDIUM)
    desk.next_week()
    assert len(desk.queue()) == 2
    fewer = RIGHTS[Role.SUPERVISOR] - {Right.OPEN_ANY_VIOLENCE_CALL}
    monkeypatch.setitem(people.RIGHTS, Role.SUPERVISOR, fewer)
    assert len(desk.queue()) == 1


def test_every_call_has_the_same_chance() -> None:
    # 300 weeks of 20 calls, 3 of them picked: by the place in the week 45 times each on average.
    hits = [0] * 20
    for week in range(300):
        calls = [f"week-{week}-call-{n}" for n in range(20)]
        for chosen in picked(calls, 3):
            hits[calls.index(chosen)] += 1
    assert sum(hits) == 900
    # Chi squared with 19 degrees of freedom: above 43.8 once in a thousand.
    assert sum((n - 45) ** 2 / 45 for n in hits) < 43.8


def test_how_many() -> None:
    assert [Sampling().number_of(n) for n in (0, 2, 3, 60, 61, 200)] == [0, 2, 3, 3, 4, 10]
