"""The pages in which a feed travels: made, read and judged together.

A page is signed; the pages of an answer together are the changes since a version, or everything
(`after` 0). Everything of an answer is judged before anything of it is taken (design/sync.md,
Rules).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operator_app.domain.feeds import FeedEntry, check_entries
from operator_app.domain.wire import canonical
from operator_app.errors import BadInput, Fault

FEED_SCHEMA = 1


MOST_ENTRIES = 50_000


MOST_PAGES = 2_000


MOST_FEED_BYTES = 64 << 20
"""Of all pages of an answer together, and of a package."""


PAGE_BYTES = 256 * 1024
"""About what the receiver puts on one page."""


PURPOSE = "feed"
"""Of the signature of a page (see sync/receipts.sign)."""


PACKAGE_FORMAT: Mapping[str, str | int] = {"format": "117-feeds", "v": 1}
"""What the first line of a package says besides the key that signed it."""


PACKAGE_PURPOSE = "feed-package"
"""Of the signature of a package's last line."""


@dataclass(frozen=True)
class FeedChanges:
    """All pages of an answer together, judged: the entries that changed since `after`."""

    feed: str
    version: int
    after: int
    entries: tuple[FeedEntry, ...]
    digest: str


def digest_of(entries: Iterable[FeedEntry]) -> str:
    """SHA-256 over the RFC 8785 form of all entries of an answer, in hex."""
    return hashlib.sha256(canonical([[e.entry_id, e.body] for e in entries])).hexdigest()


def make_pages(
    feed: str, version: int, after: int, entries: Sequence[FeedEntry], published_at: int
) -> list[dict[str, Any]]:
    """The pages of an answer, still to be signed; an answer without changes is one empty page."""
    digest = digest_of(entries)
    sheets: list[list[dict[str, Any]]] = [[]]
    size = 0
    for entry in entries:
        item = {"id": entry.entry_id, "body": entry.body}
        length = len(canonical(item))
        if sheets[-1] and size + length > PAGE_BYTES:
            sheets.append([])
            size = 0
        sheets[-1].append(item)
        size += length
    return [
        {
            "feed": feed,
            "schema": FEED_SCHEMA,
            "version": version,
            "after": after,
            "page": number,
            "pages": len(sheets),
            "total": len(entries),
            "digest": digest,
            "published_at": published_at,
            "entries": sheet,
        }
        for number, sheet in enumerate(sheets, start=1)
    ]


_PAGE = {
    "feed": str,
    "schema": int,
    "version": int,
    "after": int,
    "page": int,
    "pages": int,
    "total": int,
    "digest": str,
    "published_at": int,
    "entries": list,
}


def read_pages(feed: str, pages: Sequence[Mapping[str, Any]], *, after: int) -> FeedChanges:
    """What pages whose signatures were verified say together.

    `after` is the version that was asked for; an answer with everything (0) is taken too.
    Raises BadInput("feed.faults") with all that is wrong; nothing may be taken then.
    """
    faults = _check_pages(feed, pages, after)
    if faults:
        raise BadInput("feed.faults", faults)
    entries: list[FeedEntry] = []
    for page in pages:
        for item in page["entries"]:
            entry = _entry(item)
            if entry is None:
                raise BadInput("feed.faults", [Fault(f"page {page['page']}", "feed.wrong_schema")])
            entries.append(entry)
    first = pages[0]
    try:
        whole = len(entries) == first["total"] and digest_of(entries) == first["digest"]
    except (ValueError, RecursionError):
        raise BadInput("feed.faults", [Fault("entries", "feed.wrong_type")]) from None
    if not whole:
        raise BadInput("feed.faults", [Fault("digest", "feed.incomplete")])
    if not entries and first["after"] == 0:
        raise BadInput("feed.faults", [Fault("entries", "feed.empty")])
    if faults := check_entries(feed, entries):
        raise BadInput("feed.faults", faults)
    return FeedChanges(feed, first["version"], first["after"], tuple(entries), first["digest"])


def _check_pages(feed: str, pages: Sequence[Mapping[str, Any]], after: int) -> list[Fault]:
    of_form = all(
        set(page) == set(_PAGE) and all(type(page[n]) is t for n, t in _PAGE.items())
        for page in pages
    )
    if not pages or not of_form:
        return [Fault("pages", "feed.wrong_schema" if pages else "feed.incomplete")]
    first = pages[0]
    same = ("feed", "version", "after", "pages", "total", "digest")
    wrong = {
        "feed.newer_schema": any(page["schema"] != FEED_SCHEMA for page in pages),
        "feed.mixed_pages": any(page[n] != first[n] for page in pages for n in same),
        "feed.other_feed": first["feed"] != feed,
        "feed.incomplete": [p["page"] for p in pages] != list(range(1, first["pages"] + 1)),
        "feed.other_version": first["after"] not in (0, after) or first["version"] < 1,
        "feed.too_large": first["total"] > MOST_ENTRIES,
    }
    return [Fault("pages", code) for code, is_so in wrong.items() if is_so][:1]


def _entry(item: Any) -> FeedEntry | None:
    if type(item) is not dict or set(item) != {"id", "body"} or type(item["id"]) is not str:
        return None
    if item["body"] is not None and type(item["body"]) is not dict:
        return None
    return FeedEntry(item["id"], item["body"])
