"""The journal: find a call, read it, amend it, make it void, see its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.calls import Advice, Call
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.errors import AppError
from operator_app.i18n import _, language
from operator_app.services.call_advice import CallAdvice
from operator_app.services.call_history import CallVersion
from operator_app.services.calls import Calls, ReasonNeeded, why_not_changeable
from operator_app.services.journal import Journal
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui import problems, wording
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.models.journal_model import JournalModel
from operator_app.ui.screens.call_view import CallView
from operator_app.ui.screens.history_view import HistoryView
from operator_app.ui.screens.journal_list import JournalList
from operator_app.ui.tasks import Tasks


@dataclass(frozen=True)
class _Opened:
    """A call on the screen, its sync state or the PC it is of, and the reason it was opened with."""

    call: Call
    state: State | None
    seat: int
    names: dict[str, str]
    titles: dict[Advice, str]
    reason: str


class JournalScreen(QWidget):
    """`amend_asked(Call)`: somebody wants to change the opened call on the call screen."""

    amend_asked = Signal(object)
    advice_asked = Signal(object)
    """Somebody wants to read what the caller was told: the Advice."""

    def __init__(
        self,
        journal: Journal,
        calls: Calls,
        advice: CallAdvice,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        """`names`: full name by user id, read from the database on the worker."""
        super().__init__()
        self.setObjectName("page")
        self._journal = journal
        self._calls = calls
        self._advice = advice
        self._names = names
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._events = events
        self._opened: _Opened | None = None
        self._sends = True
        self.model = JournalModel(journal, names, reference, actor, tasks, clock)
        self.model.setParent(self)
        self.list_page = JournalList(self.model, reference, clock)
        self.call_view = CallView(reference)
        self.history_view = HistoryView(reference, clock)
        self.pages = QStackedWidget()
        for page in (self.list_page, self.call_view, self.history_view):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        self.list_page.opened.connect(self.open_call)
        self.call_view.back_asked.connect(self._show_list)
        self.call_view.amend_asked.connect(self._on_amend)
        self.call_view.void_asked.connect(self._on_void)
        self.call_view.history_asked.connect(self._on_history)
        self.call_view.advice_asked.connect(self.advice_asked)
        self.history_view.back_asked.connect(self._show_call_page)
        events.calls_changed.connect(self._on_calls_changed)
        events.sync_changed.connect(self._on_sync_changed)
        events.open_call_asked.connect(self.open_call)

    @property
    def opened_call(self) -> Call | None:
        """The call on the screen, or None while the list is shown."""
        return self._opened.call if self._opened else None

    def open_call(self, call_id: str, reason: str = "") -> None:
        """Show one call; a violence call of somebody else is asked a reason for."""

        def work() -> _Opened:
            call = self._calls.open(self._actor, call_id, reason)
            state = self._journal.states(self._actor, [call_id]).get(call_id)
            seat = self._journal.seat(call.device)
            titles = self._advice.titles(self._actor, call.form.advice, language())
            return _Opened(call, state, seat, self._names(), titles, reason)

        def failed(error: Exception) -> None:
            if isinstance(error, ReasonNeeded):
                if stated := self._dialogs.ask_reason(
                    self, problems.sentence(error), _("Open the call")
                ):
                    self.open_call(call_id, stated)
            else:
                self._show_list()
                self.list_page.show_problem(problems.sentence(error))

        self._tasks.database(self, work, self._on_opened, failed)

    def list_calls_of(self, number: str) -> None:
        """List the calls with this number, or from this telephone."""
        self._show_list()
        self.list_page.find_number(number)

    def _on_opened(self, opened: _Opened) -> None:
        self._opened = opened
        self.list_page.show_problem("")
        self.list_page.table.select_call(opened.call.call_id)
        why_not = self._why_not(opened.call)
        self.call_view.show_call(opened.call, opened.names, opened.titles, why_not)
        self._show_state(opened.state, opened.seat)
        self._show_call_page()

    def _show_list(self) -> None:
        self._opened = None
        self.pages.setCurrentWidget(self.list_page)

    def _show_call_page(self) -> None:
        self.pages.setCurrentWidget(self.call_view)
        if self.isVisible():
            # Qt gives the focus to what nobody sees, too, and keys typed elsewhere would be lost.
            self.call_view.back_button.setFocus()

    def _why_not(self, call: Call) -> str:
        if self._calls.may_change(self._actor, call):
            return ""
        return problems.sentence(AppError(why_not_changeable(call)))

    def _on_amend(self) -> None:
        if self._opened:
            self.amend_asked.emit(self._opened.call)

    def _on_void(self) -> None:
        if self._opened is None:
            return
        call_id = self._opened.call.call_id
        question = _(
            "Why is call {number} void? It stays in the journal, struck through, with this reason."
        ).format(number=self._opened.call.number)
        reason = self._dialogs.ask_reason(self, question, _("Make void"))
        if reason:
            self._tasks.database(
                self,
                lambda: self._calls.void(self._actor, call_id, reason),
                lambda _call: self._events.calls_changed.emit(call_id),
                self._show_problem,
            )

    def _on_history(self) -> None:
        if self._opened is None:
            return
        opened = self._opened

        def work() -> tuple[list[CallVersion], dict[Advice, str]]:
            versions = self._calls.history(self._actor, opened.call.call_id, opened.reason)
            told = [advice for version in versions for advice in version.call.form.advice]
            return versions, self._advice.titles(self._actor, told, language())

        def done(found: tuple[list[CallVersion], dict[Advice, str]]) -> None:
            versions, titles = found
            if self._opened is opened:
                self.history_view.show_versions(
                    versions, opened.names, titles, sends=self._sends, seat=opened.seat
                )
                self.pages.setCurrentWidget(self.history_view)
                self.history_view.focus_first()

        self._tasks.database(self, work, done, self._show_problem)

    def _on_calls_changed(self, call_id: str) -> None:
        self.list_page.refresh()
        if self._opened and self._opened.call.call_id == call_id:
            self.open_call(call_id, self._opened.reason)

    def _on_sync_changed(self, status: SyncStatus) -> None:
        self._sends = status.state not in (LinkState.NOT_CONFIGURED, LinkState.NOT_ENROLLED)
        self.model.set_sends(self._sends)
        self.list_page.filters.set_sends(self._sends)
        self.model.refresh_states()
        if self._opened is None:
            return
        call_id = self._opened.call.call_id

        def done(states: dict[str, State]) -> None:
            if self._opened and self._opened.call.call_id == call_id and call_id in states:
                self._show_state(states[call_id])

        self._tasks.database(
            self,
            lambda: self._journal.states(self._actor, [call_id]),
            done,
            self._show_problem,
        )

    def _show_state(self, state: State | None, seat: int = 0) -> None:
        self.call_view.show_state(wording.state_or_seat(state, seat, sends=self._sends))

    def _show_problem(self, error: Exception) -> None:
        self.call_view.show_problem(problems.sentence(error))
