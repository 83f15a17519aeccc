"""Another PC of the same office, as its revisions of a case arrive here."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace

from operator_app.db import foreign
from operator_app.db.engine import Database
from operator_app.domain.cases import Case
from operator_app.domain.ids import new_op_id
from operator_app.domain.wire import Kind, case_body
from operator_app.services.cases import Cases

DEVICE = "0" * 16
INCARNATION = "0" * 16
_numbers = itertools.count(1)


def changed_elsewhere(
    database: Database,
    cases: Cases,
    base: Case,
    author_id: str,
    at: int,
    make: Callable[[Case], Case],
) -> None:
    """Take in a revision that somebody made of `base` at another PC; `at` in UTC milliseconds.

    It is taken in at once, as if everything of this PC had been sent before.
    """
    op_id = new_op_id()
    payload = {
        "op_id": op_id,
        "record_id": base.case_id,
        "kind": Kind.CASE.value,
        "dev": DEVICE,
        "inc": INCARNATION,
        "seq": next(_numbers),
        "bases": [base.op_id],
        "author": author_id,
        "at": at,
        "body": case_body(replace(make(base), op_id=op_id)),
    }
    with database.write() as connection:
        foreign.add(connection, payload, json.dumps(payload).encode(), at)
        foreign.mark_folded(connection, base.case_id)
        cases.files.project(connection, base.case_id)
