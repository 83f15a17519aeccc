"""What is to be done next: a list by urgency, and doing it by the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.cases import Case, find_part
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.errors import NotFound
from operator_app.i18n import N_, _
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.follow_ups import Counts, FollowUp, FollowUps, Scope
from operator_app.ui import follow_up_wording, problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.models.follow_up_model import FollowUpModel
from operator_app.ui.screens.follow_up_bars import ActBar, GiveBar, MoveBar
from operator_app.ui.screens.follow_up_table import FollowUpTable
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

MINUTE_MS = 60_000


class FollowUpsScreen(QWidget):
    """Reads again when a case changes, when it is shown, and each minute while it is."""

    def __init__(
        self,
        follow_ups: FollowUps,
        cases: Cases,
        work: CaseWork,
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
        self._cases = cases
        self._work = work
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._clock = clock
        self._scope = Scope.MINE
        self._asked_about: FollowUp | None = None
        self._focus_list = False
        self.model = FollowUpModel(follow_ups, names, reference, actor, tasks, clock)
        self.model.setParent(self)
        self.table = FollowUpTable(self.model, reference)
        self.counter = text("", "muted")
        self.scopes = ChipGroup(_scope_chips(), _("Whose follow-ups"))
        self.scopes.set_value(Scope.MINE)
        self.scopes.setVisible(actor.may(Right.SEE_ALL_FOLLOW_UPS))
        self.notice = Notice("warning")
        self.empty_text = text("", "strong")
        self.empty_hint = text("", "muted")
        self.acts, self.move_bar, self.give_bar = ActBar(), MoveBar(clock), GiveBar()
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        self._minute = QTimer(self, interval=MINUTE_MS)
        self._minute.timeout.connect(self.refresh)
        self._minute.start()

    def refresh(self) -> None:
        """Read the list again, if somebody looks at it."""
        if self.isVisible():
            self.model.show(self._scope)

    def show_scope(self, scope: Scope) -> None:
        """Show one's own, everybody's, or what rose."""
        self._scope = scope
        self._focus_list = True
        self.scopes.set_value(scope)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_list = True
        self.refresh()

    @property
    def is_empty(self) -> bool:
        """Whether the page says that there is nothing to do."""
        return self._stack.currentIndex() == 1

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(text(_("Follow-ups"), "screenTitle"))
        top.addWidget(self.counter, 1)
        empty = Card()
        empty.body.addStretch(2)
        for line in (self.empty_text, self.empty_hint):
            empty.body.addWidget(line, 0, Qt.AlignmentFlag.AlignHCenter)
        empty.body.addStretch(3)
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.scopes)
        layout.addWidget(self.notice)
        layout.addWidget(self._stack, 1)
        for bar in (self.acts, self.move_bar, self.give_bar):
            layout.addWidget(bar)
        self._show_bar(self.acts)

    def _connect(self) -> None:
        acts = {"open": self._open, "done": self._done, "move": self._move, "give": self._give}
        self.model.loaded.connect(self._on_loaded)
        self.model.failed.connect(self._show_problem)
        self.table.opened.connect(self._open)
        self.table.acted.connect(lambda act: acts[act]())
        self.table.chosen.connect(self._on_chosen)
        self.acts.asked.connect(lambda act: acts[act]())
        self.table.scoped.connect(self._on_scoped)
        self.scopes.picked.connect(lambda code: self.show_scope(Scope(code)))
        self.scopes.passed.connect(self._focus)
        self.move_bar.moved.connect(self._on_moved)
        self.give_bar.given.connect(self._on_given)
        for bar in (self.move_bar, self.give_bar):
            bar.left.connect(self._leave_bar)
        self._events.cases_changed.connect(lambda _case_id: self.refresh())

    def _on_scoped(self, digit: str) -> None:
        chip = next(chip for chip in _scope_chips() if chip.key == digit)
        if self._actor.may(Right.SEE_ALL_FOLLOW_UPS):
            self.show_scope(Scope(chip.code))

    def _open(self) -> None:
        if row := self.table.current:
            self._events.open_case_asked.emit(row.case_id)

    def _done(self) -> None:
        """Open the case, for what is asked for may be in its words; then ask what came of it."""
        row = self.table.current
        if row is not None:
            self._tasks.database(
                self,
                lambda: self._cases.open(self._actor, row.case_id),
                lambda case: self._ask_result(row, case),
                self._show_problem,
            )

    def _ask_result(self, row: FollowUp, case: Case) -> None:
        task = find_part(case.tasks, "task_id", row.task_id)
        if task is None or not task.is_open:
            self._show_problem(NotFound("task.not_open"))
            return
        lines = [f"{self._what(row)} · {row.case_number}", task.text, _("What came of it?")]
        question = "\n".join(line for line in lines if line)
        result = self._dialogs.ask_reason(self, question, _("Done"))
        if result:
            self._change(
                row, lambda: self._work.finish_task(self._actor, row.case_id, row.task_id, result)
            )

    def _move(self) -> None:
        if row := self.table.current:
            self._asked_about = row
            self._show_bar(self.move_bar)
            self.move_bar.start(row.case_number, self._what(row))

    def _on_moved(self, due_at: int) -> None:
        if row := self._asked_about:
            self._change(
                row, lambda: self._work.move_task(self._actor, row.case_id, row.task_id, due_at)
            )

    def _give(self) -> None:
        row = self.table.current
        if row is None or not self._may_give(row):
            return
        self._asked_about = row

        def done(people: dict[str, str]) -> None:
            others = {code: name for code, name in people.items() if code != row.assignee_id}
            self._show_bar(self.give_bar)
            self.give_bar.start(row.case_number, self._what(row), others)

        self._tasks.database(
            self, lambda: self._cases.colleagues(self._actor), done, self._show_problem
        )

    def _on_given(self, user_id: str) -> None:
        if row := self._asked_about:
            self._change(
                row, lambda: self._work.give_task(self._actor, row.case_id, row.task_id, user_id)
            )

    def _change(self, row: FollowUp, work: Callable[[], Case]) -> None:
        def done(_case: Case) -> None:
            self._leave_bar()
            self._show_sentence("")
            self._events.cases_changed.emit(row.case_id)

        self._tasks.database(self, work, done, self._show_problem)

    def _may_give(self, row: FollowUp) -> bool:
        return self._actor.may(Right.ASSIGN_CASES) or row.owner == self._actor.user_id

    def _what(self, row: FollowUp) -> str:
        return follow_up_wording.what(self._reference, row, local_day(to_ms(self._clock())))

    def _show_problem(self, error: Exception) -> None:
        self._show_sentence(problems.sentence(error))

    def _show_sentence(self, sentence: str) -> None:
        """Where the person looks: at the field they filled in, or above the list."""
        bars = (self.move_bar, self.give_bar)
        bar = next((bar for bar in bars if bar.isVisible()), None)
        if bar is not None:
            bar.show_problem(sentence)
        self.notice.show_text("" if bar is not None else sentence)

    def _show_bar(self, shown: QWidget) -> None:
        for bar in (self.acts, self.move_bar, self.give_bar):
            bar.setVisible(bar is shown and not self.is_empty)

    def _leave_bar(self) -> None:
        self._asked_about = None
        self._show_bar(self.acts)
        self._focus()

    def _focus(self) -> None:
        if self.isVisible():
            target = self.scopes if self.is_empty else self.table
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self) -> None:
        row = self.table.current
        may_give = row is not None and self._may_give(row)
        self.acts.show_for(any_chosen=row is not None, may_give=may_give)

    def _on_loaded(self, counts: Counts) -> None:
        self.counter.setText(follow_up_wording.counted(counts))
        sees_all = self._actor.may(Right.SEE_ALL_FOLLOW_UPS)
        if sees_all:
            self.scopes.buttons[Scope.RISEN].setText(f"3  {_('Risen to me')} · {counts.risen}")
        empty = self.model.rowCount() == 0
        said, hint = _EMPTY[self._scope]
        self.empty_text.setText(_(said))
        self.empty_hint.setText(_(hint))
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentIndex(1 if empty else 0)
        if empty or self._asked_about is None:
            self._show_bar(self.acts)
        self._on_chosen()
        if self._focus_list or had_focus:
            self._focus_list = False
            self._focus()


_EMPTY = {
    Scope.MINE: (
        N_("Nothing to follow up."),
        N_("What a case asks of you, and when, appears here by itself."),
    ),
    Scope.OFFICE: (
        N_("Nothing to follow up in this office."),
        N_("What a case asks of somebody, and when, appears here by itself."),
    ),
    Scope.RISEN: (
        N_("Nothing is so late that it rose to you."),
        N_("Urgent follow-ups rise as soon as they are late, others after a day."),
    ),
}


def _scope_chips() -> list[Chip]:
    return [
        Chip(Scope.MINE, _("Mine"), "1"),
        Chip(Scope.OFFICE, _("Whole office"), "2"),
        Chip(Scope.RISEN, _("Risen to me"), "3", _("Late ones that are the supervisor's business")),
    ]
