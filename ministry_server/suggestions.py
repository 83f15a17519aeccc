"""What the offices suggest to correct, for the ministry's editors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from ministry_server.schema import event, record
from ministry_server.store import Store
from ministry_server.tally import record_kind
from ministry_server.vault import Vault
from operator_app.domain.wire import Kind

_AT_ONCE = 500
_FROM_BODY = ("office", "operator", "entry_kind", "entry_id", "content", "field", "text")


@dataclass(frozen=True)
class Suggested:
    """One suggestion. Times in UTC milliseconds: `at` by the office's clock, `received_at` by ours."""

    op_id: str
    dev: str
    at: int
    received_at: int
    office: str
    operator: str
    entry_kind: str
    entry_id: str
    content: str
    field: str
    text: str


def suggestions(store: Store, vault: Vault) -> list[Suggested]:
    """All there are, the newest first.

    The tables do not tell a suggestion from a call: the sealed line of every record is opened.
    """
    with store.read() as connection:
        return sorted(
            _suggestions(connection, vault), key=lambda s: (s.received_at, s.op_id), reverse=True
        )


def _suggestions(connection: Connection, vault: Vault) -> Iterator[Suggested]:
    refs = [
        row.record_ref
        for row in connection.execute(select(record.c.record_ref, record.c.sealed))
        if record_kind(vault, row.record_ref, row.sealed) is Kind.SUGGESTION
    ]
    for start in range(0, len(refs), _AT_ONCE):
        rows = connection.execute(
            select(event.c.op_id, event.c.dev, event.c.received_at, event.c.sealed).where(
                event.c.record_ref.in_(refs[start : start + _AT_ONCE]),
                event.c.sealed.is_not(None),
            )
        )
        for row in rows:
            payload = vault.open(row.op_id, row.sealed)
            body: dict[str, Any] = payload["body"]
            yield Suggested(
                op_id=row.op_id,
                dev=row.dev,
                at=payload["at"],
                received_at=row.received_at,
                **{name: body[name] for name in _FROM_BODY},
            )
