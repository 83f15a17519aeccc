"""Calls and cases written as the services write them, but by the driver and many at once.

tests/figures/test_year.py compares: what the services write of the same forms are the same rows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from typing import Any

import msgspec

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.db.settings import Device
from operator_app.domain.calls import Call, CallForm, phone_columns
from operator_app.domain.cases import Case
from operator_app.domain.clock import local_day
from operator_app.domain.consent import STATISTICS, Consent, allows
from operator_app.domain.disclosure import call_outgoing, case_outgoing
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.wire import (
    SCHEMA,
    Header,
    Kind,
    Lane,
    call_body,
    canonical_plain,
    case_body,
    payload,
)
from operator_app.services.case_rows import name_words

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def call_rows(
    saved: Call, reference: Reference, response: CallForm | None, *, complete: bool = True
) -> Rows:
    """The rows of a call as it is now; `response`: the last version that started the clock."""
    form = saved.form
    _, e164, key = phone_columns(form)
    call: Row = {
        "call_id": saved.call_id,
        "number": saved.number,
        "office_code": saved.office_code,
        "operator_id": saved.operator_id,
        "started_at": form.started_at,
        "ended_at": saved.ended_at,
        "duration_seconds": saved.duration_seconds,
        "local_day": local_day(form.started_at).isoformat(),
        "saved_at": saved.saved_at,
        "contact_kind": form.contact_kind,
        "substantive": int(reference.is_substantive(form.contact_kind or "")),
        "violence": int(form.is_violence),
        "channel": form.channel,
        "danger_now": form.danger_now,
        "danger_at": form.danger_at,
        "language": form.language,
        "topic": form.topics[0] if form.topics else None,
        "benefit_issue": form.benefit_issue,
        "caller_sex": form.caller_sex,
        "caller_age_group": form.caller_age_group,
        "relation": form.relation,
        "division": form.division,
        "caller_name": form.caller_name,
        "phone_raw": form.phone,
        "phone_e164": e164,
        "phone_key": key,
        "note": form.note,
        "revision_no": saved.revision,
        "op_id": saved.op_id,
        "voided_at": saved.voided_at,
        "void_reason": saved.void_reason,
        "violence_block": form.violence and msgspec.json.encode(form.violence).decode(),
        "complete": int(complete),
        "device": "",
    }
    at = {"call_id": saved.call_id}
    found: Rows = {
        "call": [call],
        "call_topic": [{**at, "position": i, "topic": t} for i, t in enumerate(form.topics)],
        "call_action": [{**at, "position": i, "action": a} for i, a in enumerate(form.actions)],
        "call_advice": [
            {**at, "position": i, **msgspec.to_builtins(a)} for i, a in enumerate(form.advice)
        ],
    }
    if response is not None:
        found["response"] = [{**at, **response_of(response)}]
    return found


def starts_clock(form: CallForm) -> bool:
    """Whether danger or a high level was known at some moment of the call."""
    block = form.violence
    danger = form.danger_now == "Y" and form.danger_at is not None
    return danger or (block is not None and block.high_at is not None)


def response_of(form: CallForm) -> Row:
    """The response clock as a version of the call tells it."""
    block = form.violence
    known = [form.danger_at if form.danger_now == "Y" else None, block.high_at if block else None]
    return {
        "local_day": local_day(form.started_at).isoformat(),
        "alarm_at": min(at for at in known if at is not None),
        "police_at": block.police_at if block else None,
        "ambulance_at": block.ambulance_at if block else None,
    }


def case_rows(case: Case, heads: list[str], revisions: int) -> Rows:
    """The rows of a case of one head, whose snapshot it is."""
    at = {"case_id": case.case_id}
    return {
        "case_file": [
            {
                **at,
                "number": case.number,
                "office_code": case.office_code,
                "kind": case.kind,
                "status": case.status,
                "risk": case.risk,
                "gbv_type": case.gbv_type,
                "division": case.division,
                "opened_at": case.opened_at,
                "opened_day": local_day(case.opened_at).isoformat(),
                "opened_by": case.opened_by,
                "owner_id": case.owner_id,
                "next_action_at": case.next_action_at,
                "closed_at": case.closed_at,
                "has_plan": int(case.plan.agreed_at is not None),
                "statistics": int(allows(case.consents, STATISTICS)),
                "revision_no": revisions,
                "saved_at": case.saved_at,
                "op_id": case.op_id,
                "heads": json.dumps(heads),
                "conflict": 0,
            }
        ],
        "case_call": [{**at, "call_id": link.call_id} for link in case.calls],
        "case_key": [{**at, "kind": kind, "key": key} for kind, key in _keys(case)],
        "case_task": [
            {
                "task_id": t.task_id,
                **at,
                "kind": t.kind,
                "way": t.way,
                "rule": t.rule,
                "due_at": t.due_at,
                "assignee_id": t.assignee_id,
                "created_at": t.created_at,
                "done_at": t.done_at,
                "dropped_at": t.dropped_at,
            }
            for t in case.tasks
        ],
        "case_referral": [
            {
                **at,
                "referral_id": r.referral_id,
                "service_type": r.service_type,
                "status": r.status,
                "offered_at": r.steps[0].at,
                "sent_at": r.first("SENT"),
                "accepted_at": r.first("ACC"),
                "received_at": r.first("DONE"),
                "due_at": r.due_at,
            }
            for r in case.referrals
        ],
        "case_order": [
            {
                **at,
                "order_id": o.order_id,
                "status": o.status,
                "issued_at": o.issued_at,
                "ends_at": o.ends_at,
            }
            for o in case.orders
        ],
    }


def _keys(case: Case) -> set[tuple[str, str]]:
    phones = {read_phone(p).key for p in (case.affected.phone, case.contact.phone)}
    found = {("phone", key) for key in phones if key}
    return found | {("name", word) for word in name_words(case.affected.name)}


class Bulk:
    """Collects rows and writes them. Not durable while it runs: only for a file being made."""

    AT_ONCE = 20_000

    def __init__(self, database: Database) -> None:
        self._database = database
        self.rows: Rows = defaultdict(list)
        with database.read() as connection:
            self.office = settings.read_office(connection).code
            self.device: Device = settings.read_device(connection)
            last = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM revision")
            self.seq: int = last.scalar_one()

    def add(self, rows: Rows) -> None:
        """Take rows in, to be written with others."""
        for table, some in rows.items():
            self.rows[table] += some
        if len(self.rows["revision"]) >= self.AT_ONCE:
            self.flush()

    def call_revision(
        self,
        saved: Call,
        *,
        kind: Kind = Kind.CALL,
        base: str = "",
        was_violence: bool = False,
        of_case: tuple[Consent, ...] = (),
    ) -> None:
        """A revision of the call with what of it may leave, and the whole where that is less."""
        body = call_body(saved)
        out = call_outgoing(saved, body, was_violence=was_violence, of_case=of_case)
        ordinary = Lane.AMENDED if base else Lane.NEW
        lane = Lane.URGENT if saved.form.is_urgent else ordinary
        self._revision(
            saved.call_id,
            saved.op_id,
            kind,
            base,
            saved.operator_id,
            saved.saved_at,
            lane,
            body,
            out,
        )

    def case_revision(self, case: Case, author: str, base: str, lane: Lane = Lane.NEW) -> None:
        """The same of a case."""
        body = case_body(case)
        out = case_outgoing(case, body)
        self._revision(
            case.case_id, case.op_id, Kind.CASE, base, author, case.saved_at, lane, body, out
        )

    def _revision(
        self,
        record: str,
        op_id: str,
        kind: Kind,
        base: str,
        author: str,
        at: int,
        lane: Lane,
        body: dict[str, Any],
        out: dict[str, Any],
    ) -> None:
        self.seq += 1
        header = Header(op_id, self.device.device_id, self.device.inc, self.seq)
        bases = (base,) if base else ()
        plain = payload(
            header, record_id=record, kind=kind, bases=bases, author=author, at=at, body=out
        )
        row = {
            "op_id": op_id,
            "record_id": record,
            "kind": kind.value,
            "schema": SCHEMA,
            "inc": self.device.inc,
            "seq": self.seq,
            "bases": json.dumps(bases),
            "author_id": author,
            "created_at": at,
            "payload": plain,
            "tag": hmac.digest(self.device.tag_key, plain, hashlib.sha256),
            "lane": int(lane),
            "state": "applied",
        }
        self.rows["revision"].append(row)
        if out is not body:
            self.rows["withheld"].append({"op_id": op_id, "body": canonical_plain(body).decode()})

    def flush(self) -> None:
        """Write what is collected."""
        with self._database.bare_connection() as connection:
            for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -500000"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN")
            for table, rows in self.rows.items():
                if rows:
                    connection.executemany(_insert(table, rows[0]), rows)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.rows.clear()


def _insert(table: str, row: Row) -> str:
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"
