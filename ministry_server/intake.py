"""The intake: verify, store, sign "stored". It has no key to open anything with.

Identity is the database's business: INSERT ... ON CONFLICT DO NOTHING, then see what is there.
Looking first and inserting afterwards would let two copies of a request through.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from ministry_server.devices import Device
from ministry_server.keys import IntakeKeys, SealingKeys
from ministry_server.ledger import Ledger, SignedReceipt, receipts_of
from ministry_server.lost_keys import take_its_place, unreadable_among
from ministry_server.messages import Push
from ministry_server.schema import intake, intake_body
from ministry_server.store import Store, insert_new
from ministry_server.watch import note_contact, raise_alarm, watch_audit
from operator_app.domain.wire import Header, State, is_word
from operator_app.sync.envelope import KEY_ENDED, BadEnvelope, check, header_of


@dataclass
class Result:
    """What became of one item. `kept`: it is stored, by this request or by an earlier one."""

    op_id: str | None
    outcome: str
    receipts: list[SignedReceipt] = field(default_factory=list)
    code: str | None = None
    kept: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As it travels."""
        return {
            "op_id": self.op_id,
            "outcome": self.outcome,
            "receipts": self.receipts,
            "code": self.code,
            "retry_seconds": None,
        }


@dataclass(frozen=True)
class _Item:
    """A checked item (`row` and `body` are what to insert), or a refused one (`code` says why).

    `ended`: sealed to a key to which nothing new is taken.
    """

    op_id: str | None
    header: Header | None = None
    tag: str = ""
    row: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    code: str = ""
    ended: bool = False


@dataclass(frozen=True)
class _Arrival:
    """One request: its drawn mark, whose it is, when it came (UTC ms), the keys at that moment."""

    mark: int
    device: Device
    at: int
    sealing: SealingKeys


class Intake:
    """Takes pushes in. Safe from several threads and processes."""

    def __init__(self, store: Store, keys: Callable[[], IntakeKeys]) -> None:
        """`keys` gives those of this moment."""
        self._store = store
        self._keys = keys

    def accept(self, device: Device, push: Push, now: int) -> tuple[str, list[Result]]:
        """(epoch, one result per item in order). All that is told is committed when it returns."""
        keys = self._keys()
        arrival = _Arrival(secrets.randbits(62), device, now, keys.sealing)
        items = [_examine(item, arrival) for item in push.items]
        with self._store.write() as connection:
            ledger = Ledger(connection, keys.receipt_key, now)
            rows = [item.row for item in items if item.row is not None and not item.ended]
            if rows:
                connection.execute(insert_new(connection, intake), rows)
            results = _look(connection, ledger, items, arrival)
            note_contact(connection, device.dev, now, push.report)
            if push.report is not None:
                watch_audit(connection, device.dev, push.report.audit, now)
            ledger.close()
        return ledger.settings["epoch"], results


