"""The revisions of a call, oldest first, as they are shown and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import foreign, revisions
from operator_app.db.foreign import Foreign
from operator_app.db.revisions import Revision
from operator_app.domain.calls import Call
from operator_app.domain.wire import Kind, State, call_from_body


@dataclass(frozen=True)
class CallVersion:
    """One revision of a call: who made it, when (UTC ms), and how far it is on its way; of another PC
    that is not known here: no state."""

    call: Call
    kind: Kind
    author_id: str
    at: int
    state: State | None
    last_code: str | None


def versions(connection: Connection, call_id: str) -> list[CallVersion]:
    """All revisions of the call: it was taken here, or at another PC of the office."""
    own = [
        _version(number, call_id, r, r.body, r.state, r.last_code)
        for number, r in enumerate(revisions.history(connection, call_id), start=1)
    ]
    return own or [
        _version(number, call_id, r, r.data["body"], None, None)
        for number, r in enumerate(foreign.of_record(connection, call_id), start=1)
    ]


def _version(
    number: int,
    call_id: str,
    made: Revision | Foreign,
    body: Mapping[str, Any],
    state: State | None,
    code: str | None,
) -> CallVersion:
    call = call_from_body(dict(body), call_id=call_id, op_id=made.op_id, saved_at=made.created_at)
    return CallVersion(
        replace(call, revision=number), made.kind, made.author_id, made.created_at, state, code
    )
