"""What the other devices of an office wrote into its cases, for one device of that office; and
what a device wrote itself and lost, when it was restored from a backup: calls too.

The tables do not tell a case from a call, nor whose it is: the office's revisions after the cursor
are opened one by one. The cursor counts receipts, because a revision that was set aside at first
gets its receipt when it is opened after all.
"""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, true

from ministry_server.devices import Device
from ministry_server.messages import Changes
from ministry_server.schema import device, event, intake, receipt
from ministry_server.store import Store, get
from ministry_server.vault import Vault
from operator_app.domain.wire import Kind
from operator_app.sync.envelope import sealed_for

MOST_CHANGES = 50
MOST_CHANGES_BYTES = 128 * 1024
"""Of sealed items in one answer; a single one may be larger."""
MOST_LOOKED_AT = 1_000
MOST_OPENED_BYTES = 16 << 20


def changes_of_office(
    store: Store, vault: Vault, asking: Device, request: Changes
) -> dict[str, Any]:
    """The answer, still to be signed. `next` is the cursor sent when there was nothing more.

    `others`, for a device that asks for its own: how many of them are no records of its office.
    """
    wanted = (Kind.CASE,) if request.own is None else (Kind.CASE, Kind.CALL, Kind.VOID)
    items: list[dict[str, str]] = []
    size = others = 0
    through = request.cursor
    with store.read() as connection:
        for server_seq, op_id in _in_reach(connection, asking, request):
            plain = _of_office(connection, vault, op_id, asking.office, wanted)
            if plain is None:
                others += 1
            else:
                sealed = base64.b64encode(sealed_for(plain, [request.recipient])).decode()
                size += len(sealed)
                if items and (size > MOST_CHANGES_BYTES or len(items) == MOST_CHANGES):
                    break
                items.append({"op_id": op_id, "sealed": sealed})
            through = server_seq
        epoch = get(connection, "epoch")
    return {
        "n": request.nonce,
        "dev": asking.dev,
        "epoch": epoch,
        "next": through,
        "items": items,
        **({} if request.own is None else {"others": others}),
    }


def _in_reach(
    connection: Connection, asking: Device, request: Changes
) -> Iterator[tuple[int, str]]:
    """Receipts in the order they were signed, as (server_seq, op_id): of the office's other devices,
    or of what the asking one lost.

    No more than one answer may cost: the first of them in any case.
    """
    cursor = request.cursor
    if request.own is None:
        others = connection.execute(
            select(device.c.dev).where(device.c.office == asking.office, device.c.dev != asking.dev)
        ).scalars()
        # One by one, as the index lies: the receipts of all offices stand in one row.
        each = [_receipts(connection, dev, cursor, true()) for dev in list(others)]
    else:
        each = [_receipts(connection, asking.dev, cursor, _not_named(request.own))]
    opened = 0
    for number, (server_seq, op_id, size) in enumerate(heapq.merge(*each)):
        opened += size
        if number and (number >= MOST_LOOKED_AT or opened > MOST_OPENED_BYTES):
            return
        yield server_seq, op_id


def _not_named(own: dict[str, int]) -> ColumnElement[bool]:
    known = [and_(intake.c.inc == inc, intake.c.seq <= last) for inc, last in own.items()]
    return exists().where(intake.c.op_id == receipt.c.op_id, not_(or_(*known)) if known else true())


def _receipts(
    connection: Connection, dev: str, cursor: int, wanted: ColumnElement[bool]
) -> Sequence[tuple[int, str, int]]:
    # Each was signed for when it was stored, when it was opened, and when it moved: once is enough.
    later = receipt.alias("later")
    superseded = exists().where(
        later.c.op_id == receipt.c.op_id,
        later.c.kept == 1,
        later.c.server_seq > receipt.c.server_seq,
    )
    rows = connection.execute(
        select(receipt.c.server_seq, receipt.c.op_id, func.length(event.c.sealed).label("size"))
        .outerjoin(event, (event.c.op_id == receipt.c.op_id) & (event.c.dev == receipt.c.dev))
        .where(
            receipt.c.dev == dev,
            receipt.c.server_seq > cursor,
            receipt.c.kept == 1,
            ~superseded,
            wanted,
        )
        .order_by(receipt.c.server_seq)
        .limit(MOST_LOOKED_AT)
    )
    return [(row.server_seq, row.op_id, row.size or 0) for row in rows]


def _of_office(
    connection: Connection, vault: Vault, op_id: str, office: str, kinds: Collection[str]
) -> bytes | None:
    """The payload as it came, when it is a case, or what is asked for, of this office. A refused one
    has none."""
    sealed = connection.execute(select(event.c.sealed).where(event.c.op_id == op_id)).scalar()
    if sealed is None:
        return None
    plain = vault.open_bytes(op_id, sealed)
    payload = json.loads(plain)
    wanted = payload["kind"] in kinds and payload["body"]["office"] == office
    return plain if wanted else None
