"""What the office's other PCs recorded, above all calls, brought into the rows that screens read."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from operator_app.db import foreign
from operator_app.db.foreign import Foreign
from operator_app.domain.calls import Call
from operator_app.domain.fold import Face, fold, show
from operator_app.domain.fold import Revision as Node
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind, call_from_body, caution
from operator_app.services import call_rows, response_clock
from operator_app.services.case_exchange import fold_foreign
from operator_app.services.case_files import CaseFiles

log = logging.getLogger(__name__)


def fold_office(connection: Connection, files: CaseFiles, reference: Reference) -> int:
    """Take in all that came from the office's other PCs; how many records look different or are new."""
    return fold_calls(connection, reference) + fold_foreign(connection, files)


def fold_calls(connection: Connection, reference: Reference) -> int:
    """Take in what came from other PCs; how many calls look different or are new.

    One that cannot be folded is left as it was, and the others go on.
    """
    changed = 0
    for call_id in foreign.calls_to_fold(connection):
        try:
            with connection.begin_nested():
                foreign.mark_folded(connection, call_id)
                changed += _write(connection, call_id, reference)
        except (SQLAlchemyError, ValueError, ArithmeticError, LookupError, TypeError) as error:
            # What an unknown program wrote may be beyond this one; a later one will try again.
            log.error("call not taken in: %s", type(error).__name__)
    return changed


def _write(connection: Connection, call_id: str, reference: Reference) -> bool:
    revisions = foreign.of_record(connection, call_id)
    shown = _shown(call_id, revisions)
    if shown is None:
        # What it is based on is still to come, and brings it here again.
        return False
    device = call_rows.device_of(connection, call_id)
    if device is None:
        call_rows.add_foreign(connection, shown, reference)
    elif call_rows.read(connection, call_id) == shown:
        return False
    else:
        call_rows.replace(connection, shown, reference)
    if shown.form.is_violence:
        response_clock.note(connection, shown)
    return True


def _shown(call_id: str, revisions: list[Foreign]) -> Call | None:
    folded = fold([Node(r.op_id, r.bases, i) for i, r in enumerate(revisions)])
    if not folded.heads:
        return None
    by_id = {r.op_id: r for r in revisions}
    faces = {
        r.op_id: Face(r.kind is Kind.VOID, r.created_at, caution(r.kind, r.data["body"]))
        for r in revisions
    }
    head = by_id[show(folded, faces).op_id or folded.heads[0]]
    # When it took place does not change by writing it down better.
    body = {**head.data["body"], "started_at": revisions[0].data["body"]["started_at"]}
    call = call_from_body(body, call_id=call_id, op_id=head.op_id, saved_at=head.created_at)
    return replace(call, revision=len(folded.ready), device=head.dev)
