"""Judging the file by what was said before it was killed, as Jepsen does: nothing that was
acknowledged is lost, nothing is there that was not attempted, nothing is there twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.models import call, revision
from tests.crash.harness import LifeReport
from tests.crash.workers import digest


def lost(database: Database, reports: Sequence[LifeReport]) -> list[str]:
    """The op_ids that were said to be saved and are not there with the same bytes."""
    with database.read() as connection:
        held = {
            row.op_id: digest(row.payload)
            for row in connection.execute(select(revision.c.op_id, revision.c.payload))
        }
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
        rows = connection.execute(select(revision).order_by(revision.c.seq)).all()
        heads = {r.op_id for r in connection.execute(select(call.c.op_id))}
        audited = audit.first_broken(connection)
        audit_rows = audit.head(connection)[0]
    texts = [_text(row) for row in rows]
    faults += [f"never attempted: {t[:40]}" for t in texts if t not in attempted]
    faults += [f"twice: {t[:40]}" for t, n in Counter(texts).items() if n > 1]
    unsure = Counter(attempted[t] for t in texts if t in attempted and t not in acknowledged)
    faults += [f"life {n} has {k} unacknowledged acts" for n, k in unsure.items() if k > 1]
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        faults.append("seq has a gap")
    # Rows and revisions are written together: the newest revision of each record is its row's.
    newest = {row.record_id: row.op_id for row in rows}
    if set(newest.values()) != heads:
        faults.append("the calls and their newest revisions differ")
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


def _text(row: object) -> str:
    data = json.loads(row.payload)  # type: ignore[attr-defined]
    body = data["body"]
    return str(body["void_reason"] if data["kind"] == "void" else body["note"])
