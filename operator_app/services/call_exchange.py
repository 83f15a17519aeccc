"""What came from elsewhere, above all calls, brought into the rows that screens read: recorded by the
office's other PCs, or by this one before a restore took it."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from operator_app.db import foreign, settings
from operator_app.domain.calls import Call
from operator_app.domain.reference import Reference
from operator_app.domain.wire import call_from_body, caution
from operator_app.services import call_history, call_rows, response_clock
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
    own = settings.read_device(connection).device_id
    for call_id in foreign.calls_to_fold(connection):
        try:
            with connection.begin_nested():
                foreign.mark_folded(connection, call_id)
                changed += _write(connection, call_id, own, reference)
        except (SQLAlchemyError, ValueError, ArithmeticError, LookupError, TypeError) as error:
            # What an unknown program wrote may be beyond this one; a later one will try again.
            log.error("call not taken in: %s", type(error).__name__)
    return changed


def _write(connection: Connection, call_id: str, own: str, reference: Reference) -> bool:
    shown = _shown(connection, call_id, own)
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


def _shown(connection: Connection, call_id: str, own: str) -> Call | None:
    made = call_history.read(connection, call_id)
    structure, seen = call_history.folded(made)
    if not structure.heads:
        return None
    by_id = {one.op_id: one for one in made}
    heads = [by_id[op_id] for op_id in structure.heads]
    head = by_id[seen.op_id or structure.heads[0]]
    # Of versions that contradict each other the more cautious answer is shown, whichever is later.
    danger = max(heads, key=lambda one: caution(one.kind, one.body)).body["danger_now"]
    # When it took place does not change by writing it down better.
    started_at = made[0].body["started_at"]
    body = {**head.body, "started_at": started_at, "danger_now": danger}
    call = call_from_body(body, call_id=call_id, op_id=head.op_id, saved_at=head.at)
    device = "" if head.sent or head.dev == own else head.dev
    return replace(call, revision=len(structure.ready), device=device)
