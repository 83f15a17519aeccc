"""The figures once more, in plain SQL over the office's file: written from the definitions in words
(domain/definitions.py) by somebody who has not read how the program counts them.

Where the words leave something open, a comment says how they were understood.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.wire import case_body
from operator_app.services.case_files import CaseFiles

Cell = tuple[str, ...]

BLOCK_TEXTS = ("affected_name", "affected_age", "happened", "happened_on")
BLOCK_CODES = (
    "affected", "affected_sex", "offender", "children", "place", "raised_to", "police_at",
    "ambulance_at", "joins",
)  # fmt: skip
BLOCK_LISTS = ("vulnerabilities", "forms", "consents", "referrals")
CONTACT_TEXTS = ("phone", "hours", "who_may_answer", "what_to_say")
# What an operator or a caller answered; level, version and first moment are worked out, not told.
ANSWERED_BLOCK = " OR ".join(
    [f"b ->> '$.{name}' <> ''" for name in BLOCK_TEXTS]
    + [f"b ->> '$.{name}' IS NOT NULL" for name in BLOCK_CODES]
    + [f"json_array_length(b, '$.{name}') > 0" for name in BLOCK_LISTS]
    + [f"b ->> '$.contact.{name}' <> ''" for name in CONTACT_TEXTS]
    + ["b -> '$.answers' <> '{}'"]
)
# The last word on figures: the latest, and of several at one moment the one written down last.
SAID_YES = """coalesce((
    SELECT said.value ->> '$.value' IN ('Y', 'G') FROM json_each({list}) said
    WHERE said.value ->> '$.purpose' = 'STATISTICS' AND said.value ->> '$.recipient' = ''
    ORDER BY said.value ->> '$.at' DESC, said.key DESC LIMIT 1), 0)"""

KASE = """
    CREATE TEMP TABLE kase (case_id TEXT PRIMARY KEY, body TEXT, yes INTEGER, opened TEXT, place TEXT)"""
OWN_SNAPSHOTS = """
    INSERT INTO kase (case_id, body)
    SELECT case_id, coalesce(withheld.body, CAST(payload AS TEXT) -> '$.body')
    FROM case_file JOIN revision USING (op_id) LEFT JOIN withheld USING (op_id) WHERE NOT conflict"""
SEVERAL_PCS = """
    SELECT case_id FROM case_file WHERE conflict
    OR case_id IN (SELECT record_id FROM foreign_revision WHERE folded)"""
KASES = f"""
    UPDATE kase SET
        yes = {SAID_YES.format(list="body -> '$.consents'")},
        opened = date((body ->> '$.opened_at') / 1000 + 21600, 'unixepoch'),
        place = body ->> '$.division'"""
CALLS = f"""
    CREATE TEMP TABLE tel AS
    WITH plain AS (
        SELECT call.*, violence_block AS b,
            date(started_at / 1000 + 21600, 'unixepoch') AS day,
            strftime('%H', started_at / 1000 + 21600, 'unixepoch') AS hour,
            (SELECT created_at FROM revision WHERE record_id = call.call_id
             ORDER BY revision.seq LIMIT 1) AS first_saved,
            CAST(payload AS TEXT) ->> '$.body.phone_e164' AS sent_number
        FROM call JOIN revision USING (op_id) WHERE voided_at IS NULL
    ), judged AS (
        SELECT *,
            danger_now IS 'Y'
            OR EXISTS (SELECT 1 FROM call_topic t WHERE t.call_id = plain.call_id AND (
                t.topic LIKE 'VIO.%' OR t.topic IN ('CHI.ABU', 'CHI.NEG', 'OLD.ABU')))
            OR coalesce({ANSWERED_BLOCK}, 0) AS about_violence,
            (SELECT min(yes) FROM case_call JOIN kase USING (case_id)
             WHERE case_call.call_id = plain.call_id) AS of_case
        FROM plain
    )
    SELECT *, CASE
        -- Her word on the case is the later one: what she said in the call is part of it.
        WHEN of_case IS NOT NULL THEN of_case
        WHEN about_violence THEN {SAID_YES.format(list="b -> '$.consents'")}
        ELSE 1 END AS apart
    FROM judged"""
RAYON = "substr({0}, 1, 8) || '000000'"
OBLAST = "substr({0}, 1, 5) || '000000000'"


def _place(rule: str, name: str) -> str:
    """A place that was asked and is not known is not one that nobody recorded."""
    cut = rule.format(name)
    return f"CASE coalesce({name}, '') WHEN '' THEN '' WHEN 'UNKNOWN' THEN 'UNKNOWN' ELSE {cut} END"


def _done(*actions: str) -> str:
    known = ", ".join(f"'{a}'" for a in actions)
    return (
        "EXISTS (SELECT 1 FROM call_action a WHERE a.call_id = tel.call_id"
        f" AND a.action IN ({known}))"
    )


# "Hours" in the definition of calls that are not told apart are taken for both figures by hours, and
# lengths are of all calls for help: without them no mean would come out.
ALL = "FROM tel WHERE day BETWEEN :first AND :last"
TOLD = f"{ALL} AND apart"
HELP = f"{TOLD} AND substantive"
FIRST_TOPIC = "(SELECT topic FROM call_topic t WHERE t.call_id = tel.call_id AND position = 0)"
# The earlier of two, one of which may be missing; help called before the danger was known is at once.
ALARM_AT = (
    "min(coalesce(iif(danger_now = 'Y', danger_at, NULL), b ->> '$.high_at'),"
    " coalesce(b ->> '$.high_at', danger_at))"
)
FIRST_HELP_AT = (
    "min(coalesce(b ->> '$.police_at', b ->> '$.ambulance_at'),"
    " coalesce(b ->> '$.ambulance_at', b ->> '$.police_at'))"
)

# What was done says so; the stamps of the response clock come and go with it.
CALLED = _done("E102", "E103")

OF_CALLS: dict[str, str] = {
    "calls": f"SELECT count(*) {ALL}",
    "kind": f"SELECT contact_kind, count(*) {ALL} GROUP BY 1",
    "hour": f"SELECT hour, count(*) {ALL} GROUP BY 1",
    "answered": f"SELECT count(*) {ALL} AND contact_kind <> 'MISSED'",
    "saved_quickly": f"SELECT count(*) {ALL} AND first_saved - ended_at <= 60000",
    "asked": f"SELECT count(*) {ALL} AND substantive",
    "violence": f"SELECT count(*) {ALL} AND about_violence",
    "not_told_apart": f"SELECT count(*) {ALL} AND NOT apart",
    "asked_hour": f"SELECT hour, count(*) {ALL} AND substantive GROUP BY 1",
    "danger_now": f"SELECT count(*) {TOLD} AND danger_now = 'Y'",
    "danger_with_emergency": f"SELECT count(*) {TOLD} AND danger_now = 'Y' AND {CALLED}",
    "alarm": f"SELECT count(*) {TOLD} AND {ALARM_AT} IS NOT NULL",
    "alarm_seconds": f"""
        SELECT max(0, {FIRST_HELP_AT} - {ALARM_AT}) / 1000, count(*) {TOLD}
        AND {FIRST_HELP_AT} IS NOT NULL AND {ALARM_AT} IS NOT NULL GROUP BY 1""",
    "complaint": f"""
        SELECT count(*) {TOLD} AND EXISTS (SELECT 1 FROM call_topic t
        WHERE t.call_id = tel.call_id AND (t.topic = 'COM' OR t.topic LIKE 'COM.%'))""",
    "age": f"SELECT coalesce(caller_age_group, ''), count(*) {HELP} GROUP BY 1",
    "person": f"""
        SELECT CASE caller_sex || caller_age_group WHEN 'FA' THEN 'WOMEN' WHEN 'MA' THEN 'MEN'
        WHEN 'FC' THEN 'GIRLS' WHEN 'MC' THEN 'BOYS' ELSE 'NOT_KNOWN' END, count(*)
        {HELP} GROUP BY 1""",
    "who": f"SELECT contact_kind, count(*) {HELP} GROUP BY 1",
    "subject": f"SELECT coalesce({FIRST_TOPIC}, ''), count(*) {HELP} GROUP BY 1",
    "subject_child": f"""
        SELECT coalesce({FIRST_TOPIC}, ''), count(*) {HELP} AND caller_age_group = 'C' GROUP BY 1""",
    "result": " UNION ALL ".join(
        f"SELECT '{result}', count(*) {HELP} AND {_done(*actions)}"
        for result, actions in {
            "ADVICE": ("INF", "CON"),
            "PSY": ("PSY",),
            "REFERRED": ("REFC", "REFT"),
            "TERR": ("TERR",),
            "EMERGENCY": ("E102", "E103", "E112"),
            "DECLINED": ("DECL",),
            "NOT_POSSIBLE": ("NONE",),
        }.items()
    ),
    "action": f"""
        SELECT action, count(DISTINCT call_id) FROM call_action
        WHERE call_id IN (SELECT call_id {HELP}) GROUP BY 1""",
    "oblast": f"SELECT {_place(OBLAST, 'division')}, count(*) {HELP} GROUP BY 1",
    "district": f"SELECT {_place(RAYON, 'division')}, count(*) {HELP} GROUP BY 1",
    "language": f"SELECT coalesce(language, ''), count(*) {HELP} GROUP BY 1",
    "anonymous": f"SELECT count(*) {HELP} AND trim(caller_name) = ''",
    # Numbers that were recognised, and of calls about violence those she let the ministry know:
    # else it could not count the same people.
    "number": f"SELECT sent_number, count(*) {HELP} AND sent_number IS NOT NULL GROUP BY 1",
    "benefit": f"""
        SELECT {FIRST_TOPIC}, benefit_issue, count(*) {HELP} AND benefit_issue IS NOT NULL
        GROUP BY 1, 2""",
    # "Recorded as": not asked and refused are answers of the list, a field left empty is none.
    "unknown": " UNION ALL ".join(
        f"SELECT '{name}', count(*) {HELP} AND {name} IN ('U', 'X', 'R', 'UNKNOWN')"
        for name in ("danger_now", "caller_sex", "caller_age_group", "division")
    ),
}

# `inside` are the cases opened in the period.
CASE = """
    WITH inside AS (SELECT * FROM kase WHERE opened BETWEEN :first AND :last),
    told AS (SELECT * FROM inside WHERE yes),
    incident AS (SELECT case_id, i.value AS one FROM told, json_each(body, '$.incidents') i),
    named AS (SELECT case_id, o.value ->> '$.status' AS status, o.value ->> '$.asked_at' AS asked,
        o.value ->> '$.issued_at' AS issued, o.value ->> '$.broken_at' IS NOT NULL
        OR o.value ->> '$.status' = 'BRK' AS was_broken FROM told, json_each(body, '$.orders') o),
    protection AS (SELECT *, issued IS NOT NULL OR was_broken OR status IN ('ISS3', 'EXT30', 'ELEC')
        AS was_issued FROM named),
    referral AS (SELECT case_id, yes, opened, place, r.key AS position,
        r.value ->> '$.service_type' AS service, r.value -> '$.steps' AS steps,
        r.value ->> '$.steps[0].at' AS offered, r.value ->> '$.steps[#-1].status' AS status
        FROM kase, json_each(body, '$.referrals') r),
    step AS (SELECT case_id, position, s.value ->> '$.status' AS status, min(s.value ->> '$.at') AS at
        FROM referral, json_each(steps) s GROUP BY 1, 2, 3),
    offered AS (SELECT * FROM referral WHERE yes AND offered >= :start AND offered < :end),
    task AS (SELECT t.value ->> '$.due_at' AS due, t.value ->> '$.done_at' AS done,
        t.value ->> '$.dropped_at' AS dropped FROM kase, json_each(body, '$.tasks') t),
    due AS (SELECT * FROM task WHERE due >= :start AND due < :end AND due < :now AND dropped IS NULL)
