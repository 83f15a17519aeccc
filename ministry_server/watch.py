"""What the server notices: reused ids, rewritten audit chains. It never refuses data for it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, update

from ministry_server.messages import AuditReport, Report
from ministry_server.schema import alarm, audit_head, device
from ministry_server.store import insert_new

HEADS_KEPT_MS = 7 * 24 * 3600 * 1000


def raise_alarm(connection: Connection, dev: str, kind: str, mark: str, at: int) -> None:
    """Note it once. `mark` names the occurrence by ids and numbers."""
    connection.execute(
        insert_new(connection, alarm),
        {"mark": f"{kind} {dev} {mark}", "at": at, "dev": dev, "kind": kind},
    )


def note_contact(connection: Connection, dev: str, at: int, report: Report | None = None) -> None:
    """Keep what the device said of itself."""
    values: dict[str, object] = {"last_contact_at": at}
    if report is not None:
        values |= {
            "waiting": report.waiting,
            "oldest_at": report.oldest_at,
            "app_version": report.app_version,
        }
    connection.execute(update(device).where(device.c.dev == dev).values(**values))


def watch_audit(connection: Connection, dev: str, told: AuditReport, at: int) -> None:
    """Compare the audit head with those told before; raise "audit" when the past has changed.

    A head told before, word for word, is a repeated request and no news. After a restore of this
    server the device's `since` may be unknown here: that is no proof of anything.
    """
    known = {
        row.seq: row.hash
        for row in connection.execute(
            select(audit_head.c.seq, audit_head.c.hash).where(
                audit_head.c.dev == dev, audit_head.c.seq.in_((told.seq, told.since_seq))
            )
        )
    }
    if known.get(told.seq) == told.hash and known.get(told.since_seq) in (None, told.since_hash):
        return
    newest, since_before = connection.execute(
        select(
            select(func.max(audit_head.c.seq)).where(audit_head.c.dev == dev).scalar_subquery(),
            device.c.audit_since,
        ).where(device.c.dev == dev)
    ).one()
    rewritten = (
        known.get(told.seq, told.hash) != told.hash
        or known.get(told.since_seq, told.since_hash) != told.since_hash
    )
    shorter = told.seq < (newest or 0) or told.since_seq < since_before or told.since_seq > told.seq
    if rewritten or shorter:
        # A PC that was restored has a shorter chain at each of its pushes, until it has caught up:
        # that is one occurrence.
        mark = f"{told.seq} {told.hash}" if rewritten else f"behind {newest}"
        raise_alarm(connection, dev, "audit", mark, at)
    connection.execute(
        insert_new(connection, audit_head),
        {"dev": dev, "seq": told.seq, "hash": told.hash, "told_at": at},
    )
    if told.since_seq > since_before:
        connection.execute(
            update(device).where(device.c.dev == dev).values(audit_since=told.since_seq)
        )


def forget_old_heads(connection: Connection, now: int) -> None:
    """Drop the audit heads that no device will name again; a late copy of a request may, so wait."""
    since = select(device.c.audit_since).where(device.c.dev == audit_head.c.dev).scalar_subquery()
    connection.execute(
        delete(audit_head).where(
            audit_head.c.told_at < now - HEADS_KEPT_MS, audit_head.c.seq < since
        )
    )
