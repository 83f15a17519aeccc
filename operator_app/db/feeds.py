"""The entries of the feeds in the database: taken in one transaction, never deleted.

Who took them tells the `source`: "program" (delivered with it), "ministry" (signed), "local"
(imported by a person of this office). The newest taking of an entry is the one in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from operator_app.db import settings
from operator_app.db.models import setting
from operator_app.db.prepared import Prepared
from operator_app.db.reference_models import confidential_place, feed_entry, feed_state
from operator_app.domain.feed_pages import FeedChanges
from operator_app.domain.feeds import FEEDS, FeedEntry
from operator_app.domain.wire import canonical

PROGRAM = "program"
MINISTRY = "ministry"
LOCAL = "local"
CHANGES = "feeds"
"""Counter that moves with every taking: what was made from the entries sees that it is old."""
CONTENT_DIGITS = 16


@dataclass(frozen=True)
class FeedState:
    """How far a feed was taken. Times in UTC milliseconds; `problem`: code of the last refusal."""

    feed: str
    version: int = 0
    digest: str = ""
    taken_at: int | None = None
    checked_at: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Kept:
    """An entry as it is kept; `content` names this version of it."""

    entry_id: str
    content: str
    source: str
    removed: bool
    current: bool
    taken_at: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """What a taking changed: how many entries are new, different, removed."""

    new: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All that is different now."""
        return self.new + self.changed + self.removed


_PUT = insert(feed_entry)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["feed", "entry_id", "content"],
    set_={name: _PUT.excluded[name] for name in ("source", "current", "removed", "taken_at")},
)
_CHANGES = Prepared(select(setting.c.value).where(setting.c.key == bindparam("key")))
_RETIRE = (
    update(feed_entry)
    .where(
        feed_entry.c.feed == bindparam("of_feed"),
        feed_entry.c.entry_id == bindparam("of_entry"),
        feed_entry.c.current == 1,
    )
    .values(current=0)
)
_REMOVE = (
    update(feed_entry)
    .where(
        feed_entry.c.feed == bindparam("of_feed"),
        feed_entry.c.entry_id == bindparam("of_entry"),
        feed_entry.c.current == 1,
    )
    .values(removed=1, taken_at=bindparam("at"))
)


def content_of(body: Mapping[str, Any]) -> str:
    """The name of a version of an entry: the beginning of the SHA-256 of its RFC 8785 form."""
    return hashlib.sha256(canonical(body)).hexdigest()[:CONTENT_DIGITS]


