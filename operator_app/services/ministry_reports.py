"""The ministry's report of a period: made, written to files, audited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.figures import Figures, Period
from operator_app.domain.ministry_report import before, ministry_report, year_ago
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.report_builder import Compared
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Report
from operator_app.errors import EnvironmentProblem
from operator_app.export.html import Page
from operator_app.export.report_files import report_csv, report_xlsx
from operator_app.export.report_html import report_page
from operator_app.services.case_files import CaseFiles
from operator_app.services.exports import ExportFormat, write_file
from operator_app.services.figure_facts import bounds
from operator_app.services.review_figures import read_review_figures


class MinistryReports:
    """Makes reports from figures and lets them out, small cells hidden. `pdf` draws (ui/)."""

    def __init__(
        self,
        database: Database,
        reference: Reference,
        lines: ReportLines,
        clock: Clock,
        pdf: Callable[[Page], bytes],
        files: CaseFiles,
    ) -> None:
        self._database = database
        self._reference = reference
        self._lines = lines
        self._clock = clock
        self._pdf = pdf
        self._files = files

    @staticmethod
    def periods(period: Period) -> tuple[Period, Period, Period]:
        """The periods whose figures a report needs, in the order of `make`."""
        return (period, before(period), year_ago(period))

    def make(
        self, actor: Actor, period: Period, figures: Sequence[Figures], *, leaves: bool
    ) -> Report:
        """The report from the figures of `periods(period)`. `leaves`: small cells are hidden."""
        actor.require(Right.SEE_FIGURES)
        with self._database.read() as connection:
            office = settings.read_office(connection)
            reviews = read_review_figures(connection, self._files, *bounds(period))
        return ministry_report(
            Compared(*figures),
            period,
            office,
            self._lines,
            reviews,
            made_at=to_ms(self._clock()),
            leaves=leaves,
        )

    def page(self, report: Report) -> Page:
        """The report on paper."""
        return report_page(report, self._reference, self._lines)

    def export(self, actor: Actor, report: Report, wanted: ExportFormat, file: Path) -> str:
        """Write the report where the person chose; its SHA-256 in hex.

        Raises NotAllowed, ValueError for a report that is not made to leave, EnvironmentProblem as
        services.exports.write_file.
        """
        actor.require(Right.EXPORT_FIGURES)
        if not report.leaves:
            raise ValueError("small cells are not hidden in this report")
        content = self._content(report, wanted)
        sha256 = hashlib.sha256(content).hexdigest()
        facts = {**_facts(report), "format": wanted.value, "sha256": sha256}
        # Audited before the file takes its name: see services/exports.py.
        self._audited(actor, "ministry_report.exported", facts)
        try:
            write_file(file, content)
        except EnvironmentProblem:
            self._audited(actor, "ministry_report.export_failed", facts)
            raise
        return sha256

    def printed(self, actor: Actor, report: Report) -> None:
        """Audit that the report went to a printer."""
        actor.require(Right.EXPORT_FIGURES)
        self._audited(actor, "ministry_report.printed", _facts(report))

    def _content(self, report: Report, wanted: ExportFormat) -> bytes:
        if wanted is ExportFormat.PDF:
            return self._pdf(self.page(report))
        made = report_xlsx if wanted is ExportFormat.XLSX else report_csv
        return made(report, self._reference, self._lines)

    def _audited(self, actor: Actor, action: str, facts: dict[str, str]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="export",
                details=dict(facts),
            )


def _facts(report: Report) -> dict[str, str]:
    return {
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
    }
