"""Counting for the daily log: all in SQL, part by part, inside the caller's read transaction.

The statements are text because they must name their index: with STAT4 statistics the planner may
prefer to walk another index over all calls in order to group by it (design/performance.md). A long
span is counted in parts, so that it can be ended early and takes little memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from operator_app.domain.daily_log import (
    COMPLAINT,
    EMERGENCY_ACTIONS,
    Line,
    Moments,
    OnDuty,
)
from operator_app.domain.span import Span

DAYS_AT_ONCE = 31
Progress = Callable[[int, int], None]
"""Told (done, in all); may raise to end the work. In all 0: not known yet."""

OF_SPAN = (
    "call INDEXED BY ix_call_local_day WHERE local_day BETWEEN :first AND :last"
    " AND call.started_at >= :start AND call.started_at < :end"
)

TOTALS = f"""
SELECT operator_id,
       count(*) FILTER (WHERE voided_at IS NULL) AS all_calls,
       count(*) FILTER (WHERE voided_at IS NOT NULL) AS voided,
       count(*) FILTER (WHERE voided_at IS NULL AND substantive) AS substantive,
       count(*) FILTER (WHERE voided_at IS NULL AND violence) AS violence,
       count(*) FILTER (WHERE voided_at IS NULL AND danger_now = 'Y') AS danger_now,
       coalesce(sum(duration_seconds) FILTER (WHERE voided_at IS NULL AND substantive), 0)
         AS seconds,
       max(duration_seconds) FILTER (WHERE voided_at IS NULL AND substantive) AS longest
FROM {OF_SPAN} GROUP BY +operator_id
"""  # noqa: S608 - a constant of this module

# Bishkek is 6 hours before UTC all year (domain.clock).
SPLITS = f"""
WITH valid AS MATERIALIZED (
  SELECT call_id, contact_kind, substantive, danger_now, language, topic, division,
         caller_sex, caller_age_group, local_day,
         printf('%02d', (call.started_at / 3600000 + 6) % 24) AS hour
  FROM {OF_SPAN} AND voided_at IS NULL
), asked AS MATERIALIZED (SELECT * FROM valid WHERE substantive)
SELECT 'kind' AS split, contact_kind AS code, count(*) AS calls FROM valid GROUP BY contact_kind
UNION ALL SELECT 'language', language, count(*) FROM asked GROUP BY language
UNION ALL SELECT 'topic', topic, count(*) FROM asked GROUP BY topic
UNION ALL SELECT 'place', division, count(*) FROM asked GROUP BY division
UNION ALL SELECT 'sex', caller_sex, count(*) FROM asked GROUP BY caller_sex
UNION ALL SELECT 'age', caller_age_group, count(*) FROM asked GROUP BY caller_age_group
UNION ALL SELECT 'hour', hour, count(*) FROM valid GROUP BY hour
UNION ALL SELECT 'asked_hour', hour, count(*) FROM asked GROUP BY hour
UNION ALL SELECT 'day', local_day, count(*) FROM valid GROUP BY local_day
UNION ALL SELECT 'asked_day', local_day, count(*) FROM asked GROUP BY local_day
UNION ALL
  SELECT 'action', action, count(DISTINCT asked.call_id)
  FROM asked CROSS JOIN call_action ON call_action.call_id = asked.call_id
  GROUP BY action
UNION ALL
  SELECT 'emergency', NULL, count(DISTINCT valid.call_id)
  FROM valid CROSS JOIN call_action ON call_action.call_id = valid.call_id
  WHERE danger_now = 'Y' AND action IN (:police, :ambulance)
UNION ALL
  SELECT 'complaint', NULL, count(DISTINCT valid.call_id)
  FROM valid CROSS JOIN call_topic ON call_topic.call_id = valid.call_id
  WHERE call_topic.topic = :complaint OR substr(call_topic.topic, 1, 4) = :complaint || '.'
