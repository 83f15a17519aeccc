"""The tables of cases: what lists and counts need of them. Times are UTC milliseconds."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from operator_app.db.metadata import metadata

case_file = Table(
    "case_file",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("office_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("gbv_type", Text),
    Column("division", Text),
    Column("opened_at", Integer, nullable=False),
    Column("opened_day", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("next_action_at", Integer),
    Column("closed_at", Integer),
    Column("has_plan", Integer, nullable=False),
    Column("statistics", Integer, nullable=False),
    Column("revision_no", Integer, nullable=False),
    Column("saved_at", Integer, nullable=False),
    Column("op_id", Text, nullable=False),
    Column("heads", Text, nullable=False),
    Column("conflict", Integer, nullable=False, server_default=text("0")),
)
"""What lists need of a case. Its content is the snapshot of the head revision (`op_id`); with
several heads (`heads`, JSON) it is in conflict and the rows show the more cautious values."""

Index("ix_case_file_opened_at", case_file.c.opened_at, case_file.c.case_id)
Index("ix_case_file_owner_id", case_file.c.owner_id, case_file.c.status)
Index("ix_case_file_opened_day", case_file.c.opened_day)
Index("ix_case_file_status", case_file.c.status, case_file.c.risk)

case_call = Table(
    "case_call",
    metadata,
    Column("case_id", Text, ForeignKey("case_file.case_id"), primary_key=True),
    Column("call_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_case_call_call_id", case_call.c.call_id)

case_key = Table(
    "case_key",
    metadata,
    Column("case_id", Text, ForeignKey("case_file.case_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""By what a new call finds the case: `phone` (key of domain.phone), `name` (folded words)."""

Index("ix_case_key_key", case_key.c.key, case_key.c.kind)

case_task = Table(
    "case_task",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.case_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("assignee_id", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("done_at", Integer),
    Column("dropped_at", Integer),
)
Index("ix_case_task_case_id", case_task.c.case_id)
Index(
    "ix_case_task_open",
    case_task.c.due_at,
    sqlite_where=text("done_at IS NULL AND dropped_at IS NULL"),
)
Index("ix_case_task_due_at", case_task.c.due_at)

case_referral = Table(
    "case_referral",
    metadata,
    Column("case_id", Text, ForeignKey("case_file.case_id"), primary_key=True),
    Column("referral_id", Text, primary_key=True),
    Column("service_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("offered_at", Integer, nullable=False),
    Column("sent_at", Integer),
    Column("accepted_at", Integer),
    Column("received_at", Integer),
    Column("due_at", Integer),
    sqlite_with_rowid=False,
)
Index("ix_case_referral_sent_at", case_referral.c.sent_at)
Index("ix_case_referral_due_at", case_referral.c.due_at)

case_order = Table(
    "case_order",
    metadata,
    Column("case_id", Text, ForeignKey("case_file.case_id"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("issued_at", Integer),
    Column("ends_at", Integer),
    sqlite_with_rowid=False,
)
Index("ix_case_order_ends_at", case_order.c.ends_at)

case_access = Table(
    "case_access",
    metadata,
    Column("access_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.case_id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen_at", Integer),
    Column("seen_by", Text),
)
"""Somebody who is neither owner nor supervisor opened a case, and why; until when it holds."""

Index("ix_case_access_case_id", case_access.c.case_id, case_access.c.user_id)
Index("ix_case_access_unseen", case_access.c.at, sqlite_where=text("seen_at IS NULL"))

case_draft = Table(
    "case_draft",
    metadata,
    Column("user_id", Text, ForeignKey("app_user.user_id"), primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.case_id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("saved_at", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What somebody types on a case and has not saved, at most 3 s old; `body` is JSON."""

response = Table(
    "response",
    metadata,
    Column("call_id", Text, ForeignKey("call.call_id"), primary_key=True),
    Column("local_day", Text, nullable=False),
    Column("alarm_at", Integer, nullable=False),
    Column("police_at", Integer),
    Column("ambulance_at", Integer),
    sqlite_with_rowid=False,
)
"""The response clock of a call with danger now or high risk; the first referral after it is in
`case_referral`, the ministry's receipt in `revision`."""

Index("ix_response_local_day", response.c.local_day)
