"""Events and the records they amount to, in the database. The rules are in `fold`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ministry_server.ledger import Ledger
from ministry_server.schema import event, intake, record
from ministry_server.tally import read_tally, record_kind, write_tally
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
                new.setdefault(self._vault.reference(item.payload), []).append(item)
        known = self._revisions(connection, new)
        changes: list[_Settled] = []
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
            settled = self._fold(connection, ref, _kind(items), revisions, faces)
            changes.append(settled)
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
        self._write(connection, ledger, changes)

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
        kinds = {ref: kind for ref, (kind, _) in self._standing(connection, known).items()}
        changes: list[_Settled] = []
        for ref, revisions in known.items():
            forced = force(revisions, overdue)
            newly = [new.op_id for old, new in zip(revisions, forced, strict=True) if old != new]
            connection.execute(update(event).where(event.c.op_id.in_(newly)).values(forced=1))
            settled = self._fold(connection, ref, kinds[ref], forced, {})
            self._move(connection, ledger, settled, {r.op_id: r for r in forced})
            changes.append(settled)
        self._write(connection, ledger, changes)
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
        kind: Kind,
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
            "sealed": self._vault.seal(ref, {"caution": shown.caution, "kind": kind.value}),
        }
        forced = {r.op_id for r in revisions if r.forced}
        return _Settled(kind, row, stages(revisions, folded), forced)

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

    def _write(self, connection: Connection, ledger: Ledger, changes: Sequence[_Settled]) -> None:
        """Write the records and count them."""
        standing = self._standing(connection, [settled.ref for settled in changes])
        tally = before = read_tally(ledger.settings, self._vault)
        for settled in changes:
            _, conflict = standing.get(settled.ref, (settled.kind, False))
            tally = tally.plus(
                settled.kind,
                records=settled.ref not in standing,
                conflicts=settled.row["conflict"] - conflict,
            )
            if settled.ref in standing:
                connection.execute(
                    update(record).where(record.c.record_ref == settled.ref).values(**settled.row)
                )
        if fresh := [settled.row for settled in changes if settled.ref not in standing]:
            connection.execute(insert(record), fresh)
        if tally != before:
            write_tally(connection, self._vault, tally)

    def _standing(
        self, connection: Connection, refs: Iterable[str]
    ) -> dict[str, tuple[Kind, bool]]:
        """The records there are already: what they are, and whether they are in conflict."""
        rows = connection.execute(
            select(record.c.record_ref, record.c.conflict, record.c.sealed).where(
                record.c.record_ref.in_(list(refs))
            )
        )
        return {
            row.record_ref: (
                record_kind(self._vault, row.record_ref, row.sealed),
                bool(row.conflict),
            )
            for row in rows
        }


@dataclass(frozen=True)
class _Settled:
    """A folded record: its row, the stage of each revision, and which were forced."""

    kind: Kind
    row: dict[str, Any]
    stages: dict[str, State]
    forced: set[str]

    @property
    def ref(self) -> str:
        """What stands for the record."""
        return str(self.row["record_ref"])


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


def _kind(items: Sequence[Arrived]) -> Kind:
    """Of one record: a call, whatever is said of it, a case, or a suggestion."""
    said = {item.payload["kind"] for item in items if item.payload}
    return next((kind for kind in (Kind.CASE, Kind.SUGGESTION) if kind in said), Kind.CALL)


def _face(payload: dict[str, Any]) -> Face:
    danger = caution(payload["kind"], payload["body"])
    return Face(payload["kind"] == Kind.VOID, payload["at"], danger)


def _code(stage: State, *, forced: bool) -> str | None:
    if stage is State.HELD:
        return BASE_MISSING
    if stage is State.CONFLICT:
        return CONFLICT
    return FORCED if forced and stage is State.APPLIED else None
