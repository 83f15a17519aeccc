"""What a search finds, as screens show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """A heading of the results, in the order in which they are shown."""

    SERVICES = "services"
    ARTICLES = "articles"
    CALLS = "calls"
    CASES = "cases"


@dataclass(frozen=True)
class Piece:
    """A part of a snippet; `hit` where it is what was searched for."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class Hit:
    """One thing found.

    `record_id`: of the call or case; the service's id; the article's id with its language
    ("bala-yrysy.ru"). `title`: name or title, the number of a call or case. `codes`: what the
    screen puts into words: (list name, code), e.g. ("topic_l2", "BEN.UBK"). `at`: when, UTC
    milliseconds. `protected`: a violence call or a case that this person opens only with a reason:
    nothing of its words is here.
    """

    group: Group
    record_id: str
    title: str
    snippet: tuple[Piece, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    at: int | None = None
    protected: bool = False


@dataclass(frozen=True)
class Found:
    """The results of a query: `hits` in the order of their groups, best first in each.

    `more`: groups of which there is more than was asked for. `spelled`: what was searched for in
    place of a word that nothing is called by. `behind`: calls and cases that the index does not
    hold yet; -1 when it cannot be used at present (it is being made anew).
    """

    query: str
    hits: tuple[Hit, ...] = ()
    more: frozenset[Group] = frozenset()
    spelled: tuple[tuple[str, str], ...] = ()
    behind: int = 0


NOTHING = Found("")
LEAST_LETTERS = 2
"""A single letter is in every record (design/performance.md)."""
