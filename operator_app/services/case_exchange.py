"""Cases as the office's other PCs changed them, brought into the rows that screens read."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from operator_app.db import foreign
from operator_app.db.case_models import case_file
from operator_app.services.case_files import CaseFiles

log = logging.getLogger(__name__)


def fold_foreign(connection: Connection, files: CaseFiles) -> int:
    """Take in what came from other PCs; how many cases look different or are new.

    A case with unsent revisions of our own is left for a later round. One that cannot be folded is
    left as it was, and the others go on.
    """
    changed = 0
    for case_id in foreign.may_be_folded(connection):
        before = _shown(connection, case_id)
        try:
            with connection.begin_nested():
                foreign.mark_folded(connection, case_id)
                files.project(connection, case_id)
        except (SQLAlchemyError, ValueError, ArithmeticError, LookupError) as error:
            # What an unknown program wrote may be beyond this one; a later one will try again.
            log.error("case not taken in: %s", type(error).__name__)
            continue
        changed += _shown(connection, case_id) != before
    return changed


def _shown(connection: Connection, case_id: str) -> tuple[str, int] | None:
    row = connection.execute(
        select(case_file.c.heads, case_file.c.revision_no).where(case_file.c.case_id == case_id)
    ).first()
    return (row.heads, row.revision_no) if row else None
