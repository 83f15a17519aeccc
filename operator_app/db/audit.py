"""The audit chain: each row carries the hash of the one before it (design/security.md, Audit)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from operator_app.db.models import audit
from operator_app.db.prepared import Prepared
from operator_app.domain.wire import canonical_plain

GENESIS = "0" * 64

_LAST = select(func.max(audit.c.seq)).scalar_subquery()
_HEAD = Prepared(select(audit.c.seq, audit.c.hash).where(audit.c.seq == _LAST))
_INSERT = Prepared(insert(audit))
_COLUMNS = tuple(audit.c.keys())
_KINDS = {name: int if name in ("seq", "at") else str for name in _COLUMNS if name != "hash"}


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


@dataclass(frozen=True)
class Walked:
    """How far somebody went along the chain: the last row that fits, and the first that does not.

    `at_end`: there is no row after it.
    """

    seq: int = 0
    hash: str = GENESIS
    at_end: bool = False
    broken: AuditRow | None = None


def walk(connection: Connection, before: Walked, most: int) -> Walked:
    """Compare at most `most` more rows; a row that does not fit is where the way ends.

    Whether the chain was cut at its end it cannot tell: that needs a head told to somebody else.
    """
    query = select(audit).order_by(audit.c.seq)
    if before.seq:
        # Else a number below 1 would be passed by.
        query = query.where(audit.c.seq > before.seq)
    seq, prev_hash = before.seq, before.hash
    with any_text(connection):
        for row in connection.execute(query.limit(most)):
            values = dict(zip(_COLUMNS, row, strict=True))
            if values["seq"] != seq + 1 or values["prev_hash"] != prev_hash or not _fits(values):
                return Walked(seq, prev_hash, broken=AuditRow(*row))
            seq, prev_hash = seq + 1, values["hash"]
    return Walked(seq, prev_hash, at_end=seq - before.seq < most)


def first_broken(connection: Connection) -> int | None:
    """The seq of the first row that does not fit, or None when the chain is whole."""
    walked = Walked()
    while walked.broken is None and not walked.at_end:
        walked = walk(connection, walked, 10_000)
    return walked.broken.seq if walked.broken else None


@contextlib.contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Rows can be read though somebody put bytes into them that are no text."""
    driver_connection: Any = connection.connection.driver_connection
    driver_connection.text_factory = _decoded
    try:
        yield
    finally:
        driver_connection.text_factory = str


def _decoded(stored: bytes) -> str:
    return stored.decode(errors="surrogateescape")


def _fits(values: dict[str, Any]) -> bool:
    told = {name: value for name, value in values.items() if name != "hash"}
    if any(type(told[name]) is not kind for name, kind in _KINDS.items()):
        # Another type than was ever appended, though it may read the same.
        return False
    try:
        return bool(hashlib.sha256(canonical_plain(told)).hexdigest() == values["hash"])
    except UnicodeEncodeError:
        # Half a character: nobody appended it.
        return False
