"""Feeds as they travel: signed pages over HTTP, and the same pages in one file."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ministry_server.feeds import changes_since, versions
from ministry_server.keys import IntakeKeys
from ministry_server.messages import Refusal
from ministry_server.store import Store
from operator_app.domain.feed_pages import (
    MOST_FEED_BYTES,
    PACKAGE_FORMAT,
    PACKAGE_PURPOSE,
    PURPOSE,
    make_pages,
)
from operator_app.domain.feeds import FEEDS, KEYS
from operator_app.domain.wire import canonical_plain
from operator_app.errors import EnvironmentProblem
from operator_app.sync.receipts import sign

MOST_KEPT_BYTES = 128 << 20
"""Of answers that are kept made up: many devices ask for the same after each publishing."""
_NUMBER = re.compile(r"[0-9]{1,15}")

Answer = tuple[bytes, ...]


@dataclass(frozen=True)
class FeedPage:
    """One page to be sent; without a `body` the asker has it already (304)."""

    etag: str
    body: bytes | None


class FeedPages:
    """Makes the pages. Safe from any thread."""

    def __init__(self, store: Store, keys: IntakeKeys) -> None:
        self._store = store
        self._keys = keys
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], Answer] = OrderedDict()

    def page(self, feed: str, query: Sequence[tuple[str, str]], known: str | None) -> FeedPage:
        """The page that a request asks for; `known` is its If-None-Match.

        Raises Refusal(404) for a feed there is not, Refusal(409) when it has another version than
        the pages before, Refusal(400).
        """
        asked = _read_query(query)
        after, number = asked.get("after", 0), asked.get("page", 1)
        with self._store.read() as connection:
            version = versions(connection).get(feed)
            if version is None:
                raise Refusal(404, "feed.unknown")
            if asked.get("version", version) != version:
                raise Refusal(409, "feed.moved")
            etag = f'"{version}-{number}"'
            if after == version or (known is not None and etag in _tags(known)):
                return FeedPage(etag, None)
            # A device that knows more than there is comes from before a restore.
            pages = self._pages(connection, feed, version, after if after < version else 0)
        if not 1 <= number <= len(pages):
            raise Refusal(400, "request.malformed")
        return FeedPage(etag, pages[number - 1])

    def package(self, names: Sequence[str]) -> bytes:
        """The whole feeds of these names, or of all that were published, in one signed file.

        Raises EnvironmentProblem("feed.nothing_published" | "feed.package_too_large").
        """
        with self._store.read() as connection:
            published = versions(connection)
            wanted = [n for n in FEEDS if n in (names or published)]
            if not wanted or not set(names) <= published.keys():
                raise EnvironmentProblem("feed.nothing_published")
            pages = [
                page
                for name in wanted
                for page in self._pages(connection, name, published[name], 0)
            ]
        key = base64.b64encode(self._keys.receipt_public).decode()
        head = canonical_plain({**PACKAGE_FORMAT, "receipt_key": key})
        lines = b"".join(line + b"\n" for line in (head, *pages))
        trailer = {"lines": 1 + len(pages), "digest": hashlib.sha256(lines).hexdigest()}
        signed = sign(trailer, self._keys.receipt_key, purpose=PACKAGE_PURPOSE)
        package = lines + canonical_plain(signed) + b"\n"
        if len(package) > MOST_FEED_BYTES:
            raise EnvironmentProblem("feed.package_too_large")
        return package

    def _pages(self, connection: Connection, feed: str, version: int, after: int) -> Answer:
        # The keys are few, and every answer has to hold the current one.
        after = 0 if feed == KEYS else after
        name = (feed, version, after)
        with self._lock:
            pages = self._kept.pop(name, None) or self._make(connection, feed, version, after)
            self._kept[name] = pages
            while sum(_size(p) for p in self._kept.values()) > MOST_KEPT_BYTES:
                self._kept.popitem(last=False)
        return pages

    def _make(self, connection: Connection, feed: str, version: int, after: int) -> Answer:
        found = changes_since(connection, feed, after)
        if found is None or found[0] != version:
            # Published this moment, where a reading transaction sees that.
            raise Refusal(409, "feed.moved")
        _, published_at, entries = found
        return tuple(
            canonical_plain(sign(page, self._keys.receipt_key, purpose=PURPOSE))
            for page in make_pages(feed, version, after, entries, published_at)
        )


def _size(pages: Answer) -> int:
    return sum(map(len, pages))


def _read_query(query: Sequence[tuple[str, str]]) -> dict[str, int]:
    asked = dict(query)
    if (
        len(asked) != len(query)
        or not asked.keys() <= {"after", "page", "version"}
        or not all(_NUMBER.fullmatch(value) for value in asked.values())
    ):
        raise Refusal(400, "request.malformed")
    return {name: int(value) for name, value in asked.items()}


def _tags(known: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in known.split(",")]
