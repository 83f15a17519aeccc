"""Files that leave the program: written whole or not at all, and always audited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.daily_log import RecordRow
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.span import Span
from operator_app.errors import Cancelled, EnvironmentProblem
from operator_app.export.csv_file import write_records_csv
from operator_app.export.html import Page, daily_log_page
from operator_app.export.xlsx import write_daily_log_xlsx
from operator_app.files import replace_file
from operator_app.services.daily_figures import Progress
from operator_app.services.new_file import new_file, problem_of
from operator_app.services.reports import Reports, no_progress

PROGRESS_ROWS = 500


class ExportFormat(StrEnum):
    """What a log or a report can be handed over as; the value is the ending of the file name."""

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
    """Writes the daily log where the person chose, and audits it.

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
        span: Span,
        wanted: ExportFormat,
        file: Path,
        handover_note: str = "",
        progress: Progress = no_progress,
        *,
        by_itself: bool = False,
    ) -> Export:
        """Write the log. The note goes on the page of a PDF, never into XLSX, CSV or audit.

        `by_itself`: by the schedule that the actor set; they need not be at the PC.
        `progress` is told the records and may raise to end the work; then, and when it fails, no
        file is left, and an older file of that name is as it was. Raises NotAllowed, and
        EnvironmentProblem as `new_file` does.
        """
        actor.require(Right.EXPORT_FIGURES)
        facts: dict[str, str | int] = {"span": span.code, "format": wanted.value}
        if by_itself:
            facts["by"] = "schedule"
        # Audited before anything is written, and before the file takes its name: a power cut may
        # leave an audit row without a file, never a file without an audit row.
        self._audited(actor, "daily_log.export_begun", facts)
        try:
            with new_file(file) as made:
                records = self._write(made.stream, actor, span, wanted, handover_note, progress)
                sha256 = made.finish()
                facts |= {"records": records, "sha256": sha256}
                self._audited(actor, "daily_log.exported", facts)
                made.take_place()
        except EnvironmentProblem:
            self._audited(actor, "daily_log.export_failed", facts)
            raise
        except Cancelled:
            self._audited(actor, "daily_log.export_cancelled", facts)
            raise
        return Export(file, records, sha256)

    def printed(self, actor: Actor, span: Span) -> None:
        """Audit that the page went to a printer."""
        actor.require(Right.EXPORT_FIGURES)
        self._audited(actor, "daily_log.printed", {"span": span.code})

    def _write(
        self,
        stream: BinaryIO,
        actor: Actor,
        span: Span,
        wanted: ExportFormat,
        handover_note: str,
        progress: Progress,
    ) -> int:
        """Write the content; how many records are in it."""

        def counting(_days: int, _of: int) -> None:
            progress(0, 0)

        if wanted is ExportFormat.PDF:
            log = self._reports.daily_log(actor, span, counting)
            stream.write(self._pdf(daily_log_page(log, self._reference, handover_note)))
            return 0
        if wanted is ExportFormat.CSV:
            with self._reports.counted_records(actor, span) as (number, rows):
                told = _told(rows, number, progress)
                write_records_csv(stream, told, self._reference)
                return number
        with self._reports.both(actor, span, counting) as (log, rows):
            told = _told(rows, log.records, progress)
            write_daily_log_xlsx(stream, log, told, self._reference)
            return log.records

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
    """Write a small file whole or not at all.

    Raises EnvironmentProblem: "export.folder_missing", "export.not_writable", "export.disk_full",
    "export.not_written".
    """
    try:
        replace_file(file, content)
    except OSError as error:
        raise problem_of(error, file) from error


def _told(rows: Iterator[RecordRow], total: int, progress: Progress) -> Iterator[RecordRow]:
    """The rows, while `progress` is told how far they are."""
    for number, row in enumerate(rows):
        if number % PROGRESS_ROWS == 0:
            progress(number, total)
        yield row
