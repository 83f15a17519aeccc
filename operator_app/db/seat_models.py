"""Tables of the office's station: the other PCs of the office, and what they handed over."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from operator_app.db.metadata import metadata

seat = Table(
    "seat",
    metadata,
    Column("dev", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("joined_at", Integer, nullable=False),
    Column("active", Integer, nullable=False),
    Column("taken_at", Integer),
    Column("problem", Text),
)
"""PCs that were confirmed here by their fingerprints. `number` is what people call it by ("PC 2"; the
station is 1), `key` its Ed25519 public key in base64; `active` 0: nothing more is taken from it."""

seat_person = Table(
    "seat_person",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("dev", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Who works at the other PCs, for lists that say who took a call."""

seat_aside = Table(
    "seat_aside",
    metadata,
    Column("op_id", Text, primary_key=True),
    Column("dev", Text, nullable=False),
    Column("inc", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", Integer, nullable=False),
)
"""What a seat handed over and this program cannot take in; kept as it came, and tried again."""

Index("ix_seat_aside_dev", seat_aside.c.dev, seat_aside.c.inc, seat_aside.c.seq)
