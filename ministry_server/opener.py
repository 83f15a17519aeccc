"""The opener: opens what the intake stored, in the order it came, and applies it.

Every stored revision ends in `event` with a stage and a signed receipt. What cannot be judged yet
(newer schema, key not here) is held, never refused; what is held for its base is forced after
five days, and marked.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, RowMapping, Select, and_, or_, select

from ministry_server.keys import OpenerKeys
from ministry_server.ledger import Ledger
from ministry_server.lost_keys import NO_KEY
from ministry_server.partitions import body_of_row
from ministry_server.records import Arrived, Records
from ministry_server.schema import device, event, intake, intake_body
from ministry_server.store import Store, get, put
from ministry_server.tally import begin_tally
from ministry_server.vault import Vault
from operator_app.domain.wire import (
    NEWER_SCHEMA,
    Header,
    State,
    are_bases,
    check_payload,
    check_references,
)
from operator_app.sync.envelope import BadEnvelope, open_sealed

log = logging.getLogger("ministry_server.opener")

CHUNK = 100
FORCE_AFTER_MS = 5 * 24 * 3600 * 1000
FAILED = "opener.failed"
LATER = (NEWER_SCHEMA, NO_KEY, FAILED)
"""Codes of what another version of this program, or another key file, may be able to open."""


@dataclass(frozen=True)
class _Opened:
    """The payload of a stored revision (`plain` are its bytes), or why there is none."""

    payload: dict[str, Any] | None
    plain: bytes = b""
    stage: State = State.STORED
    code: str | None = None
    bases: tuple[str, ...] = ()


class Opener:
    """One at a time in a process; the database keeps several processes apart."""

    def __init__(
        self, store: Store, receipt_key: Ed25519PrivateKey, keys: Callable[[], OpenerKeys]
    ) -> None:
        """`keys` gives those of this moment: identities may come, the store's key stays."""
        self._store = store
        self._receipt_key = receipt_key
        self._keys = keys
        self._known = set(keys().identities)
        self.vault = Vault(keys().store_key)
        self._records = Records(self.vault)
        self._lock = threading.Lock()

    def work(self, now: int) -> int:
        """Open everything that was stored and not opened yet; how many."""
        done = 0
        with self._lock:
            while True:
                opened = self._next_chunk(now)
                done += opened
                if opened < CHUNK:
                    return done

    def force_overdue(self, now: int) -> int:
        """Apply, marked as forced, what has waited five days for its base; how many records."""
        with self._lock, self._store.write() as connection:
            ledger = Ledger(connection, self._receipt_key, now)
            forced = self._records.force(connection, ledger, now - FORCE_AFTER_MS)
            ledger.close()
        return forced

    def look_with_new_keys(self, now: int) -> int:
        """Look again when keys have come since; how many are settled."""
        identities = set(self._keys().identities)
        if identities <= self._known:
            return 0
        self._known = identities
        return self.look_again(now)

    def look_again(self, now: int, code: str | None = None) -> int:
        """Try again what was set aside for a newer program or another key; how many are settled.

        Called at the start. With a `code`, what was refused for that reason is tried as well: a
        program that was mended since may take it.
        """
        with self._lock, self._store.write() as connection:
            begin_tally(connection, self.vault)
            ledger = Ledger(connection, self._receipt_key, now)
            wanted = and_(event.c.stage == State.HELD.value, event.c.code.in_(LATER))
            if code is not None:
                refused = and_(event.c.stage == State.REJECTED.value, event.c.code == code)
                wanted = or_(wanted, refused)
            rows = list(
                connection.execute(
                    _stored()
                    .add_columns(event.c.stage, event.c.code)
                    .join(event, event.c.op_id == intake.c.op_id)
                    .where(wanted)
                    .order_by(intake.c.id)
                ).mappings()
            )
            judged = [(row, self._open(row)) for row in rows]
            settled = [
                (row, opened)
                for row, opened in judged
                if opened.code not in LATER
                and (opened.stage, opened.code) != (row["stage"], row["code"])
            ]
            self._records.forget(connection, [row["op_id"] for row, _ in settled])
            self._settle(connection, ledger, settled)
            ledger.close()
        return len(settled)

    def _next_chunk(self, now: int) -> int:
        with self._store.read() as connection:
            through = int(get(connection, "opened_through"))
            rows = list(
                connection.execute(
                    _stored().where(intake.c.id > through).order_by(intake.c.id).limit(CHUNK)
                ).mappings()
            )
        if not rows:
            return 0
        # Opening takes the time; it is done before the lock is taken.
        judged = [(row, self._open(row)) for row in rows]
        with self._store.write() as connection:
            ledger = Ledger(connection, self._receipt_key, now)
            # Another process may have been quicker.
            through = int(ledger.settings["opened_through"])
            judged = [entry for entry in judged if entry[0]["id"] > through]
            self._settle(connection, ledger, _still_there(connection, judged))
            put(connection, "opened_through", str(max(through, rows[-1]["id"])))
            ledger.close()
        return len(rows)

    def _settle(
        self,
        connection: Connection,
        ledger: Ledger,
        judged: Sequence[tuple[RowMapping, _Opened]],
    ) -> None:
        arrived = []
        for row, opened in judged:
            header = Header(row["op_id"], row["dev"], row["inc"], row["seq"])
            if opened.payload is None:
                ledger.sign(header, row["tag"], opened.stage, code=opened.code)
            arrived.append(
                Arrived(
                    header=header,
                    tag=row["tag"],
                    intake_id=row["id"],
                    received_at=row["received_at"],
                    payload=opened.payload,
                    plain=opened.plain,
                    stage=opened.stage,
                    code=opened.code,
                    bases=opened.bases,
                )
            )
        self._records.add(connection, ledger, arrived)

    def _open(self, row: RowMapping) -> _Opened:
        """Open and check one. Whatever happens with it, the others go on."""
        try:
            return self._judge(row)
        except Exception as error:  # noqa: BLE001 - held for a mended program, not lost, not in the way
            log.error("cannot judge %s: %s", row["op_id"], type(error).__name__)
            return _held(FAILED)

    def _judge(self, row: RowMapping) -> _Opened:
        identity = self._keys().identities.get(row["kid"])
        if identity is None:
            return _held(NO_KEY)
        try:
            plain = open_sealed(row["ct"], identity)
            data = json.loads(plain)
        except BadEnvelope as error:
            return _rejected(error.code)
        except (ValueError, RecursionError):
            return _rejected("wire.not_an_object")
        faults = [fault.code for fault in check_payload(data)]
        if NEWER_SCHEMA in faults:
            return _held(NEWER_SCHEMA)
        code = faults[0] if faults else _implausible(data, row)
        return _rejected(code, _bases(data, row)) if code else _Opened(data, plain)


