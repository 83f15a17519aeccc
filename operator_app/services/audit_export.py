"""The audit log as a file, for whoever audits the office from outside. Itself audited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.errors import BadInput, EnvironmentProblem, Fault
from operator_app.export.audit_table import AuditCells, audit_csv, audit_xlsx
from operator_app.services.audit_log import AuditFilter, AuditLine, AuditLog
from operator_app.services.exports import Export, write_file

MOST_ROWS = 100_000
"""More than that is asked for by shorter periods: the file is made in memory."""

AT_A_TIME = 2_000
"""Rows whose records are looked up in one statement; SQLite takes 32,766 values."""

Words = Callable[[AuditLine, Mapping[str, str]], tuple[str, str, str]]
"""What was done, to what, and the rest, of a line: the wording belongs to the screens. The mapping
is full name by user id."""


class AuditFormat(StrEnum):
    """What the log can be handed over as; the value is the ending of the file name."""

    XLSX = "xlsx"
    CSV = "csv"


class AuditExport:
    """Writes the rows of a filter where the person chose."""

    def __init__(self, database: Database, log: AuditLog, clock: Clock, words: Words) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._words = words

    def write(self, actor: Actor, wanted: AuditFilter, kind: AuditFormat, file: Path) -> Export:
        """All rows of the filter, newest first, with their hashes.

        Raises NotAllowed, BadInput("audit.too_many_rows") and EnvironmentProblem as `write_file`.
        """
        actor.require(Right.SEE_AUDIT)
        actor.require(Right.EXPORT_AUDIT)
        names = self._log.names(actor)
        rows = [self._cells(line, names) for line in self._lines(actor, wanted)]
        content = audit_xlsx(rows) if kind is AuditFormat.XLSX else audit_csv(rows)
        sha256 = hashlib.sha256(content).hexdigest()
        facts = {"format": kind.value, "rows": len(rows), "sha256": sha256}
        # Audited before the file takes its name, as every export.
        self._audited(actor, "audit.exported", facts)
        try:
            write_file(file, content)
        except EnvironmentProblem:
            self._audited(actor, "audit.export_failed", facts)
            raise
        return Export(file, len(rows), sha256)

    def _lines(self, actor: Actor, wanted: AuditFilter) -> Iterator[AuditLine]:
        before: int | None = None
        left = MOST_ROWS
        while True:
            page = self._log.page(actor, wanted, before, AT_A_TIME)
            left -= len(page.lines)
            if left < 0:
                fault = Fault("period", "audit.too_many_rows", {"most": MOST_ROWS})
                raise BadInput("audit.too_many_rows", [fault])
            yield from page.lines
            if page.before is None:
                return
            before = page.before

    def _cells(self, line: AuditLine, names: Mapping[str, str]) -> AuditCells:
        done, about, told = self._words(line, names)
        return AuditCells(
            number=str(line.seq),
            time=f"{local(line.at):%Y-%m-%d %H:%M:%S}" if line.at else "",
            person=names.get(line.user_id, ""),
            done=done,
            about=about,
            told=told,
            at=str(line.at),
            user_id=line.user_id,
            action=line.action,
            entity=line.entity,
            entity_id=line.entity_id,
            details=line.stored,
            prev_hash=line.prev_hash,
            hash=line.hash,
        )

    def _audited(self, actor: Actor, action: str, facts: Mapping[str, str | int]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="export",
                details=dict(facts),
            )
