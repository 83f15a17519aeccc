"""The invariants of design/sync.md as checks over a PC and a receiver."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ministry_server.schema import event, intake
from ministry_server.store import Store
from operator_app.db import settings
from operator_app.db.models import revision
from operator_app.domain.calls import Call
from operator_app.sync.answers import public_key
from operator_app.sync.receipts import verify_receipt
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

CONFIRMED = ("stored", "applied", "held", "conflict", "rejected")


def check_client(desk: Desk) -> None:
    """I2: no state without its receipt. I15: the numbers are those of the rows. Numbers gapless."""
    with desk.database.read() as connection:
        rows = list(connection.execute(select(revision)).mappings())
        server = settings.read_server(connection)
        device = settings.read_device(connection)
    for row in rows:
        if row["state"] not in CONFIRMED:
            continue
        text = row["stored_receipt"] if row["state"] == "stored" else row["final_receipt"]
        receipt = verify_receipt(json.loads(text), public_key(server.receipt_key))
        assert receipt.stage.value == row["state"]
        assert (receipt.op_id, receipt.dev, receipt.inc, receipt.seq) == (
            row["op_id"],
            device.device_id,
            row["inc"],
            row["seq"],
        )
        assert base64.b64decode(receipt.tag) == row["tag"]
    for inc in {row["inc"] for row in rows}:
        seqs = sorted(row["seq"] for row in rows if row["inc"] == inc)
        assert seqs == list(range(1, len(seqs) + 1))
    status = desk.status()
    assert status.waiting == sum(row["state"] in ("queued", "sending") for row in rows)
    assert status.needs_you == sum(row["state"] in ("rejected", "conflict") for row in rows)
    waiting = [r["created_at"] for r in rows if r["state"] in ("queued", "sending")]
    assert status.oldest_waiting_at == min(waiting, default=None)


def check_server(receiver: RunningReceiver, saved: Sequence[Call]) -> None:
    """I4 and I1: each revision at most once, and nothing that was never saved."""
    _check_store(receiver.store, {call.op_id for call in saved})


def _check_store(store: Store, saved: set[str]) -> None:
    with store.read() as connection:
        stored = Counter(connection.execute(select(intake.c.op_id)).scalars())
        effects = Counter(connection.execute(select(event.c.op_id)).scalars())
    assert set(stored) <= saved
    assert set(effects) <= saved
    assert all(count == 1 for count in (*stored.values(), *effects.values()))


def check_nothing_lost(desk: Desk, store: Store) -> None:
    """I3: what has a receipt of the present epoch is in the intake, with the same tag."""
    from ministry_server.store import get

    with store.read() as connection:
        epoch = get(connection, "epoch")
        tags = {
            row.op_id: row.tag for row in connection.execute(select(intake.c.op_id, intake.c.tag))
        }
    for row in _confirmed(desk):
        receipt = json.loads(row["final_receipt"] or row["stored_receipt"])
        if receipt["epoch"] == epoch and row["state"] != "rejected":
            assert tags.get(row["op_id"]) == base64.b64encode(row["tag"]).decode()


def check_bases_sent(desk: Desk, push_body: bytes) -> None:
    """I11 on the way: a revision travels behind its bases, or after a receipt for them."""
    sent = [item["op_id"] for item in json.loads(push_body)["items"]]
    rows = {row["op_id"]: row for row in desk.rows()}
    for position, op_id in enumerate(sent):
        for base in json.loads(rows[op_id]["bases"]):
            assert rows[base]["state"] in CONFIRMED or base in sent[:position], rows


def _confirmed(desk: Desk) -> list[Any]:
    with desk.database.read() as connection:
        rows = connection.execute(select(revision).where(revision.c.state.in_(CONFIRMED)))
        return list(rows.mappings())
