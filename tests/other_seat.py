"""Another PC of the same office: makes revisions of a case as sync would bring them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import insert

from operator_app.db.models import foreign_revision
from operator_app.domain.cases import Case
from operator_app.domain.clock import to_ms
from operator_app.domain.ids import new_op_id
from operator_app.domain.wire import case_body
from operator_app.services.cases import Cases
from tests.conftest import TestOffice


def changed_elsewhere(
    office: TestOffice, cases: Cases, base: Case, make: Callable[[Case], Case]
) -> str:
    """A revision of `base` by somebody at another PC, folded into the rows here; its op_id."""
    op_id = new_op_id()
    now = to_ms(office.clock())
    body = case_body(replace(make(base), op_id=op_id))
    with office.database.write() as connection:
        connection.execute(
            insert(foreign_revision).values(
                op_id=op_id,
                record_id=base.case_id,
                kind="case",
                dev="0" * 16,
                bases=json.dumps([base.op_id]),
                author_id="somebody-else",
                created_at=now,
                payload=json.dumps({"body": body}).encode(),
                received_at=now,
                folded=1,
            )
        )
        cases.files.project(connection, base.case_id)
    return op_id