def _still_there(
    connection: Connection, judged: list[tuple[RowMapping, _Opened]]
) -> list[tuple[RowMapping, _Opened]]:
    """Without what was sealed to a lost key, and came again, sealed anew, in the meantime."""
    keyless = {row["id"] for row, opened in judged if opened.code == NO_KEY}
    if not keyless:
        return judged
    here = set(connection.execute(select(intake.c.id).where(intake.c.id.in_(keyless))).scalars())
    return [entry for entry in judged if entry[0]["id"] not in keyless - here]


def _implausible(data: dict[str, Any], row: RowMapping) -> str | None:
    """What is wrong with a payload of the right form, as coming from this device."""
    inside = Header(data["op_id"], data["dev"], data["inc"], data["seq"])
    if inside != Header(row["op_id"], row["dev"], row["inc"], row["seq"]):
        return "wire.header_swapped"
    if faults := check_references(data):
        return faults[0].code
    return "wire.other_office" if data["body"]["office"] != row["office"] else None


def _stored() -> Select[Any]:
    """What the intake stored, with the office of the device."""
    columns = (intake.c[n] for n in ("id", "op_id", "dev", "inc", "seq", "tag", "kid"))
    return (
        select(*columns, intake.c.received_at, intake_body.c.ct, device.c.office)
        .join(intake_body, body_of_row())
        .join(device, device.c.dev == intake.c.dev)
    )


def _bases(data: Any, row: RowMapping) -> tuple[str, ...]:
    """What a refused payload was made from, when that much of it can be believed."""
    named = data.get("bases") if isinstance(data, dict) else None
    believed = named and data.get("op_id") == row["op_id"] and are_bases(named, row["op_id"])
    return tuple(named) if named and believed else ()


def _rejected(code: str, bases: tuple[str, ...] = ()) -> _Opened:
    return _Opened(None, stage=State.REJECTED, code=code, bases=bases)


def _held(code: str) -> _Opened:
    return _Opened(None, stage=State.HELD, code=code)
