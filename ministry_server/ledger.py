"""Receipts: numbered without gaps, signed, and kept word for word."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from ministry_server.schema import receipt
from ministry_server.store import get_all, put
from operator_app.domain.wire import Header, State
from operator_app.sync.receipts import Receipt, sign_receipt

SignedReceipt = dict[str, Any]


class Ledger:
    """Signs receipts inside one writing transaction. Made first thing in it, closed last.

    `settings` are the values of `meta` at that moment; `at` is the server's time in UTC ms.
    """

    def __init__(self, connection: Connection, key: Ed25519PrivateKey, at: int) -> None:
        self.connection = connection
        self.settings = get_all(connection, lock=True)
        self._key = key
        self._at = at
        self._last = int(self.settings["server_seq"])
        self._rows: list[dict[str, Any]] = []

    def sign(
        self,
        header: Header,
        tag: str,
        stage: State,
        *,
        code: str | None = None,
        kept: bool = True,
    ) -> SignedReceipt:
        """A new receipt. `kept`: it is about what is stored, not about a refused copy."""
        self._last += 1
        signed = sign_receipt(
            Receipt(
                dev=header.dev,
                inc=header.inc,
                seq=header.seq,
                op_id=header.op_id,
                tag=tag,
                stage=stage,
                epoch=self.settings["epoch"],
                server_seq=self._last,
                at=self._at,
                code=code,
            ),
            self._key,
        )
        self._rows.append(
            {
                "server_seq": self._last,
                "dev": header.dev,
                "op_id": header.op_id,
                "kept": int(kept),
                "text": json.dumps(signed, separators=(",", ":")),
            }
        )
        return signed

    def refuse(self, header: Header, tag: str, code: str) -> SignedReceipt:
        """A receipt for something that is not stored; the same refusal again is not a new one."""
        earlier = self.connection.execute(
            select(receipt.c.text).where(receipt.c.op_id == header.op_id, receipt.c.kept == 0)
        ).scalars()
        pending = (r["text"] for r in self._rows if r["op_id"] == header.op_id and not r["kept"])
        for words in (*earlier, *pending):
            signed: SignedReceipt = json.loads(words)
            same = (signed["dev"], signed["inc"], signed["seq"], signed["tag"], signed["code"])
            if same == (header.dev, header.inc, header.seq, tag, code):
                return signed
        return self.sign(header, tag, State.REJECTED, code=code, kept=False)

    def close(self) -> None:
        """Write what was signed."""
        if self._rows:
            self.connection.execute(insert(receipt), self._rows)
            put(self.connection, "server_seq", str(self._last))


def receipts_of(connection: Connection, op_ids: list[str]) -> dict[str, list[SignedReceipt]]:
    """All receipts about stored revisions, oldest first, by op_id.

    Of what was stored anew, sealed to another key, those since then.
    """
    found: dict[str, list[SignedReceipt]] = {}
    if op_ids:
        rows = connection.execute(
            select(receipt.c.op_id, receipt.c.text)
            .where(receipt.c.op_id.in_(op_ids), receipt.c.kept == 1)
            .order_by(receipt.c.server_seq)
        )
        for row in rows:
            signed = json.loads(row.text)
            if signed["stage"] == State.STORED:
                found[row.op_id] = []
            found.setdefault(row.op_id, []).append(signed)
    return found


def receipts_after(connection: Connection, dev: str, cursor: int, most: int) -> list[SignedReceipt]:
    """The next receipts of a device after a cursor (a server_seq)."""
    words = connection.execute(
        select(receipt.c.text)
        .where(receipt.c.dev == dev, receipt.c.server_seq > cursor)
        .order_by(receipt.c.server_seq)
        .limit(most)
    ).scalars()
    return [json.loads(text) for text in words]
