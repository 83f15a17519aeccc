"""On what a new revision stands when something before it never got to the ministry. Pure.

A revision that was refused, or that the server cannot take, would hold up what is based on it. A
person mends it by a new one. That stands on what went before the refused one, and names the refused
one as that whose place it takes (domain/fold.py): it waits for nothing that never comes, and is the
last word also if the refused one is taken after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from operator_app.domain.wire import MOST_BASES


@dataclass(frozen=True)
class Made:
    """A revision made here: `lost` was refused or cannot be taken, `there` has a place at the
    ministry."""

    op_id: str
    bases: tuple[str, ...]
    over: tuple[str, ...]
    lost: bool
    there: bool


def footing(made: Sequence[Made], bases: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(bases, over) of a revision made from `bases`; `made` is its record's, oldest first.

    Nothing changes where nothing is lost.
    """
    adrift: dict[str, Made] = {}
    for one in made:
        if one.lost or (not one.there and any(base in adrift for base in one.bases)):
            adrift[one.op_id] = one
    firm: dict[str, None] = {}
    over: dict[str, None] = {}
    todo = list(bases)
    for op_id in todo:
        if op_id not in adrift:
            firm[op_id] = None
        elif op_id not in over:
            over |= dict.fromkeys((op_id, *adrift[op_id].over))
            todo.extend(adrift[op_id].bases)
    return tuple(firm), tuple(over)[:MOST_BASES]
