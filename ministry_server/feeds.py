"""What the ministry publishes: entries as they are now, each with the version that changed it.

A feed grows by one version whenever something of it changes; an entry that is taken back stays as
a tombstone. Addresses of confidential places never lie in an entry: they are sealed apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from ministry_server.keys import IntakeKeys
from ministry_server.places import Places, split_places
from ministry_server.schema import feed as feed_table
from ministry_server.schema import feed_entry
from ministry_server.store import Store, get_all
from operator_app.domain.feed_pages import MOST_ENTRIES, MOST_FEED_BYTES
from operator_app.domain.feeds import (
    DIRECTORY,
    KEYS,
    FeedEntry,
    KeyEntry,
    check_body,
    check_entries,
    entry_body,
    entry_from,
    entry_id_of,
)
from operator_app.domain.wire import canonical_plain
from operator_app.errors import BadInput, Fault

_PAPER = 2 << 20
"""Bytes left for what is on the pages besides the entries."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Published:
    """How a feed stands after publishing, and how many entries that changed and took back."""

    feed: str
    version: int
    changed: int
    removed: int


@dataclass(frozen=True)
class FeedLine:
    """A feed as it is listed. `published_at` in UTC milliseconds."""

    feed: str
    version: int
    entries: int
    tombstones: int
    published_at: int


def entries_of(feed: str, bodies: Sequence[Any]) -> list[FeedEntry]:
    """The bodies of a file as entries, every field written out.

    Raises BadInput("feed.faults"): a fault names "entry 3: field", counted from 1, where the entry
    has no id yet.
    """
    faults: list[Fault] = []
    entries: list[FeedEntry] = []
    for number, body in enumerate(bodies, start=1):
        try:
            entry = entry_from(feed, body)
            whole = json.loads(canonical_plain(entry_body(entry)))
        except msgspec.ValidationError:
            faults += check_body(feed, f"entry {number}", body)
            continue
        except UnicodeEncodeError:
            faults.append(Fault(f"entry {number}", "feed.not_utf8"))
            continue
        entries.append(FeedEntry(entry_id_of(feed, entry), whole))
        faults += [
            Fault(f"{entries[-1].entry_id}: {place}", "feed.unknown_field")
            for place in _unknown(body, whole)
        ]
    faults += check_entries(feed, entries)
    if faults:
        raise BadInput("feed.faults", faults)
    return entries


def publish(
    store: Store,
    keys: IntakeKeys,
    feed: str,
    entries: Sequence[FeedEntry],
    now: int,
    *,
    replace: bool = False,
) -> Published:
    """Publish entries; with `replace` those that are not among them are taken back.

    What is as it was makes no new version. Raises BadInput("feed.faults") and changes nothing.
    """
    with store.write() as connection:
        # Where a reading transaction does not keep the others out, this does.
        get_all(connection, lock=True)
        before = _bodies(connection, feed)
        given = {entry.entry_id for entry in entries}
        missing = [i for i, body in before.items() if body is not None and i not in given]
        removed = [FeedEntry(i, None) for i in missing] if replace else []
        faults = check_entries(feed, [*entries, *removed])
        if faults:
            raise BadInput("feed.faults", faults)
        news = {entry.entry_id: entry.body for entry in (*entries, *removed)}
        touched: set[str] = set()
        if feed == DIRECTORY:
            news, addresses = split_places(news, before)
            touched = Places(keys).write(connection, before | news, addresses)
        changed = [i for i, body in news.items() if before.get(i) != body or i in touched]
        changed = [i for i in changed if news[i] is not None or before.get(i) is not None]
        _check_whole(before | news)
        version = _version(connection, feed)
        if not changed:
            return Published(feed, version, 0, 0)
        version += 1
        _write(connection, feed, version, {i: news[i] for i in changed}, now)
    gone = sum(news[i] is None for i in changed)
    return Published(feed, version, len(changed) - gone, gone)


def publish_keys(store: Store, keys: IntakeKeys, now: int) -> Published:
    """Publish the receiver's own sealing key; earlier ones stay known, and are not current."""
    with store.read() as connection:
        known = [body for body in _bodies(connection, KEYS).values() if body is not None]
    earlier = [{**body, "current": False} for body in known if body["kid"] != keys.kid]
    current = entry_body(KeyEntry(keys.kid, keys.recipients, current=True))
    return publish(store, keys, KEYS, entries_of(KEYS, [*earlier, current]), now)


