"""Small cells hidden in what leaves: a figure under five can point at somebody (domain.md 4.5).

None stands for a hidden figure. Hiding one cell of a split whose sum is shown would hide nothing:
then a second one goes with it, the smallest that there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

LEAST = 5
"""The smallest number of people or calls that is shown; none at all (0) is shown too."""

K = TypeVar("K")


def is_small(number: int) -> bool:
    """Whether the figure would point at somebody."""
    return 0 < number < LEAST


def hidden(number: int) -> int | None:
    """The figure, or None where it is small."""
    return None if is_small(number) else number


def hide_small(counts: Mapping[K, int]) -> dict[K, int | None]:
    """The cells of a split whose sum may be known elsewhere.

    After it, what is hidden is none, or at least two cells that together are LEAST or more: their
    sum can be computed, none of them can. Where no other cell is left, all that is not 0 goes.
    """
    shown: dict[K, int | None] = {key: hidden(number) for key, number in counts.items()}
    gone = [key for key, number in shown.items() if number is None]
    while gone and (len(gone) < 2 or sum(counts[key] for key in gone) < LEAST):
        left = [key for key, number in shown.items() if number]
        if not left:
            break
        smallest = min(left, key=lambda key: counts[key])
        shown[smallest] = None
        gone.append(smallest)
    return shown


def hide_part(part: int, whole: int) -> int | None:
    """A figure that is part of another one that is shown: hidden when it, or the rest, is small."""
    return None if is_small(part) or is_small(whole - part) else part
