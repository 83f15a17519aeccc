"""Bundles that were carried by hand: through the same intake as pushes, and receipts back.

A bundle may be old, come twice, or in any order; what it says of the device itself is believed
only while it is news.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from ministry_server import devices
from ministry_server.devices import Device
from ministry_server.have import held_ranges, joined, subtract
from ministry_server.intake import Result
from ministry_server.ledger import SignedReceipt, receipts_after
from ministry_server.messages import MAX_ITEMS, Push, Refusal, Report, read_report
from ministry_server.receiver import Receiver
from ministry_server.schema import audit_head
from ministry_server.store import get_all
from operator_app.sync.bundle import (
    MOST_CLAIMS,
    RECEIPTS,
    RECORDS,
    VERSION,
    BadBundle,
    BundleHead,
    Claim,
    Lines,
    ReceiptsHead,
    read_head,
    read_items,
    read_lines,
    write_lines,
)
from operator_app.sync.envelope import KEY_ENDED

_RECEIPTS_AT_ONCE = 500
_MOST_RECEIPTS = 20_000
"""Besides those of the bundle's own items; the rest comes with the next answer."""


@dataclass(frozen=True)
class Answered:
    """A bundle that was taken in: whose, how many of its items ended how, and the file for it."""

    dev: str
    outcomes: Counter[str]
    receipts: bytes


def take_in(receiver: Receiver, data: bytes) -> Answered:
    """Take a bundle in; all that the receipts tell is committed.

    Raises BadBundle: what `read_lines` raises, `bundle.malformed`, `bundle.bad_signature`,
    `bundle.other_office`; Refusal(401): `device.unknown`, `device.revoked`. Nothing was taken then.
    """
    lines = read_lines(data, RECORDS)
    head = read_head(lines, BundleHead)
    device = _recognise(receiver, head, lines)
    try:
        report = read_report(head.report)
    except Refusal:
        raise BadBundle("bundle.malformed") from None
    items = read_items(lines)
    with receiver.store.read() as connection:
        told = report if _is_news(connection, head.dev, report) else None
    results: list[Result] = []
    for start in range(0, max(1, len(items)), MAX_ITEMS):
        part = items[start : start + MAX_ITEMS]
        last = start + MAX_ITEMS >= len(items)
        push = Push(head.dev, head.bundle_id, part, told if last else None)
        _epoch, found = receiver.accept(device, push)
        results += found
    return Answered(
        head.dev,
        Counter(result.outcome for result in results),
        _receipts(receiver, head, results, _to_be_sealed_anew(items, results)),
    )


def _recognise(receiver: Receiver, head: BundleHead, lines: Lines) -> Device:
    try:
        device = devices.recognise(receiver.store, head.dev, lines.trailer, "bundle")
    except Refusal as refusal:
        if refusal.code.startswith("device."):
            raise
        raise BadBundle("bundle.bad_signature") from None
    if device.office != head.office:
        raise BadBundle("bundle.other_office")
    return device


def _is_news(connection: Connection, dev: str, report: Report) -> bool:
    """Whether the device said nothing later, over the network or in a newer bundle.

    By its audit log, which only grows: clocks may be wrong.
    """
    newest = connection.execute(
        select(func.max(audit_head.c.seq)).where(audit_head.c.dev == dev)
    ).scalar()
    return newest is None or report.audit.seq >= newest


def _to_be_sealed_anew(items: Sequence[Any], results: Sequence[Result]) -> list[Claim]:
    """The numbers of what was not taken because its key is not taken any more."""
    numbers: dict[str, list[tuple[int, int]]] = {}
    for item, result in zip(items, results, strict=True):
        if result.code == KEY_ENDED:
            numbers.setdefault(item["inc"], []).append((item["seq"], item["seq"]))
    return [Claim(inc, joined(ranges)) for inc, ranges in numbers.items()]


def _receipts(
    receiver: Receiver, head: BundleHead, results: list[Result], again: list[Claim]
) -> bytes:
    keys = receiver.keys
    with receiver.store.read() as connection:
        settings = get_all(connection)
        durable_through = int(settings["durable_through"])
        after = head.cursor
        if head.epoch != settings["epoch"]:
            # Of another life of this database: only what was durable is the same in both.
            after = min(after, durable_through)
        since = _since(connection, head.dev, after)
        missing = [
            Claim(claim.inc, lacking)
            for claim in head.holds
            if (lacking := _missing(connection, head.dev, claim, keys.sealing.lost))
        ]
    receipts: dict[str, SignedReceipt] = {}
    for signed in (*since, *(r for result in results for r in result.receipts)):
        receipts[signed["sig"]] = signed
    in_order = sorted(receipts.values(), key=_number)
    answer = ReceiptsHead(
        format=RECEIPTS,
        v=VERSION,
        receipt_key=base64.b64encode(keys.receipt_public).decode(),
        bundle_id=head.bundle_id,
        dev=head.dev,
        made_at=receiver.now(),
        count=len(in_order),
        epoch=settings["epoch"],
        after=after,
        next=since[-1]["server_seq"] if since else after,
        missing=missing[:MOST_CLAIMS],
        again=again[:MOST_CLAIMS],
        kid=keys.kid,
        recipients=list(keys.recipients),
        durable_through=durable_through,
    )
    return write_lines(answer, in_order, keys.receipt_key)


def _since(connection: Connection, dev: str, after: int) -> list[SignedReceipt]:
    found: list[SignedReceipt] = []
    while len(found) < _MOST_RECEIPTS:
        page = receipts_after(connection, dev, after, _RECEIPTS_AT_ONCE)
        found += page
        if len(page) < _RECEIPTS_AT_ONCE:
            break
        after = page[-1]["server_seq"]
    return found


def _missing(
    connection: Connection, dev: str, claim: Claim, lost: Collection[str]
) -> list[tuple[int, int]]:
    return subtract(joined(claim.ranges), held_ranges(connection, dev, claim.inc, lost))


def _number(signed: dict[str, Any]) -> int:
    return int(signed["server_seq"])
