"""The revisions of a call: of one taken here also those that a restore took and the ministry gave
back. How they are shown and compared, and what the next one is made from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import foreign, revisions
from operator_app.db.revisions import Revision
from operator_app.domain.calls import Call
from operator_app.domain.completion import completed
from operator_app.domain.fold import Face, Folded, Shown, fold, show
from operator_app.domain.fold import Revision as Node
from operator_app.domain.wire import Kind, State, call_from_body, caution


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


@dataclass(frozen=True)
class Made:
    """A revision as it is known here. `body` is the snapshot, whole as far as that is known; `dev`
    the PC it came from, and `sent` its row in the outbox when it never left this one's file."""

    op_id: str
    kind: Kind
    bases: tuple[str, ...]
    over: tuple[str, ...]
    author_id: str
    at: int
    body: dict[str, Any]
    dev: str = ""
    sent: Revision | None = None


def read(connection: Connection, call_id: str) -> list[Made]:
    """All revisions of the call, oldest first."""
    made = [
        Made(r.op_id, r.kind, r.bases, r.over, r.author_id, r.created_at, r.body, sent=r)
        for r in revisions.history(connection, call_id)
    ]
    given = foreign.of_record(connection, call_id)
    if not given:
        return made
    whole = {one.op_id: one.body for one in made}
    sent = {one.sent.op_id: json.loads(one.sent.payload)["body"] for one in made if one.sent}
    for r in given:
        body = sent[r.op_id] = r.data["body"]
        # What was withheld is not at the ministry either: what is known here stays.
        for base in (base for base in r.bases if base in sent):
            body = completed(body, sent[base], whole[base])
        whole[r.op_id] = body
        over = tuple(r.data.get("over", ()))
        made.append(
            Made(r.op_id, r.kind, r.bases, over, r.author_id, r.created_at, body, dev=r.dev)
        )
    return sorted(made, key=lambda one: one.at)


def folded(made: Sequence[Made]) -> tuple[Folded, Shown]:
    """What the revisions of a call amount to, and what is shown of them."""
    nodes = [Node(one.op_id, one.bases, i, over=one.over) for i, one in enumerate(made)]
    faces = {
        one.op_id: Face(one.kind is Kind.VOID, one.at, caution(one.kind, one.body)) for one in made
    }
    structure = fold(nodes)
    return structure, show(structure, faces)


def footing(
    made: Sequence[Made], bases: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(bases, over) of a new revision of a call that was opened at `bases`.

    Where there are several versions, since a restore, it brings them together.
    """
    if any(one.sent is None for one in made):
        heads = folded(made)[0].heads
        if set(bases) <= set(heads):
            bases = heads
    return revisions.stand_on([one.sent for one in made if one.sent], bases)


def versions(connection: Connection, call_id: str, *, here: bool) -> list[CallVersion]:
    """All revisions of the call; `here`: it was taken at this PC, so that what came back came from
    the ministry."""
    elsewhere = State.APPLIED if here else None
    return [
        CallVersion(
            replace(
                call_from_body(one.body, call_id=call_id, op_id=one.op_id, saved_at=one.at),
                revision=number,
            ),
            one.kind,
            one.author_id,
            one.at,
            one.sent.state if one.sent else elsewhere,
            one.sent.last_code if one.sent else None,
        )
        for number, one in enumerate(read(connection, call_id), start=1)
    ]
