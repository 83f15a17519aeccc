"""What taking entries of a feed over would change, counted before and without taking them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import feeds
from operator_app.db.feeds import Taken, content_of
from operator_app.domain.feed_pages import FeedChanges
from operator_app.domain.feeds import FeedEntry


def package_counts(connection: Connection, changes_of: Iterable[FeedChanges]) -> Taken:
    """What taking a package would change: of a feed that is here in its version, nothing."""
    counts = Taken()
    for changes in changes_of:
        if changes.version > feeds.read_state(connection, changes.feed).version:
            counts = added(counts, would_change(connection, changes.feed, changes.entries))
    return counts


def would_change(connection: Connection, feed: str, entries: Sequence[FeedEntry]) -> Taken:
    """What `feeds.take` would do; a confidential address that is different counts as well."""
    known = {
        kept.entry_id: (kept.content, kept.removed)
        for kept in feeds.current(connection, feed, removed=True)
    }
    taken = Taken()
    for entry in entries:
        before = known.get(entry.entry_id)
        if entry.body is None:
            if before is not None and not before[1]:
                taken = replace(taken, removed=taken.removed + 1)
        elif before is None:
            taken = replace(taken, new=taken.new + 1)
        else:
            body, addresses = _apart(entry.body)
            same = before == (content_of(body), False)
            if not same or (addresses and feeds.addresses(connection, addresses) != addresses):
                taken = replace(taken, changed=taken.changed + 1)
    return taken


def _apart(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """The body as it is kept, and the addresses that are kept apart from it."""
    places = body.get("places", ())
    confidential = [p for p in places if p.get("confidential")]
    if not confidential:
        return body, {}
    hidden = {p["place_id"]: p["address"] for p in confidential if p.get("address")}
    left = [{**p, "address": {}} if p.get("confidential") else p for p in places]
    return {**body, "places": left}, hidden


def added(one: Taken, other: Taken) -> Taken:
    """Both together."""
    return Taken(one.new + other.new, one.changed + other.changed, one.removed + other.removed)
