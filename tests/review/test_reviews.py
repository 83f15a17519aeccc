"""Finishing a review, asking for closure, reading what was said: rights, races, wrong input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from operator_app.domain.calls import MAX_TEXT
from operator_app.domain.clock import to_ms
from operator_app.domain.people import Actor, Right, Role
from operator_app.domain.review import CALL, CASE, MAX_COMMENT, Form, Sampling
from operator_app.errors import BadInput, NotAllowed, NotFound
from operator_app.services.case_access import CaseReasonNeeded
from operator_app.services.review_figures import read_review_figures
from tests.review.conftest import ReviewOffice

HOUR = 3_600_000


def test_who_may_do_what(desk: ReviewOffice) -> None:
    desk.case()
    waiting = desk.only()
    form = desk.filled(waiting)
    reviews, closures = desk.reviews, desk.closures
    verbs: dict[str, tuple[Right, Callable[[Actor], object]]] = {
        "queue": (Right.REVIEW, reviews.queue),
        "finish": (Right.REVIEW, lambda a: reviews.finish(a, waiting, form)),
        "keep": (Right.REVIEW, lambda a: reviews.keep_draft(a, waiting, form)),
        "draft": (Right.REVIEW, lambda a: reviews.draft(a, waiting)),
        "sampling": (Right.REVIEW, reviews.sampling),
        "set": (Right.REVIEW, lambda a: reviews.set_sampling(a, Sampling())),
        "mine": (Right.SEE_CALLS, reviews.mine),
        "unread": (Right.SEE_CALLS, reviews.unread),
        "urgent": (Right.REVIEW, reviews.count_urgent),
        "read": (Right.SEE_CALLS, lambda a: reviews.mark_read(a, "x")),
        "ask": (
            Right.WORK_ON_CASES,
            lambda a: closures.ask(a, waiting.subject_id, "SAFE", "Why."),
        ),
    }
    refused = set()
    for role in Role:
        actor = Actor(f"{role}-1", role.value, "Somebody", role)
        for name, (right, verb) in verbs.items():
            if not actor.may(right):
                with pytest.raises(NotAllowed) as error:
                    verb(actor)
                assert error.value.code == "rights.missing", (role, name)
                refused.add((role.value, name))
    assert ("operator", "finish") in refused
    assert ("analyst", "mine") in refused
    assert ("auditor", "queue") in refused
    assert desk.audited() == []
    assert desk.only() == waiting


def test_a_finished_review_reaches_whoever_did_the_work(desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.finish(desk.only(), "improve", "  A plan is missing.  ")
    (said,) = desk.reviews.mine(desk.bermet)
    assert (said.kind, said.subject_id, said.number) == (CASE, case_id, "0412-2026-C00001")
    assert (said.outcome, said.comment, said.seen_at) == ("improve", "A plan is missing.", None)
    assert said.answers["PLAN"] == "Y"
    assert said.version == desk.reviews.checklists().version
    assert desk.reviews.unread(desk.bermet) == [said.review_id]
    assert desk.reviews.mine(desk.aida) == []
    desk.office.clock.forward(minutes=5)
    desk.reviews.mark_read(desk.bermet, said.review_id)
    desk.reviews.mark_read(desk.bermet, said.review_id)
    assert desk.reviews.unread(desk.bermet) == []
    assert desk.reviews.mine(desk.bermet)[0].seen_at == to_ms(desk.office.clock())
    assert desk.audited() == ["review.done", "review.read"]


def test_a_review_of_others_is_not_found(desk: ReviewOffice) -> None:
    desk.case()
    desk.finish(desk.only())
    other = desk.office.person(Role.OPERATOR, "cholpon")
    (said,) = desk.reviews.mine(desk.bermet)
    for nobody_s in (said.review_id, "no such"):
        with pytest.raises(NotFound):
            desk.reviews.mark_read(other, nobody_s)
    assert desk.reviews.mine(other) == []


def test_ones_own_case_brings_no_news_to_oneself(desk: ReviewOffice) -> None:
    desk.case(desk.aida)
    desk.finish(desk.only(), "improve", "To myself.")
    assert desk.reviews.unread(desk.aida) == []
    assert len(desk.reviews.mine(desk.aida)) == 1


def test_two_supervisors_at_once(desk: ReviewOffice) -> None:
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    desk.case()
    asked = desk.case()
    desk.closures.ask(desk.bermet, asked, "SAFE", "She lives elsewhere now.")
    desk.calls(1)
    desk.next_week()
    queue = {w.key: w for w in desk.queue()}
    assert sorted(w.reason for w in queue.values()) == [
        "closure", "high_risk", "high_risk", "sample", "sample", "sample",
    ]  # fmt: skip
    for waiting in queue.values():
        desk.reviews.finish(nurlan, waiting, desk.filled(waiting))
    for waiting in queue.values():
        form = desk.filled(waiting, None, "Mine.")
        desk.reviews.keep_draft(desk.aida, waiting, form)
        with pytest.raises(NotAllowed) as error:
            desk.reviews.finish(desk.aida, waiting, form)
        assert error.value.code in ("review.overtaken", "case.closed")
        # The words are still there.
        assert desk.reviews.draft(desk.aida, waiting).comment == "Mine."
    assert len(desk.reviews.mine(desk.bermet)) == 6
    assert desk.cases.open(desk.aida, asked).closed_by == nurlan.user_id


def test_approved_and_sent_back_at_once(desk: ReviewOffice) -> None:
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    case_id = desk.case()
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    closure = next(w for w in desk.queue() if w.reason == "closure")
    desk.reviews.finish(nurlan, closure, Form({}, "sent_back", "Phone her once more."))
    with pytest.raises(NotAllowed) as error:
        desk.finish(closure, "approved")
    assert error.value.code == "review.overtaken"
    # Closing and its row are one transaction: the case is open still.
    assert not desk.cases.open(desk.aida, case_id).is_closed
    assert desk.audited() == ["review.closure_asked", "review.sent_back"]


def test_closure_from_asking_to_closing(desk: ReviewOffice) -> None:
    case_id = desk.case()
    with pytest.raises(NotAllowed):
        desk.cases.close(desk.bermet, case_id, "SAFE")
    desk.closures.ask(desk.bermet, case_id, "SAFE", "  She lives elsewhere now. ")
    assert desk.cases.view(desk.bermet, case_id).closure_asked_at == to_ms(desk.office.clock())
    with pytest.raises(NotAllowed) as error:
        desk.closures.ask(desk.bermet, case_id, "LOST", "Again.")
    assert error.value.code == "closure.asked_already"
    closure = next(w for w in desk.queue() if w.reason == "closure")
    assert (closure.close_reason, closure.words) == ("SAFE", "She lives elsewhere now.")
    desk.finish(closure, "sent_back", "Phone her once more.")
    assert desk.cases.view(desk.bermet, case_id).closure_asked_at is None
    (said,) = desk.reviews.mine(desk.bermet)
    assert (said.outcome, said.comment) == ("sent_back", "Phone her once more.")
    # Asked again, and approved: closed by the supervisor, with the reason of who asked.
    desk.office.clock.forward(hours=1)
    desk.closures.ask(desk.bermet, case_id, "WISH", "She said so.")
    desk.finish(next(w for w in desk.queue() if w.reason == "closure"), "approved")
    closed = desk.cases.open(desk.aida, case_id)
    assert (closed.close_reason, closed.close_note) == ("WISH", "She said so.")
    assert closed.closed_by == desk.aida.user_id
    assert desk.queue() == []
    assert desk.audited()[-1] == "review.approved"


def test_closed_without_a_word_answers_who_asked(desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    desk.cases.close(desk.aida, case_id, "SAFE")
    (said,) = desk.reviews.mine(desk.bermet)
    assert (said.outcome, said.done_by, said.seen_at) == ("approved", desk.aida.user_id, None)
    # Opened again, it may be asked for again; nothing old is in the way.
    desk.cases.set_status(desk.bermet, case_id, "WORK")
    assert desk.cases.view(desk.bermet, case_id).closure_asked_at is None
    desk.closures.ask(desk.bermet, case_id, "SAFE", "Now for good.")


def test_closure_that_nobody_has_to_ask_for(desk: ReviewOffice) -> None:
    case_id = desk.case()
    stranger = desk.office.person(Role.OPERATOR, "cholpon")
    refusals: list[tuple[Actor, str, type[Exception]]] = [
        (stranger, case_id, CaseReasonNeeded),
        (desk.aida, case_id, NotAllowed),
        (desk.bermet, "no such", NotFound),
        (desk.bermet, desk.case(answers={}), NotAllowed),
    ]
    desk.cases.close(desk.aida, closed := desk.case(), "SAFE")
    refusals.append((desk.bermet, closed, NotAllowed))
    for actor, about, error in refusals:
        with pytest.raises(error):
            desk.closures.ask(actor, about, "SAFE", "Why.")
    for reason, words in (("", "Why."), ("NONE", "Why."), ("SAFE", " \n"), ("SAFE", "x" * 10_001)):
        with pytest.raises(BadInput):
            desk.closures.ask(desk.bermet, case_id, reason, words)
    assert len("x" * 10_001) > MAX_TEXT
    assert desk.audited() == []


def test_wrong_input_changes_nothing(desk: ReviewOffice) -> None:
    case_id = desk.case()
    waiting = desk.only()
    whole = desk.filled(waiting)
    wrong = [
        Form({}, "good"),
        replace(whole, answers={**whole.answers, "PLAN": "Z"}),
        replace(whole, answers={**whole.answers, "NONE": "Y"}),
        replace(whole, answers={k: v for k, v in whole.answers.items() if k != "PLAN"}),
        replace(whole, outcome=None),
        replace(whole, outcome="approved"),
        replace(whole, comment="x" * (MAX_COMMENT + 1)),
        replace(whole, comment="half \ud83d"),
    ]
    for form in wrong:
        with pytest.raises(BadInput):
            desk.reviews.finish(desk.aida, waiting, form)
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    closure = next(w for w in desk.queue() if w.reason == "closure")
    for form in (Form({}, "good"), Form({}, "sent_back", " "), Form({"PLAN": "Y"}, "approved")):
        with pytest.raises(BadInput):
            desk.reviews.finish(desk.aida, closure, form)
    forged = [
        replace(waiting, assessments=()),
        replace(waiting, assessments=("no such",)),
        replace(waiting, subject_id="no such"),
        replace(closure, review_id="no such"),
        replace(closure, subject_id=desk.case(answers={})),
        replace(waiting, kind=CALL, reason="sample", subject_id=desk.calls(1)[0]),
    ]
    for one in forged:
        with pytest.raises((NotAllowed, NotFound)):
            desk.reviews.finish(desk.aida, one, desk.filled(one))
    for sampling in (Sampling(-1), Sampling(51), Sampling(3, 101)):
        with pytest.raises(BadInput):
            desk.reviews.set_sampling(desk.aida, sampling)
    assert desk.audited() == ["review.closure_asked"]


def test_half_filled_is_kept_for_each_person(desk: ReviewOffice) -> None:
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    desk.case()
    waiting = desk.only()
    half = Form({"PLAN": "N"}, None, "Half of a \ud83d sign, too")
    desk.reviews.keep_draft(desk.aida, waiting, half)
    assert desk.reviews.draft(desk.aida, waiting) == half
    assert desk.reviews.draft(nurlan, waiting).is_empty
    assert desk.reviews.queue(desk.aida).begun == {waiting.key}
    # It is no unfinished call.
    assert desk.office.calls.draft(desk.aida) is None
    desk.reviews.keep_draft(desk.aida, waiting, Form())
    assert desk.reviews.queue(desk.aida).begun == frozenset()
    desk.reviews.keep_draft(desk.aida, waiting, half)
    desk.finish(waiting)
    assert desk.reviews.draft(desk.aida, waiting).is_empty


def test_figures_of_a_period(desk: ReviewOffice) -> None:
    start = to_ms(desk.office.clock())
    looked, lowered, closed, late, _waits = (desk.case() for _each in range(5))
    desk.case(answers={})
    waiting = {w.subject_id: w for w in desk.queue()}
    desk.office.clock.forward(hours=23)
    desk.finish(waiting[looked])
    desk.cases.lower_risk(desk.aida, lowered, "MED", "She has moved away.")
    desk.cases.close(desk.aida, closed, "SAFE")
    desk.office.clock.forward(hours=2)
    desk.finish(waiting[late])
    # Found to be high again: it was so for the first time before.
    desk.next_week()
    later = to_ms(desk.office.clock())
    desk.cases.assess(desk.bermet, looked, {"WEAPON": "Y"})
    (call_id,) = desk.calls(1)
    desk.next_week()
    sample = next(w for w in desk.queue() if w.subject_id == call_id)
    desk.finish(sample, "talk")
    with desk.office.database.read() as connection:
        first = read_review_figures(connection, desk.cases.files, start, later)
        second = read_review_figures(
            connection, desk.cases.files, later, to_ms(desk.office.clock()) + 1
        )
        never = read_review_figures(connection, desk.cases.files, 0, start)
    assert (first.high_risk, first.in_time, dict(first.calls)) == (5, 3, {})
    assert (second.high_risk, second.in_time, dict(second.calls)) == (0, 0, {"talk": 1})
    assert (never.high_risk, never.in_time, dict(never.calls)) == (0, 0, {})
