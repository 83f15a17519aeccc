"""The daily log: the figures of a span of one office, and the rows behind them.

Figures count calls, not people. A voided call is in no figure but `voided`. Where nothing else
is said a split (language, topic, place, ...) is over the calls that asked for help.

How quickly help came is measured by the response clock of the calls with danger now or high risk
(domain.case_figures); it runs from the answer to the danger question, not from the ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from operator_app.domain.case_figures import CaseFigures
from operator_app.domain.office import Office
from operator_app.domain.span import Span

EMERGENCY_ACTIONS = ("E102", "E103")
"""Police and ambulance were called during the call."""
COMPLAINT = "COM"
"""The level 1 topic of complaints about a service or an official."""
SILENT_AND_DROPPED = ("SILENT", "DROP")
MISSED = "MISSED"


@dataclass(frozen=True)
class Line:
    """How many calls carry a code; `code` is None where nothing was recorded."""

    code: str | None
    calls: int


@dataclass(frozen=True)
class TopicGroup:
    """A level 1 topic with its level 2 topics, by the main topic of each call."""

    code: str
    calls: int
    topics: tuple[Line, ...]


@dataclass(frozen=True)
class Moments:
    """Calls of an hour of the day ("00" to "23") or of a day ("2026-11-24"): all, and for help."""

    code: str
    calls: int
    asked: int


@dataclass(frozen=True)
class OnDuty:
    """Somebody of the office with the calls they recorded; voided ones left out, it may be 0.

    `rostered`: they were on duty by the roster; else they only recorded calls.
    """

    full_name: str
    calls: int
    rostered: bool = False


@dataclass(frozen=True)
class DailyLog:
    """The figures of a span. Times in UTC milliseconds, lengths in seconds.

    Splits are in falling order. `kinds` is over all calls; an entry of `actions` counts calls in
    which the action was taken, and a call may have several. `violence`, `danger_now` and
    `complaints` (any of the topics of a call) are over all calls; `danger_with_emergency` are
    danger-now calls in which 102 or 103 was called. `hours` are the hours of the day in their
    order, `days` the days of a span of several; both by the beginning of the call.
    `waiting_of_span` are revisions of these calls without a receipt from the ministry,
    `waiting_in_all` those of all days. `on_duty` is empty for who may see no names.
    """

    span: Span
    office: Office
    made_at: int
    on_duty: tuple[OnDuty, ...]
    all_calls: int
    substantive: int
    voided: int
    mean_seconds: int | None
    longest_seconds: int | None
    violence: int
    danger_now: int
    danger_with_emergency: int
    complaints: int
    kinds: tuple[Line, ...]
    languages: tuple[Line, ...]
    topics: tuple[TopicGroup, ...]
    places: tuple[Line, ...]
    actions: tuple[Line, ...]
    sexes: tuple[Line, ...]
    age_groups: tuple[Line, ...]
    hours: tuple[Moments, ...]
    days: tuple[Moments, ...]
    waiting_of_span: int
    waiting_in_all: int
    cases: CaseFigures

    @property
    def day(self) -> date:
        """The day, or the first one."""
        return self.span.first

    @property
    def records(self) -> int:
        """How many calls there are with the voided ones: the rows behind the figures."""
        return self.all_calls + self.voided

    @property
    def not_substantive(self) -> int:
        """Calls that did not ask for help."""
        return self.all_calls - self.substantive

    @property
    def silent_and_dropped(self) -> int:
        """Silent calls and calls that broke off."""
        return sum(self.of_kind(kind) for kind in SILENT_AND_DROPPED)

    @property
    def missed(self) -> int:
        """Calls nobody could take."""
        return self.of_kind(MISSED)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was recorded then."""
        return not self.all_calls and not self.voided and self.cases.is_empty

    def of_kind(self, kind: str) -> int:
        """Calls of one kind of contact."""
        return next((line.calls for line in self.kinds if line.code == kind), 0)


@dataclass(frozen=True)
class RecordRow:
    """One call as it may leave the office: codes only; no name, no phone, no text.

    Times in UTC milliseconds, duration in seconds. `topics[0]` is the main topic. `withheld`: a
    call about violence whose person did not agree to be in figures; then only its number, time,
    length and kind of contact are here, and whether it is void or waiting to be sent.
    """

    number: str
    started_at: int
    duration_seconds: int
    contact_kind: str
    substantive: bool
    channel: str | None
    danger_now: str | None
    violence: bool | None
    language: str | None
    topics: tuple[str, ...]
    benefit_issue: str | None
    caller_sex: str | None
    caller_age_group: str | None
    division: str | None
    actions: tuple[str, ...]
    waiting: bool
    voided: bool
    withheld: bool


def falling(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Most calls first, equal ones by code, what was not recorded last."""
    return tuple(sorted(lines, key=lambda x: (x.code is None, -x.calls, x.code or "")))


def grouped(topics: Iterable[Line]) -> tuple[TopicGroup, ...]:
    """Level 2 topics ("BEN.UBK") under their level 1 topics, both in falling order."""
    groups: dict[str, list[Line]] = {}
    for line in topics:
        if line.code is not None:
            groups.setdefault(line.code.partition(".")[0], []).append(line)
    made = [TopicGroup(code, sum(x.calls for x in xs), falling(xs)) for code, xs in groups.items()]
    return tuple(sorted(made, key=lambda group: (-group.calls, group.code)))


def cut(lines: tuple[Line, ...], most: int) -> tuple[tuple[Line, ...], int]:
    """At most `most` lines, and the calls of those left out: 0 when none had to be."""
    if len(lines) <= most:
        return lines, 0
    return lines[: most - 1], sum(line.calls for line in lines[most - 1 :])


def cut_topics(groups: tuple[TopicGroup, ...], most: int) -> tuple[tuple[TopicGroup, int], ...]:
    """Each group with its share of the `most` topics with most calls, and the calls left out."""
    ranked = falling(line for group in groups for line in group.topics)
    kept = set(ranked[:most])
    shown = []
    for group in groups:
        topics = tuple(line for line in group.topics if line in kept)
        left_out = group.calls - sum(line.calls for line in topics)
        shown.append((TopicGroup(group.code, group.calls, topics), left_out))
    return tuple(shown)
