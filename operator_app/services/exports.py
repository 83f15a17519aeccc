"""Files that leave the program: written whole or not at all, and always audited."""

from __future__ import annotations

import errno
import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.daily_log import DailyLog, RecordRow
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.errors import EnvironmentProblem
from operator_app.export.csv_file import records_csv
from operator_app.export.html import Page, daily_log_page
from operator_app.export.xlsx import daily_log_xlsx
from operator_app.files import replace_file
from operator_app.services.reports import Reports

log = logging.getLogger(__name__)


class ExportFormat(StrEnum):
    """What the daily log can be handed over as; the value is the ending of the file name."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"


@dataclass(frozen=True)
class Export:
    """A file that was written: `records` rows in it (a PDF has figures only), SHA-256 in hex."""

    file: Path
    records: int
    sha256: str


class Exports:
    """Writes the daily log where the person chose, and audits it first.

    `pdf` turns the page into the bytes of a PDF; it comes from ui/, the only part that can draw.
    """

    def __init__(
        self,
        database: Database,
        reports: Reports,
        reference: Reference,
        clock: Clock,
        pdf: Callable[[Page], bytes],
    ) -> None:
        self._database = database
        self._reports = reports
        self._reference = reference
        self._clock = clock
        self._pdf = pdf

    def daily_log(
        self,
        actor: Actor,
        day: date,
        wanted: ExportFormat,
        file: Path,
        handover_note: str = "",
    ) -> Export:
        """Write the day's log. The note goes on the page of a PDF, never into XLSX, CSV or audit.

        Raises NotAllowed, and EnvironmentProblem ("export.folder_missing", "export.not_writable",
        "export.disk_full", "export.not_written"); then an older file of that name is as it was.
        """
        actor.require(Right.EXPORT_FIGURES)
        figures = self._reports.daily_log(actor, day)
        content, records = self._content(actor, figures, wanted, handover_note)
        sha256 = hashlib.sha256(content).hexdigest()
        facts = {
            "day": day.isoformat(),
            "format": wanted.value,
            "records": records,
            "sha256": sha256,
        }
        # Audited before the file takes its name: a power cut may leave an audit row without a
        # file, never a file without an audit row. The writer's lock is not held while writing.
        self._audited(actor, "daily_log.exported", facts)
        try:
            write_file(file, content)
        except EnvironmentProblem:
            self._audited(actor, "daily_log.export_failed", facts)
            raise
        return Export(file, records, sha256)

    def printed(self, actor: Actor, day: date) -> None:
        """Audit that the page of a day went to a printer."""
        actor.require(Right.EXPORT_FIGURES)
        self._audited(actor, "daily_log.printed", {"day": day.isoformat()})

    def _content(
        self, actor: Actor, figures: DailyLog, wanted: ExportFormat, handover_note: str
    ) -> tuple[bytes, int]:
        if wanted is ExportFormat.PDF:
            return self._pdf(daily_log_page(figures, self._reference, handover_note)), 0
        records = _Counted(self._reports.records(actor, figures.day))
        if wanted is ExportFormat.XLSX:
            return daily_log_xlsx(figures, records, self._reference), records.count
        return records_csv(records, self._reference), records.count

    def _audited(self, actor: Actor, action: str, facts: dict[str, str | int]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="export",
                details=dict(facts),
            )


def write_file(file: Path, content: bytes) -> None:
    """Write the file whole or not at all.

    Raises EnvironmentProblem: "export.folder_missing", "export.not_writable", "export.disk_full",
    "export.not_written".
    """
    try:
        replace_file(file, content)
    except OSError as error:
        log.warning("export failed: %s", errno.errorcode.get(error.errno or 0, "?"))
        raise EnvironmentProblem(_code(error, file)) from error


class _Counted:
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterator[RecordRow]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[RecordRow]:
        for row in self._rows:
            self.count += 1
            yield row


def _code(error: OSError, file: Path) -> str:
    if error.errno == errno.ENOSPC:
        return "export.disk_full"
    if isinstance(error, PermissionError | IsADirectoryError) or error.errno == errno.EROFS:
        return "export.not_writable"
    if not file.parent.is_dir():
        return "export.folder_missing"
    return "export.not_written"
