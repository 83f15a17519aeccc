"""Comparing notes with the server: what it should hold, what it lacks, receipts we missed.

This is what makes a restored server whole again: every device tells it what it once confirmed
(design/sync.md, invariant I7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from operator_app.db import outbox, sync_state
from operator_app.errors import NetworkProblem
from operator_app.sync.answers import (
    Hello,
    listed,
    new_nonce,
    number,
    public_key,
    signed_answer,
    text,
)
from operator_app.sync.link import Link
from operator_app.sync.push import confirmation_of

MOST_PAGES = 50
MOST_RANGES = 5_000
"""What the server takes in one request."""
MISSING_CODE = "server.lost_it"


@dataclass(frozen=True)
class Reconciled:
    """`missing` revisions were queued again, `moved` receipts concerned revisions of ours.

    `unknown_numbers`: the server holds numbers that this database never gave: it was put back to
    an older state without a new incarnation.
    """

    missing: int
    moved: int
    unknown_numbers: int


def reconcile(link: Link, hello: Hello) -> Reconciled:
    """Compare all incarnations under the epoch of `hello`, and remember that this was done.

    Raises what `Link.ask` raises, NetworkProblem("net.bad_answer"), and
    NetworkProblem("server.epoch_changed") when the server was restored in between. What was
    learned until then is kept.
    """
    with link.database.write() as connection:
        if sync_state.read_ledger(connection).epoch != hello.epoch:
            # A restored server counts from an earlier number again; what it had made durable
            # before is the same history.
            cursor = sync_state.read_cursor(connection)
            sync_state.write_cursor(connection, min(cursor, hello.durable_through))
        claims = [
            (inc, claimed)
            for inc in outbox.incarnations(connection)
            for claimed in _in_pieces(outbox.confirmed_ranges(connection, inc))
        ]
    missing = moved = ahead = 0
    for inc, claimed in claims:
        for _page in range(MOST_PAGES):
            found, more = _compare(link, inc, claimed, hello)
            missing += found.missing
            moved += found.moved
            if inc == link.device.inc:
                # What it holds of an earlier life was lost by a restore (sync/recovery.py).
                ahead = max(ahead, found.unknown_numbers)
            if not more:
                break
    with link.database.write() as connection:
        ledger = sync_state.read_ledger(connection)
        sync_state.write_ledger(
            connection,
            replace(ledger, epoch=hello.epoch, have_at=link.now, unknown_numbers=ahead),
        )
        link.write_notes(connection)
    return Reconciled(missing, moved, ahead)


def _in_pieces(ranges: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    return [ranges[i : i + MOST_RANGES] for i in range(0, len(ranges), MOST_RANGES)] or [[]]


def _compare(
    link: Link, inc: str, claimed: list[tuple[int, int]], hello: Hello
) -> tuple[Reconciled, bool]:
    """One request; and whether there are more receipts to fetch."""
    with link.database.read() as connection:
        cursor = sync_state.read_cursor(connection)
        last = outbox.last_number(connection, inc)
    nonce = new_nonce()
    data = link.ask(
        "have",
        {
            "dev": link.device.device_id,
            "inc": inc,
            "n": nonce,
            "ranges": [[first, end] for first, end in claimed],
            "cursor": cursor,
        },
    )
    server_key = public_key(link.server.receipt_key)
    message = signed_answer(data, server_key, purpose="have_answer", nonce=nonce)
    if (message.get("dev"), message.get("inc")) != (link.device.device_id, inc):
        raise NetworkProblem("net.bad_answer")
    if text(message, "epoch") != hello.epoch:
        raise NetworkProblem("server.epoch_changed")
    following = number(message, "next")
    missing, unknown = _ranges(message, "missing"), _ranges(message, "unknown")
    confirmations = [
        confirmation_of(link.device, link.server, signed) for signed in listed(message, "receipts")
    ]
    with link.database.write() as connection:
        # First what is lacking, then the receipts: they tell what the server holds by now.
        lost = sum(
            outbox.queue_again(connection, inc, first, end, code=MISSING_CODE)
            for first, end in missing
        )
        there = [
            c
            for c in confirmations
            if c is not None and not (c.inc == inc and _within(c.seq, missing))
        ]
        moved = outbox.confirm(connection, there, link.now)
        sync_state.write_cursor(connection, following)
        if moved:
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(connection, replace(contact, last_verified_at=link.now))
        link.write_notes(connection)
    beyond = max((end for _, end in unknown), default=0) - last
    more = bool(confirmations) and following > cursor
    return Reconciled(lost, moved, max(0, beyond)), more


def _ranges(message: dict[str, Any], name: str) -> list[tuple[int, int]]:
    ranges = []
    for pair in listed(message, name):
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)):
            raise NetworkProblem("net.bad_answer")
        ranges.append((pair[0], pair[1]))
    return ranges


def _within(seq: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= seq <= last for first, last in ranges)
