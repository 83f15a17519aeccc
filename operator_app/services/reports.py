"""Figures from the database. All counting is done in SQL, inside one short read transaction.

The statements are text because they must name their index: with STAT4 statistics the planner may
prefer to walk another index over all calls in order to group by it (design/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, RowMapping, text

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.consent import STATISTICS, allows
from operator_app.domain.daily_log import (
    COMPLAINT,
    EMERGENCY_ACTIONS,
    DailyLog,
    Line,
    OnDuty,
    RecordRow,
    falling,
    grouped,
)
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.services import call_rows
from operator_app.services.case_figures import read_case_figures

ROWS_AT_ONCE = 500
DISTRICT = 2
"""Level of a division that figures and exported rows tell: rayon or city."""

_OF_DAY = "call INDEXED BY ix_call_local_day WHERE local_day = :day"

TOTALS = f"""
SELECT count(*) FILTER (WHERE voided_at IS NULL) AS all_calls,
       count(*) FILTER (WHERE voided_at IS NOT NULL) AS voided,
       count(*) FILTER (WHERE voided_at IS NULL AND substantive) AS substantive,
       count(*) FILTER (WHERE voided_at IS NULL AND violence) AS violence,
       count(*) FILTER (WHERE voided_at IS NULL AND danger_now = 'Y') AS danger_now,
       sum(duration_seconds) FILTER (WHERE voided_at IS NULL AND substantive) AS seconds,
       max(duration_seconds) FILTER (WHERE voided_at IS NULL AND substantive) AS longest
FROM {_OF_DAY}
"""  # noqa: S608 - a constant of this module

SPLITS = f"""
WITH valid AS MATERIALIZED (
  SELECT call_id, contact_kind, substantive, danger_now, language, topic, division,
         caller_sex, caller_age_group
  FROM {_OF_DAY} AND voided_at IS NULL
), asked AS MATERIALIZED (SELECT * FROM valid WHERE substantive)
SELECT 'kind' AS split, contact_kind AS code, count(*) AS calls FROM valid GROUP BY contact_kind
UNION ALL SELECT 'language', language, count(*) FROM asked GROUP BY language
UNION ALL SELECT 'topic', topic, count(*) FROM asked GROUP BY topic
UNION ALL SELECT 'place', division, count(*) FROM asked GROUP BY division
UNION ALL SELECT 'sex', caller_sex, count(*) FROM asked GROUP BY caller_sex
UNION ALL SELECT 'age', caller_age_group, count(*) FROM asked GROUP BY caller_age_group
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

ON_DUTY = f"""
WITH served AS MATERIALIZED (
  SELECT operator_id, count(*) FILTER (WHERE voided_at IS NULL) AS calls
  FROM {_OF_DAY} GROUP BY +operator_id
)
SELECT full_name, calls FROM served CROSS JOIN app_user ON app_user.user_id = operator_id
"""  # noqa: S608

# The condition on the state is that of the partial index: only so may it be used.
WAITING_IN_ALL = """
SELECT count(*) FROM revision INDEXED BY ix_revision_unconfirmed
WHERE state IN ('queued', 'sending') AND state <> 'applied'
"""

WAITING_OF_DAY = f"""
WITH of_day AS MATERIALIZED (SELECT call_id FROM {_OF_DAY})
SELECT count(*)
FROM of_day CROSS JOIN revision INDEXED BY ix_revision_record_id_seq ON record_id = call_id
WHERE state IN ('queued', 'sending')
"""  # noqa: S608

RECORDS = """
SELECT number, call.started_at, duration_seconds, contact_kind, substantive, channel, danger_now,
       violence, language, benefit_issue, caller_sex, caller_age_group, division,
       revision.state IN ('queued', 'sending') AS waiting, voided_at IS NOT NULL AS voided,
       violence_block,
       (SELECT min(case_file.statistics) FROM case_call JOIN case_file USING (case_id)
        WHERE case_call.call_id = call.call_id) AS statistics,
       (SELECT group_concat(topic, ' ') FROM (
          SELECT topic FROM call_topic WHERE call_topic.call_id = call.call_id ORDER BY position
       )) AS topics,
       (SELECT group_concat(action, ' ') FROM (
          SELECT action FROM call_action WHERE call_action.call_id = call.call_id ORDER BY position
       )) AS actions
FROM call INDEXED BY ix_call_local_day CROSS JOIN revision ON revision.op_id = call.op_id
WHERE local_day = :day ORDER BY call.started_at, call.call_id
"""


