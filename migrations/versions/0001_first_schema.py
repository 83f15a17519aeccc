"""The first schema: people, calls, revisions, drafts, audit, sync.

Imports nothing from the application (see migrations/env.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Fields of a revision that may never change once written; its sync state may (design/sync.md).
WRITE_ONCE = (
    "op_id",
    "record_id",
    "kind",
    "schema",
    "inc",
    "seq",
    "bases",
    "author_id",
    "created_at",
    "payload",
    "tag",
)

TRIGGERS = (
    "CREATE TRIGGER revision_write_once BEFORE UPDATE OF "
    + ", ".join(WRITE_ONCE)
    + " ON revision BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
    "CREATE TRIGGER revision_kept BEFORE DELETE ON revision "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END",
    "CREATE TRIGGER audit_write_once BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'an audit row is never changed'); END",
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'an audit row is never deleted'); END",
)


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("active IN (0, 1)", name=op.f("ck_app_user_active")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "revision",
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("inc", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("bases", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("lease_until", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_code", sa.Text(), nullable=True),
        sa.Column("stored_receipt", sa.Text(), nullable=True),
        sa.Column("final_receipt", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued','sending','stored','applied','held','conflict','rejected')",
            name=op.f("ck_revision_state"),
        ),
        sa.CheckConstraint("lane BETWEEN 0 AND 3", name=op.f("ck_revision_lane")),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_revision")),
        sa.UniqueConstraint("inc", "seq", name=op.f("uq_revision_inc_seq")),
    )
    op.create_index("ix_revision_record_id_seq", "revision", ["record_id", "seq"], unique=False)
    op.create_index(
        "ix_revision_unconfirmed",
        "revision",
        ["state", "lane", "seq"],
        unique=False,
        sqlite_where=sa.text("state <> 'applied'"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "sync_attempt",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_sync_attempt")),
    )
    op.create_table(
        "sync_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sync_state")),
    )
    op.create_table(
        "call",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.Integer(), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("contact_kind", sa.Text(), nullable=False),
        sa.Column("substantive", sa.Integer(), nullable=False),
        sa.Column("violence", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("danger_now", sa.Text(), nullable=True),
        sa.Column("danger_at", sa.Integer(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("benefit_issue", sa.Text(), nullable=True),
        sa.Column("caller_sex", sa.Text(), nullable=True),
        sa.Column("caller_age_group", sa.Text(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("caller_name", sa.Text(), nullable=False),
        sa.Column("phone_raw", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.Text(), nullable=True),
        sa.Column("phone_key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("voided_at", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["op_id"], ["revision.op_id"], name=op.f("fk_call_op_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.user_id"], name=op.f("fk_call_operator_id")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call")),
        sa.UniqueConstraint("number", name=op.f("uq_call_number")),
        sa.UniqueConstraint("op_id", name=op.f("uq_call_op_id")),
    )
    op.create_index("ix_call_contact_kind", "call", ["contact_kind", "started_at"], unique=False)
    op.create_index(
        "ix_call_danger",
        "call",
        ["danger_now", "started_at"],
        unique=False,
        sqlite_where=sa.text("danger_now IS NOT NULL"),
    )
    op.create_index("ix_call_division", "call", ["division", "started_at"], unique=False)
    op.create_index("ix_call_local_day", "call", ["local_day", "started_at"], unique=False)
    op.create_index("ix_call_operator_id", "call", ["operator_id", "started_at"], unique=False)
    op.create_index(
        "ix_call_phone_key",
        "call",
        ["phone_key", "started_at"],
        unique=False,
        sqlite_where=sa.text("phone_key <> ''"),
    )
    op.create_index("ix_call_started_at", "call", ["started_at", "call_id"], unique=False)
    op.create_index("ix_call_topic", "call", ["topic", "started_at"], unique=False)
    op.create_table(
        "draft",
        sa.Column("operator_id", sa.Text(), nullable=False),
        sa.Column("draft_key", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.user_id"], name=op.f("fk_draft_operator_id")
        ),
        sa.PrimaryKeyConstraint("operator_id", "draft_key", name=op.f("pk_draft")),
    )
    op.create_table(
        "call_action",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.call_id"], name=op.f("fk_call_action_call_id")),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_call_action")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "call_topic",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.call_id"], name=op.f("fk_call_topic_call_id")),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_call_topic")),
        sqlite_with_rowid=False,
    )

    for trigger in TRIGGERS:
        op.execute(trigger)
