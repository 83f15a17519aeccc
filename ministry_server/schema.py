"""The tables. Times in UTC milliseconds. No column holds a field of a call in the clear.

`intake` and `intake_body` are what arrived, as it arrived, and never changed (but what was sealed to
a lost key, and never opened, gives way to the same revision sealed anew). `event` is what the
opener made of it, `record` the fold of a record's events; their content is sealed with the opener's
store key.
`fact` holds what of the records is counted in figures, sealed as well.
What the ministry publishes (`feed_entry`) is for everybody, but for the addresses of confidential
places: those lie in `feed_place`, sealed with a key made from the receipt key (keys.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import event as happening

VERSION = "5"
"""Version 1 had no feeds, version 2 no facts and tokens, version 3 no approvals, revocations, lookups;
version 4 had all of the intake in one table, and codes that were good over the network only
(upgrade.py)."""
metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""epoch, server_seq, durable_through, opened_through, schema, approval; tally and facts, sealed."""

device = Table(
    "device",
    metadata,
    Column("dev", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("office", Text, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("last_contact_at", BigInteger),
    Column("app_version", Text, nullable=False),
    Column("waiting", BigInteger),
    Column("oldest_at", BigInteger),
    Column("audit_since", BigInteger, nullable=False, server_default="0"),
)
"""`waiting`, `oldest_at`: what the device said of its outbox at its last push."""

pending_device = Table(
    "pending_device",
    metadata,
    Column("dev", Text, ForeignKey("device.dev"), primary_key=True),
    Column("asked_at", BigInteger, nullable=False),
)
"""Devices that showed a good code and wait for a person to let them in."""

revocation = Table(
    "revocation",
    metadata,
    Column("dev", Text, ForeignKey("device.dev"), primary_key=True),
    Column("reason", Text, nullable=False),
)
"""Why a device is refused, in the words of whoever said so."""

enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("office", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_by", Text),
    Column("file_key", LargeBinary),
)
"""`file_key`, sealed: what an enrolment by file shows to know the code (card.py)."""

_ID = BigInteger().with_variant(Integer, "sqlite")

intake = Table(
    "intake",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("op_id", Text, nullable=False, unique=True),
    Column("dev", Text, ForeignKey("device.dev"), nullable=False),
    Column("inc", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("tag", Text, nullable=False),
    Column("kid", Text, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("dev", "inc", "seq"),
)
"""`arrival` is drawn for each request: it tells the rows a request inserted from older ones.

Who and what, in one table for all time: that an op_id is stored once, whatever its number and
whenever it comes again, is this table's unique constraint (I4, I5). PostgreSQL keeps such a
constraint over partitions only when the partition's key is part of it, and then the same id in two
months would be two rows. A row stays when its body was moved out, and answers a duplicate."""

intake_body = Table(
    "intake_body",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", BigInteger, primary_key=True, autoincrement=False),
    Column("sig", LargeBinary, nullable=False),
    Column("ct", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (received_at)",
)
"""What is heavy of the row of `intake` with this id. On PostgreSQL by months (partitions.py)."""


@happening.listens_for(intake_body, "after_create")
def _make_rest(_table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("CREATE TABLE intake_body_rest PARTITION OF intake_body DEFAULT")


event = Table(
    "event",
    metadata,
    Column("op_id", Text, primary_key=True),
    Column("intake_id", BigInteger, nullable=False),
    Column("dev", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("code", Text),
    Column("forced", Integer, nullable=False),
    Column("record_ref", Text),
    Column("bases", Text),
    Column("sealed", LargeBinary),
)
"""`record_ref` is a keyed hash of the record's id (the id tells when the call came). `bases` are
JSON; of a refused one only as far as they could be read (records.py: they lead to what came before)."""
Index("ix_event_record", event.c.record_ref)
_unsettled = event.c.stage != "applied"
Index(
    "ix_event_unsettled",
    event.c.stage,
    event.c.dev,
    sqlite_where=_unsettled,
    postgresql_where=_unsettled,
)

record = Table(
    "record",
    metadata,
    Column("record_ref", Text, primary_key=True),
    Column("shown", Text),
    Column("heads", Text, nullable=False),
    Column("held", Integer, nullable=False),
    Column("conflict", Integer, nullable=False),
    Column("voided", Integer, nullable=False),
    Column("forced", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""`sealed`: the safety fields as they are to be shown, the more cautious value of all heads."""

receipt = Table(
    "receipt",
    metadata,
    Column("server_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("dev", Text, nullable=False),
    Column("op_id", Text, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("text", Text, nullable=False),
)
"""What was signed, word for word. `kept` is 0 for the refusal of something never stored."""
Index("ix_receipt_op", receipt.c.op_id)
Index("ix_receipt_dev", receipt.c.dev, receipt.c.server_seq)

audit_head = Table(
    "audit_head",
    metadata,
    Column("dev", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("told_at", BigInteger, nullable=False),
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("mark", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("dev", Text, nullable=False),
    Column("kind", Text, nullable=False),
)
"""`mark` names the occurrence, so that a repeated request does not raise it again."""

lookup = Table(
    "lookup",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("dev", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)
"""Who asked for somebody's benefits, when and what for; never about whom. The office's own audit
has the same `reference`."""

feed = Table(
    "feed",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
)

feed_entry = Table(
    "feed_entry",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", Text),
)
"""The entries as they are now: `version` is that of the feed at which this one last changed;
without a `body` it is offered no more."""

feed_place = Table(
    "feed_place",
    metadata,
    Column("place_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""`sealed`: the address of a confidential place, by language."""

fact = Table(
    "fact",
    metadata,
    Column("fact_ref", Text, primary_key=True),
    Column("bucket", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""What a record adds to the figures of a month. `fact_ref` is a keyed hash of record and month,
`bucket` of office and month: a case is in several months, and that must not show. Rows lie in the
order of their hashes, so that no neighbours tell it either."""
Index("ix_fact_bucket", fact.c.bucket)

fact_source = Table(
    "fact_source",
    metadata,
    Column("record_ref", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Which facts were made of a record, one row for each of whatever kind."""

token = Table(
    "token",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("questions", BigInteger, nullable=False, server_default="0"),
    Column("rows_told", BigInteger, nullable=False, server_default="0"),
)
"""Who may ask for figures. `questions`, `rows_told`: how often and how much was answered."""
