"""What the revisions of one record amount to. Pure, and blind to the order of their arrival.

A revision is *ready* when all its bases are here and ready, or when it was forced. *Heads* are the
ready revisions no other ready one is based on. One head: that is the record. Several: they were
made without knowledge of each other; all are kept, one is shown, the safety fields take the more
cautious value, until a person makes a revision based on all of them.

A *refused* revision (stage rejected) is nothing by itself and holds nobody up: what is based on it
counts as based on what it was based on. A revision made to mend refused ones names them as those
it takes the place of (`over`): they are no bases, it waits for none of them; should one be taken
after all, it is superseded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from operator_app.domain.wire import State


@dataclass(frozen=True)
class Revision:
    """The structure of a revision. `order` is that of arrival; `stage` the last that was signed.

    `order` decides only which of two conflicting ones is told so, never what the record is.
    """

    op_id: str
    bases: tuple[str, ...]
    order: int
    forced: bool = False
    stage: State | None = None
    over: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether it was judged to be no revision at all."""
        return self.stage is State.REJECTED


@dataclass(frozen=True)
class Face:
    """What of a revision's content decides which head is shown; `caution` as in domain.wire."""

    void: bool
    at: int
    caution: int


@dataclass(frozen=True)
class Folded:
    """The structure of a record: op_ids, sorted."""

    ready: frozenset[str]
    heads: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """The record as people see it. `op_id` is None as long as nothing is ready."""

    op_id: str | None
    voided: bool
    conflict: bool
    caution: int


def fold(revisions: Sequence[Revision]) -> Folded:
    """Which revisions count, and which are the last word."""
    revisions = _without_refused(revisions)
    ready: set[str] = set()
    children: dict[str, list[Revision]] = {}
    open_bases: dict[str, int] = {}
    todo: list[Revision] = []
    for revision in revisions:
        bases = set(revision.bases)
        open_bases[revision.op_id] = len(bases)
        if revision.forced or not bases:
            todo.append(revision)
        for base in bases:
            children.setdefault(base, []).append(revision)
    while todo:
        revision = todo.pop()
        if revision.op_id in ready:
            continue
        ready.add(revision.op_id)
        for child in children.get(revision.op_id, ()):
            open_bases[child.op_id] -= 1
            if open_bases[child.op_id] == 0:
                todo.append(child)
    superseded = {base for r in revisions if r.op_id in ready for base in (*r.bases, *r.over)}
    # Only forced or forged revisions can go round in a circle; then each of them is a last word.
    heads = ready - superseded or ready
    held = sorted(r.op_id for r in revisions if r.op_id not in ready)
    return Folded(frozenset(ready), tuple(sorted(heads)), tuple(held))


def show(folded: Folded, faces: Mapping[str, Face]) -> Shown:
    """What people see. `faces` holds at least the heads and the held revisions.

    An amendment beats a void. A held revision is not shown, but its danger is.
    """
    heads = [(faces[op_id], op_id) for op_id in folded.heads]
    alive = [(face, op_id) for face, op_id in heads if not face.void]
    shown = max(alive or heads, key=lambda h: (h[0].at, h[1]), default=None)
    cautions = [faces[op_id].caution for op_id in (*folded.heads, *folded.held)]
    return Shown(
        op_id=shown[1] if shown else None,
        voided=bool(heads) and not alive,
        conflict=len(heads) > 1 and bool(alive),
        caution=max(cautions),
    )


def stages(revisions: Sequence[Revision], folded: Folded) -> dict[str, State]:
    """The stage of each revision now. What was applied stays so; a merged conflict is applied.

    Of revisions that contradict each other the first to arrive is applied, the others are told.
    """
    result: dict[str, State] = {r.op_id: State.REJECTED for r in revisions if r.refused}
    revisions = _without_refused(revisions)
    ready = [r for r in revisions if r.op_id in folded.ready]
    siblings = _siblings(ready)
    ancestors: dict[str, frozenset[str]] = {}
    for revision in revisions:
        if revision.op_id not in folded.ready:
            result[revision.op_id] = State.HELD
        elif revision.stage is State.APPLIED or revision.op_id not in siblings:
            result[revision.op_id] = State.APPLIED
        else:
            ancestors = ancestors or _ancestors(ready)
            contested = any(
                _came_first(other, revision)
                and not any({other.op_id, revision.op_id} <= whole for whole in ancestors.values())
                for other in siblings[revision.op_id]
            )
            result[revision.op_id] = State.CONFLICT if contested else State.APPLIED
    return result


def force(revisions: Sequence[Revision], overdue: Collection[str]) -> list[Revision]:
    """The revisions with those forced that were held too long, and no more than needed.

    Forced are those whose base is not here at all; what is based on them follows by itself.
    """
    present = {r.op_id for r in revisions}
    result = list(revisions)
    while late := set(overdue) & set(fold(result).held):
        orphans = {
            r.op_id for r in result if r.op_id in late and not present.issuperset(r.bases)
        } or {min(late)}
        result = [replace(r, forced=True) if r.op_id in orphans else r for r in result]
    return result


def _without_refused(revisions: Sequence[Revision]) -> Sequence[Revision]:
    """What is left, based on what the refused ones among its bases were based on."""
    refused = {r.op_id: r.bases for r in revisions if r.refused}
    if not refused:
        return revisions
    left = []
    for revision in revisions:
        if revision.refused:
            continue
        bases: dict[str, None] = {}
        seen: set[str] = set()
        todo = [*reversed(revision.bases)]
        while todo:
            base = todo.pop()
            if base not in refused:
                bases[base] = None
            elif base not in seen:
                seen.add(base)
                todo.extend(reversed(refused[base]))
        left.append(replace(revision, bases=tuple(bases)))
    return left


def _siblings(ready: Sequence[Revision]) -> dict[str, list[Revision]]:
    """For each revision that shares a base with others: those others. No base is a base, too."""
    by_base: dict[str | None, list[Revision]] = {}
    for revision in ready:
        bases: set[str | None] = {*revision.bases} or {None}
        for base in bases:
            by_base.setdefault(base, []).append(revision)
    result: dict[str, list[Revision]] = {}
    for group in by_base.values():
        if len(group) > 1:
            for revision in group:
                result.setdefault(revision.op_id, []).extend(r for r in group if r is not revision)
    return result


def _came_first(other: Revision, revision: Revision) -> bool:
    settled = other.stage in (State.APPLIED, State.CONFLICT)
    return settled or (revision.stage is not State.CONFLICT and other.order < revision.order)


def _ancestors(ready: Sequence[Revision]) -> dict[str, frozenset[str]]:
    """For each revision: itself, all it is made from or takes the place of."""
    bases = {r.op_id: (*r.bases, *r.over) for r in ready}
    result: dict[str, frozenset[str]] = {}
    for op_id in bases:
        seen, todo = {op_id}, [op_id]
        while todo:
            for base in bases[todo.pop()]:
                if base in bases and base not in seen:
                    seen.add(base)
                    todo.append(base)
        result[op_id] = frozenset(seen)
    return result
