"""The rows of a case that lists and searches need, written anew from its snapshot each time."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, insert

from operator_app.db.case_models import case_call, case_key, case_order, case_referral, case_task
from operator_app.domain.cases import Case
from operator_app.domain.phone import read_phone
from operator_app.domain.text import words

NAME_WORD_LETTERS = 3
"""Shorter words of a name find too much."""


def write_parts(connection: Connection, case: Case) -> None:
    """Everything but the row of `case_file` itself."""
    for table in (case_call, case_key, case_task, case_referral, case_order):
        connection.execute(delete(table).where(table.c.case_id == case.case_id))
    of_case = {"case_id": case.case_id}
    rows: dict[Table, list[dict[str, object]]] = {
        case_call: [{**of_case, "call_id": link.call_id} for link in case.calls],
        case_key: [{**of_case, "kind": kind, "key": key} for kind, key in _keys(case)],
        case_task: [
            {
                **of_case,
                "task_id": task.task_id,
                "kind": task.kind,
                "way": task.way,
                "rule": task.rule,
                "due_at": task.due_at,
                "assignee_id": task.assignee_id,
                "created_at": task.created_at,
                "done_at": task.done_at,
                "dropped_at": task.dropped_at,
            }
            for task in case.tasks
        ],
        case_referral: [
            {
                **of_case,
                "referral_id": referral.referral_id,
                "service_type": referral.service_type,
                "status": referral.status,
                "offered_at": referral.steps[0].at,
                "sent_at": referral.sent_at,
                "accepted_at": referral.first("ACC"),
                "received_at": referral.first("DONE"),
                "due_at": referral.due_at,
            }
            for referral in case.referrals
        ],
        case_order: [
            {
                **of_case,
                "order_id": order.order_id,
                "status": order.status,
                "issued_at": order.issued_at,
                "ends_at": order.ends_at,
            }
            for order in case.orders
        ],
    }
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)


def _keys(case: Case) -> set[tuple[str, str]]:
    phones = {read_phone(p).key for p in (case.affected.phone, case.contact.phone) if p.strip()}
    found = {("phone", key) for key in phones if key}
    return found | {("name", word) for word in name_words(case.affected.name)}


def name_words(name: str) -> list[str]:
    """The words of a name as a search compares them; initials and the like are left out."""
    return [w for w in words(name) if len(w) >= NAME_WORD_LETTERS]
