"""Seats of one office: calls that other PCs took stand in the same list, each with its PC.

A call of another PC has no revision and no operator in this file, and its number may be taken: here,
or there before a restore. The references and the uniqueness of the number go, for which SQLite wants
the table made anew.
Imports nothing from the application (see migrations/env.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CALL = [
    "call_id",
    "number",
    "office_code",
    "operator_id",
    "started_at",
    "ended_at",
    "duration_seconds",
    "local_day",
    "saved_at",
    "contact_kind",
    "substantive",
    "violence",
    "channel",
    "danger_now",
    "danger_at",
    "language",
    "topic",
    "benefit_issue",
    "caller_sex",
    "caller_age_group",
    "relation",
    "division",
    "caller_name",
    "phone_raw",
    "phone_e164",
    "phone_key",
    "note",
    "revision_no",
    "op_id",
    "voided_at",
    "void_reason",
    "violence_block",
    "complete",
]
_NUMBERS = [
    "started_at",
    "ended_at",
    "duration_seconds",
    "saved_at",
    "substantive",
    "violence",
    "danger_at",
    "revision_no",
    "voided_at",
]
_MAY_BE_EMPTY = [
    "danger_now",
    "danger_at",
    "language",
    "topic",
    "benefit_issue",
    "caller_sex",
    "caller_age_group",
    "relation",
    "division",
    "phone_e164",
    "voided_at",
    "void_reason",
    "violence_block",
]


def upgrade() -> None:
    _calls()
    _foreign_revisions()
    op.create_table(
        "seat",
        sa.Column("dev", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dev", name=op.f("pk_seat")),
        sa.UniqueConstraint("number", name=op.f("uq_seat_number")),
    )
    op.create_table(
        "seat_person",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("dev", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_seat_person")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seat_aside",
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("dev", sa.Text(), nullable=False),
        sa.Column("inc", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_seat_aside")),
    )
    op.create_index("ix_seat_aside_dev", "seat_aside", ["dev", "inc", "seq"])


def _calls() -> None:
    columns = [
        sa.Column(
            name,
            sa.Integer() if name in _NUMBERS else sa.Text(),
            nullable=name in _MAY_BE_EMPTY,
        )
        for name in _CALL[:-1]
    ]
    op.create_table(
        "call_with_device",
        *columns,
        sa.Column("complete", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("device", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call")),
        sa.UniqueConstraint("op_id", name=op.f("uq_call_op_id")),
    )
    names = ", ".join(_CALL)
    op.execute(
        f"INSERT INTO call_with_device (rowid, {names}) "  # noqa: S608 - names of this file
        f"SELECT rowid, {names} FROM call ORDER BY rowid"
    )
    op.execute("DROP TABLE call")
    op.execute("ALTER TABLE call_with_device RENAME TO call")
    op.create_index("ix_call_number", "call", ["number"])
    op.create_index("ix_call_started_at", "call", ["started_at", "call_id"])
    for name in ("local_day", "operator_id", "topic", "division", "contact_kind"):
        op.create_index(f"ix_call_{name}", "call", [name, "started_at"])
    op.create_index(
        "ix_call_danger",
        "call",
        ["danger_now", "started_at"],
        sqlite_where=sa.text("danger_now IS NOT NULL"),
    )
    op.create_index(
        "ix_call_phone_key",
        "call",
        ["phone_key", "started_at"],
        sqlite_where=sa.text("phone_key <> ''"),
    )


def _foreign_revisions() -> None:
    for column in (
        sa.Column("inc", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
    ):
        op.add_column("foreign_revision", column)
    # What was fetched from the ministry before carries its numbers in its content.
    op.execute(
        "UPDATE foreign_revision SET inc = coalesce(json_extract(CAST(payload AS TEXT), '$.inc'), ''),"
        " seq = coalesce(json_extract(CAST(payload AS TEXT), '$.seq'), 0)"
        " WHERE json_valid(CAST(payload AS TEXT))"
    )
    op.create_index(
        "ix_foreign_revision_seq",
        "foreign_revision",
        ["dev", "inc", "seq"],
        unique=True,
        sqlite_where=sa.text("seq > 0"),
    )
    op.execute("DROP TRIGGER foreign_revision_write_once")
    op.execute(
        "CREATE TRIGGER foreign_revision_write_once BEFORE UPDATE OF "
        "op_id, record_id, kind, dev, bases, author_id, created_at, payload, received_at, inc, seq "
        "ON foreign_revision BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END"
    )
