"""The articles and services that come with the program, until the ministry publishes its own."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from operator_app import __version__
from operator_app.db import feeds, settings
from operator_app.db.engine import Database
from operator_app.db.reference_models import feed_entry
from operator_app.domain.articles import Article, read_article
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.directory import Service
from operator_app.domain.feeds import (
    ARTICLES,
    DIRECTORY,
    FeedEntry,
    check_body,
    entry_body,
    entry_id_of,
)
from operator_app.domain.hsds import read_hsds
from operator_app.errors import BadInput, Fault

STARTER = "starter"
"""Setting: the digest of what was brought last."""

log = logging.getLogger(__name__)


def bring_starter(database: Database, resources: Path, clock: Clock) -> bool:
    """Bring in what came with the program, if it is not what was brought last; whether it was.

    A feed that the ministry has published is left alone, and so is an entry that came from the
    ministry or from a file of this office. What the program delivers no more is offered no more.
    A faulty file is named in the log and passed over: what was brought of it before stays.
    """
    articles = sorted((resources / "articles").glob("*.md"))
    services = resources / "directory" / "services.json"
    digest = _digest([*articles, services])
    with database.read() as connection:
        if settings.get(connection, STARTER) == digest:
            return False
    found = {ARTICLES: _articles(articles), DIRECTORY: _services(services)}
    with database.write() as connection:
        for feed, (entries, unread) in found.items():
            if feeds.read_state(connection, feed).version == 0:
                mine = _changes(connection, feed, entries, unread)
                feeds.take(connection, feed, mine, feeds.PROGRAM, to_ms(clock()))
        settings.put(connection, STARTER, digest)
    return True


def _digest(files: Iterable[Path]) -> str:
    """Names, sizes and the version of the program: eighty files need not be read at every start."""
    lines = [__version__]
    for file in files:
        if file.is_file():
            lines.append(f"{file.name} {file.stat().st_size}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _changes(
    connection: Connection, feed: str, entries: dict[str, Any], unread: frozenset[str] | None
) -> list[FeedEntry]:
    """What to take; `unread`: entries of which nothing is known now, None for all of them."""
    rows = connection.execute(
        select(feed_entry.c.entry_id, feed_entry.c.source).where(
            feed_entry.c.feed == feed, feed_entry.c.current == 1
        )
    )
    sources = {row.entry_id: row.source for row in rows}
    found = [
        FeedEntry(entry_id, body)
        for entry_id, body in entries.items()
        if sources.get(entry_id, feeds.PROGRAM) == feeds.PROGRAM
    ]
    if unread is None:
        return found
    gone = (
        entry_id
        for entry_id, source in sources.items()
        if source == feeds.PROGRAM and entry_id not in entries and entry_id not in unread
    )
    return found + [FeedEntry(entry_id, None) for entry_id in gone]


def _articles(files: list[Path]) -> tuple[dict[str, Any], frozenset[str] | None]:
    entries: dict[str, Any] = {}
    unread = set()
    for file in files:
        try:
            article = read_article(file.read_text(encoding="utf-8"))
            if article.entry_id != file.stem:
                raise BadInput("article.faults", [Fault("article_id", "feed.other_id")])
            entries[article.entry_id] = _body(ARTICLES, article)
        except (OSError, UnicodeDecodeError, BadInput) as error:
            _passed_over(file, error)
            unread.add(file.stem)
    return entries, frozenset(unread) if files else None


def _services(file: Path) -> tuple[dict[str, Any], frozenset[str] | None]:
    try:
        services = read_hsds(file.read_bytes(), file.name).services
        return {s.service_id: _body(DIRECTORY, s) for s in services}, frozenset()
    except (OSError, BadInput) as error:
        _passed_over(file, error)
        return {}, None


def _body(feed: str, entry: Article | Service) -> dict[str, Any]:
    body = entry_body(entry)
    if faults := check_body(feed, entry_id_of(feed, entry), body):
        raise BadInput("feed.faults", faults)
    return body


def _passed_over(file: Path, error: Exception) -> None:
    faults = error.faults[:3] if isinstance(error, BadInput) else []
    details = "; ".join(f"{f.where} {f.code}" for f in faults) or type(error).__name__
    log.warning("%s is passed over: %s", file.name, details)