def versions(connection: Connection) -> dict[str, int]:
    """The version of every feed that was published."""
    rows = connection.execute(select(feed_table.c.feed, feed_table.c.version))
    return {row.feed: row.version for row in rows}


def overview_of_feeds(store: Store) -> list[FeedLine]:
    """What was published, by name."""
    with store.read() as connection:
        rows = connection.execute(
            select(
                feed_table.c.feed,
                feed_table.c.version,
                feed_table.c.published_at,
                func.count(feed_entry.c.body).label("live"),
                func.count().label("every"),
            )
            .join(feed_entry, feed_entry.c.feed == feed_table.c.feed)
            .group_by(feed_table.c.feed, feed_table.c.version, feed_table.c.published_at)
            .order_by(feed_table.c.feed)
        )
        return [
            FeedLine(row.feed, row.version, row.live, row.every - row.live, row.published_at)
            for row in rows
        ]


def changes_since(
    connection: Connection, feed: str, after: int
) -> tuple[int, int, list[FeedEntry]] | None:
    """(version, published_at, the entries that changed since `after`), or None for no such feed."""
    state = connection.execute(
        select(feed_table.c.version, feed_table.c.published_at).where(feed_table.c.feed == feed)
    ).first()
    if state is None:
        return None
    rows = connection.execute(
        select(feed_entry.c.entry_id, feed_entry.c.body)
        .where(feed_entry.c.feed == feed, feed_entry.c.version > after)
        .order_by(feed_entry.c.entry_id)
    )
    entries = [FeedEntry(row.entry_id, row.body and json.loads(row.body)) for row in rows]
    return state.version, state.published_at, entries


def _version(connection: Connection, feed: str) -> int:
    found = select(feed_table.c.version).where(feed_table.c.feed == feed)
    return connection.execute(found).scalar() or 0


def _bodies(connection: Connection, feed: str) -> dict[str, Mapping[str, Any] | None]:
    rows = connection.execute(
        select(feed_entry.c.entry_id, feed_entry.c.body).where(feed_entry.c.feed == feed)
    )
    return {row.entry_id: row.body and json.loads(row.body) for row in rows}


def _write(
    connection: Connection,
    feed: str,
    version: int,
    changed: Mapping[str, Mapping[str, Any] | None],
    now: int,
) -> None:
    ids = list(changed)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        connection.execute(
            delete(feed_entry).where(feed_entry.c.feed == feed, feed_entry.c.entry_id.in_(some))
        )
    connection.execute(
        insert(feed_entry),
        [
            {
                "feed": feed,
                "entry_id": entry_id,
                "version": version,
                "body": None if body is None else canonical_plain(body).decode(),
            }
            for entry_id, body in changed.items()
        ],
    )
    connection.execute(delete(feed_table).where(feed_table.c.feed == feed))
    connection.execute(insert(feed_table), {"feed": feed, "version": version, "published_at": now})


def _check_whole(bodies: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Raise BadInput when no device would take as much."""
    size = sum(len(i) + 30 + len(canonical_plain(body)) for i, body in bodies.items())
    if len(bodies) > MOST_ENTRIES or size > MOST_FEED_BYTES - _PAPER:
        raise BadInput("feed.faults", [Fault("file", "feed.too_large")])


def _unknown(given: Any, understood: Any, at: str = "") -> list[str]:
    """The names in `given` that nobody understood: a slip of the pen must not go unnoticed."""
    if isinstance(given, dict) and isinstance(understood, dict):
        found = [f"{at}{name}" for name in given if name not in understood]
        for name in given.keys() & understood.keys():
            found += _unknown(given[name], understood[name], f"{at}{name}.")
        return sorted(found)
    if isinstance(given, list) and isinstance(understood, list):
        found = []
        for number, (one, other) in enumerate(zip(given, understood, strict=True)):
            found += _unknown(one, other, f"{at.rstrip('.')}[{number}].")
        return found
    return []
