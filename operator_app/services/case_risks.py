"""What the assessments of many cases found, without reading the cases whole. No rights here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from operator_app.db.case_models import case_file
from operator_app.db.models import foreign_revision, revision
from operator_app.domain.cases import Assessment
from operator_app.domain.danger import ACUTE
from operator_app.services.case_files import CaseFiles


class Finding(msgspec.Struct, frozen=True):
    """An assessment, without its answers. `at` in UTC milliseconds."""

    assessment_id: str
    at: int
    computed: str = ""
    final: str = ""
    raised_to: str | None = None
    lowered: bool = False

    @property
    def is_news(self) -> bool:
        """Whether it found high danger itself, and did not only leave the risk as it was."""
        return not ACUTE.isdisjoint((self.computed, self.raised_to))


class _Body(msgspec.Struct):
    assessments: list[Finding] = []


class _Snapshot(msgspec.Struct):
    body: _Body


@dataclass(frozen=True)
class CaseRisk:
    """A case as its row has it, with what its assessments found, the oldest first."""

    case_id: str
    number: str
    risk: str
    status: str
    owner_id: str
    opened_at: int
    closed_at: int | None
    findings: tuple[Finding, ...]

    @property
    def first_acute_at(self) -> int | None:
        """When the risk was found to be high for the first time."""
        return next((f.at for f in self.findings if f.final in ACUTE), None)


def read_risks(
    connection: Connection, files: CaseFiles, *conditions: ColumnElement[bool]
) -> Iterator[CaseRisk]:
    """The cases whose rows fulfil the conditions.

    Every snapshot has all its assessments, also where consent withholds their words.
    """
    c = case_file.c
    query = (
        select(
            c.case_id, c.number, c.risk, c.status, c.owner_id, c.opened_at, c.closed_at, c.conflict,
            func.coalesce(revision.c.payload, foreign_revision.c.payload).label("payload"),
        )
        .outerjoin(revision, revision.c.op_id == c.op_id)
        .outerjoin(foreign_revision, foreign_revision.c.op_id == c.op_id)
        .where(*conditions)
        .order_by(c.opened_at, c.case_id)
    )  # fmt: skip
    for row in connection.execute(query).all():
        if row.conflict:
            merged = files.read(connection, row.case_id)
            findings: Sequence[Finding] = [_finding(a) for a in merged.assessments]
        else:
            findings = msgspec.json.decode(row.payload, type=_Snapshot).body.assessments
        yield CaseRisk(*row[:7], tuple(findings))


def _finding(assessment: Assessment) -> Finding:
    return Finding(
        assessment.assessment_id,
        assessment.at,
        assessment.computed,
        assessment.final,
        assessment.raised_to,
        assessment.lowered,
    )
