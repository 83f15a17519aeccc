"""Making a bundle of what waits, and taking receipts in from a file.

A bundle changes no revision: it may be lost, copied, and sent over HTTPS as well. As there, only a
receipt that our server signed for exactly our bytes moves a revision on.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import Connection

from operator_app.db import outbox, revisions, settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.outbox import Confirmation
from operator_app.db.revisions import Revision
from operator_app.db.settings import Device, Server
from operator_app.db.sync_state import Attempt, Carried
from operator_app.domain.clock import Clock, to_ms
from operator_app.errors import NetworkProblem
from operator_app.sync.answers import public_key, recipients
from operator_app.sync.bundle import (
    MOST_CLAIMS,
    MOST_ITEM_BYTES,
    MOST_ITEMS,
    MOST_RANGES,
    RECEIPTS,
    RECORDS,
    VERSION,
    BadBundle,
    BundleHead,
    Claim,
    ReceiptsHead,
    bundle_name,
    check_signer,
    read_head,
    read_items,
    read_lines,
    write_lines,
)
from operator_app.sync.have import MISSING_CODE
from operator_app.sync.ministry_key import use_key
from operator_app.sync.push import confirmation_of, report_of, seal_batch

CARRIER = "folder"
"""The word in the list of attempts."""


@dataclass(frozen=True)
class Bundle:
    """A bundle's bytes and what it is called; `carried` is None when there is nothing in it.

    `count` revisions are in it, `left` wait besides: it is full, or other bundles hold them.
    """

    bundle_id: str
    name: str
    data: bytes
    count: int
    left: int
    carried: Carried | None


@dataclass(frozen=True)
class ReceiptsTaken:
    """`confirmed` receipts are about revisions here, `foreign` about none here (this PC was put
    back to an older state); `missing` revisions are queued again, for the ministry lost them.
    `again`: how many were not taken, because the ministry has another key by now; they wait still,
    and the next bundle carries them."""

    bundle_id: str
    confirmed: int
    foreign: int
    missing: int
    again: int = 0


def make_bundle(
    database: Database, clock: Clock, app_version: str, *, besides: Sequence[Carried] = ()
) -> Bundle:
    """Seal what waits, but for what lies in other bundles, as they go to the ministry.

    Raises BadBundle("bundle.not_enrolled") while no server is pinned.
    """
    now = to_ms(clock())
    with database.read() as connection:
        server, device = settings.read_server(connection), settings.read_device(connection)
        if not server.enrolled:
            raise BadBundle("bundle.not_enrolled")
        there = [(c.first, c.last) for c in besides]
        waiting = revisions.to_carry(connection, besides=there, most_items=MOST_ITEMS)
        # Sealed within this look: the head tells of the same moment as the rows.
        batch = seal_batch([r for _, r in waiting], device, server, MOST_ITEM_BYTES)
        sent = [s.revision for s in batch]
        report, _seq = report_of(connection, app_version, [r.op_id for r in sent])
        head = BundleHead(
            format=RECORDS,
            v=VERSION,
            bundle_id=str(uuid4()),
            dev=device.device_id,
            inc=device.inc,
            office=settings.read_office(connection).code,
            made_at=now,
            count=len(batch),
            sent=_numbers(sent),
            epoch=sync_state.read_ledger(connection).epoch,
            cursor=sync_state.read_cursor(connection),
            holds=_holdings(connection),
            # Not when the oldest was saved: a stick may be found, and that is when somebody called.
            report={**report, "oldest_at": None},
        )
    name = bundle_name(device.device_id, head.bundle_id)
    return Bundle(
        bundle_id=head.bundle_id,
        name=name,
        data=write_lines(head, [s.envelope for s in batch], device.signing_key),
        count=len(batch),
        left=int(report["waiting"]),
        carried=Carried(name, waiting[0][0], waiting[len(batch) - 1][0]) if batch else None,
    )


def take_receipts(database: Database, clock: Clock, data: bytes) -> ReceiptsTaken:
    """Judge a file whole, then move revisions on by its receipts, in one transaction.

    Raises BadBundle: what `read_lines` and `check_signer` raise, `bundle.not_enrolled`,
    `bundle.other_server`, `bundle.other_device`, `bundle.malformed`, `bundle.other_epoch` (from
    before the server was put back to an older state, or after, and not the newest answer).
    """
    now = to_ms(clock())
    with database.read() as connection:
        server, device = settings.read_server(connection), settings.read_device(connection)
    if not server.enrolled:
        raise BadBundle("bundle.not_enrolled")
    head, confirmations = _read(data, device, server)
    with database.write() as connection:
        ledger = sync_state.read_ledger(connection)
        state = sync_state.read_folder(connection)
        newest = head.bundle_id == state.last_bundle
        if ledger.epoch and head.epoch != ledger.epoch and not newest:
            # Of another life of the server, and files can come again: what they tell may be past.
            raise BadBundle("bundle.other_epoch")
        if newest:
            state = replace(state, last_bundle="")
        if newest or head.made_at > settings.read_server(connection).keys_at:
            recipients_now = tuple(head.recipients)
            use_key(connection, head.kid, recipients_now, told_at=head.made_at, now=now)
        missing = _take_answer(connection, head) if newest else 0
        moved = outbox.confirm(connection, _there(confirmations, head if newest else None), now)
        same = head.epoch == sync_state.read_ledger(connection).epoch
        if same and head.after <= sync_state.read_cursor(connection) < head.next:
            sync_state.write_cursor(connection, head.next)
        if moved:
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(connection, replace(contact, last_verified_at=now))
        sync_state.write_folder(connection, replace(state, read_at=now))
        sync_state.add_attempt(connection, Attempt(now, CARRIER, "receipts", "ok", moved))
    again = sum(last - first + 1 for claim in head.again for first, last in claim.ranges)
    return ReceiptsTaken(head.bundle_id, moved, len(confirmations) - moved, missing, again)


def _read(data: bytes, device: Device, server: Server) -> tuple[ReceiptsHead, list[Confirmation]]:
    lines = read_lines(data, RECEIPTS)
    head = read_head(lines, ReceiptsHead)
    if head.receipt_key != base64.b64encode(server.receipt_key).decode():
        raise BadBundle("bundle.other_server")
    check_signer(lines, public_key(server.receipt_key))
    if head.dev != device.device_id:
        raise BadBundle("bundle.other_device")
    try:
        recipients({"recipients": head.recipients})
    except NetworkProblem:
        raise BadBundle("bundle.malformed") from None
    confirmations = []
    for signed in read_items(lines):
        confirmation = confirmation_of(device, server, signed)
        if confirmation is None:
            raise BadBundle("bundle.malformed")
        confirmations.append(confirmation)
    return head, confirmations


def _take_answer(connection: Connection, head: ReceiptsHead) -> int:
    """What only the newest answer tells: what the server lacks of what it had."""
    ledger = sync_state.read_ledger(connection)
    if ledger.epoch != head.epoch:
        # Restored, or first met: it counted from `after` on, and over the network everything is
        # compared once more.
        ledger = replace(ledger, epoch=head.epoch, have_at=None)
        sync_state.write_cursor(connection, head.next)
    sync_state.write_ledger(connection, replace(ledger, durable_through=head.durable_through))
    return sum(
        outbox.queue_again(connection, claim.inc, first, last, code=MISSING_CODE)
        for claim in head.missing
        for first, last in claim.ranges
    )


def _there(confirmations: list[Confirmation], answer: ReceiptsHead | None) -> list[Confirmation]:
    """Without receipts for what the same answer says is lacking: they are of before it was lost."""
    lacking = {claim.inc: claim.ranges for claim in answer.missing} if answer else {}
    return [
        c
        for c in confirmations
        if not any(first <= c.seq <= last for first, last in lacking.get(c.inc, ()))
    ]


def _numbers(sent: Sequence[Revision]) -> list[Claim]:
    by_inc: dict[str, list[int]] = {}
    for revision in sent:
        by_inc.setdefault(revision.inc, []).append(revision.seq)
    return [Claim(inc, _runs(sorted(numbers))) for inc, numbers in by_inc.items()]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _holdings(connection: Connection) -> list[Claim]:
    """What the ministry has by receipt; of very many gaps or incarnations the newest ones."""
    claims = [
        Claim(inc, outbox.confirmed_ranges(connection, inc)[-MOST_RANGES:])
        for inc in outbox.incarnations(connection)[-MOST_CLAIMS:]
    ]
    return [claim for claim in claims if claim.ranges]
