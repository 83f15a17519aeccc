"""Asking the search for what is typed: only the newest question is worked on, and answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject

from operator_app.domain.people import Actor
from operator_app.domain.search import LEAST_LETTERS, Found, Group
from operator_app.domain.text import is_unicode, words
from operator_app.i18n import language
from operator_app.ui.tasks import Tasks

LEAST_DIGITS = 3
"""Of a telephone or of the number of a call; fewer are in every record."""


SHOWN = 5
SHOWN_OF_ONE = 50
"""Results of a group; of the one group of which more was asked for."""


class Finder(Protocol):
    """What answers: services/search.py."""

    def find(
        self,
        actor: Actor,
        query: str,
        language: str,
        *,
        division: str | None = None,
        limit: int = 5,
    ) -> Found:
        """The results of a query, at most `limit` of each group."""


class _Turn:
    """The number of the query that is wanted; the worker looks at it, so it is no Qt object."""

    def __init__(self) -> None:
        self.number = 0


class Asking:
    """Brings queries to the worker. `division`: the office's, for what is nearest."""

    def __init__(
        self,
        receiver: QObject,
        finder: Finder,
        actor: Actor,
        tasks: Tasks,
        division: str | None,
    ) -> None:
        self._receiver = receiver
        self._finder = finder
        self._actor = actor
        self._tasks = tasks
        self._division = division
        self._turn = _Turn()

    def forget(self) -> None:
        """What was asked is not wanted any more: it is not begun, or its answer is dropped."""
        self._turn.number += 1

    def ask(
        self,
        query: str,
        only: Group | None,
        answered: Callable[[Found], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Ask this, and nothing that was asked before; `answered` or `failed` is called later.

        `only`: more of this one group, and nothing of the others.
        """
        self.forget()
        turn, number = self._turn, self._turn.number
        finder, actor, spoken, division = self._finder, self._actor, language(), self._division
        limit = SHOWN_OF_ONE if only else SHOWN

        def work() -> Found | None:
            if turn.number != number:
                return None
            return finder.find(actor, query, spoken, division=division, limit=limit)

        def done(found: Found | None) -> None:
            if found is not None and turn.number == number:
                answered(found if only is None else _of(only, found))

        def went_wrong(error: Exception) -> None:
            if turn.number == number:
                failed(error)

        self._tasks.database(self._receiver, work, done, went_wrong)


def _of(group: Group, found: Found) -> Found:
    hits = tuple(hit for hit in found.hits if hit.group is group)
    return replace(found, hits=hits, more=found.more & {group})


def question(typed: str) -> str:
    """What is asked for when this stands in the field. A space at its end ends the last word."""
    query = " ".join(typed.replace("\0", " ").split())
    if query and typed[-1].isspace():
        query += " "
    return query if is_unicode(query) else ""


def is_enough(query: str) -> bool:
    """Whether it is worth searching for: two letters of a word, or three digits."""
    digits = sum(sign.isdecimal() for sign in query)
    return digits >= LEAST_DIGITS or any(
        len(word) >= LEAST_LETTERS and not word.isdecimal() for word in words(query)
    )
