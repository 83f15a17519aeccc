"""The place of reports: its pages, as far as the role goes. Part of the composition root."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.chart_files import ChartFiles
from operator_app.services.exports import Exports
from operator_app.services.figures import FigureBook
from operator_app.services.ministry_reports import MinistryReports
from operator_app.services.overview import Overviews
from operator_app.services.reference import load_report_lines
from operator_app.services.reports import Reports
from operator_app.services.review_subjects import Subjects
from operator_app.services.reviews import Reviews
from operator_app.services.scheduled_export import ScheduledExport
from operator_app.services.shifts import Shifts
from operator_app.ui.chart_saving import svg_png
from operator_app.ui.events import Events
from operator_app.ui.export_driver import ExportDriver
from operator_app.ui.late import Late
from operator_app.ui.main_window import MainWindow, Place
from operator_app.ui.printing import page_pdf, pages_pdf
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.daily_log_page import DailyLogPage
from operator_app.ui.screens.ministry_page import MinistryPage
from operator_app.ui.screens.my_reviews_page import MyReviewsPage
from operator_app.ui.screens.overview_page import OverviewPage
from operator_app.ui.screens.review_page import ReviewPage
from operator_app.ui.screens.schedule_view import ScheduleView
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from operator_app.ui.tasks import Tasks
from operator_app.ui.ways_from_overview import lead_from_overview
from operator_app.ui.widgets.review_bar import ReviewBar

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


class Supervision:
    """What a supervisor looks at and hands over; an analyst sees the figures only."""

    def __init__(self, desk: Desk, application: Application) -> None:
        self._desk = desk
        self._application = application
        self._book = FigureBook(desk.database, application.clock)
        self.review_bar: ReviewBar | None = None
        figures = desk.actor.may(Right.SEE_FIGURES)
        self._overview = Late(self._make_overview) if figures else None
        self._daily_log = Late(self._make_daily_log) if figures else None
        self._ministry = Late(self._make_ministry) if figures else None
        self._review = Late(self._make_review) if desk.actor.may(Right.REVIEW) else None
        self._my_reviews = (
            Late(self._make_my_reviews) if desk.actor.may(Right.RECORD_CALL) else None
        )
        self._screen: TabbedScreen | None = None
        reports = Reports(desk.database, desk.reference, application.clock)
        self._reports = reports
        self._exports = Exports(desk.database, reports, desk.reference, application.clock, page_pdf)
        # Whoever is at the desk: it needs the open office, not their rights.
        self._scheduled = ScheduledExport(desk.database, self._exports, application.clock)
        self.export_driver = ExportDriver(self._scheduled, application.tasks, application.clock)

    def begin(self) -> None:
        """Start what runs by itself."""
        self.export_driver.start()

    def end(self) -> None:
        """Stop what runs; nothing is left of a file that is not whole."""
        self.export_driver.stop()
        self.export_driver.deleteLater()
        if self._daily_log is not None and self._daily_log.made is not None:
            self._daily_log.made.stop()

    @property
    def overview(self) -> OverviewPage | None:
        """The overview; made now if nobody looked at it yet. None without the right."""
        return self._overview.page if self._overview else None

    @property
    def daily_log(self) -> DailyLogPage | None:
        """The daily log, as `overview`."""
        return self._daily_log.page if self._daily_log else None

    @property
    def ministry(self) -> MinistryPage | None:
        """The report for the ministry, as `overview`."""
        return self._ministry.page if self._ministry else None

    @property
    def review(self) -> ReviewPage | None:
        """The queue of reviews, as `overview`."""
        return self._review.page if self._review else None

    @property
    def my_reviews(self) -> MyReviewsPage | None:
        """The reviews of one's own work, as `overview`."""
        return self._my_reviews.page if self._my_reviews else None

    def place(self) -> Place | None:
        """The place of reports, or None for a role that has nothing to see there."""
        pages = self._pages()
        if not pages:
            return None
        figures = self._desk.actor.may(Right.SEE_FIGURES)
        name = _("Reports") if figures else _("Reviews")
        self._screen = TabbedScreen(name, list(pages.items()))
        return Place("reports", name, "reports", "Ctrl+6", self._screen)

    def join(self, window: MainWindow, call_screen: CallScreen | None) -> None:
        """What shows outside its place: the strip and the number of reviews."""
        lead_from_overview(self._desk.events, window, self._desk.follow_ups_screen)
        bar = self.review_bar
        if bar is None or call_screen is None:
            return
        window.add_strip(bar)
        call_screen.progress_changed.connect(bar.set_in_call)
        bar.counted.connect(partial(window.show_badge, "reports"))
        bar.read_asked.connect(partial(self._on_read_asked, window))
        bar.refresh()

    def keep_typed(self) -> None:
        """Put a half-filled review and the handover note on the disk."""
        if self._daily_log is not None and self._daily_log.made is not None:
            self._daily_log.made.keep_typed()
        if self._review is not None and self._review.made is not None:
            self._review.made.desk.keep_typed()

    def _on_read_asked(self, window: MainWindow, review_id: str) -> None:
        if self._screen is not None and self._my_reviews is not None:
            window.go_to("reports")
            self._screen.show_page(self._my_reviews)
            self._my_reviews.page.open_entry(review_id, focus=True)

    def _pages(self) -> dict[str, QWidget]:
        if self._my_reviews is not None:
            self._begin_reviews()
        pages = {
            _("Overview"): self._overview,
            _("Daily log"): self._daily_log,
            _("For the ministry"): self._ministry,
            _("Review"): self._review,
            _("My reviews"): self._my_reviews,
        }
        return {name: page for name, page in pages.items() if page is not None}

    def _begin_reviews(self) -> None:
        desk, application = self._desk, self._application
        file = application.paths.resources / "data" / "review_checklist.toml"
        self._reviews = Reviews(desk.database, desk.cases, application.clock, file)
        self._subjects = Subjects(desk.calls, desk.cases, desk.answers.advice, desk.accounts.names)
        self.review_bar = ReviewBar(self._reviews, desk.actor, application.tasks, desk.events)

    def _make_review(self) -> ReviewPage:
        desk = self._desk
        page = ReviewPage(self._reviews, self._subjects, desk.cases, *self._common())
        if self.review_bar is not None:
            page.changed.connect(self.review_bar.refresh)
        page.advice_asked.connect(desk.open_advice)
        return page

    def _make_my_reviews(self) -> MyReviewsPage:
        page = MyReviewsPage(self._reviews, self._subjects, *self._common())
        if self.review_bar is not None:
            page.read.connect(self.review_bar.refresh)
        page.advice_asked.connect(self._desk.open_advice)
        return page

    def _common(self) -> tuple[Reference, Actor, Tasks, Events, Clock]:
        """What both pages of reviews begin with."""
        desk, application = self._desk, self._application
        return desk.reference, desk.actor, application.tasks, desk.events, application.clock

    def _show_review(self) -> None:
        if self._screen is not None and self._review is not None:
            self._screen.show_page(self._review)

    def _make_overview(self) -> OverviewPage:
        desk, application = self._desk, self._application
        font = QApplication.font().family()
        page = OverviewPage(
            overviews=Overviews(desk.database, self._book, desk.cases.files, application.clock),
            book=self._book,
            files=ChartFiles(desk.database, application.clock, font, svg_png),
            reference=desk.reference,
            actor=desk.actor,
            tasks=application.tasks,
            events=desk.events,
            dialogs=application.dialogs,
            clock=application.clock,
        )
        page.reviews_asked.connect(self._show_review)
        return page

    def _make_daily_log(self) -> DailyLogPage:
        desk, application = self._desk, self._application
        tasks, dialogs = application.tasks, application.dialogs
        return DailyLogPage(
            reports=self._reports,
            exports=self._exports,
            shifts=Shifts(desk.database, application.clock),
            schedule=ScheduleView(self._scheduled, self.export_driver, desk.actor, tasks, dialogs),
            reference=desk.reference,
            actor=desk.actor,
            tasks=tasks,
            events=desk.events,
            dialogs=dialogs,
            clock=application.clock,
        )

    def _make_ministry(self) -> MinistryPage:
        desk, application = self._desk, self._application
        lines = load_report_lines(application.paths.resources)
        return MinistryPage(
            book=self._book,
            reports=MinistryReports(
                desk.database, desk.reference, lines, application.clock, pages_pdf, desk.cases.files
            ),
            reference=desk.reference,
            lines=lines,
            actor=desk.actor,
            tasks=application.tasks,
            events=desk.events,
            dialogs=application.dialogs,
            clock=application.clock,
        )
