"""Sending one batch: seal, exchange, and believe only the receipts.

Whatever the HTTP status said, a revision moves on by a receipt that our server signed for exactly
its op_id, device, incarnation, number and tag. Everything else goes back to the queue.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from operator_app.db import audit, outbox, revisions, sync_state
from operator_app.db.outbox import Confirmation
from operator_app.db.revisions import Revision
from operator_app.db.settings import Device, Server
from operator_app.domain.wire import Header, Lane, State
from operator_app.errors import NetworkProblem
from operator_app.sync.answers import listed, public_key, text
from operator_app.sync.envelope import KEY_ENDED, seal
from operator_app.sync.link import Link
from operator_app.sync.receipts import BadSignature, verify_receipt

SHORTEST_ASIDE_MS = 60_000
LONGEST_ASIDE_MS = 3_600_000
LONGEST_URGENT_ASIDE_MS = 300_000
_CODE = re.compile(r"[a-z0-9_.-]{1,64}")

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Sealed:
    """A revision ready to travel; `size` in bytes of its JSON."""

    revision: Revision
    envelope: Envelope
    size: int


@dataclass(frozen=True)
class Pushed:
    """What became of a batch: receipts verified, refused among them, and the rest given back.

    `key_ended`: some came back because they were sealed to a key that is taken no more.
    """

    confirmed: int
    rejected: int
    given_back: int
    epoch: str
    key_ended: bool = False


def seal_revision(revision: Revision, device: Device, server: Server) -> Envelope:
    """Seal one revision to the recipients the server named. Raises what `seal` raises."""
    return seal(
        revision.payload,
        revision.tag,
        Header(revision.op_id, device.device_id, revision.inc, revision.seq),
        kid=server.kid,
        recipients=server.recipients,
        signing_key=device.signing_key,
    )


def seal_batch(
    due: Sequence[Revision],
    device: Device,
    server: Server,
    most_bytes: int,
    ready: dict[str, Envelope] | None = None,
) -> list[Sealed]:
    """Seal revisions in order until the limit is reached; always at least the first.

    `ready`: what was sealed before, by op_id; what is used is taken out, what is too much put in.
    """
    ready = {} if ready is None else ready
    batch: list[Sealed] = []
    total = 0
    for revision in due:
        envelope = ready.pop(revision.op_id, None) or seal_revision(revision, device, server)
        size = _size(envelope)
        total += size
        if batch and total > most_bytes:
            ready[revision.op_id] = envelope
            break
        batch.append(Sealed(revision, envelope, size))
    return batch


def _size(envelope: Envelope) -> int:
    """Bytes of its JSON and the comma behind it: all names and values are plain ASCII."""
    quotes = {str: 2, int: 0}
    return 2 + sum(len(k) + 4 + len(str(v)) + quotes[type(v)] for k, v in envelope.items())


def push(link: Link, batch: Sequence[Sealed]) -> Pushed:
    """Send the batch and take in the receipts.

    Raises what `Link.ask` raises, and NetworkProblem("net.bad_answer") when not one receipt was
    good; the caller then gives the batch back (`give_back`), because nothing is known of it.
    """
    op_ids = [sealed.revision.op_id for sealed in batch]
    with link.database.write() as connection:
        outbox.lease(connection, op_ids, link.now)
        report, audit_seq = report_of(connection, link.app_version, op_ids)
    data = link.ask(
        "push",
        {
            "dev": link.device.device_id,
            "batch_id": str(uuid4()),
            "items": [sealed.envelope for sealed in batch],
            "report": report,
        },
        items=len(batch),
    )
    epoch = text(data, "epoch")
    results = {
        r["op_id"]: r
        for r in listed(data, "results")
        if isinstance(r, dict) and isinstance(r.get("op_id"), str)
    }
    verified = {
        s.revision.op_id: _good_receipts(link, s.revision, results.get(s.revision.op_id))
        for s in batch
    }
    asked_to_wait = [
        s
        for s in batch
        if results.get(s.revision.op_id, {}).get("outcome") in ("retry", "rejected")
    ]
    if not any(verified.values()) and not asked_to_wait:
        raise NetworkProblem("net.bad_answer")
    rejected = given_back = 0
    with link.database.write() as connection:
        outbox.confirm(connection, list(chain.from_iterable(verified.values())), link.now)
        for sealed in batch:
            confirmations = verified[sealed.revision.op_id]
            rejected += any(c.state is State.REJECTED for c in confirmations)
            if not confirmations:
                given_back += 1
                _put_back(connection, link, sealed, results.get(sealed.revision.op_id))
        if any(verified.values()):
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(connection, replace(contact, last_verified_at=link.now))
        ledger = replace(sync_state.read_ledger(connection), audit_told=audit_seq)
        sync_state.write_ledger(connection, ledger)
        arrived = [sealed.revision for sealed in batch if verified[sealed.revision.op_id]]
        brought_together = [r.record_id for r in arrived if len(r.bases) > 1]
        if outbox.held_behind(connection, [r.op_id for r in arrived]) or revisions.is_unsettled(
            connection, brought_together
        ):
            # The receipts of what was held or doubted for the lack of these lie ready there.
            sync_state.compare_soon(connection)
        link.write_notes(connection)
    ended = any(
        not verified[op_id] and results.get(op_id, {}).get("code") == KEY_ENDED for op_id in op_ids
    )
    return Pushed(len(batch) - given_back, rejected, given_back, epoch, ended)


def give_back(link: Link, batch: Sequence[Sealed], code: str) -> None:
    """Nothing is known of the batch: it goes again as it is."""
    with link.database.write() as connection:
        outbox.give_back(connection, [s.revision.op_id for s in batch], code=code)
        link.write_notes(connection)


def set_aside(link: Link, sealed: Sealed, code: str) -> None:
    """The server lives but cannot take this one: others go on, this one later again (I9)."""
    with link.database.write() as connection:
        until = link.now + aside_ms(sealed.revision)
        outbox.give_back(connection, [sealed.revision.op_id], code=code, next_try_at=until)
        link.write_notes(connection)


def aside_ms(revision: Revision) -> int:
    """One minute, doubled at every further try; at most an hour, or five minutes when urgent."""
    longest = LONGEST_URGENT_ASIDE_MS if revision.lane is Lane.URGENT else LONGEST_ASIDE_MS
    return min(longest, SHORTEST_ASIDE_MS << min(revision.attempts, 10))


def confirmation_of(device: Device, server: Server, signed: Any) -> Confirmation | None:
    """What a receipt says, when our server signed it for this device; None otherwise."""
    try:
        receipt = verify_receipt(signed, public_key(server.receipt_key))
        tag = base64.b64decode(receipt.tag, validate=True)
    except (BadSignature, ValueError):
        return None
    if receipt.dev != device.device_id:
        return None
    return Confirmation(
        op_id=receipt.op_id,
        inc=receipt.inc,
        seq=receipt.seq,
        tag=tag,
        state=receipt.stage,
        receipt=json.dumps(signed),
        epoch=receipt.epoch,
        server_seq=receipt.server_seq,
        code=_code(receipt.code),
    )


def _good_receipts(link: Link, revision: Revision, result: Any) -> list[Confirmation]:
    """The verified receipts about exactly these bytes, as they were signed.

    Looked at from the last: "applied" is the end, and what came before it need not be checked.
    """
    receipts = result.get("receipts") if isinstance(result, dict) else None
    found: list[Confirmation] = []
    for signed in reversed(receipts if isinstance(receipts, list) else []):
        confirmation = confirmation_of(link.device, link.server, signed)
        if confirmation is None or (
            confirmation.op_id,
            confirmation.inc,
            confirmation.seq,
            confirmation.tag,
        ) != (revision.op_id, revision.inc, revision.seq, revision.tag):
            continue
        found.insert(0, confirmation)
        if confirmation.state is State.APPLIED:
            break
    return found


def _put_back(connection: Connection, link: Link, sealed: Sealed, result: Any) -> None:
    said: dict[str, Any] = result if isinstance(result, dict) else {}
    code = _code(said.get("code")) or "receipt.missing"
    wait_ms = aside_ms(sealed.revision)
    seconds = said.get("retry_seconds")
    if said.get("outcome") == "retry" and type(seconds) is int:
        code = _code(said.get("code")) or "item.retry"
        wait_ms = max(1_000, min(outbox.LONGEST_WAIT_MS, seconds * 1000))
    outbox.give_back(connection, [sealed.revision.op_id], code=code, next_try_at=link.now + wait_ms)


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def report_of(
    connection: Connection, app_version: str, op_ids: list[str]
) -> tuple[dict[str, Any], int]:
    """What will still wait when these have arrived, and where the audit chain stands: as it
    travels, and the number of the last audit row."""
    waiting, oldest_at = outbox.waiting_besides(connection, op_ids)
    told = sync_state.read_ledger(connection).audit_told
    seq, digest = audit.head(connection)
    return {
        "waiting": waiting,
        "oldest_at": oldest_at,
        "app_version": app_version,
        "audit": {
            "seq": seq,
            "hash": digest,
            "since_seq": told,
            "since_hash": audit.hash_at(connection, told) or audit.GENESIS,
        },
    }, seq