"""  # noqa: S608

PEOPLE = """
SELECT user_id, full_name FROM app_user
UNION ALL
SELECT user_id, full_name FROM seat_person WHERE user_id NOT IN (SELECT user_id FROM app_user)
"""

ROSTERED = """
SELECT DISTINCT user_id FROM duty WHERE local_day = :day AND :shift IN ('', shift)
"""

WAITING_OF_SPAN = f"""
WITH of_span AS MATERIALIZED (SELECT call_id FROM {OF_SPAN})
SELECT count(*)
FROM of_span CROSS JOIN revision INDEXED BY ix_revision_record_id_seq ON record_id = call_id
WHERE state IN ('queued', 'sending')
"""  # noqa: S608

# Of a long span it is less work to begin with what waits. The condition on the state is that of
# the partial index: only so may it be used.
WAITING_OF_LONG_SPAN = """
SELECT count(*)
FROM revision INDEXED BY ix_revision_unconfirmed CROSS JOIN call ON call.call_id = record_id
WHERE state IN ('queued', 'sending') AND state <> 'applied'
  AND local_day BETWEEN :first AND :last
  AND call.started_at >= :start AND call.started_at < :end
"""

WAITING_IN_ALL = """
SELECT count(*) FROM revision INDEXED BY ix_revision_unconfirmed
WHERE state IN ('queued', 'sending') AND state <> 'applied'
"""

_SUMMED = ("all_calls", "voided", "substantive", "violence", "danger_now", "seconds")


@dataclass
class Tally:
    """What was counted so far: totals by name ("seconds" of the calls that asked for help, which
    `longest` is of, too), splits by code, and how many calls each person recorded."""

    totals: Counter[str] = field(default_factory=Counter)
    longest: int | None = None
    splits: dict[str, Counter[str | None]] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)
    waiting: int = 0

    def lines(self, split: str) -> list[Line]:
        """The counts of a split by code."""
        return [Line(code, calls) for code, calls in self.splits.get(split, Counter()).items()]

    def number(self, split: str) -> int:
        """The count of a split that has no codes."""
        return self.splits[split][None]

    def moments(self, split: str, codes: list[str]) -> tuple[Moments, ...]:
        """All calls and those for help by hour or day, for each of the codes."""
        calls, asked = (self.splits.get(name, Counter()) for name in (split, f"asked_{split}"))
        return tuple(Moments(code, calls[code], asked[code]) for code in codes)


def bounds_of(span: Span) -> dict[str, str | int]:
    """The span as the statements want it."""
    return {
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "start": span.start,
        "end": span.end,
    }


def count_calls(connection: Connection, span: Span, progress: Progress) -> Tally:
    """The calls of the span."""
    tally = Tally()
    days = (span.last - span.first).days + 1
    for part in span.parts(DAYS_AT_ONCE):
        _count_part(connection, part, tally)
        progress((part.last - span.first).days + 1, days)
    waiting = WAITING_OF_SPAN if days <= DAYS_AT_ONCE else WAITING_OF_LONG_SPAN
    tally.waiting = connection.execute(text(waiting), bounds_of(span)).scalar_one()
    return tally


def on_duty(connection: Connection, span: Span, tally: Tally) -> tuple[OnDuty, ...]:
    """Who was on duty by the roster, and who else recorded calls; by name."""
    rostered: set[str] = set()
    if not span.has_several_days:
        of = {"day": span.first.isoformat(), "shift": span.shift_code}
        rostered = set(connection.execute(text(ROSTERED), of).scalars())
    people = [
        OnDuty(full_name, tally.recorded.get(user_id, 0), user_id in rostered)
        for user_id, full_name in connection.execute(text(PEOPLE))
        if user_id in rostered or user_id in tally.recorded
    ]
    return tuple(sorted(people, key=lambda p: (not p.rostered, p.full_name.casefold())))


def waiting_in_all(connection: Connection) -> int:
    """Revisions of all days without a receipt."""
    return int(connection.execute(text(WAITING_IN_ALL)).scalar_one())


def _count_part(connection: Connection, part: Span, tally: Tally) -> None:
    bounds = bounds_of(part)
    for row in connection.execute(text(TOTALS), bounds).mappings():
        tally.totals.update({name: row[name] for name in _SUMMED})
        who = row["operator_id"]
        tally.recorded[who] = tally.recorded.get(who, 0) + row["all_calls"]
        if row["longest"] is not None:
            tally.longest = max(row["longest"], tally.longest or 0)
    police, ambulance = EMERGENCY_ACTIONS
    codes = {"police": police, "ambulance": ambulance, "complaint": COMPLAINT}
    for split, code, calls in connection.execute(text(SPLITS), bounds | codes):
        tally.splits.setdefault(split, Counter())[code] += calls
