"""The tables. Times are UTC milliseconds, days are Bishkek days as "YYYY-MM-DD".

SQLAlchemy Core only: saving and listing need no identity map, and the ORM's import alone costs
more than opening the window (design/performance.md).
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from operator_app.db import case_models, reference_models, seat_models, supervisor_models
from operator_app.db.metadata import metadata

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts of this installation as JSON: office, server, device keys, counters."""

app_user = Table(
    "app_user",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("active IN (0, 1)", name="active"),
)

revision = Table(
    "revision",
    metadata,
    Column("op_id", Text, primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("inc", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("bases", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    # How far it is on its way; everything above is write-once (trigger revision_write_once).
    Column("lane", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("lease_until", Integer),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Integer, nullable=False, server_default=text("0")),
    Column("last_code", Text),
    Column("stored_receipt", Text),
    Column("final_receipt", Text),
    Column("confirmed_at", Integer),
    UniqueConstraint("inc", "seq"),
    CheckConstraint(
        "state IN ('queued','sending','stored','applied','held','conflict','rejected')",
        name="state",
    ),
    CheckConstraint("lane BETWEEN 0 AND 3", name="lane"),
)
"""History and outbox in one: written in the transaction of the rows that screens read."""

Index("ix_revision_record_id_seq", revision.c.record_id, revision.c.seq)
Index(
    "ix_revision_unconfirmed",
    revision.c.state,
    revision.c.lane,
    revision.c.seq,
    sqlite_where=text("state <> 'applied'"),
)
Index(
    "ix_revision_suggestion",
    revision.c.author_id,
    sqlite_where=text("kind = 'suggestion'"),
)

call = Table(
    "call",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("office_code", Text, nullable=False),
    Column("operator_id", Text, nullable=False),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),
    Column("duration_seconds", Integer, nullable=False),
    Column("local_day", Text, nullable=False),
    Column("saved_at", Integer, nullable=False),
    Column("contact_kind", Text, nullable=False),
    Column("substantive", Integer, nullable=False),
    Column("violence", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("danger_now", Text),
    Column("danger_at", Integer),
    Column("language", Text),
    Column("topic", Text),
    Column("benefit_issue", Text),
    Column("caller_sex", Text),
    Column("caller_age_group", Text),
    Column("relation", Text),
    Column("division", Text),
    Column("caller_name", Text, nullable=False),
    Column("phone_raw", Text, nullable=False),
    Column("phone_e164", Text),
    Column("phone_key", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("revision_no", Integer, nullable=False),
    Column("op_id", Text, nullable=False, unique=True),
    Column("voided_at", Integer),
    Column("void_reason", Text),
    Column("violence_block", Text),
    Column("complete", Integer, nullable=False, server_default=text("1")),
    Column("device", Text, nullable=False, server_default=text("''")),
)
"""`violence_block` is the ViolenceForm as JSON; `complete` is 0 for a call sent early.

`device` is empty for a call of this PC. Of a call of another one `op_id` is in foreign_revision and
`operator_id` in seat_person; each PC counts its numbers by itself, and anew what a restore took.
"""

Index("ix_call_number", call.c.number)
Index("ix_call_started_at", call.c.started_at, call.c.call_id)
Index("ix_call_local_day", call.c.local_day, call.c.started_at)
Index("ix_call_operator_id", call.c.operator_id, call.c.started_at)
Index("ix_call_topic", call.c.topic, call.c.started_at)
Index("ix_call_division", call.c.division, call.c.started_at)
Index("ix_call_contact_kind", call.c.contact_kind, call.c.started_at)
Index(
    "ix_call_danger",
    call.c.danger_now,
    call.c.started_at,
    sqlite_where=text("danger_now IS NOT NULL"),
)
Index(
    "ix_call_phone_key", call.c.phone_key, call.c.started_at, sqlite_where=text("phone_key <> ''")
)

call_topic = Table(
    "call_topic",
    metadata,
    Column("call_id", Text, ForeignKey("call.call_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("topic", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""All topics of a call; position 0 is the main one, repeated in call.topic for lists."""

call_action = Table(
    "call_action",
    metadata,
    Column("call_id", Text, ForeignKey("call.call_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    sqlite_with_rowid=False,
)

draft = Table(
    "draft",
    metadata,
    Column("operator_id", Text, ForeignKey("app_user.user_id"), primary_key=True),
    Column("draft_key", Text, primary_key=True),
    Column("saved_at", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
"""Unsaved forms as JSON, at most 3 s old; `draft_key` tells a person's unfinished calls apart, and
from corrections that are not sent yet."""

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""Append-only; each row carries the hash of the one before (triggers refuse change)."""

Index("ix_audit_at", audit.c.at)
Index("ix_audit_entity_id", audit.c.entity_id)
Index(
    "ix_audit_glass",
    audit.c.seq,
    sqlite_where=text("action IN ('call.glass_broken','case.glass_broken')"),
)

sync_state = Table(
    "sync_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the cycle remembers, as JSON: epoch, cursor, breaker, skew, last verified receipt."""

sync_attempt = Table(
    "sync_attempt",
    metadata,
    Column("attempt_id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("items", Integer, nullable=False),
)
"""The last tries, for the sync page: codes and counts only."""

withheld = Table(
    "withheld",
    metadata,
    Column("op_id", Text, ForeignKey("revision.op_id"), primary_key=True),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The whole snapshot of a revision whose payload leaves fields out for want of consent.

Write-once, and never sent: what may leave is in revision.payload.
"""

foreign_revision = Table(
    "foreign_revision",
    metadata,
    Column("op_id", Text, primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("dev", Text, nullable=False),
    Column("bases", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("folded", Integer, nullable=False, server_default=text("0")),
    Column("inc", Text, nullable=False, server_default=text("''")),
    Column("seq", Integer, nullable=False, server_default=text("0")),
)
"""Revisions made on this office's other PCs: of cases, and at the office's station of everything;
write-once but for `folded`: whether the rows that screens read take it into account already."""

Index("ix_foreign_revision_record_id", foreign_revision.c.record_id)
Index(
    "ix_foreign_revision_unfolded",
    foreign_revision.c.folded,
    sqlite_where=text("folded = 0"),
)
Index(
    "ix_foreign_revision_seq",
    foreign_revision.c.dev,
    foreign_revision.c.inc,
    foreign_revision.c.seq,
    unique=True,
    sqlite_where=text("seq > 0"),
)

ELSEWHERE = (
    case_models.case_file,
    reference_models.feed_entry,
    seat_models.seat,
    supervisor_models.review,
)
"""Whoever asks for all tables asks here: the modules of the others are known by now."""
