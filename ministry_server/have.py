"""Comparing notes: which numbers of an incarnation the device claims, and which are here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, func, not_, select

from ministry_server.ledger import receipts_after
from ministry_server.lost_keys import unreadable
from ministry_server.messages import Have
from ministry_server.schema import intake
from ministry_server.store import Store, get_all
from ministry_server.watch import note_contact

Ranges = list[tuple[int, int]]
"""Runs of numbers (first, last), both included; sorted and apart from each other."""

MOST_RECEIPTS = 500


def compare(store: Store, request: Have, lost: Collection[str], now: int) -> dict[str, Any]:
    """The answer, still to be signed. `lost`: the sealing keys that nobody has any more."""
    with store.write() as connection:
        note_contact(connection, request.dev, now)
    with store.read() as connection:
        settings = get_all(connection)
        here = held_ranges(connection, request.dev, request.inc, lost)
        receipts = receipts_after(connection, request.dev, request.cursor, MOST_RECEIPTS)
    claimed = joined(request.ranges)
    return {
        "n": request.nonce,
        "dev": request.dev,
        "inc": request.inc,
        "epoch": settings["epoch"],
        "now": now,
        "missing": subtract(claimed, here),
        "unknown": subtract(here, claimed),
        "receipts": receipts,
        "next": receipts[-1]["server_seq"] if receipts else request.cursor,
        "durable_through": int(settings["durable_through"]),
    }


def held_ranges(connection: Connection, dev: str, inc: str, lost: Collection[str]) -> Ranges:
    """The numbers of an incarnation that are stored: gaps and islands, counted in SQL.

    What is sealed to a lost key and was never opened is as good as missing.
    """
    readable = [not_(unreadable(lost))] if lost else []
    number = func.row_number().over(order_by=intake.c.seq)
    rows = (
        select(intake.c.seq, (intake.c.seq - number).label("island"))
        .where(intake.c.dev == dev, intake.c.inc == inc, *readable)
        .subquery()
    )
    islands = select(func.min(rows.c.seq), func.max(rows.c.seq)).group_by(rows.c.island)
    return sorted((int(first), int(last)) for first, last in connection.execute(islands))


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Any ranges as sorted runs."""
    result: Ranges = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def subtract(whole: Ranges, part: Ranges) -> Ranges:
    """The numbers in `whole` that are not in `part`; both sorted runs."""
    result: Ranges = []
    position = 0
    for first, last in whole:
        at = first
        while position < len(part) and part[position][1] < at:
            position += 1
        index = position
        while index < len(part) and part[index][0] <= last:
            if part[index][0] > at:
                result.append((at, part[index][0] - 1))
            at = part[index][1] + 1
            index += 1
        if at <= last:
            result.append((at, last))
    return result
