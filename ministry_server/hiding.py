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
    # By their order, not by chance: the same question must always be answered the same.
    names = sorted({*numbers, *(name for one in sums for name in one.names)})
    rank = {name: index for index, name in enumerate(names)}
    worker = _Hiding(
        [numbers.get(name, 0) for name in names],
        [tuple(rank[name] for name in one.names) for one in sums],
        {rank[name] for name in rests},
        {rank[name] for name in free},
    )
    return {names[index] for index in worker.run()}


class _Hiding:
    """The same with numbers for names; a sum is the whole and then its parts."""

    def __init__(
        self, numbers: list[int], sums: Iterable[tuple[int, ...]], rests: set[int], free: set[int]
    ) -> None:
        self._numbers = numbers
        self._sums = [s for s in sums if any(numbers[name] for name in s)]
        self._small = {n for n, number in enumerate(numbers) if is_small(number)} - free
        self._unshown = {name for name in rests | free if numbers[name]}
        self._hidden = self._small | self._unshown
        self._of: list[list[tuple[int, ...]]] = [[] for _ in numbers]
        for one in self._sums:
            for name in one:
                self._of[name].append(one)

    def run(self) -> set[int]:
        self._hide_around(self._sums)
        while found := self._found_for(sorted(self._small & self._computable())):
            self._hidden |= found
            self._hide_around([one for name in sorted(found) for one in self._of[name]])
        return self._hidden - self._unshown

    def _hide_around(self, sums: Iterable[tuple[int, ...]]) -> None:
        """Hide what these sums alone would tell, and what follows from that."""
        todo = list(sums)
        while todo:
            for name in self._needed(todo.pop()):
                todo += self._of[name]

    def _needed(self, one: tuple[int, ...]) -> list[int]:
        added: list[int] = []
        while True:
            gone = [name for name in one if name in self._hidden]
            if self._unshown.issuperset(gone) and not self._small.intersection(gone):
                return added
            told = len(gone) < 2 or (
                one[0] not in gone and sum(self._numbers[name] for name in gone) < LEAST
            )
            found = self._smallest(one) if told else None
            if found is None:
                return added
            self._hidden.add(found)
            added.append(found)

    def _found_for(self, names: Sequence[int]) -> set[int]:
        """What to hide so that these come out no more; one for all that it may be enough for."""
        chosen: set[int] = set()
        for name in names:
            found, around = self._nearest(name)
            if found is not None and chosen.isdisjoint(around):
                chosen.add(found)
        return chosen

    def _nearest(self, name: int) -> tuple[int | None, set[int]]:
        """Something in its sums, or in the sums of what is hidden there, and so on; and all that
        is as near."""
        seen, reached, around = set[int](), {name}, {name}
        while reached:
            around = {other for one in reached for s in self._of[one] for other in s}
            found = self._smallest(around)
            if found is not None:
                return found, around
            seen |= reached
            reached = (around & self._hidden) - seen
        return None, around

    def _smallest(self, names: Iterable[int]) -> int | None:
        left = [n for n in names if self._numbers[n] and n not in self._hidden]
        return min(left, key=lambda name: (self._numbers[name], name), default=None)

    def _computable(self) -> set[int]:
        """The hidden names that have one solution.

        In a solution drawn at random of the sums with every shown number set to 0, those that are
        0 can be nothing else.
        """
        rows = []
        for one in self._sums:
            row: dict[int, int] = {}
            for place, name in enumerate(one):
                if name in self._hidden:
                    row[name] = row.get(name, 0) + (1 if place else _PRIME - 1)
            if row:
                rows.append(row)
        drawn = random.Random(_SEED)  # noqa: S311 - not a secret
        values: dict[int, int] = {}
        for pivot, row in reversed(_eliminated(rows).items()):
            total = 0
            for name, factor in row.items():
                if name != pivot:
                    if name not in values:
                        values[name] = drawn.randrange(1, _PRIME)
                    total += factor * values[name]
            values[pivot] = -total % _PRIME
        return {name for name, value in values.items() if value == 0}


def _eliminated(rows: list[dict[int, int]]) -> dict[int, dict[int, int]]:
    """Rows in echelon form by their pivots; a row has no pivot of an earlier one, its own has
    factor 1."""
    pivots: dict[int, dict[int, int]] = {}
    order: dict[int, int] = {}
    by_order: list[int] = []
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
            pivot = min(left, key=rows_of.__getitem__)
            inverse = pow(left[pivot], -1, _PRIME)
            pivots[pivot] = {name: factor * inverse % _PRIME for name, factor in left.items()}
            order[pivot] = len(by_order)
            by_order.append(pivot)
    return pivots
