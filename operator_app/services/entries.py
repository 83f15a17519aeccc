"""The typed entries of the feeds as they are now, read once and again only after a taking."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import Connection, select

from operator_app.db import feeds
from operator_app.db.engine import Database
from operator_app.db.reference_models import feed_entry
from operator_app.domain.feeds import entry_from

T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """An entry with the name of its version."""

    value: T
    content: str
    source: str


class Entries(Generic[T]):
    """All entries of one feed, by id. Safe from any thread."""

    def __init__(self, database: Database, feed: str, kind: type[T]) -> None:
        self._database = database
        self._feed = feed
        self._decoder = msgspec.json.Decoder(kind)
        self._lock = threading.Lock()
        self._read_at = -1
        self._entries: dict[str, Entry[T]] = {}

    def all(self) -> dict[str, Entry[T]]:
        """What is offered now."""
        with self._database.read() as connection:
            return self.all_in(connection)

    def all_in(self, connection: Connection) -> dict[str, Entry[T]]:
        """The same, as the transaction sees it."""
        with self._lock:
            changes = feeds.changes_so_far(connection)
            if changes != self._read_at:
                self._entries = self._read(connection)
                self._read_at = changes
            return self._entries

    def find(self, entry_id: str, content: str = "") -> Entry[T] | None:
        """The entry as it is now, or as it was in that version; also one offered no more."""
        if not content and (known := self.all().get(entry_id)):
            return known
        with self._database.read() as connection:
            kept = feeds.find(connection, self._feed, entry_id, content)
        if kept is None:
            return None
        return Entry(entry_from(self._feed, kept.body), kept.content, kept.source)

    def _read(self, connection: Connection) -> dict[str, Entry[T]]:
        rows = connection.execute(
            select(
                feed_entry.c.entry_id, feed_entry.c.content, feed_entry.c.source, feed_entry.c.body
            )
            .where(
                feed_entry.c.feed == self._feed,
                feed_entry.c.current == 1,
                feed_entry.c.removed == 0,
            )
            .order_by(feed_entry.c.entry_id)
        )
        found = {}
        for row in rows:
            try:
                value = self._decoder.decode(row.body)
            except msgspec.ValidationError:
                # Taken by an older program that knew less of it, and of no use to this one.
                continue
            found[row.entry_id] = Entry(value, row.content, row.source)
        return found
