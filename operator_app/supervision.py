"""The place of reports: its pages, as far as the role goes. Part of the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from operator_app.domain.people import Right
from operator_app.i18n import _
from operator_app.services.exports import Exports
from operator_app.services.figures import FigureBook
from operator_app.services.ministry_reports import MinistryReports
from operator_app.services.reference import load_report_lines
from operator_app.services.reports import Reports
from operator_app.ui.main_window import Place
from operator_app.ui.printing import page_pdf, pages_pdf
from operator_app.ui.screens.ministry_page import MinistryPage
from operator_app.ui.screens.reports_screen import ReportsScreen
from operator_app.ui.screens.tabbed_screen import TabbedScreen

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


class Supervision:
    """What a supervisor looks at and hands over; an analyst sees the figures only."""

    def __init__(self, desk: Desk, application: Application) -> None:
        self._desk = desk
        self._application = application
        self.daily_log: ReportsScreen | None = None
        self.ministry: MinistryPage | None = None
        self._book = FigureBook(desk.database, application.clock)

    def place(self) -> Place | None:
        """The place of reports, or None for a role that sees no figures."""
        pages = self._pages()
        if not pages:
            return None
        screen = TabbedScreen(_("Reports"), list(pages.items()))
        return Place("reports", _("Reports"), "reports", "Ctrl+6", screen)

    def _pages(self) -> dict[str, QWidget]:
        pages: dict[str, QWidget] = {}
        if self._desk.actor.may(Right.SEE_FIGURES):
            self.daily_log = self._daily_log()
            pages[_("Daily log")] = self.daily_log
            self.ministry = self._ministry()
            pages[_("For the ministry")] = self.ministry
        return pages

    def _daily_log(self) -> ReportsScreen:
        desk, application = self._desk, self._application
        reports = Reports(desk.database, desk.reference, application.clock)
        return ReportsScreen(
            reports=reports,
            exports=Exports(desk.database, reports, desk.reference, application.clock, page_pdf),
            reference=desk.reference,
            actor=desk.actor,
            tasks=application.tasks,
            events=desk.events,
            dialogs=application.dialogs,
            clock=application.clock,
        )

    def _ministry(self) -> MinistryPage:
        desk, application = self._desk, self._application
        lines = load_report_lines(application.paths.resources)
        return MinistryPage(
            book=self._book,
            reports=MinistryReports(
                desk.database, desk.reference, lines, application.clock, pages_pdf
            ),
            reference=desk.reference,
            lines=lines,
            actor=desk.actor,
            tasks=application.tasks,
            events=desk.events,
            dialogs=application.dialogs,
            clock=application.clock,
        )
