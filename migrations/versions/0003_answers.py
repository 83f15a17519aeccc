"""The answer at hand: feeds of the ministry with all their versions, and what a caller was told.

Imports nothing from the application (see migrations/env.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_advice",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.call_id"], name=op.f("fk_call_advice_call_id")),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_call_advice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_state",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_entry",
        sa.Column("entry_no", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "source IN ('program','ministry','local')", name=op.f("ck_feed_entry_source")
        ),
        sa.CheckConstraint("current IN (0, 1)", name=op.f("ck_feed_entry_current")),
        sa.PrimaryKeyConstraint("entry_no", name=op.f("pk_feed_entry")),
        sa.UniqueConstraint(
            "feed", "entry_id", "content", name=op.f("uq_feed_entry_feed_entry_id_content")
        ),
    )
    op.create_index(
        "ix_feed_entry_current",
        "feed_entry",
        ["feed"],
        unique=False,
        sqlite_where=sa.text("current = 1"),
    )
    op.create_table(
        "confidential_place",
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_confidential_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_holiday",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed IN (0, 1)", name=op.f("ck_local_holiday_closed")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_local_holiday")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "announcement_seen",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("announcement_id", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.user_id"], name=op.f("fk_announcement_seen_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "announcement_id", name=op.f("pk_announcement_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_revision_suggestion",
        "revision",
        ["author_id"],
        unique=False,
        sqlite_where=sa.text("kind = 'suggestion'"),
    )