class Reports:
    """Verbs that count. Figures need the right SEE_FIGURES, rows EXPORT_FIGURES."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock

    def daily_log(self, actor: Actor, day: date) -> DailyLog:
        """The figures of a Bishkek day; all of them from the same moment."""
        actor.require(Right.SEE_FIGURES)
        of_day = {"day": day.isoformat()}
        with self._database.read() as connection:
            totals = connection.execute(text(TOTALS), of_day).mappings().one()
            splits = _splits(connection, of_day)
            on_duty = [
                OnDuty(str(name), int(calls))
                for name, calls in connection.execute(text(ON_DUTY), of_day)
            ]
            waiting_of_day = connection.execute(text(WAITING_OF_DAY), of_day).scalar_one()
            waiting_in_all = connection.execute(text(WAITING_IN_ALL)).scalar_one()
            office = settings.read_office(connection)
            cases = read_case_figures(connection, day, to_ms(self._clock()))
        asked = int(totals["substantive"])
        return DailyLog(
            day=day,
            office=office,
            made_at=to_ms(self._clock()),
            on_duty=tuple(sorted(on_duty, key=lambda person: person.full_name.casefold())),
            all_calls=int(totals["all_calls"]),
            substantive=asked,
            voided=int(totals["voided"]),
            mean_seconds=round(totals["seconds"] / asked) if asked else None,
            longest_seconds=totals["longest"],
            violence=int(totals["violence"]),
            danger_now=int(totals["danger_now"]),
            danger_with_emergency=splits["emergency"][0].calls,
            complaints=splits["complaint"][0].calls,
            kinds=falling(splits.get("kind", [])),
            languages=falling(splits.get("language", [])),
            topics=grouped(splits.get("topic", [])),
            places=falling(self._by_district(splits.get("place", []))),
            actions=falling(splits.get("action", [])),
            sexes=falling(splits.get("sex", [])),
            age_groups=falling(splits.get("age", [])),
            waiting_of_day=int(waiting_of_day),
            waiting_in_all=int(waiting_in_all),
            cases=cases,
        )

    def records(self, actor: Actor, day: date) -> Iterator[RecordRow]:
        """The calls of a Bishkek day in their order, voided ones too, without names and text.

        A call about violence is `withheld` unless the last word on STATISTICS allows it; the
        figures of `daily_log` count it all the same, that page being the office's own.
        Reads while it is iterated; the rows are of one moment.
        """
        actor.require(Right.EXPORT_FIGURES)
        return self._records(day)

    def _records(self, day: date) -> Iterator[RecordRow]:
        with self._database.read() as connection:
            result = connection.execute(text(RECORDS), {"day": day.isoformat()}).mappings()
            while rows := result.fetchmany(ROWS_AT_ONCE):
                for row in rows:
                    record = _record(row)
                    if record.division:
                        # In a village everybody knows whom it is about.
                        record = replace(record, division=self._district(record.division))
                    yield record

    def _district(self, division: str) -> str:
        return self._reference.ancestor(division, DISTRICT)

    def _by_district(self, places: list[Line]) -> list[Line]:
        calls: dict[str | None, int] = {}
        for line in places:
            code = self._district(line.code) if line.code else line.code
            calls[code] = calls.get(code, 0) + line.calls
        return [Line(code, number) for code, number in calls.items()]


def _splits(connection: Connection, of_day: dict[str, str]) -> dict[str, list[Line]]:
    police, ambulance = EMERGENCY_ACTIONS
    codes = {"police": police, "ambulance": ambulance, "complaint": COMPLAINT}
    found: dict[str, list[Line]] = {}
    for split, code, calls in connection.execute(text(SPLITS), of_day | codes):
        found.setdefault(split, []).append(Line(code, int(calls)))
    return found


def _is_withheld(row: RowMapping) -> bool:
    """Whether the call is about violence and may not be in figures that leave the office."""
    if row["statistics"] is not None:  # the case knows all words, those of its calls too
        return not row["statistics"]
    if not row["violence"]:
        return False
    block = call_rows.block(row["violence_block"])
    return block is None or not allows(block.consents, STATISTICS)


def _record(row: RowMapping) -> RecordRow:
    if _is_withheld(row):
        return RecordRow(
            number=row["number"],
            started_at=row["started_at"],
            duration_seconds=row["duration_seconds"],
            contact_kind=row["contact_kind"],
            substantive=bool(row["substantive"]),
            channel=None,
            danger_now=None,
            violence=None,
            language=None,
            topics=(),
            benefit_issue=None,
            caller_sex=None,
            caller_age_group=None,
            division=None,
            actions=(),
            waiting=bool(row["waiting"]),
            voided=bool(row["voided"]),
            withheld=True,
        )
    return RecordRow(
        number=row["number"],
        started_at=row["started_at"],
        duration_seconds=row["duration_seconds"],
        contact_kind=row["contact_kind"],
        substantive=bool(row["substantive"]),
        channel=row["channel"],
        danger_now=row["danger_now"],
        violence=bool(row["violence"]),
        language=row["language"],
        topics=tuple((row["topics"] or "").split()),
        benefit_issue=row["benefit_issue"],
        caller_sex=row["caller_sex"],
        caller_age_group=row["caller_age_group"],
        division=row["division"],
        actions=tuple((row["actions"] or "").split()),
        waiting=bool(row["waiting"]),
        voided=bool(row["voided"]),
        withheld=False,
    )
