"""How each feed of the ministry stands on this PC: what is kept of it, and how it last came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from operator_app.db import feeds
from operator_app.db.engine import Database
from operator_app.db.feeds import LOCAL, PROGRAM, FeedState
from operator_app.db.reference_models import feed_entry
from operator_app.domain.feeds import ANNOUNCEMENTS, KEYS, OFFICES
from operator_app.domain.feeds import PROGRAM as VERSIONS
from operator_app.domain.people import Actor, Right

_COMES_LATER = (OFFICES, ANNOUNCEMENTS, KEYS, VERSIONS)
"""The program is delivered without these."""


class Condition(StrEnum):
    """How a feed stands, in the order in which one hides the other."""

    FAULTY = "faulty"
    FROM_THE_MINISTRY = "from_the_ministry"
    FROM_A_FILE = "from_a_file"
    AS_DELIVERED = "as_delivered"
    NOTHING_YET = "nothing_yet"


@dataclass(frozen=True)
class FeedFacts:
    """The state of a feed and how many of its entries in use came from where.

    `entries`: by source ("program", "ministry", "local"); a source without entries is left out.
    """

    state: FeedState
    entries: Mapping[str, int]

    @property
    def total(self) -> int:
        """All entries in use."""
        return sum(self.entries.values())

    @property
    def condition(self) -> Condition:
        """How it stands now."""
        if self.state.problem:
            return Condition.FAULTY
        if self.state.version:
            return Condition.FROM_THE_MINISTRY
        if self.entries.get(LOCAL):
            return Condition.FROM_A_FILE
        if self.entries.get(PROGRAM) or self.state.feed not in _COMES_LATER:
            return Condition.AS_DELIVERED
        return Condition.NOTHING_YET


class FeedStates:
    """Reads the states of all feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, actor: Actor) -> list[FeedFacts]:
        """Every feed there is, in the order of domain.feeds.FEEDS."""
        if not actor.may(Right.SEE_SYNC):
            actor.require(Right.MANAGE_REFERENCE)
        counted: dict[str, dict[str, int]] = {}
        with self._database.read() as connection:
            for row in connection.execute(
                select(feed_entry.c.feed, feed_entry.c.source, func.count().label("entries"))
                .where(feed_entry.c.current == 1, feed_entry.c.removed == 0)
                .group_by(feed_entry.c.feed, feed_entry.c.source)
            ):
                counted.setdefault(row.feed, {})[row.source] = row.entries
            states = feeds.states(connection)
        return [FeedFacts(state, counted.get(state.feed, {})) for state in states]
