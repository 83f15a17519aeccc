"""The tables of what comes from the ministry for all offices, and what this office adds to it."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from operator_app.db.metadata import metadata

feed_state = Table(
    "feed_state",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("taken_at", Integer),
    Column("checked_at", Integer),
    Column("problem", Text),
    sqlite_with_rowid=False,
)
"""How far each feed was taken: the ministry's version (0: as delivered with the program), when it
was taken and last asked for, and the code of what was wrong with the last answer."""

feed_entry = Table(
    "feed_entry",
    metadata,
    Column("entry_no", Integer, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("current", Integer, nullable=False),
    Column("removed", Integer, nullable=False, server_default=text("0")),
    Column("taken_at", Integer, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("feed", "entry_id", "content"),
    CheckConstraint("source IN ('program','ministry','local')", name="source"),
    CheckConstraint("current IN (0, 1)", name="current"),
)
"""Every version of every entry of the feeds, as JSON. `content` is the beginning of the SHA-256 of
the body: old records name a version by it. One row of an entry is `current`; `removed` when it is
offered no more. No address of a confidential place is here."""

Index("ix_feed_entry_current", feed_entry.c.feed, sqlite_where=text("current = 1"))

confidential_place = Table(
    "confidential_place",
    metadata,
    Column("place_id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("taken_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Addresses that are shown by right only (JSON by language), apart from the entries themselves."""

local_holiday = Table(
    "local_holiday",
    metadata,
    Column("day", Text, primary_key=True),
    Column("closed", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Integer, nullable=False),
    CheckConstraint("closed IN (0, 1)", name="closed"),
    sqlite_with_rowid=False,
)
"""Days that people of this office entered: closed or open against calendar and ministry."""

announcement_seen = Table(
    "announcement_seen",
    metadata,
    Column("user_id", Text, ForeignKey("app_user.user_id"), primary_key=True),
    Column("announcement_id", Text, primary_key=True),
    Column("shown_at", Integer, nullable=False),
    Column("confirmed_at", Integer),
    sqlite_with_rowid=False,
)

call_advice = Table(
    "call_advice",
    metadata,
    Column("call_id", Text, ForeignKey("call.call_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What the caller was told: `kind` article or service, and `content` as in feed_entry: what the
entry said then."""
