"""Feeds in one file, for offices that are never online: the signed pages, a line each.

    {"format":"117-feeds","v":1,"receipt_key":"..."}
    {...a page...}
    {"lines":n,"digest":"...","sig":"..."}

The last line is signed over the number of the lines before it and the SHA-256 of their bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from operator_app.db.engine import Database
from operator_app.db.feeds import Taken
from operator_app.domain.enrolment import server_fingerprint
from operator_app.domain.feed_pages import (
    MOST_FEED_BYTES,
    PACKAGE_FORMAT,
    PACKAGE_PURPOSE,
    PURPOSE,
    FeedChanges,
    read_pages,
)
from operator_app.domain.feeds import FEEDS
from operator_app.errors import BadInput, Fault
from operator_app.sync.feeds import take_in
from operator_app.sync.receipts import BadSignature, verify

_KEY_BYTES = 32


@dataclass(frozen=True)
class Package:
    """What a file brings, judged whole. `fingerprint` of the receipt key that signed it: what
    people compare with the ministry's where no server is pinned."""

    receipt_key: bytes
    fingerprint: str
    changes: tuple[FeedChanges, ...]


@dataclass(frozen=True)
class PackageTaken:
    """What each feed of a package changed; `skipped` were here in this version or a newer one."""

    taken: Mapping[str, Taken]
    skipped: tuple[str, ...]


def read_package(data: bytes, key: Ed25519PublicKey | None) -> Package:
    """The feeds of a file, all of them verified and judged.

    `key` is the pinned receipt key; without one the file is verified by its own, and a person has
    to compare its fingerprint. Raises BadInput("package.faults"); a fault names the line, or the
    feed and the entry.
    """
    if len(data) > MOST_FEED_BYTES:
        _refuse("file", "package.too_large")
    lines = data.split(b"\n")
    if len(lines) < 4 or lines.pop():
        _refuse("file", "package.cut" if data.startswith(b'{"format":') else "package.not_one")
    receipt_key = _read_head(lines[0])
    signer = _public_key(receipt_key)
    if key is not None and key.public_bytes_raw() != receipt_key:
        _refuse("line 1", "package.other_server", line=1)
    _check_trailer(lines, signer)
    pages = [_signed(lines, n, signer, PURPOSE) for n in range(1, len(lines) - 1)]
    changes = [_changes(name, list(of_feed)) for name, of_feed in groupby(pages, _feed_of)]
    if len({c.feed for c in changes}) != len(changes):
        _refuse("file", "package.feed_twice")
    return Package(receipt_key, server_fingerprint(receipt_key), tuple(changes))


def take_package(database: Database, package: Package, now: int) -> PackageTaken:
    """Take all feeds of a package in one transaction; `now` in UTC milliseconds."""
    with database.write() as connection:
        return take_package_in(connection, package, now)


def take_package_in(connection: Connection, package: Package, now: int) -> PackageTaken:
    """The same within the caller's transaction."""
    outcomes = {c.feed: take_in(connection, c, now) for c in package.changes}
    return PackageTaken(
        {feed: taken for feed, taken in outcomes.items() if taken is not None},
        tuple(feed for feed, taken in outcomes.items() if taken is None),
    )


def _read_head(line: bytes) -> bytes:
    head = _json(line, 1)
    if head.get("format") != PACKAGE_FORMAT["format"]:
        _refuse("line 1", "package.not_one", line=1)
    if head.get("v") != PACKAGE_FORMAT["v"]:
        _refuse("line 1", "package.newer", line=1)
    try:
        key = base64.b64decode(head["receipt_key"], validate=True)
    except (KeyError, TypeError, ValueError):
        _refuse("line 1", "package.malformed", line=1)
    if set(head) != {*PACKAGE_FORMAT, "receipt_key"} or len(key) != _KEY_BYTES:
        _refuse("line 1", "package.malformed", line=1)
    return key


def _public_key(raw: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        _refuse("line 1", "package.malformed", line=1)


def _check_trailer(lines: Sequence[bytes], signer: Ed25519PublicKey) -> None:
    trailer = _signed(lines, len(lines) - 1, signer, PACKAGE_PURPOSE)
    before = b"".join(line + b"\n" for line in lines[:-1])
    said = {"lines": len(lines) - 1, "digest": hashlib.sha256(before).hexdigest()}
    if trailer != said or type(trailer["lines"]) is not int:
        _refuse("file", "package.changed")


def _signed(
    lines: Sequence[bytes], index: int, signer: Ed25519PublicKey, purpose: str
) -> dict[str, Any]:
    number = index + 1
    try:
        return verify(_json(lines[index], number), signer, purpose=purpose)
    except BadSignature:
        last = purpose == PACKAGE_PURPOSE
        _refuse(f"line {number}", "package.cut" if last else "feed.bad_signature", line=number)


def _json(line: bytes, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        _refuse(f"line {number}", "package.malformed", line=number)
    return data


def _feed_of(page: Mapping[str, Any]) -> str:
    return str(page.get("feed"))


def _changes(feed: str, pages: Sequence[Mapping[str, Any]]) -> FeedChanges:
    if feed not in FEEDS:
        _refuse("file", "feed.unknown")
    try:
        return read_pages(feed, pages, after=0)
    except BadInput as error:
        named = [Fault(f"{feed}: {f.where}", f.code, f.params) for f in error.faults]
        raise BadInput("package.faults", named) from error


def _refuse(where: str, code: str, *, line: int | None = None) -> NoReturn:
    raise BadInput("package.faults", [Fault(where, code, line=line)])
