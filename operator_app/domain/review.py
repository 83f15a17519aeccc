"""A supervisor looks at a call or a case: why, by which questions, with what outcome.

Times in UTC milliseconds; a week is Monday to Sunday in Bishkek.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.text import check_text
from operator_app.errors import BadInput, Fault

CALL = "call"
CASE = "case"

HIGH_RISK = "high_risk"
"""Nobody has looked at the case since an assessment found high risk."""
CLOSURE = "closure"
"""An operator asks that a case of high risk be closed."""
SAMPLE = "sample"
"""The call was picked at random."""

YES, PARTLY, NO, NOT_APPLICABLE = "Y", "P", "N", "X"
ANSWERS = (YES, PARTLY, NO, NOT_APPLICABLE)

GOOD, IMPROVE, TALK = "good", "improve", "talk"
OUTCOMES = (GOOD, IMPROVE, TALK)
"""Of a review with a checklist: well done, something to improve, we shall talk about it."""
APPROVED, SENT_BACK = "approved", "sent_back"
DECISIONS = (APPROVED, SENT_BACK)
"""Of a closure that was asked for."""

DUE_AFTER_MS = 24 * 3_600_000
"""Senior review of high risk within 24 hours (domain research, 4.5)."""
WEEK_MS = 7 * 24 * 3_600_000
WEEKS_BACK = 2
"""Weeks whose calls may still be reviewed; what is older tells little about today's work."""
MAX_COMMENT = 2_000


@dataclass(frozen=True)
class Point:
    """One question of a checklist: its code, its words per language."""

    code: str
    labels: Mapping[str, str]

    def label(self, language: str) -> str:
        """The words in the language, or in English where they are missing."""
        return self.labels.get(language) or self.labels["en"]


@dataclass(frozen=True)
class Checklists:
    """The questions in their order, by what is reviewed (CALL, CASE). A code keeps its meaning."""

    version: str
    points: Mapping[str, tuple[Point, ...]]


@dataclass(frozen=True)
class Sampling:
    """How many calls of each operator and week are looked at: so many, or so many of a hundred,
    whichever is more."""

    calls: int = 3
    percent: int = 5

    def number_of(self, calls: int) -> int:
        """How many of so many substantive calls; never more than there are."""
        share = -(-calls * self.percent // 100)
        return min(calls, max(self.calls, share))

    def faults(self) -> list[Fault]:
        """What cannot be asked for."""
        limits = {"calls": 50, "percent": 100}
        return [
            Fault(name, "review.sampling_range", {"most": most})
            for name, most in limits.items()
            if not 0 <= getattr(self, name) <= most
        ]


@dataclass(frozen=True)
class Form:
    """What the supervisor fills in: an answer of ANSWERS by code, an outcome, words to whoever
    did the work."""

    answers: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None
    comment: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in yet."""
        return not (self.answers or self.outcome or self.comment.strip())


@dataclass(frozen=True)
class Waiting:
    """One thing in the queue. `person_id`: whose work it is, or who asks.

    `assessments`: ids of those that found high risk and that nobody has looked at. `close_reason`
    and `words`: why a case should be closed. `review_id` of what was asked for, else "".
    """

    kind: str
    subject_id: str
    reason: str
    number: str
    person_id: str
    asked_at: int
    due_at: int
    risk: str = ""
    assessments: tuple[str, ...] = ()
    review_id: str = ""
    close_reason: str = ""
    words: str = ""

    @property
    def key(self) -> str:
        """Tells it from everything else in the queue."""
        return f"{self.reason}/{self.subject_id}"

    def is_late(self, now: int) -> bool:
        """Whether its time is over."""
        return self.due_at < now


_URGENCY = {HIGH_RISK: 0, CLOSURE: 1, SAMPLE: 2}


def in_order(queue: Iterable[Waiting]) -> list[Waiting]:
    """Danger right now first, then high risk, closures, calls; of a kind what is due first."""
    return sorted(
        queue, key=lambda w: (_URGENCY[w.reason], w.risk != "IMM", w.due_at, w.subject_id)
    )


def week_of(day: date) -> tuple[int, int]:
    """First moment of the week that the day lies in, and the first after it."""
    monday = day - timedelta(days=day.weekday())
    return day_bounds_ms(monday)[0], day_bounds_ms(monday + timedelta(days=7))[0]


def picked(call_ids: Iterable[str], number: int) -> list[str]:
    """So many of the calls, each with the same chance, and the same ones whoever asks and when.

    More are these and others; where one falls away the next in line takes its place.
    """
    return sorted(call_ids, key=_lot)[:number]


def _lot(call_id: str) -> str:
    return hashlib.sha256(f"review/{call_id}".encode()).hexdigest()


def check(form: Form, waiting: Waiting, checklists: Checklists) -> None:
    """Raise BadInput("review.faults") unless the form may be taken as the outcome."""
    faults = check_draft(form)
    closure = waiting.reason == CLOSURE
    known = () if closure else checklists.points[waiting.kind]
    if form.outcome == SENT_BACK and not form.comment.strip():
        faults.append(Fault("comment", "review.comment_missing"))
    codes = {point.code for point in known}
    if not codes.issuperset(form.answers) or not set(ANSWERS).issuperset(form.answers.values()):
        faults.append(Fault("answers", "call.unknown_code"))
    faults += [
        Fault(point.code, "review.answer_missing")
        for point in known
        if point.code not in form.answers
    ]
    if form.outcome not in (DECISIONS if closure else OUTCOMES):
        faults.append(Fault("outcome", "review.outcome_missing"))
    if faults:
        raise BadInput("review.faults", faults)


def check_draft(form: Form) -> list[Fault]:
    """What no form may hold, finished or not."""
    return check_text("comment", form.comment, MAX_COMMENT)


@dataclass(frozen=True)
class ReviewFigures:
    """`high_risk`: cases opened in a period whose risk was ever found to be high; `in_time`: of
    them those that a supervisor looked at within 24 hours of that: finished a review, lowered the
    risk, or closed it as it was. `calls`: calls reviewed in the period, by outcome."""

    high_risk: int
    in_time: int
    calls: Mapping[str, int]
