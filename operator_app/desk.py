"""What lives while one person is signed in: services, screens, sync. Part of the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from operator_app import __version__
from operator_app.administration import administration_place, backup_driver
from operator_app.answers import Answers
from operator_app.by_folder import ByFolder
from operator_app.casework import Casework
from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.calls import ARTICLE, Advice, Call
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.feeds import CODES, DIVISIONS, OFFICES
from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, language
from operator_app.services import entrance
from operator_app.services.accounts import Accounts
from operator_app.services.call_drafts import Draft
from operator_app.services.call_exchange import fold_office
from operator_app.services.calls import Calls
from operator_app.services.cases import Cases
from operator_app.services.connection import Connection
from operator_app.services.journal import Journal
from operator_app.services.pc_settings import PcSettings
from operator_app.services.reference import with_feeds
from operator_app.supervision import Supervision
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.cycle import Cycle
from operator_app.sync.lookup import CONNECT_SECONDS, READ_SECONDS, BenefitLookup
from operator_app.ui.events import Events
from operator_app.ui.help_window import HelpWindow, page_for
from operator_app.ui.idle import IdleWatch
from operator_app.ui.index_driver import IndexDriver
from operator_app.ui.lock_screen import LockScreen
from operator_app.ui.main_window import MainWindow, Place
from operator_app.ui.problems import sentence
from operator_app.ui.reminders import Reminders
from operator_app.ui.screens.benefit_way import offer_benefits
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.cases_screen import CasesScreen
from operator_app.ui.screens.directory_screen import DirectoryScreen
from operator_app.ui.screens.follow_ups_screen import FollowUpsScreen
from operator_app.ui.screens.journal_screen import JournalScreen
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.screens.violence_case import KnownCases
from operator_app.ui.sync_driver import SyncDriver
from operator_app.ui.tray import Tray
from operator_app.ui.ways_from_search import lead_from_search
from operator_app.ui.widgets.announcement_bar import AnnouncementBar
from operator_app.ui.widgets.search_field import SearchField
from operator_app.updating import Updating

if TYPE_CHECKING:
    from operator_app.app import Application


class Desk:
    """One person at work. Made anew for another person, another language, another dress."""

    def __init__(self, application: Application, database: Database, actor: Actor) -> None:
        self._application = application
        self.database = database
        self._clock = application.clock
        self._tasks = application.tasks
        self._dialogs = application.dialogs
        self.actor = actor
        self.events = Events()
        today = local_day(to_ms(self._clock()))
        self.reference = with_feeds(application.reference, database, today)
        self.calls = Calls(database, self.reference, self._clock)
        self.policy = application.policy
        self._connection = Connection(database, self._clock, self.policy)
        self._connection.obey()
        self.pc_settings = PcSettings(database, self.policy, self._clock)
        self.accounts = Accounts(database, application.paths, self._clock, application.cost)
        self.cases = Cases(database, self.reference, self._clock)
        self.answers = Answers(database, self.reference, self._clock)
        self.backup_driver = backup_driver(self, application)
        self.updating = Updating(self, application)
        self._lists_changed = False
        self.help_window: HelpWindow | None = None
        self.call_screen: CallScreen | None = None
        self.casework: Casework | None = None
        self.journal_screen: JournalScreen | None = None
        self.sync_page = SyncPage(
            database, self._connection, actor, self._tasks, self.events, self._clock, self._dialogs
        )
        with database.read() as connection:
            office = settings.read_office(connection)
        application.preferences.office_name = office.name(language())
        self.directory_screen = self._directory_screen(office.division)
        self.search_field = SearchField(
            self.answers.search, self.reference, actor, self._tasks, self._clock, office.division
        )
        places = self._work_places() if actor.may(Right.SEE_CALLS) else []
        if actor.may(Right.SEE_DIRECTORY):
            places.append(self._directory_place())
        self.supervision = Supervision(self, application)
        if (reports := self.supervision.place()) is not None:
            places.append(reports)
        self.window = MainWindow(
            actor,
            office.name(language()),
            [*places, administration_place(self, application)],
            application.preferences.appearance,
            self.search_field if actor.may(Right.SEE_DIRECTORY) else None,
            language_held=self.policy.holds("language"),
        )
        self.announcement_bar = AnnouncementBar(
            self.answers.announcements, actor, self._tasks, self.events
        )
        self.supervision.join(self.window, self.call_screen)
        take_in = partial(fold_office, files=self.cases.files, reference=self.reference)
        self.cycle = Cycle(
            database,
            self._clock,
            partial(open_carrier, database, policy=self.policy),
            app_version=__version__,
            take_in=take_in,
        )
        self.driver = SyncDriver(self.cycle, database, self._tasks, self.events, self._clock)
        self._by_folder = ByFolder(self, application, take_in)
        self.index_driver = IndexDriver(self.answers.index, self._tasks, self.events)
        self.idle = IdleWatch(self.pc_settings.idle_minutes(), self._clock)
        self.tray = Tray()
        self.reminders: Reminders | None = None
        if self.casework is not None:
            self.reminders = Reminders(
                self.casework.follow_ups, actor, self.tray, self._tasks, self.events, self._clock
            )
        self._wire()

    @property
    def cases_screen(self) -> CasesScreen | None:
        """The screen of cases; made now if nobody looked at it yet. None without the right."""
        return self.casework.cases_screen if self.casework else None

    @property
    def follow_ups_screen(self) -> FollowUpsScreen | None:
        """The screen of follow-ups; None without the right."""
        return self.casework.follow_ups_screen if self.casework else None

    def begin(self, draft: Draft | None, place: str) -> None:
        """Start what runs by itself; go on with an unfinished call of the desk before."""
        if draft is not None and self.call_screen is not None:
            self.call_screen.resume(draft)
        if place:
            self.window.go_to(place)
        elif not self.actor.may(Right.SEE_CALLS):
            figures = self.actor.may(Right.SEE_FIGURES)
            self.window.go_to("reports" if figures else "administration")
        self.idle.start()
        self.driver.start()
        self._by_folder.driver.start()
        self.index_driver.start()
        self.backup_driver.start()
        self.supervision.begin()
        self.announcement_bar.refresh()
        self.updating.begin()
        if self.reminders is not None:
            self.reminders.start()

    def end(self) -> None:
        """Keep what is typed, stop what runs. The database stays open."""
        self.keep_draft()
        self.idle.stop()
        for driver in (self.driver, self.index_driver, self.backup_driver):
            driver.stop()
            driver.deleteLater()
        self._by_folder.end()
        self.updating.end()
        self.supervision.end()
        self._tasks.database(self._application, self.answers.index.close, _nothing, _nothing)
        if self.reminders is not None:
            self.reminders.stop()
            self.reminders.deleteLater()
        self.tray.close()
        self.tray.deleteLater()
        # Not here: a request under way may take all its patience to end.
        self._tasks.network(self._application, self.cycle.close, _nothing, _nothing)

    def leave(self) -> None:
        """Audit that the person goes, while the office is still open."""
        try:
            entrance.leave(self.database, self.actor, to_ms(self._clock()))
        except Exception as error:  # noqa: BLE001 - said in words; the way out must stay open
            self._dialogs.tell(self.window, sentence(error))

    def keep_draft(self) -> None:
        """Put an unfinished call, and a correction that is not sent, on the disk."""
        kept = [self.directory_screen.keep_typed, self.supervision.keep_typed]
        if self.call_screen is not None:
            kept.insert(0, self.call_screen.keep_draft_now)
        for keep in kept:
            try:
                keep()
            except Exception as error:  # noqa: BLE001 - said in words; the way on must stay open
                self._dialogs.tell(self.window, sentence(error))

    def lock(self) -> None:
        """Hide every content until somebody signs in; sync goes on."""
        if self.window.locked:
            return
        self.keep_draft()
        while (modal := QApplication.activeModalWidget()) is not None:
            modal.close()
        if self.help_window is not None:
            self.help_window.close()
        clipboard = QApplication.clipboard()
        if clipboard.ownsClipboard():
            clipboard.clear()
        self.idle.stop()
        page = LockScreen(
            self._application.sign_in, self.database, self._tasks, self._application.preferences
        )
        page.unlocked.connect(self._on_unlocked)
        page.sign_out_asked.connect(self._application.sign_out)
        self.window.cover(page)
        page.lock()
        database, actor, now = self.database, self.actor, to_ms(self._clock())
        self._tasks.database(
            self._application, lambda: entrance.lock(database, actor, now), _nothing, _nothing
        )

    def _on_unlocked(self, actor: Actor) -> None:
        if actor.user_id != self.actor.user_id:
            self._application.change_person(actor)
            return
        if self._lists_changed:
            # A moment at which nobody is in the middle of choosing from them.
            self._application.rebuild()
            return
        self.window.uncover()
        self.idle.start()

    def _work_places(self) -> list[Place]:
        reference = self.reference
        self.casework = Casework(self, self._application)
        self.call_screen = CallScreen(
            self.calls,
            self.answers.advice,
            reference,
            self.actor,
            self._tasks,
            self.events,
            self._dialogs,
            self._clock,
            KnownCases(self.casework.case_list, self.actor, self._tasks),
        )
        asks = BenefitLookup(
            self.database,
            self._clock,
            partial(
                open_carrier,
                self.database,
                policy=self.policy,
                connect_seconds=CONNECT_SECONDS,
                read_seconds=READ_SECONDS,
            ),
            __version__,
        )
        offer_benefits(self.call_screen, asks, self.actor, self._tasks, self._clock)
        self.journal_screen = JournalScreen(
            Journal(self.database, reference, self.answers.search),
            self.calls,
            self.answers.advice,
            self.accounts.names,
            reference,
            self.actor,
            self._tasks,
            self.events,
            self._dialogs,
            self._clock,
        )
        return [
            Place("call", _("Call"), "call", "Ctrl+1", self.call_screen),
            Place("journal", _("Journal"), "journal", "Ctrl+2", self.journal_screen),
            *self.casework.places(),
        ]

    def _directory_screen(self, division: str) -> DirectoryScreen:
        return DirectoryScreen(
            directory=self.answers.directory,
            knowledge=self.answers.knowledge,
            announcements=self.answers.announcements,
            calendar=self.answers.calendar,
            suggestions=self.answers.suggestions,
            reference=self.reference,
            division=division,
            actor=self.actor,
            tasks=self._tasks,
            events=self.events,
            clock=self._clock,
        )

    def _directory_place(self) -> Place:
        return Place("directory", _("Directory"), "directory", "Ctrl+5", self.directory_screen)

    def _wire(self) -> None:
        application = self._application
        window = self.window
        # What is added later stands above.
        self.updating.join(window, self.call_screen)
        window.add_strip(self.announcement_bar)
        window.lock_asked.connect(self.lock)
        window.sign_out_asked.connect(application.sign_out)
        window.language_asked.connect(application.use_language)
        window.appearance_asked.connect(application.use_appearance)
        window.duty_officer_phoned.connect(self._on_duty_officer_phoned)
        window.closed.connect(self._on_closed)
        window.help_asked.connect(self._on_help_asked)
        self.events.sync_changed.connect(window.show_status)
        self.events.feeds_changed.connect(self._on_feeds_changed)
        self.idle.idled.connect(self.lock)
        self.announcement_bar.read_asked.connect(self._on_announcement_asked)
        self.announcement_bar.confirmed.connect(
            lambda _id: self.directory_screen.announcements.read_again()
        )
        self.directory_screen.announcements.seen.connect(self.announcement_bar.put_away)
        if self.call_screen is not None and self.journal_screen is not None:
            window.new_call_asked.connect(self.call_screen.start)
            self.call_screen.progress_changed.connect(window.show_in_call)
            self.call_screen.progress_changed.connect(self.announcement_bar.set_in_call)
            self.journal_screen.amend_asked.connect(self.amend)
            self.journal_screen.advice_asked.connect(self.open_advice)
            self.call_screen.closed_amendment.connect(self.events.open_call_asked)
            self.events.open_call_asked.connect(lambda _call_id: window.go_to("journal"))
        if self.casework is not None:
            self.events.open_case_asked.connect(self.casework.open_case)
            self.casework.lead_to_mending()
        if self.reminders is not None:
            self.reminders.counts_changed.connect(
                lambda late: window.show_badge("follow-ups", late)
            )
        lead_from_search(
            self.search_field, window, self.events, self.directory_screen, self.journal_screen
        )
        self.tray.clicked.connect(self._on_tray_clicked)

    def _on_feeds_changed(self, names: Sequence[str]) -> None:
        self._lists_changed |= not {CODES, DIVISIONS, OFFICES}.isdisjoint(names)

    def open_advice(self, advice: Advice) -> None:
        """Show the article or service that somebody was told of, as it was then."""
        self.window.go_to("directory")
        if advice.kind == ARTICLE:
            self.directory_screen.open_article(advice.entry_id, advice.content)
        else:
            self.directory_screen.open_service(advice.entry_id, advice.content)

    def _on_announcement_asked(self, announcement_id: str) -> None:
        self.window.go_to("directory")
        self.directory_screen.open_announcement(announcement_id)

    def _on_tray_clicked(self) -> None:
        self.window.come_forward()
        if not self.window.locked:
            self.window.go_to("follow-ups")

    def amend(self, call: Call) -> bool:
        """Bring a saved call onto the call screen; False while another is in progress there."""
        if self.call_screen and self.call_screen.amend(call):
            self.window.go_to("call")
            self.call_screen.fields.focus_first()
            return True
        self._dialogs.tell(self.window, _("Finish the call in progress first."))
        return False

    def _on_duty_officer_phoned(self, urgent: int) -> None:
        self._tasks.database(
            self.window,
            lambda: self._connection.duty_officer_phoned(self.actor, urgent),
            lambda _nothing: None,
            lambda error: self._dialogs.tell(self.window, sentence(error)),
        )

    def _on_help_asked(self, place: str) -> None:
        if self.help_window is None:
            self.help_window = HelpWindow(
                self.window,
                self._application.paths.resources,
                self.actor.role,
                self._dialogs,
                self._clock,
            )
        self.help_window.show_page(page_for(place, self.call_screen))

    def _on_closed(self) -> None:
        self._application.preferences.geometry = self.window.saveGeometry()


def _nothing(_result: object) -> None:
    """Nobody waits for it."""
