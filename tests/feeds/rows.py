"""What a database holds, for comparing before and after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from operator_app.db import feeds
from operator_app.db.metadata import metadata
from operator_app.db.reference_models import feed_state
from operator_app.domain.feeds import FEEDS
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

_OF_SYNC = {"sync_state", "sync_attempt", "feed_state", "revision"}
"""What every round may change."""


def everything(desk: Desk) -> dict[str, list[Any]]:
    """All rows of all tables, but for the notes of sync itself; of the feeds' states all but when
    they were asked for and what was wrong."""
    with desk.database.read() as connection:
        found: dict[str, list[Any]] = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in _OF_SYNC
        }
        # That a feed was asked for makes a row of it.
        states = select(feed_state.c.feed, feed_state.c.version, feed_state.c.digest).where(
            feed_state.c.version > 0
        )
        found["feed_state"] = [tuple(row) for row in connection.execute(states)]
    return found


def offered(desk: Desk, feed: str) -> dict[str, Any]:
    """The entries in use here that the program was not delivered with, by id."""
    with desk.database.read() as connection:
        found = feeds.current(connection, feed)
    return {kept.entry_id: kept.body for kept in found if kept.source != feeds.PROGRAM}


def problems(desk: Desk) -> dict[str, str]:
    """The feeds with a problem, and what it is."""
    with desk.database.read() as connection:
        return {s.feed: s.problem for s in feeds.states(connection) if s.problem}


def versions(desk: Desk) -> dict[str, int]:
    with desk.database.read() as connection:
        return {s.feed: s.version for s in feeds.states(connection) if s.version}


def published(receiver: RunningReceiver, feed: str) -> dict[str, Any]:
    """The entries the receiver offers, by id."""
    from ministry_server.feeds import changes_since

    with receiver.store.read() as connection:
        found = changes_since(connection, feed, 0)
    return {e.entry_id: e.body for e in found[2] if e.body is not None} if found else {}


def check_alike(desk: Desk, receiver: RunningReceiver) -> None:
    """The office offers what the ministry does: in every feed, nothing more and nothing less."""
    for feed in FEEDS:
        assert offered(desk, feed) == published(receiver, feed), feed
