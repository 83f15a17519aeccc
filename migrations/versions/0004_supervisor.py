"""The supervisor's office: figures of a day, reviews, shifts with their handover words, audit log.

Imports nothing from the application (see migrations/env.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_day",
        sa.Column("local_day", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("local_day", name=op.f("pk_figure_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "review",
        sa.Column("review_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.Integer(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("for_user", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('call','case')", name=op.f("ck_review_kind")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_subject_id", "review", ["subject_id", "asked_at"])
    op.create_index("ix_review_open", "review", ["due_at"], sqlite_where=sa.text("done_at IS NULL"))
    op.create_index(
        "ix_review_unseen",
        "review",
        ["for_user"],
        sqlite_where=sa.text("done_at IS NOT NULL AND seen_at IS NULL"),
    )
    op.create_index("ix_review_done_at", "review", ["done_at"])
    op.create_table(
        "duty",
        sa.Column("local_day", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.user_id"], name=op.f("fk_duty_user_id")),
        sa.PrimaryKeyConstraint("local_day", "shift", "user_id", name=op.f("pk_duty")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover",
        sa.Column("local_day", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("local_day", "shift", name=op.f("pk_handover")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_entity_id", "audit", ["entity_id"])
    op.create_index(
        "ix_audit_glass",
        "audit",
        ["seq"],
        sqlite_where=sa.text("action IN ('call.glass_broken','case.glass_broken')"),
    )
