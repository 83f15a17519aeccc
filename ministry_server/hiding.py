"""Which figures have to be hidden so that none of the small ones can be computed from the rest.

The figures hang together by sums: a whole is the sum of its parts, here and across offices. Who
reads what is shown can solve these equations; so do we, and hide more until no small figure comes
out. A figure that is not there is 0, and everybody knows it.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from operator_app.domain.call_figures import Cell
from operator_app.domain.suppression import LEAST, is_small

Name = tuple[str, Cell]
"""A figure: of which office ("" for all), and its cell."""
_PRIME = (1 << 61) - 1
_SEED = 117
"""Any will do: that a figure is taken for computable which is not has a chance of 1 in 10^18."""


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`."""

    whole: Name
    parts: tuple[Name, ...]

    @property
    def names(self) -> tuple[Name, ...]:
        """All that belong to it."""
        return (self.whole, *self.parts)


def hide(
    numbers: Mapping[Name, int], sums: Sequence[Sum], rests: Set[Name], free: Set[Name]
) -> set[Name]:
    """The names of what must be hidden, every small number among them.

    `rests`, `free`: numbers in the sums that are no figures, so nobody is shown them; of the rests
    the small ones must not come out either, of the free ones everything may.
    """
    return _Hiding(numbers, sums, rests, free).run()


class _Hiding:
    def __init__(
        self, numbers: Mapping[Name, int], sums: Sequence[Sum], rests: Set[Name], free: Set[Name]
    ) -> None:
        self._numbers = numbers
        self._sums = [s for s in sums if any(numbers.get(name) for name in s.names)]
        self._small = {n for n, number in numbers.items() if is_small(number)} - free
        self._unshown = {name for name in rests | free if numbers.get(name)}
        self._hidden = self._small | self._unshown
        self._of: dict[Name, list[Sum]] = {}
        for one in self._sums:
            for name in one.names:
                self._of.setdefault(name, []).append(one)

    def run(self) -> set[Name]:
        todo = set(self._sums)
        while todo:
            while todo:
                more = self._needed(todo.pop())
                todo.update(s for name in more for s in self._of.get(name, ()))
            for name in sorted(self._small & self._computable(), key=repr):
                found = self._nearest(name)
                if found is not None:
                    self._hidden.add(found)
                    todo.update(self._of[found])
                    break
        return self._hidden - self._unshown

    def _needed(self, one: Sum) -> set[Name]:
        """Hide what this sum alone would tell; the names that were hidden."""
        added: set[Name] = set()
        while True:
            gone = [name for name in one.names if name in self._hidden]
            if self._unshown.issuperset(gone) and not self._small.intersection(gone):
                return added
            told = len(gone) < 2 or (
                one.whole not in gone and sum(self._numbers[name] for name in gone) < LEAST
            )
            found = self._smallest(one.names) if told else None
            if found is None:
                return added
            self._hidden.add(found)
            added.add(found)

    def _nearest(self, name: Name) -> Name | None:
        """What to hide so that this one comes out no more: something in its sums, or in the sums
        of what is hidden there, and so on."""
        seen, reached = set[Name](), {name}
        while reached:
            around = {other for one in reached for s in self._of[one] for other in s.names}
            found = self._smallest(around)
            if found is not None:
                return found
            seen |= reached
            reached = (around & self._hidden) - seen
        return None

    def _smallest(self, names: Iterable[Name]) -> Name | None:
        left = [n for n in names if self._numbers.get(n) and n not in self._hidden]
        return min(left, key=lambda name: (self._numbers[name], repr(name)), default=None)

    def _computable(self) -> set[Name]:
        """The hidden names that have one solution.

        In a solution drawn at random of the sums with every shown number set to 0, those that are
        0 can be nothing else.
        """
        rows: list[dict[Name, int]] = []
        for one in self._sums:
            row: dict[Name, int] = {}
            for name in one.names:
                if name in self._hidden:
                    row[name] = (row.get(name, 0) + (-1 if name == one.whole else 1)) % _PRIME
            if row := {name: factor for name, factor in row.items() if factor}:
                rows.append(row)
        pivots = _eliminated(rows)
        drawn = random.Random(_SEED)  # noqa: S311 - not a secret
        values: dict[Name, int] = {}
        for pivot, row in reversed(pivots.items()):
            total = 0
            for name, factor in row.items():
                if name != pivot:
                    if name not in values:
                        values[name] = drawn.randrange(1, _PRIME)
                    total += factor * values[name]
            values[pivot] = -total % _PRIME
        return {name for name, value in values.items() if value == 0}


def _eliminated(rows: list[dict[Name, int]]) -> dict[Name, dict[Name, int]]:
    """Rows in echelon form by their pivots; a row has no pivot of an earlier one, its own has
    factor 1."""
    pivots: dict[Name, dict[Name, int]] = {}
    order: dict[Name, int] = {}
    by_order: list[Name] = []
    rows_of = Counter(name for row in rows for name in row)
    for row in sorted(rows, key=len):
        left = dict(row)
        queue = sorted(order[name] for name in left if name in order)
        while queue:
            name = by_order[heapq.heappop(queue)]
            factor = left.get(name, 0)
            for other, its in pivots[name].items() if factor else ():
                value = (left.get(other, 0) - factor * its) % _PRIME
                if not value:
                    del left[other]
                    continue
                if other not in left and other in order:
                    heapq.heappush(queue, order[other])
                left[other] = value
        if left:
            pivot = min(left, key=lambda name: (rows_of[name], repr(name)))
            inverse = pow(left[pivot], -1, _PRIME)
            pivots[pivot] = {name: factor * inverse % _PRIME for name, factor in left.items()}
            order[pivot] = len(by_order)
            by_order.append(pivot)
    return pivots
