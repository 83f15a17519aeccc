"""Fetching what the office's other PCs wrote into its cases.

Each answer is sealed to a key that is made for it and forgotten afterwards. Nothing is shown from
here: what came is kept (db/foreign.py), and taken into the rows by the piece the cycle was given.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from operator_app.db import foreign, revisions, settings, sync_state
from operator_app.db.sync_state import Position
from operator_app.domain.wire import SCHEMA, Kind, check_payload, check_references, is_word
from operator_app.errors import AppError, NetworkProblem, ServerRefused
from operator_app.sync.answers import (
    BUSY,
    NEVER_ARRIVED,
    listed,
    new_nonce,
    number,
    public_key,
    signed_answer,
)
from operator_app.sync.answers import text as text_of
from operator_app.sync.carriers.base import ACCESS_DENIED
from operator_app.sync.envelope import BadEnvelope, open_sealed
from operator_app.sync.link import Link

if TYPE_CHECKING:
    import pyrage

MOST_PAGES = 100
ACTION = "changes"
_CASES = frozenset({Kind.CASE})
_RECORDS = frozenset({Kind.CASE, Kind.CALL, Kind.VOID})


class _Unfit(AppError):
    """An item that is set aside; the code says why."""


@dataclass(frozen=True)
class Item:
    """A revision of a case, or of this PC's own calls, checked; `plain` are its bytes."""

    payload: dict[str, Any]
    plain: bytes


@dataclass(frozen=True)
class Page:
    """One answer: the server's life, the cursor after it, what could be opened, how many could not
    by code, and how many `others` that are no cases it looked at."""

    epoch: str
    cursor: int
    opened: tuple[Item, ...]
    unfit: dict[str, int]
    others: int


def pull(link: Link, epoch: str, stopped: Callable[[], bool]) -> int:
    """Fetch page by page until nothing is new; how many revisions were. `epoch`: as just greeted.

    Raises what `Link.ask` raises, and NetworkProblem("net.bad_answer" | "net.stale_answer"); the
    pages before are kept. `is_not_offered` tells whether the server does not do this (now).
    """
    new = 0
    for _page in range(MOST_PAGES):
        if stopped():
            break
        with link.database.read() as connection:
            position = _position(connection, epoch)
        found, reached = _fetch(link, position)
        new += found
        if reached == position:
            break
        epoch = reached.epoch
    return new


def pull_gently(link: Link, pull_all: Callable[[], int]) -> str | None:
    """Run `pull`, or another that raises as it does; the code of the problem when the server greets,
    but answers badly.

    When the server cannot be asked for that, what was sent is sent all the same: as after a failed
    push, a greeting tells whether the way is to blame, and raises then.
    """
    try:
        pull_all()
    except NetworkProblem as problem:
        if problem.code in NEVER_ARRIVED:
            raise
        if not is_not_offered(problem):
            link.hello()
            return problem.code
    except ServerRefused as problem:
        if problem.code != ACCESS_DENIED:
            raise
        # What was sent is at the ministry all the same; a person opens the way for the rest.
        return problem.code
    return None


def is_not_offered(problem: AppError) -> bool:
    """Whether the server is an older one, or one that cannot open anything at present."""
    return problem.code == BUSY or problem.params.get("status") == 404


def _position(connection: Connection, epoch: str) -> Position:
    """Where to go on. A restored server counts anew; a newer program understands what the one
    before it had to leave aside. What is here already is not taken twice."""
    known = sync_state.read_position(connection)
    same = (known.epoch, known.schema) == (epoch, SCHEMA)
    return known if same else Position(epoch, SCHEMA, 0)


def _fetch(link: Link, position: Position) -> tuple[int, Position]:
    """One page: how many of its revisions are new, and the position after it."""
    page = fetch_page(link, position.epoch, position.cursor)
    reached = Position(page.epoch, SCHEMA, page.cursor)
    unfit: Counter[str] = Counter(page.unfit)
    with link.database.write() as connection:
        new = [item for item in page.opened if _kept(connection, link, item, unfit)]
        if revisions.is_unsettled(connection, [item.payload["record_id"] for item in new]):
            # It may be what was lacking, or bring together what was doubted: ours moved on then.
            sync_state.compare_soon(connection)
        sync_state.write_position(connection, reached)
        for code, count in sorted(unfit.items()):
            link.note(ACTION, code, count)
        link.write_notes(connection)
    return len(new), reached


def fetch_page(
    link: Link, known_epoch: str, known_cursor: int, own: dict[str, int] | None = None
) -> Page:
    """Ask for what comes after the cursor, of the office's other PCs; or of this one, without those
    up to the number that `own` has for their incarnation.

    Raises what `Link.ask` raises, and NetworkProblem("net.bad_answer" | "net.stale_answer").
    """
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    nonce = new_nonce()
    question: dict[str, Any] = {
        "dev": link.device.device_id,
        "n": nonce,
        "cursor": known_cursor,
        "recipient": str(identity.to_public()),
    }
    if own is not None:
        question["own"] = [{"inc": inc, "seq": last} for inc, last in sorted(own.items())]
    data = link.ask(ACTION, question)
    server_key = public_key(link.server.receipt_key)
    message = signed_answer(data, server_key, purpose="changes_answer", nonce=nonce)
    epoch, following = text_of(message, "epoch"), number(message, "next")
    if message.get("dev") != link.device.device_id or following < known_cursor:
        raise NetworkProblem("net.bad_answer")
    if epoch != known_epoch and known_cursor:
        # Restored in between: its count begins anew, this page is of no known place in it.
        following = 0
    unfit: Counter[str] = Counter()
    opened = []
    for item in listed(message, "items"):
        try:
            opened.append(_open(item, identity, _CASES if own is None else _RECORDS))
        except _Unfit as problem:
            unfit[problem.code] += 1
    others = 0 if own is None else number(message, "others")
    return Page(epoch, following, tuple(opened), dict(unfit), others)


def _open(item: Any, identity: pyrage.x25519.Identity, kinds: frozenset[Kind]) -> Item:
    """Open and check one item. Raises _Unfit."""
    if not isinstance(item, dict) or not isinstance(item.get("sealed"), str):
        raise _Unfit("change.malformed")
    try:
        plain = open_sealed(base64.b64decode(item["sealed"], validate=True), identity)
        data = json.loads(plain)
    except BadEnvelope as error:
        raise _Unfit("change.cannot_open") from error
    except (ValueError, RecursionError) as error:
        raise _Unfit("change.malformed") from error
    faults = check_payload(data) or check_references(data)
    if faults:
        raise _Unfit(faults[0].code)
    if data["op_id"] != item.get("op_id") or not is_word(data["op_id"]) or not is_word(data["dev"]):
        raise _Unfit("change.header_swapped")
    if data["kind"] not in kinds:
        raise _Unfit("change.not_a_case")
    return Item(data, plain)


def _kept(connection: Connection, link: Link, item: Item, unfit: Counter[str]) -> bool:
    """Keep it unless it cannot be a colleague's; whether it is new."""
    data = item.payload
    if data["dev"] == link.device.device_id or foreign.is_ours(connection, data["op_id"]):
        unfit["change.own"] += 1
    elif data["body"]["office"] != settings.read_office(connection).code:
        unfit["change.other_office"] += 1
    elif foreign.is_no_case(connection, data["record_id"]):
        unfit["change.not_a_case"] += 1
    else:
        return foreign.add(connection, data, item.plain, link.now)
    return False