"""
STEP = (
    "EXISTS (SELECT 1 FROM step WHERE step.case_id = {0}.case_id"
    " AND step.position = {0}.position AND step.status = '{1}')"
)
TOLD_OF_HER = ("SENT", "ACC", "DONE")
GRAVEST = """
    SELECT case_id, min(CASE value WHEN 'RAP' THEN '1RAPE' WHEN 'SEX' THEN '2SEXUAL'
        WHEN 'PHY' THEN '3PHYSICAL' WHEN 'FMR' THEN '4MARRIAGE' WHEN 'ECO' THEN '5DENIAL'
        WHEN 'NEG' THEN '5DENIAL' ELSE '6PSYCH' END) AS type
    FROM incident, json_each(one, '$.forms') GROUP BY 1"""
ACUTE = "body ->> '$.risk' IN ('HIGH', 'IMM')"

OF_CASES: dict[str, str] = {
    "cases": "SELECT count(*) FROM inside",
    "cases_told_apart": "SELECT count(*) FROM told",
    "cases_not_told_apart": "SELECT count(*) FROM inside WHERE NOT yes",
    "affected": """
        SELECT coalesce(body ->> '$.affected.sex', ''), coalesce(body ->> '$.affected.age_band', ''),
        count(*) FROM told GROUP BY 1, 2""",
    "risk": "SELECT body ->> '$.risk', count(*) FROM told GROUP BY 1",
    "gbv_type": f"""
        SELECT coalesce(substr(type, 2), ''), count(*) FROM told
        LEFT JOIN ({GRAVEST}) USING (case_id) GROUP BY 1""",
    "form": """
        SELECT value, count(DISTINCT case_id) FROM incident, json_each(one, '$.forms') GROUP BY 1""",
    "relation": "SELECT coalesce(body ->> '$.offender.relation', ''), count(*) FROM told GROUP BY 1",
    # An incident of which no place is known stands under none.
    "incident_place": """
        SELECT coalesce(one ->> '$.place', ''), count(DISTINCT case_id) FROM incident GROUP BY 1""",
    "part_of_day": """
        SELECT (SELECT min(c.value ->> '$.started_at') / 1000 + 21600 FROM json_each(body, '$.calls') c)
        % 86400 / 21600, count(*) FROM told GROUP BY 1""",
    # A yes of one incident before a no of another, a no before "does not know", that before none.
    "children": """
        SELECT substr('UNY', seen, 1), count(*) FROM (
            SELECT max(instr('UNY', coalesce(one ->> '$.children', 'X'))) AS seen FROM incident
            GROUP BY case_id)
        GROUP BY 1""",
    "vulnerability": """
        SELECT value, count(DISTINCT case_id) FROM told, json_each(body, '$.affected.vulnerabilities')
        GROUP BY 1""",
    "report": """
        SELECT iif(json_array_length(body, '$.calls') > 1, 'REPEAT', 'FIRST'), count(*)
        FROM told GROUP BY 1""",
    "order": " UNION ALL ".join(
        f"SELECT '{what}', count(DISTINCT case_id) FROM protection WHERE {rule}"
        for what, rule in {
            # What was issued or refused was asked for, what was broken was issued.
            "ASKED": "asked IS NOT NULL OR status IN ('ASK', 'APPL', 'REFP') OR was_issued",
            "ISSUED": "was_issued",
            "EXTENDED": "status = 'EXT30'",
            "BROKEN": "was_broken",
            "REFUSED": "status = 'REFP'",
        }.items()
    ),
    # What the police accepted or did was sent to them, also where nobody wrote down when.
    "police_told": f"""
        SELECT count(DISTINCT case_id) FROM referral JOIN told USING (case_id)
        WHERE service = 'POL' AND ({" OR ".join(STEP.format("referral", s) for s in TOLD_OF_HER)})""",
    "shelter": f"""
        , roof AS (SELECT referral.* FROM referral JOIN told USING (case_id)
                   WHERE service IN ('SHE', 'CRI')),
        got AS (SELECT DISTINCT case_id FROM roof WHERE {STEP.format("roof", "DONE")})
        SELECT 'ASKED', count(DISTINCT case_id) FROM roof
        UNION ALL SELECT 'GIVEN', count(*) FROM got
        UNION ALL SELECT 'NOT_GIVEN', count(*) FROM roof
        WHERE status IN ('REJ', 'NOT') AND case_id NOT IN (SELECT case_id FROM got)
        AND position = (SELECT max(position) FROM roof r WHERE r.case_id = roof.case_id)""",
    "acute": f"SELECT count(*) FROM told WHERE {ACUTE}",
    "acute_with_plan": f"""
        SELECT count(*) FROM told WHERE {ACUTE} AND body ->> '$.plan.agreed_at' IS NOT NULL""",
    "referral": " UNION ALL ".join(
        f"SELECT service, '{what}', count(*) FROM offered WHERE {rule} GROUP BY 1"
        for what, rule in {
            "OFFERED": "1",
            "DECLINED": STEP.format("offered", "DEC"),
            "SENT": STEP.format("offered", "SENT"),
            "ACCEPTED": STEP.format("offered", "ACC"),
            "RECEIVED": STEP.format("offered", "DONE"),
            "NOT_RECEIVED": "status IN ('REJ', 'NOT')",
        }.items()
    ),
    "referral_days": """
        SELECT service, (got.at - sent.at) / 86400000, count(*) FROM offered
        JOIN step got ON got.case_id = offered.case_id AND got.position = offered.position
            AND got.status = 'DONE'
        JOIN step sent ON sent.case_id = offered.case_id AND sent.position = offered.position
            AND sent.status = 'SENT'
        GROUP BY 1, 2""",
    "follow_up_due": "SELECT count(*) FROM due",
    "follow_up_on_time": "SELECT count(*) FROM due WHERE done <= due",
}

GAP_CALLS = f"""
    SELECT {_place(RAYON, "division")}, '', count(*) {HELP} AND {_done("NONE")} GROUP BY 1"""
# Of the referrals of which the table of referrals tells: first offered in the period.
GAP_REFERRALS = f"""
    SELECT {_place(RAYON, "place")}, service, count(*) FROM offered
    WHERE status IN ('REJ', 'NOT') GROUP BY 1, 2"""
LENGTHS = f"""
    SELECT coalesce(sum(duration_seconds), 0), coalesce(max(duration_seconds), 0) {ALL}
    AND substantive"""

INDICATORS = frozenset({*OF_CALLS, *OF_CASES, "gap", "length"})


@dataclass(frozen=True)
class Counted:
    """The figures of a period. `seconds` and `longest`: of the calls that asked for help."""

    counts: Counter[Cell]
    seconds: int
    longest: int

    def cells(self, indicator: str) -> dict[Cell, int]:
        return {cell[1:]: n for cell, n in self.counts.items() if cell[0] == indicator}

    @property
    def services(self) -> set[str]:
        """Kinds of service that were received after they were asked."""
        return {cell[0] for cell in self.cells("referral_days")}

    @property
    def callers(self) -> int:
        return len(self.cells("number"))

    @property
    def repeat_calls(self) -> int:
        return sum(n - 1 for n in self.cells("number").values())

    def middle(self, *start: str) -> float | None:
        """The median of those cells of the indicator that begin so; their last code is a number."""
        values = [
            int(cell[-1])
            for cell, n in self.counts.items()
            if cell[: len(start)] == start
            for _ in range(n)
        ]
        return median(values) if values else None


class Independent:
    """Counts over one connection, which sees the file as it is when this is made."""

    def __init__(self, connection: Any, files: CaseFiles) -> None:
        """`files` reads the cases that have several versions from several PCs."""
        self._connection = connection
        for table in ("tel", "kase"):
            self._run(f"DROP TABLE IF EXISTS temp.{table}")
        self._run(KASE)
        self._run(OWN_SNAPSHOTS)
        for (case_id,) in self._run(SEVERAL_PCS).fetchall():
            body = json.dumps(case_body(files.read(connection, case_id)), ensure_ascii=False)
            self._run(
                "INSERT OR REPLACE INTO kase (case_id, body) VALUES (:id, :body)",
                id=case_id,
                body=body,
            )
        # The only call of such a case was moved to another one, and all that it told.
        self._run("DELETE FROM kase WHERE json_array_length(body, '$.calls') = 0")
        self._run(KASES)
        self._run(CALLS)
        self._run("CREATE INDEX temp.tel_day ON tel (day)")

    def of(self, first: date, last: date, now: int) -> Counted:
        """All figures of these Bishkek days, as of `now` (UTC ms)."""
        at = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "start": day_bounds_ms(first)[0],
            "end": day_bounds_ms(last + timedelta(days=1))[0],
            "now": now,
        }
        counts: Counter[Cell] = Counter()
        queries = [*OF_CALLS.items(), ("gap", GAP_CALLS), ("gap", CASE + GAP_REFERRALS)]
        queries += [(name, CASE + query) for name, query in OF_CASES.items()]
        for name, query in queries:
            for *codes, count in self._run(query, **at):
                if count:
                    counts[name, *(str(code) for code in codes)] += count
        seconds, longest = self._run(LENGTHS, **at).fetchone()
        return Counted(counts, seconds, longest)

    def _run(self, query: str, **values: object) -> Any:
        return self._connection.exec_driver_sql(query, values)
