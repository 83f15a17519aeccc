"""Events and the records they amount to, in the database. The rules are in `fold`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ministry_server.ledger import Ledger
from ministry_server.schema import event, intake, record
from ministry_server.vault import Vault
from operator_app.domain.fold import Face, Revision, fold, force, show, stages
from operator_app.domain.wire import Header, Kind, State, caution

BASE_MISSING = "wire.base_missing"
CONFLICT = "wire.conflict"
FORCED = "wire.forced"


@dataclass(frozen=True)
class Arrived:
    """A revision as the opener judged it.

    `payload` and its bytes `plain` when it is sound, and then its stage follows from the record;
    else `stage` and `code` are final, and a receipt was signed for them already.
    """

    header: Header
    tag: str
    intake_id: int
    received_at: int
    payload: dict[str, Any] | None
    plain: bytes
    stage: State
    code: str | None


class Records:
    """Applies revisions inside the opener's transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, connection: Connection, ledger: Ledger, arrived: Sequence[Arrived]) -> None:
        """Write the events of what arrived, fold the records they belong to, sign the stages."""
        new: dict[str, list[Arrived]] = {}
        rows = []
        for item in arrived:
            if item.payload is None:
                rows.append(_event(item, item.stage, item.code))
            else:
                new.setdefault(self._vault.reference(item.payload["record_id"]), []).append(item)
        known = self._revisions(connection, new)
        changes = []
        for ref, items in new.items():
            faces = {i.header.op_id: _face(i.payload) for i in items if i.payload}
            revisions = [
                *known.get(ref, ()),
                *(
                    Revision(i.header.op_id, tuple(i.payload["bases"]), i.intake_id)
                    for i in items
                    if i.payload
                ),
            ]
            settled = self._fold(connection, ref, revisions, faces)
            changes.append((ref, ref in known, settled.row))
            for item in items:
                stage = settled.stages[item.header.op_id]
                code = _code(stage, forced=False)
                ledger.sign(item.header, item.tag, stage, code=code)
                sealed = self._vault.seal_bytes(item.header.op_id, item.plain)
                rows.append(_event(item, stage, code, ref=ref, sealed=sealed))
            before = {r.op_id: r for r in known.get(ref, ())}
            self._move(connection, ledger, settled, before)
        if rows:
            connection.execute(insert(event), rows)
        self._write(connection, changes)

    def force(self, connection: Connection, ledger: Ledger, before: int) -> int:
        """Force what arrived before that moment (UTC ms) and still waits for its base."""
        late = connection.execute(
            select(event.c.op_id, event.c.record_ref).where(
                event.c.stage == State.HELD.value,
                event.c.code == BASE_MISSING,
                event.c.received_at <= before,
            )
        ).all()
        overdue = {row.op_id for row in late}
        known = self._revisions(connection, {row.record_ref for row in late})
        for ref, revisions in known.items():
            forced = force(revisions, overdue)
            newly = [new.op_id for old, new in zip(revisions, forced, strict=True) if old != new]
            connection.execute(update(event).where(event.c.op_id.in_(newly)).values(forced=1))
            settled = self._fold(connection, ref, forced, {})
            self._move(connection, ledger, settled, {r.op_id: r for r in forced})
            self._write(connection, [(ref, True, settled.row)])
        return len(known)

    def forget(self, connection: Connection, op_ids: Iterable[str]) -> None:
        """Drop the events of revisions that are about to be judged again."""
        connection.execute(delete(event).where(event.c.op_id.in_(list(op_ids))))

    def _revisions(self, connection: Connection, refs: Iterable[str]) -> dict[str, list[Revision]]:
        found: dict[str, list[Revision]] = {}
        rows = connection.execute(
            select(
                event.c.record_ref,
                event.c.op_id,
                event.c.bases,
                event.c.intake_id,
                event.c.forced,
                event.c.stage,
            )
            .where(event.c.record_ref.in_(list(refs)))
            .order_by(event.c.intake_id)
        )
        for row in rows:
            found.setdefault(row.record_ref, []).append(
                Revision(
                    row.op_id,
                    tuple(json.loads(row.bases)),
                    row.intake_id,
                    bool(row.forced),
                    State(row.stage),
                )
            )
        return found

    def _fold(
        self,
        connection: Connection,
        ref: str,
        revisions: Sequence[Revision],
        faces: dict[str, Face],
    ) -> _Settled:
        folded = fold(revisions)
        unseen = {*folded.heads, *folded.held} - set(faces)
        if unseen:
            sealed = connection.execute(
                select(event.c.op_id, event.c.sealed).where(event.c.op_id.in_(unseen))
            )
            faces = faces | {
                row.op_id: _face(self._vault.open(row.op_id, row.sealed)) for row in sealed
            }
        shown = show(folded, faces)
        row = {
            "record_ref": ref,
            "shown": shown.op_id,
            "heads": json.dumps(folded.heads),
            "held": len(folded.held),
            "conflict": int(shown.conflict),
            "voided": int(shown.voided),
            "forced": int(any(r.forced for r in revisions)),
            "sealed": self._vault.seal(ref, {"caution": shown.caution}),
        }
        return _Settled(row, stages(revisions, folded), {r.op_id for r in revisions if r.forced})

    def _move(
        self,
        connection: Connection,
        ledger: Ledger,
        settled: _Settled,
        before: dict[str, Revision],
    ) -> None:
        """Sign and write the stages that changed for revisions known before."""
        moved = [op_id for op_id, r in before.items() if settled.stages[op_id] is not r.stage]
        if not moved:
            return
        rows = connection.execute(
            select(intake.c.op_id, intake.c.dev, intake.c.inc, intake.c.seq, intake.c.tag)
            .where(intake.c.op_id.in_(moved))
            .order_by(intake.c.id)
        ).all()
        for row in rows:
            stage = settled.stages[row.op_id]
            code = _code(stage, forced=row.op_id in settled.forced)
            header = Header(row.op_id, row.dev, row.inc, row.seq)
            ledger.sign(header, row.tag, stage, code=code)
            connection.execute(
                update(event).where(event.c.op_id == row.op_id).values(stage=stage.value, code=code)
            )

    def _write(
        self, connection: Connection, changes: Sequence[tuple[str, bool, dict[str, Any]]]
    ) -> None:
        if fresh := [row for _, known, row in changes if not known]:
            connection.execute(insert(record), fresh)
        for ref, known, row in changes:
            if known:
                connection.execute(update(record).where(record.c.record_ref == ref).values(**row))


@dataclass(frozen=True)
class _Settled:
    """A folded record: its row, the stage of each revision, and which were forced."""

    row: dict[str, Any]
    stages: dict[str, State]
    forced: set[str]


def _event(
    item: Arrived,
    stage: State,
    code: str | None,
    *,
    ref: str | None = None,
    sealed: bytes | None = None,
) -> dict[str, Any]:
    return {
        "op_id": item.header.op_id,
        "intake_id": item.intake_id,
        "dev": item.header.dev,
        "received_at": item.received_at,
        "stage": stage.value,
        "code": code,
        "forced": 0,
        "record_ref": ref,
        "bases": json.dumps(item.payload["bases"]) if item.payload else None,
        "sealed": sealed,
    }


def _face(payload: dict[str, Any]) -> Face:
    danger = caution(payload["kind"], payload["body"])
    return Face(payload["kind"] == Kind.VOID, payload["at"], danger)


def _code(stage: State, *, forced: bool) -> str | None:
    if stage is State.HELD:
        return BASE_MISSING
    if stage is State.CONFLICT:
        return CONFLICT
    return FORCED if forced and stage is State.APPLIED else None
