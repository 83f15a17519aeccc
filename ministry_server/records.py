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
_OVER = "~"
"""Before an id in the column `event.bases`: no base, but one whose place the revision takes. No id
begins with it."""


@dataclass(frozen=True)
class Arrived:
    """A revision as the opener judged it.

    `payload` and its bytes `plain` when it is sound, and then its stage follows from the record;
    else `stage` and `code` are final, and a receipt was signed for them already. `bases`: what one
    that is refused says it was made from, as far as that could be read.
    """

    header: Header
    tag: str
    intake_id: int
    received_at: int
    payload: dict[str, Any] | None
    plain: bytes
    stage: State
    code: str | None
    bases: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing is made of it, now or when the rest has come."""
        return self.payload is None and self.stage is State.REJECTED


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
        kinds = {ref: _kind(items) for ref, items in new.items()}
        if refused := [item for item in arrived if item.refused]:
            # What waits for one of these waits no longer.
            behind = _held_behind(connection, refused) - new.keys()
            new |= {ref: [] for ref in sorted(behind)}
            kinds |= {ref: kind for ref, (kind, _) in self._standing(connection, behind).items()}
        known = self._revisions(connection, new)
        changes: list[_Settled] = []
        for ref, items in new.items():
            faces = {i.header.op_id: _face(i.payload) for i in items if i.payload}
            revisions = [
                *known.get(ref, ()),
                *(
                    Revision(
                        i.header.op_id,
                        tuple(i.payload["bases"]),
                        i.intake_id,
                        over=tuple(i.payload.get("over", ())),
                    )
                    for i in items
                    if i.payload
                ),
            ]
            revisions += _refused_bases(connection, revisions, refused)
            settled = self._fold(connection, ref, kinds[ref], revisions, faces)
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
        for ref, of_record in known.items():
            revisions = [*of_record, *_refused_bases(connection, of_record, ())]
            forced = force(revisions, overdue)
            newly = [new.op_id for old, new in zip(revisions, forced, strict=True) if old != new]
            connection.execute(update(event).where(event.c.op_id.in_(newly)).values(forced=1))
            settled = self._fold(connection, ref, kinds[ref], forced, {})
            known_before = {r.op_id: r for r in forced if not r.refused}
            self._move(connection, ledger, settled, known_before)
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
                    bases_of(row.bases),
                    row.intake_id,
                    bool(row.forced),
                    State(row.stage),
                    _over_of(row.bases),
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
        "bases": _written(item),
        "sealed": sealed,
    }


def bases_of(text: str | None) -> tuple[str, ...]:
    """The bases of a revision, from the column `event.bases`."""
    return tuple(op_id for op_id in json.loads(text or "[]") if not op_id.startswith(_OVER))


def _over_of(text: str | None) -> tuple[str, ...]:
    listed = json.loads(text or "[]")
    return tuple(op_id.removeprefix(_OVER) for op_id in listed if op_id.startswith(_OVER))


def _written(item: Arrived) -> str | None:
    if item.payload is None:
        return json.dumps(item.bases) if item.refused else None
    over = [_OVER + op_id for op_id in item.payload.get("over", ())]
    return json.dumps([*item.payload["bases"], *over])


def _refused_bases(
    connection: Connection, revisions: Sequence[Revision], just_now: Sequence[Arrived]
) -> list[Revision]:
    """The refused ones that these are based on, directly or over other refused ones."""
    known = {r.op_id for r in revisions}
    new = {item.header.op_id: item for item in just_now}
    found: list[Revision] = []
    todo = {base for r in revisions for base in r.bases} - known
    while todo:
        known |= todo
        refused = [
            Revision(op_id, new[op_id].bases, new[op_id].intake_id, stage=State.REJECTED)
            for op_id in sorted(todo & new.keys())
        ]
        if earlier := todo - new.keys():
            rows = connection.execute(
                select(event.c.op_id, event.c.bases, event.c.intake_id).where(
                    event.c.op_id.in_(earlier), event.c.stage == State.REJECTED.value
                )
            )
            refused += [
                Revision(row.op_id, bases_of(row.bases), row.intake_id, stage=State.REJECTED)
                for row in rows
            ]
        found += refused
        todo = {base for r in refused for base in r.bases} - known
    return found


def _held_behind(connection: Connection, refused: Sequence[Arrived]) -> set[str]:
    """The records in which something waits for one of these."""
    return {
        str(ref)
        for item in refused
        for ref in connection.execute(
            select(event.c.record_ref).where(
                event.c.stage == State.HELD.value,
                event.c.code == BASE_MISSING,
                event.c.bases.contains(f'"{item.header.op_id}"', autoescape=True),
            )
        ).scalars()
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
