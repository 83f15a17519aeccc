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
from operator_app.db.models import foreign_revision, revision
from operator_app.domain.calls import Call
from operator_app.domain.consent import RECORD, Consent, allows
from operator_app.domain.fold import Revision, fold
from operator_app.sync.answers import public_key
from operator_app.sync.receipts import verify_receipt
from tests.receiver import RunningReceiver
from tests.sync.desk import HER_NAME, Desk

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
    mended = {op_id for row in rows for op_id in json.loads(row["payload"]).get("over", [])}
    assert status.needs_you == sum(
        row["op_id"] not in mended
        and (
            row["state"] in ("rejected", "conflict")
            or (row["state"] == "queued" and row["attempts"] >= 5 and row["next_try_at"] > 0)
        )
        for row in rows
    )
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
            if base in rows:
                assert rows[base]["state"] in CONFIRMED or base in sent[:position], rows
            else:
                # A colleague's: it came from there.
                assert base in desk.foreign()


def _confirmed(desk: Desk) -> list[Any]:
    with desk.database.read() as connection:
        rows = connection.execute(select(revision).where(revision.c.state.in_(CONFIRMED)))
        return list(rows.mappings())


def check_cases(desk: Desk) -> None:
    """I11, I14 on the PC: each case shows the last words of what was taken in, and nothing else;
    I13: her name is in no payload that she did not allow it in."""
    with desk.database.read() as connection:
        own = connection.execute(select(revision).where(revision.c.kind == "case")).mappings()
        others = connection.execute(
            select(foreign_revision).where(foreign_revision.c.kind == "case")
        ).mappings()
        nodes: dict[str, list[Revision]] = {}
        for row in [*own, *others]:
            payload = json.loads(row["payload"])
            body = payload["body"]
            said = [Consent(**c) for c in body["consents"]]
            assert HER_NAME not in str(body) or allows(said, RECORD)
            if row.get("folded", 1):
                bases = tuple(json.loads(row["bases"]))
                # One that mends a refused revision takes its place, whatever becomes of that.
                over = tuple(payload.get("over", ()))
                nodes.setdefault(row["record_id"], []).append(
                    Revision(row["op_id"], bases, 0, over=over)
                )
    rows = desk.case_rows()
    for case_id, revisions in nodes.items():
        heads = fold(revisions).heads
        assert (case_id in rows) == bool(heads)
        if heads:
            assert json.loads(rows[case_id]["heads"]) == list(heads)
            assert rows[case_id]["conflict"] == (len(heads) > 1)
    assert set(rows) <= set(nodes)


def check_given(desk: Desk, office: Sequence[Desk]) -> None:
    """What came from elsewhere was made by another PC of this office, byte for byte as it is here."""
    made: dict[str, bytes] = {}
    for colleague in office:
        if colleague is not desk:
            made |= colleague.own_case_revisions()
    given = {
        op_id: payload
        for op_id, payload in desk.case_revisions().items()
        if op_id not in desk.states()
    }
    assert given.items() <= made.items()


def check_alike(one: Desk, other: Desk) -> None:
    """I12: the same revisions, and the same shown of them, in whatever order they came."""
    assert one.case_revisions() == other.case_revisions()
    assert _shown(one) == _shown(other)


def _shown(desk: Desk) -> dict[str, dict[str, Any]]:
    rows = desk.case_rows()
    for row in rows.values():
        # The village is not told without her consent; a change of one's own builds on one's own.
        row["division"] = (row["division"] or "")[:8]
        if row["conflict"]:
            row["op_id"] = row["saved_at"] = None
    return rows
