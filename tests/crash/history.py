"""Judging the file by what was said before it was killed, as Jepsen does: nothing that was
acknowledged is lost, nothing is there that was not attempted, nothing is there twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from operator_app.db import audit
from operator_app.db.case_models import case_call, case_file
from operator_app.db.engine import Database
from operator_app.db.models import call, revision
from operator_app.domain.wire import Kind
from tests.crash.harness import LifeReport
from tests.crash.workers import REVISIONS, digest


def lost(database: Database, reports: Sequence[LifeReport]) -> list[str]:
    """The op_ids that were said to be saved and are not there with the same bytes."""
    with database.read() as connection:
        held = {row.op_id: digest(row) for row in connection.execute(REVISIONS)}
    return [
        m["op_id"]
        for report in reports
        for m in report.of("done")
        if m["op_id"] is not None and held.get(m["op_id"]) != m["sha256"]
    ]


def faults_in_file(database: Database, reports: Sequence[LifeReport]) -> list[str]:
    """Everything else that must hold after a kill; an empty list when all is well."""
    faults = []
    attempted = {m["text"]: r.number for r in reports for m in r.of("doing")}
    acknowledged = {m["text"] for r in reports for m in r.of("done")}
    with database.read() as connection:
        rows = connection.execute(REVISIONS.order_by(revision.c.seq)).all()
        heads = {r.op_id for r in connection.execute(select(call.c.op_id))}
        heads |= {r.op_id for r in connection.execute(select(case_file.c.op_id))}
        in_cases = set(connection.execute(select(case_call.c.call_id)).scalars())
        in_danger = set(
            connection.execute(select(call.c.call_id).where(call.c.danger_now == "Y")).scalars()
        )
        audited = audit.first_broken(connection)
        audit_rows = audit.head(connection)[0]
    texts = [_text(row) for row in rows if row.kind != Kind.CASE]
    faults += [f"never attempted: {t[:40]}" for t in texts if t not in attempted]
    faults += [f"twice: {t[:40]}" for t, n in Counter(texts).items() if n > 1]
    unsure = Counter(attempted[t] for t in texts if t in attempted and t not in acknowledged)
    faults += [f"life {n} has {k} unacknowledged acts" for n, k in unsure.items() if k > 1]
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        faults.append("seq has a gap")
    # Rows and revisions are written together: the newest revision of each record is its row's.
    newest = {row.record_id: row.op_id for row in rows}
    if set(newest.values()) != heads:
        faults.append("the calls and cases and their newest revisions differ")
    if in_cases != in_danger:
        faults.append("a call with danger now without its case, or a case without its call")
    if audited is not None:
        faults.append(f"audit chain broken at {audited}")
    # One audit row for each revision, and what set-up and sign-in wrote.
    if audit_rows < len(rows):
        faults.append("acts without an audit row")
    return faults


def draft_faults(before: str | None, report: LifeReport, after: str | None) -> list[str]:
    """The draft found after a life is the last acknowledged one, or that of the act under way."""
    state = before
    possible = [state]
    for message in report.of("doing", "done"):
        if message["act"] == "void":
            continue
        outcome = message["text"] if message["act"] == "draft" else None
        possible = [outcome] if message["what"] == "done" else [*possible[-1:], outcome]
    if after in possible:
        return []
    return [f"after life {report.number} the draft is none of {len(possible)} possible ones"]


def _text(row: Any) -> str:
    whole = row.whole
    body = json.loads(whole) if whole else json.loads(row.payload)["body"]
    return str(body["void_reason"] if row.kind == Kind.VOID else body["note"])
