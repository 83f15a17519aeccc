"""Cases: the files of violence and child protection, their follow-ups, and the response clock.

Imports nothing from the application (see migrations/env.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOREIGN_FIELDS = (
    "op_id",
    "record_id",
    "kind",
    "dev",
    "bases",
    "author_id",
    "created_at",
    "payload",
    "received_at",
)
TRIGGERS = (
    "CREATE TRIGGER withheld_write_once BEFORE UPDATE ON withheld "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
    "CREATE TRIGGER withheld_kept BEFORE DELETE ON withheld "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END",
    "CREATE TRIGGER foreign_revision_write_once BEFORE UPDATE OF "
    + ", ".join(FOREIGN_FIELDS)
    + " ON foreign_revision BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
    "CREATE TRIGGER foreign_revision_kept BEFORE DELETE ON foreign_revision "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END",
)


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("gbv_type", sa.Text(), nullable=True),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.Integer(), nullable=False),
        sa.Column("opened_day", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("next_action_at", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.Integer(), nullable=True),
        sa.Column("has_plan", sa.Integer(), nullable=False),
        sa.Column("statistics", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_file_opened_at", "case_file", ["opened_at", "case_id"], unique=False)
    op.create_index("ix_case_file_opened_day", "case_file", ["opened_day"], unique=False)
    op.create_index("ix_case_file_owner_id", "case_file", ["owner_id", "status"], unique=False)
    op.create_index("ix_case_file_status", "case_file", ["status", "risk"], unique=False)
    op.create_table(
        "foreign_revision",
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dev", sa.Text(), nullable=False),
        sa.Column("bases", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_foreign_revision")),
    )
    op.create_index(
        "ix_foreign_revision_record_id", "foreign_revision", ["record_id"], unique=False
    )
    op.create_index(
        "ix_foreign_revision_unfolded",
        "foreign_revision",
        ["folded"],
        unique=False,
        sqlite_where=sa.text("folded = 0"),
    )
    op.create_table(
        "case_access",
        sa.Column("access_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Integer(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_access_case_id")
        ),
        sa.PrimaryKeyConstraint("access_id", name=op.f("pk_case_access")),
    )
    op.create_index("ix_case_access_case_id", "case_access", ["case_id", "user_id"], unique=False)
    op.create_index(
        "ix_case_access_unseen",
        "case_access",
        ["at"],
        unique=False,
        sqlite_where=sa.text("seen_at IS NULL"),
    )
    op.create_table(
        "case_draft",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_draft_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.user_id"], name=op.f("fk_case_draft_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "case_id", "field", name=op.f("pk_case_draft")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_call",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_call_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "call_id", name=op.f("pk_case_call")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_call_call_id", "case_call", ["call_id"], unique=False)
    op.create_table(
        "case_key",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_key_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "kind", "key", name=op.f("pk_case_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_key_key", "case_key", ["key", "kind"], unique=False)
    op.create_table(
        "case_order",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_order_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "order_id", name=op.f("pk_case_order")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_order_ends_at", "case_order", ["ends_at"], unique=False)
    op.create_table(
        "case_referral",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("referral_id", sa.Text(), nullable=False),
        sa.Column("service_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_referral_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "referral_id", name=op.f("pk_case_referral")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_referral_due_at", "case_referral", ["due_at"], unique=False)
    op.create_index("ix_case_referral_sent_at", "case_referral", ["sent_at"], unique=False)
    op.create_table(
        "case_task",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Integer(), nullable=True),
        sa.Column("dropped_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.case_id"], name=op.f("fk_case_task_case_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_case_task")),
    )
    op.create_index("ix_case_task_case_id", "case_task", ["case_id"], unique=False)
    op.create_index("ix_case_task_due_at", "case_task", ["due_at"], unique=False)
    op.create_index(
        "ix_case_task_open",
        "case_task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL AND dropped_at IS NULL"),
    )
    op.create_table(
        "withheld",
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["op_id"], ["revision.op_id"], name=op.f("fk_withheld_op_id")),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_withheld")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("local_day", sa.Text(), nullable=False),
        sa.Column("alarm_at", sa.Integer(), nullable=False),
        sa.Column("police_at", sa.Integer(), nullable=True),
        sa.Column("ambulance_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.call_id"], name=op.f("fk_response_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_local_day", "response", ["local_day"], unique=False)
    op.add_column("call", sa.Column("violence_block", sa.Text(), nullable=True))
    op.add_column(
        "call", sa.Column("complete", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )

    for trigger in TRIGGERS:
        op.execute(trigger)
