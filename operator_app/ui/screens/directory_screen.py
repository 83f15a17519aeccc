"""The directory: services, articles, announcements; everything here works without a connection."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, ngettext
from operator_app.services.announcements import Announcements
from operator_app.services.calendar import Calendar
from operator_app.services.directory import Directory
from operator_app.services.knowledge import Knowledge
from operator_app.services.suggestions import Suggestions
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui.events import Events
from operator_app.ui.printing import PrintPage, print_pages
from operator_app.ui.screens.announcements_page import AnnouncementsPage
from operator_app.ui.screens.articles_page import ArticlesPage
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.services_page import ServicesPage
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, text


class DirectoryScreen(QWidget):
    """Hosts its three pages. `division` is the office's: services near it come first.

    `print_page` asks for a printer and prints; tests pass their own.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        knowledge: Knowledge,
        announcements: Announcements,
        calendar: Calendar,
        suggestions: Suggestions,
        reference: Reference,
        division: str,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        clock: Clock,
        print_page: PrintPage = print_pages,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.services = ServicesPage(
            directory, calendar, suggestions, reference, actor, tasks, clock, division, print_page
        )
        self.articles = ArticlesPage(
            knowledge, suggestions, reference, actor, tasks, clock, print_page
        )
        self.announcements = AnnouncementsPage(announcements, actor, tasks, clock)
        self.counter = text("", "muted")
        self.tabs = QTabBar()
        self.pages = QStackedWidget()
        self._counts: dict[EntryPage, int] = {}
        self._build()
        events.feeds_changed.connect(self._on_feeds_changed)
        events.sync_changed.connect(self._on_sync_changed)

    def open_service(self, service_id: str, content: str = "") -> None:
        """Show a service, as it is or as it was in that version."""
        self._go_to(self.services)
        self.services.open_entry(service_id, content, focus=True)

    def open_article(self, entry_id: str, content: str = "") -> None:
        """Show an article ("bala-yrysy", or "bala-yrysy.ky" for one language of it)."""
        self._go_to(self.articles)
        self.articles.open_entry(entry_id, content, focus=True)

    def open_announcement(self, announcement_id: str) -> None:
        """Show an announcement."""
        self._go_to(self.announcements)
        self.announcements.open_entry(announcement_id, focus=True)

    def list_matching(self, words: str, *, articles: bool) -> None:
        """List the services, or the articles, that these words are in, wherever they are."""
        page = self.articles if articles else self.services
        self._go_to(page)
        page.filters.ask_for(words)
        page.focus_list()

    def keep_typed(self) -> None:
        """Put a correction that is typed and not sent on the disk before this returns."""
        for page in (self.services, self.articles):
            page.panel.keep_typed()

    @property
    def page(self) -> EntryPage:
        """The page on the screen."""
        shown = self.pages.currentWidget()
        assert isinstance(shown, EntryPage)  # noqa: S101 - nothing else is ever added
        return shown

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.page.has_keyboard():
            self.page.focus_list()

    def _build(self) -> None:
        self.tabs.setAccessibleName(_("Parts of the directory"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        named: tuple[tuple[str, EntryPage], ...] = (
            (_("Services"), self.services),
            (_("Articles"), self.articles),
            (_("Announcements"), self.announcements),
        )
        for number, (name, page) in enumerate(named, start=1):
            self.tabs.addTab(name)
            self.tabs.setTabToolTip(number - 1, f"Alt+{number}")
            self.pages.addWidget(page)
            page.counted.connect(partial(self._on_counted, page))
            go = QShortcut(QKeySequence(f"Alt+{number}"), self)
            go.activated.connect(partial(self._on_tab_asked, number - 1))
        self.tabs.currentChanged.connect(self._on_tab)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(text(_("Directory"), "screenTitle"))
        top.addWidget(self.tabs, 1)
        top.addWidget(self.counter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 8, 20, 16)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.pages, 1)

    def _go_to(self, page: EntryPage) -> None:
        self.tabs.setCurrentIndex(self.pages.indexOf(page))

    def _on_tab_asked(self, number: int) -> None:
        self.tabs.setCurrentIndex(number)
        self.page.list.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_tab(self, number: int) -> None:
        self.pages.setCurrentIndex(number)
        self._show_count()

    def _on_counted(self, page: EntryPage, number: int) -> None:
        self._counts[page] = number
        self._show_count()

    def _show_count(self) -> None:
        number = self._counts.get(self.page, 0)
        self.counter.setText(ngettext("{n} listed", "{n} listed", number).format(n=number))

    def _on_sync_changed(self, status: SyncStatus) -> None:
        sends = status.state not in (LinkState.NOT_CONFIGURED, LinkState.NOT_ENROLLED)
        for page in (self.services, self.articles):
            page.own.set_sends(sends=sends)

    def _on_feeds_changed(self, _names: object) -> None:
        for page in (self.services, self.articles, self.announcements):
            page.refresh()