def take(
    connection: Connection, feed: str, entries: Sequence[FeedEntry], source: str, at: int
) -> Taken:
    """Bring entries in, inside the caller's transaction. They were checked before.

    An address of a confidential place is kept apart from its entry.
    """
    known = {
        row.entry_id: (row.content, bool(row.removed))
        for row in connection.execute(
            select(feed_entry.c.entry_id, feed_entry.c.content, feed_entry.c.removed).where(
                feed_entry.c.feed == feed, feed_entry.c.current == 1
            )
        )
    }
    puts, retires, removes = [], [], []
    new = changed = 0
    for entry in entries:
        before = known.get(entry.entry_id)
        of = {"of_feed": feed, "of_entry": entry.entry_id}
        if entry.body is None:
            if before is not None and not before[1]:
                removes.append({**of, "at": at})
            continue
        body = _without_addresses(connection, entry.body, at)
        content = content_of(body)
        if before == (content, False):
            continue
        if before is None:
            new += 1
        else:
            changed += 1
            retires.append(of)
        puts.append(
            {
                "feed": feed,
                "entry_id": entry.entry_id,
                "content": content,
                "source": source,
                "current": 1,
                "removed": 0,
                "taken_at": at,
                "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            }
        )
    for statement, rows in ((_RETIRE, retires), (_REMOVE, removes), (_PUT, puts)):
        if rows:
            connection.execute(statement, rows)
    taken = Taken(new, changed, len(removes))
    if taken.total:
        settings.next_number(connection, CHANGES)
    return taken


def take_changes(connection: Connection, changes: FeedChanges, at: int) -> Taken:
    """Take what the ministry signed, and remember its version."""
    taken = take(connection, changes.feed, changes.entries, MINISTRY, at)
    write_state(connection, FeedState(changes.feed, changes.version, changes.digest, at, at, None))
    return taken


def changes_so_far(connection: Connection) -> int:
    """The counter CHANGES: another number means that entries were taken since."""
    row = _CHANGES.run(connection, {"key": f"counter.{CHANGES}"}).fetchone()
    return int(row[0]) if row else 0


def current(connection: Connection, feed: str, *, removed: bool = False) -> list[Kept]:
    """The entries in use, in the order of their ids; with `removed` also those offered no more."""
    conditions = [feed_entry.c.feed == feed, feed_entry.c.current == 1]
    if not removed:
        conditions.append(feed_entry.c.removed == 0)
    rows = connection.execute(
        select(feed_entry).where(*conditions).order_by(feed_entry.c.entry_id)
    ).mappings()
    return [_kept(row) for row in rows]


def find(connection: Connection, feed: str, entry_id: str, content: str = "") -> Kept | None:
    """An entry as it is now (even when offered no more), or the version of that content."""
    which = feed_entry.c.content == content if content else feed_entry.c.current == 1
    row = (
        connection.execute(
            select(feed_entry).where(
                feed_entry.c.feed == feed, feed_entry.c.entry_id == entry_id, which
            )
        )
        .mappings()
        .first()
    )
    return _kept(row) if row else None


def read_state(connection: Connection, feed: str) -> FeedState:
    """How far the feed was taken."""
    row = connection.execute(select(feed_state).where(feed_state.c.feed == feed)).mappings().first()
    return FeedState(**row) if row else FeedState(feed)


def states(connection: Connection) -> list[FeedState]:
    """The state of every feed there is."""
    return [read_state(connection, feed) for feed in FEEDS]


def write_state(connection: Connection, state: FeedState) -> None:
    """Remember how far a feed was taken."""
    values = {name: getattr(state, name) for name in state.__dataclass_fields__}
    connection.execute(
        insert(feed_state)
        .values(**values)
        .on_conflict_do_update(index_elements=["feed"], set_=values)
    )


def note_checked(connection: Connection, feed: str, at: int, problem: str | None) -> None:
    """Remember that the feed was asked for, and what was wrong with the answer."""
    state = read_state(connection, feed)
    write_state(connection, replace(state, checked_at=at, problem=problem))


def put_addresses(
    connection: Connection, addresses: Mapping[str, Mapping[str, str]], at: int
) -> None:
    """Keep addresses of confidential places, by place id and language."""
    for place_id, address in addresses.items():
        values = {
            "place_id": place_id,
            "address": json.dumps(dict(address), ensure_ascii=False),
            "taken_at": at,
        }
        connection.execute(
            insert(confidential_place)
            .values(**values)
            .on_conflict_do_update(index_elements=["place_id"], set_=values)
        )


def addresses(connection: Connection, place_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Addresses of confidential places, as far as they are known here."""
    rows = connection.execute(
        select(confidential_place.c.place_id, confidential_place.c.address).where(
            confidential_place.c.place_id.in_(list(place_ids))
        )
    )
    return {row.place_id: json.loads(row.address) for row in rows}


def _without_addresses(
    connection: Connection, body: Mapping[str, Any], at: int
) -> Mapping[str, Any]:
    places = body.get("places")
    if not places or not any(place.get("confidential") for place in places):
        return body
    hidden = {
        place["place_id"]: place["address"]
        for place in places
        if place.get("confidential") and place.get("address")
    }
    put_addresses(connection, hidden, at)
    left = [{**p, "address": {}} if p.get("confidential") else p for p in places]
    return {**body, "places": left}


def _kept(row: RowMapping) -> Kept:
    return Kept(
        entry_id=row["entry_id"],
        content=row["content"],
        source=row["source"],
        removed=bool(row["removed"]),
        current=bool(row["current"]),
        taken_at=row["taken_at"],
        body=json.loads(row["body"]),
    )
