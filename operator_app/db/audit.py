"""The audit chain: each row carries the hash of the one before it (design/security.md, Audit)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from operator_app.db.models import audit
from operator_app.db.prepared import Prepared
from operator_app.domain.wire import canonical, canonical_plain

GENESIS = "0" * 64

_LAST = select(func.max(audit.c.seq)).scalar_subquery()
_HEAD = Prepared(select(audit.c.seq, audit.c.hash).where(audit.c.seq == _LAST))
_INSERT = Prepared(insert(audit))


@dataclass(frozen=True)
class AuditRow:
    """One audited act; `details` is JSON text with field names, codes and counts, no content."""

    seq: int
    at: int
    user_id: str
    action: str
    entity: str
    entity_id: str
    details: str
    prev_hash: str
    hash: str


def append(
    connection: Connection,
    *,
    at: int,
    user_id: str,
    action: str,
    entity: str = "",
    entity_id: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Add a row inside the caller's transaction."""
    last_seq, prev_hash = head(connection)
    values = {
        "seq": last_seq + 1,
        "at": at,
        "user_id": user_id,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "details": canonical_plain(details or {}).decode(),
        "prev_hash": prev_hash,
    }
    digest = hashlib.sha256(canonical_plain(values)).hexdigest()
    _INSERT.run(connection, {**values, "hash": digest})


def head(connection: Connection) -> tuple[int, str]:
    """(seq, hash) of the last row; (0, zeros) of an empty chain."""
    last = _HEAD.run(connection, {}).fetchone()
    return tuple(last) if last else (0, GENESIS)


def hash_at(connection: Connection, seq: int) -> str | None:
    """The hash of a row, for the server to compare with what it was told before."""
    if seq == 0:
        return GENESIS
    return connection.execute(select(audit.c.hash).where(audit.c.seq == seq)).scalar()


def first_broken(connection: Connection) -> int | None:
    """The seq of the first row that does not fit, or None when the chain is whole."""
    expected_seq, prev_hash = 1, GENESIS
    for row in connection.execute(select(audit).order_by(audit.c.seq)).mappings():
        values = {k: row[k] for k in row if k != "hash"}
        if (
            row["seq"] != expected_seq
            or row["prev_hash"] != prev_hash
            or not _fits(values, row["hash"])
        ):
            return int(row["seq"])
        expected_seq, prev_hash = expected_seq + 1, row["hash"]
    return None


def _fits(values: dict[str, Any], expected: Any) -> bool:
    try:
        return bool(_hash(values) == expected)
    except (TypeError, ValueError):
        # A value that no canonical JSON has (a blob, a huge number): nobody appended it.
        return False


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(values)).hexdigest()
