"""The tables of the supervisor's office. Times are UTC milliseconds, days Bishkek days."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from operator_app.db.metadata import metadata

figure_day = Table(
    "figure_day",
    metadata,
    Column("local_day", Text, primary_key=True),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What the calls of a day add to the figures (domain.indicators), as JSON; made anew from the
calls when one of them changed, so that a month is read from at most 31 rows."""

review = Table(
    "review",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Integer, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("due_at", Integer),
    Column("done_at", Integer),
    Column("done_by", Text),
    Column("outcome", Text),
    Column("checklist", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("for_user", Text, nullable=False),
    Column("seen_at", Integer),
    CheckConstraint("kind IN ('call','case')", name="kind"),
)
"""A supervisor looks, or looked, at a call or a case (`subject_id`): why (`reason`), what was
asked (`question`), the answers (`checklist`, JSON), and the `comment` to `for_user`."""

Index("ix_review_subject_id", review.c.subject_id, review.c.asked_at)
Index("ix_review_open", review.c.due_at, sqlite_where=text("done_at IS NULL"))
Index(
    "ix_review_unseen",
    review.c.for_user,
    sqlite_where=text("done_at IS NOT NULL AND seen_at IS NULL"),
)
Index("ix_review_done_at", review.c.done_at)

duty = Table(
    "duty",
    metadata,
    Column("local_day", Text, primary_key=True),
    Column("shift", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("app_user.user_id"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Who is on duty in which shift of a day; the shifts themselves are a setting."""

handover = Table(
    "handover",
    metadata,
    Column("local_day", Text, primary_key=True),
    Column("shift", Text, primary_key=True),
    Column("author_id", Text, nullable=False),
    Column("saved_at", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The words to the next shift; `shift` is "" for those of the whole day."""