def _look(
    connection: Connection, ledger: Ledger, items: list[_Item], arrival: _Arrival
) -> list[Result]:
    """Compare what was sent with what is stored, and sign accordingly."""
    names = ("id", "op_id", "dev", "inc", "seq", "tag", "arrival", "received_at")
    columns = (intake.c[n] for n in names)
    op_ids = {item.op_id for item in items if item.row}
    there = {
        row.op_id: row
        for row in connection.execute(select(*columns).where(intake.c.op_id.in_(op_ids)))
    }
    older = [op_id for op_id, row in there.items() if row.arrival != arrival.mark]
    _insert_bodies(connection, items, {o: r for o, r in there.items() if o not in older})
    known = receipts_of(connection, older)
    to_replace = unreadable_among(connection, older, arrival.sealing.lost)
    results = []
    for item in items:
        if item.header is None:
            results.append(Result(item.op_id, State.REJECTED.value, [], item.code))
            continue
        header, tag = item.header, item.tag
        if item.row is None or item.body is None:
            refused = ledger.refuse(header, tag, item.code)
            results.append(Result(item.op_id, State.REJECTED.value, [refused], item.code))
            continue
        row = there.get(header.op_id)
        if row is None and item.ended:
            # Not refused: the device seals it anew. No receipt, for nothing is decided.
            results.append(Result(item.op_id, "retry", [], KEY_ENDED))
        elif row is None or (row.dev, row.inc, row.seq, row.tag) != (*_place(header), tag):
            mark = f"{header.op_id} {header.inc} {header.seq} {tag}"
            raise_alarm(connection, header.dev, "mismatch", mark, arrival.at)
            refused = ledger.refuse(header, tag, "mismatch")
            results.append(Result(item.op_id, "mismatch", [refused], "mismatch"))
        elif header.op_id in to_replace and not item.ended:
            take_its_place(connection, item.row, item.body, row)
            to_replace.remove(header.op_id)
            known[header.op_id] = [ledger.sign(header, tag, State.STORED)]
            results.append(Result(item.op_id, State.STORED.value, known[header.op_id], kept=True))
        elif header.op_id in known:
            results.append(Result(item.op_id, "duplicate", known[header.op_id], kept=True))
        else:
            known[header.op_id] = [ledger.sign(header, tag, State.STORED)]
            receipts = known[header.op_id]
            results.append(Result(item.op_id, State.STORED.value, receipts, kept=True))
    return results


def _insert_bodies(connection: Connection, items: list[_Item], inserted: dict[str, Any]) -> None:
    """The content of the rows that this request inserted: that of the first item that fits."""
    bodies: dict[int, dict[str, Any]] = {}
    for item in items:
        row = inserted.get(item.op_id or "")
        if row is None or item.header is None or item.body is None or item.ended:
            continue
        if (row.dev, row.inc, row.seq, row.tag) == (*_place(item.header), item.tag):
            bodies.setdefault(row.id, {"id": row.id, **item.body})
    if bodies:
        connection.execute(insert(intake_body), list(bodies.values()))


def _place(header: Header) -> tuple[str, str, int]:
    return header.dev, header.inc, header.seq


def _examine(item: Any, arrival: _Arrival) -> _Item:
    """Check form, sender and signature of one item; a bad one never hinders the others."""
    header = _readable_header(item)
    op_id = item["op_id"] if isinstance(item, dict) and is_word(item.get("op_id")) else None
    own = header if header and header.dev == arrival.device.dev else None
    tag = item["tag"] if own else ""
    try:
        if header is None:
            raise BadEnvelope("envelope.malformed")
        if own is None:
            raise BadEnvelope("envelope.other_device")
        check(item, arrival.device.key)
        if not is_word(item["kid"]):
            raise BadEnvelope("envelope.malformed")
        ct, sig = _bytes(item["ct"]), _bytes(item["sig"])
    except BadEnvelope as error:
        return _Item(op_id, own, tag, code=error.code)
    header = header_of(item)
    row = {
        "op_id": header.op_id,
        "dev": header.dev,
        "inc": header.inc,
        "seq": header.seq,
        "tag": tag,
        "kid": item["kid"],
        "arrival": arrival.mark,
        "received_at": arrival.at,
    }
    body = {"received_at": arrival.at, "sig": sig, "ct": ct}
    return _Item(op_id, header, tag, row, body, ended=item["kid"] in arrival.sealing.ended)


def _readable_header(item: Any) -> Header | None:
    """Who the item says it is, when that much can be read."""
    if not isinstance(item, dict):
        return None
    words = [item.get(name) for name in ("op_id", "dev", "inc", "tag")]
    seq = item.get("seq")
    if not all(is_word(w) for w in words) or type(seq) is not int or not 1 <= seq < 2**53:
        return None
    return header_of(item)


def _bytes(text: str) -> bytes:
    """Base64 in its one strict form, so that the stored bytes give back the signed text."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadEnvelope("envelope.malformed") from None
    if base64.b64encode(data).decode() != text:
        raise BadEnvelope("envelope.malformed")
    return data
