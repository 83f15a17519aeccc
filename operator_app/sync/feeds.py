"""Fetching what the ministry publishes for all offices, and taking it in.

An answer is taken whole or not at all: every page has to be there, be signed by our server and
agree with the others, and every entry has to be in order, before one transaction brings it in. What
is wrong with one feed hinders neither the others nor the sending of records.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import feeds, settings
from operator_app.db.feeds import FeedState, Taken
from operator_app.domain.feed_pages import (
    MOST_FEED_BYTES,
    MOST_PAGES,
    PURPOSE,
    FeedChanges,
    read_pages,
)
from operator_app.domain.feeds import (
    DIRECTORY,
    FEEDS,
    KEYS,
    OFFICES,
    KeyEntry,
    OfficeEntry,
    entry_from,
)
from operator_app.errors import AppError, BadInput, NetworkProblem, ServerRefused
from operator_app.sync.answers import NEVER_ARRIVED, Hello, content, public_key
from operator_app.sync.carriers.base import BASE_PATH
from operator_app.sync.link import Link
from operator_app.sync.ministry_key import use_key
from operator_app.sync.places import pull_places
from operator_app.sync.receipts import BadSignature, verify

log = logging.getLogger(__name__)

ACTION = "feed"
MOST_STARTS = 3
"""Of one answer, when the feed moves on while its pages are fetched."""
REFUSED_REST_MS = 3_600_000
"""What was refused for its content is not fetched again for so long: it may be megabytes."""
OLDER = "feed.older"
MOVED = "feed.moved"


class FeedRefused(AppError):
    """The answer is not taken; the code says why."""


class _Interrupted(Exception):
    """Something else is more urgent."""


def pull_feeds(link: Link, hello: Hello, stopped: Callable[[], bool]) -> Iterator[str]:
    """Fetch every feed of which the server has a newer version; the names of those that changed,
    each as soon as it was taken.

    What is wrong with a feed is kept as its `problem`. Raises NetworkProblem and ServerRefused
    only when the way or the account is to blame. `stopped` is asked before each request.
    """
    for feed, state in _newer(link, hello):
        try:
            changed = _pull(link, feed, state, hello.feeds[feed], stopped)
        except _Interrupted:
            return
        if changed:
            yield feed
    if not stopped() and pull_places(link):
        yield DIRECTORY


def take_in(connection: Connection, changes: FeedChanges, now: int) -> Taken | None:
    """Take a judged answer within the caller's transaction; None when it is no news by now.

    The ministry's keys and the names of this office are settings, too.
    """
    if changes.version <= feeds.read_state(connection, changes.feed).version:
        return None
    taken = feeds.take_changes(connection, changes, now)
    if changes.feed == KEYS:
        _use_current_key(connection, changes, now)
    elif changes.feed == OFFICES:
        _rename_office(connection, changes)
    return taken


def _newer(link: Link, hello: Hello) -> list[tuple[str, FeedState]]:
    """The feeds to ask for. That the others need not be asked for is remembered as their state."""
    wanted: list[tuple[str, FeedState]] = []
    if not hello.feeds:
        return wanted
    with link.database.write() as connection:
        for feed in FEEDS:
            if feed not in hello.feeds:
                continue
            state = feeds.read_state(connection, feed)
            if hello.feeds[feed] <= state.version:
                older = hello.feeds[feed] < state.version
                feeds.note_checked(connection, feed, link.now, OLDER if older else None)
            elif not _rests(state, link.now):
                wanted.append((feed, state))
        link.write_notes(connection)
    return wanted


def _rests(state: FeedState, now: int) -> bool:
    if state.checked_at is None or not (state.problem or "").startswith("feed."):
        return False
    return state.problem not in (MOVED, OLDER) and abs(now - state.checked_at) < REFUSED_REST_MS


def _pull(
    link: Link, feed: str, state: FeedState, announced: int, stopped: Callable[[], bool]
) -> bool:
    """Fetch and take one feed; whether something is different now."""
    try:
        changes = _fetch(link, feed, state.version, announced, stopped)
    except (FeedRefused, NetworkProblem, ServerRefused) as problem:
        if problem.code in NEVER_ARRIVED:
            raise
        link.note(ACTION, problem.code, 0)
        if not isinstance(problem, FeedRefused):
            # As after a failed push: a greeting tells whether the way is to blame.
            link.hello()
        with link.database.write() as connection:
            feeds.note_checked(connection, feed, link.now, problem.code)
            link.write_notes(connection)
        log.info("feed %s not taken: %s", feed, problem.code)
        return False
    link.note(ACTION, "ok", len(changes.entries))
    with link.database.write() as connection:
        taken = take_in(connection, changes, link.now)
        link.write_notes(connection)
    return taken is not None and taken.total > 0


def _fetch(
    link: Link, feed: str, after: int, announced: int, stopped: Callable[[], bool]
) -> FeedChanges:
    """All pages of an answer, verified and judged.

    Raises FeedRefused, NetworkProblem and ServerRefused as `content` does, _Interrupted.
    """
    for _start in range(MOST_STARTS):
        pages = _pages(link, feed, after, stopped)
        if pages:
            break
    else:
        raise FeedRefused(MOVED)
    try:
        changes = read_pages(feed, pages, after=after)
    except BadInput as error:
        raise FeedRefused(error.faults[0].code) from error
    if changes.version < announced:
        raise FeedRefused(OLDER)
    if not changes.entries:
        # Every version changed something.
        raise FeedRefused("feed.empty")
    return changes


def _pages(
    link: Link, feed: str, after: int, stopped: Callable[[], bool]
) -> Sequence[dict[str, Any]]:
    """The pages as far as they say there are more; none when the feed moved on meanwhile."""
    server_key = public_key(link.server.receipt_key)
    pages: list[dict[str, Any]] = []
    size = 0
    while not pages or len(pages) < pages[-1]["pages"]:
        if stopped():
            raise _Interrupted
        path = f"{BASE_PATH}/feed/{feed}?after={after}&page={len(pages) + 1}"
        if pages:
            answer = link.carrier.exchange("GET", f"{path}&version={pages[0]['version']}")
        else:
            answer = link.carrier.exchange("GET", path, etag=f'"{after}-1"' if after else "")
        if answer.status == 304:
            # Somebody kept an answer of before: the greeting told of a newer one.
            raise NetworkProblem("net.stale_answer")
        if answer.status == 404:
            raise FeedRefused("feed.not_offered")
        if answer.status == 409:
            return []
        data = content(answer)
        size += len(answer.body)
        if size > MOST_FEED_BYTES:
            raise FeedRefused("feed.too_large")
        try:
            page = verify(data, server_key, purpose=PURPOSE)
        except BadSignature as error:
            raise FeedRefused("feed.bad_signature") from error
        if type(page.get("pages")) is not int or type(page.get("version")) is not int:
            raise FeedRefused("feed.wrong_schema")
        if page["pages"] > MOST_PAGES:
            raise FeedRefused("feed.too_large")
        if pages and page["version"] != pages[0]["version"]:
            return []
        pages.append(page)
    return pages


def _use_current_key(connection: Connection, changes: FeedChanges, now: int) -> None:
    """Seal to the ministry's current key from now on; only where its server is pinned."""
    server = settings.read_server(connection)
    if not server.enrolled:
        return
    for entry in changes.entries:
        if entry.body is not None and entry.body.get("current"):
            key: KeyEntry = entry_from(KEYS, entry.body)
            # When it was said is not known; what was said before stays older than what comes.
            use_key(connection, key.kid, key.recipients, told_at=server.keys_at, now=now)


def _rename_office(connection: Connection, changes: FeedChanges) -> None:
    office = settings.read_office(connection)
    for entry in changes.entries:
        if entry.entry_id == office.code and entry.body is not None:
            said: OfficeEntry = entry_from(OFFICES, entry.body)
            names = {**office.names, **{k: name for k, name in said.names.items() if name}}
            settings.write_office(connection, replace(office, names=names, division=said.division))
