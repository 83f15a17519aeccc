"""The cases: find one, open it by right or with a stated reason, work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.case_access import Accesses, CaseReasonNeeded
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_history import CaseView
from operator_app.services.case_list import CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.closures import Closures
from operator_app.services.letters import Letters
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.models.case_model import CaseModel
from operator_app.ui.screens.case_access_page import CaseAccessPage
from operator_app.ui.screens.case_acts import Deed
from operator_app.ui.screens.case_list_page import CaseListPage
from operator_app.ui.screens.case_page import CasePage
from operator_app.ui.screens.case_parts import make_parts
from operator_app.ui.screens.letter_page import LetterPage
from operator_app.ui.screens.merge_screen import MergeScreen
from operator_app.ui.tasks import Tasks

DRAFT_AFTER_MS = 3_000
NOTE = "note"


@dataclass(frozen=True)
class _Opened:
    """What the worker brings of a case."""

    view: CaseView
    names: dict[str, str]
    colleagues: dict[str, str]
    note: str


class CasesScreen(QWidget):
    """A list of cases and what lies behind it: one case, its letters, its versions."""

    def __init__(
        self,
        cases: Cases,
        work: CaseWork,
        case_list: CaseList,
        accesses: Accesses,
        drafts: CaseDrafts,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
        letters: Letters,
        closures: Closures,
    ) -> None:
        """`names`: full name by user id, read on the worker."""
        super().__init__()
        self.setObjectName("page")
        self._cases = cases
        self._accesses = accesses
        self._drafts = drafts
        self._typed: dict[str, str] = {}
        self._typing = QTimer(self)
        self._typing.setInterval(DRAFT_AFTER_MS)
        self._typing.setSingleShot(True)
        self._typing.timeout.connect(self.keep_typed)
        self._names = names
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._telling = False
        self.model = CaseModel(case_list, names, reference, actor, tasks, clock)
        self.model.setParent(self)
        self.list_page = CaseListPage(self.model, reference, actor)
        self.access_page = CaseAccessPage(accesses, names, actor, tasks, clock)
        parts = make_parts(
            cases, work, names, reference, actor, tasks, dialogs, clock, self._on_letter_asked,
            drafts,
        )  # fmt: skip
        self.case_page = CasePage(reference, actor, clock, closures, parts)
        self.letter_page = LetterPage(letters, actor, tasks, dialogs)
        self.merge_page = MergeScreen(cases, names, reference, actor, tasks)
        self.pages = QStackedWidget()
        for page in (
            self.list_page,
            self.access_page,
            self.case_page,
            self.letter_page,
            self.merge_page,
        ):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        self._connect()

    @property
    def opened_case(self) -> Case | None:
        """The case on the screen, or None while a list is shown."""
        listed = self.pages.currentWidget() in (self.list_page, self.access_page)
        return None if listed else self.case_page.case

    def open_case(self, case_id: str, reason: str = "", section: int = 0) -> None:
        """Show one case, at one of its sections; a reason is asked for where it is somebody else's."""

        def work() -> _Opened:
            self._cases.open(self._actor, case_id, reason)
            return self._read(case_id)

        def failed(error: Exception) -> None:
            if isinstance(error, CaseReasonNeeded):
                if stated := self._ask_reason(error):
                    self.open_case(case_id, stated, section)
            else:
                self._show_list()
                self.list_page.show_problem(problems.sentence(error))

        self._tasks.database(self, work, lambda got: self._on_opened(got, section), failed)

    def keep_typed(self) -> None:
        """Put notes that are being typed on the disk, encrypted."""
        typed, self._typed = self._typed, {}
        for case_id, words in typed.items():
            self._tasks.database(
                self,
                partial(self._drafts.keep, self._actor, case_id, NOTE, words),
                lambda _nothing: None,
                self.case_page.show_problem,
            )

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Locking and leaving hide the screen.
        self.keep_typed()

    def _connect(self) -> None:
        self.list_page.opened.connect(self.open_case)
        self.list_page.refreshed.connect(self._count_accesses)
        self.list_page.accesses_asked.connect(self._on_accesses_asked)
        self.access_page.back_asked.connect(self._show_list)
        self.access_page.ticked_off.connect(self.list_page.refresh)
        self.access_page.open_asked.connect(self.open_case)
        self.case_page.back_asked.connect(self._show_list)
        self.case_page.asked.connect(self._do)
        self.case_page.overview.note_typed.connect(self._on_note_typed)
        self.case_page.part_changed.connect(self._on_part_changed)
        self.case_page.call_asked.connect(self._events.open_call_asked)
        self.case_page.merge_asked.connect(self._on_merge_asked)
        self.letter_page.closed.connect(self._show_case)
        self.merge_page.closed.connect(self._show_case)
        self.merge_page.merged.connect(self._on_merged)
        self._events.cases_changed.connect(self._on_cases_changed)
        self._events.open_case_asked.connect(self.open_case)
        # A violence call opens a case, or joins one.
        self._events.calls_changed.connect(lambda _call_id: self._on_cases_changed(""))

    # The case on the screen

    def _read(self, case_id: str) -> _Opened:
        view = self._cases.view(self._actor, case_id)
        note = self._drafts.read(self._actor, case_id).get(NOTE, "")
        return _Opened(view, self._names(), self._cases.colleagues(self._actor), note)

    def _on_opened(self, opened: _Opened, section: int) -> None:
        case_id = opened.view.case.case_id
        self.list_page.show_problem("")
        self.list_page.table.select_case(case_id)
        self._show(opened)
        self._show_case()
        if section:
            self.case_page.go_to(section)

    def _show_case(self) -> None:
        self.pages.setCurrentWidget(self.case_page)
        if self.isVisible():
            # Qt gives the focus to what nobody sees, too, and keys typed elsewhere would be lost.
            self.case_page.focus_first()

    def _show(self, opened: _Opened) -> None:
        self.case_page.show_view(opened.view, opened.names, opened.colleagues, opened.note)

    def _show_list(self) -> None:
        self.pages.setCurrentWidget(self.list_page)

    def _do(self, deed: Deed) -> None:
        """Save what was decided; when the stated reason does not hold any more, ask again."""
        case = self.opened_case
        if case is None:
            return
        case_id = case.case_id

        def work() -> _Opened:
            deed.do(self._cases, self._actor, case_id)
            return self._read(case_id)

        def done(opened: _Opened) -> None:
            deed.done()
            self._take(case_id, opened)

        def failed(error: Exception) -> None:
            if isinstance(error, CaseReasonNeeded) and (stated := self._ask_reason(error)):
                self._tasks.database(
                    self,
                    lambda: self._cases.open(self._actor, case_id, stated),
                    lambda _case: self._do(deed),
                    self.case_page.show_problem,
                )
            else:
                self.case_page.show_problem(error)

        self._tasks.database(self, work, done, failed)

    def _on_note_typed(self, case_id: str, words: str) -> None:
        self._typed[case_id] = words
        if not self._typing.isActive():
            self._typing.start()

    def _take(self, case_id: str, opened: _Opened) -> None:
        if self.case_page.case and self.case_page.case.case_id == case_id:
            self._show(opened)
        self._tell(case_id)

    def _tell(self, case_id: str) -> None:
        self._telling = True
        self._events.cases_changed.emit(case_id)
        self._telling = False
        self.list_page.refresh()

    def _on_part_changed(self, case: Case) -> None:
        self._read_again(case.case_id)
        self._tell(case.case_id)

    def _on_cases_changed(self, case_id: str) -> None:
        """`case_id` "" when it is not known which one."""
        if self._telling:
            return
        self.list_page.refresh()
        opened = self.opened_case
        if opened is not None and case_id in ("", opened.case_id):
            self._read_again(opened.case_id)

    def _read_again(self, case_id: str) -> None:
        def done(opened: _Opened) -> None:
            if self.opened_case and self.opened_case.case_id == case_id:
                self._show(opened)

        def failed(error: Exception) -> None:
            # The hour of a stated reason may be over: what is shown stays until the person acts.
            self.case_page.show_problem(error)

        self._tasks.database(self, lambda: self._read(case_id), done, failed)

    def _on_letter_asked(self, case: Case, referral_id: str) -> None:
        self.letter_page.show_letter(case.case_id, referral_id)
        self.pages.setCurrentWidget(self.letter_page)

    def _on_merge_asked(self, case_id: str) -> None:
        self.merge_page.open_case(case_id)
        self.pages.setCurrentWidget(self.merge_page)

    def _on_merged(self, case_id: str) -> None:
        self.open_case(case_id)
        self._tell(case_id)

    def _ask_reason(self, error: Exception) -> str | None:
        return self._dialogs.ask_reason(self, problems.sentence(error), _("Open the case"))

    # Who stated a reason

    def _count_accesses(self) -> None:
        if self._actor.may(Right.SEE_ACCESS_REASONS):
            self._tasks.database(
                self,
                lambda: self._accesses.count_unseen(self._actor),
                self.list_page.show_accesses,
                lambda error: self.list_page.show_problem(problems.sentence(error)),
            )

    def _on_accesses_asked(self) -> None:
        self.pages.setCurrentWidget(self.access_page)
        self.access_page.read()
