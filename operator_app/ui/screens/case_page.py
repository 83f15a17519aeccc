"""The page of one case: head, sections as tabs, and what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.errors import NotAllowed
from operator_app.i18n import _
from operator_app.services.case_history import CaseView
from operator_app.services.closures import Closures
from operator_app.ui import problems
from operator_app.ui.screens.case_acts import ActCard, Deed, made_card
from operator_app.ui.screens.case_head import CaseHead
from operator_app.ui.screens.case_overview import CaseOverview
from operator_app.ui.screens.case_parts.part import CasePart
from operator_app.ui.screens.closure_card import AskClosureCard, asked_words
from operator_app.ui.widgets.basic import GRID, Notice, button

REOPENED = "WORK"


class CasePage(QWidget):
    """Shows what it is given. `asked(Deed)`: a person decided something, the screen does it.

    `part_changed(Case)`: a section saved a version. `merge_asked(case_id)`: compare the versions.
    """

    back_asked = Signal()
    asked = Signal(object)
    call_asked = Signal(str)
    merge_asked = Signal(str)
    part_changed = Signal(object)

    def __init__(
        self,
        reference: Reference,
        actor: Actor,
        clock: Clock,
        closures: Closures,
        parts: Sequence[tuple[str, CasePart]] = (),
    ) -> None:
        super().__init__()
        self._clock = clock
        self._closures = closures
        self._reference = reference
        self._actor = actor
        self._parts = list(parts)
        self._view: CaseView | None = None
        self._colleagues: dict[str, str] = {}
        self._cards: dict[str, ActCard] = {}
        self.head = CaseHead(reference, clock)
        self.conflict = Notice("warning")
        self.compare_button = button(_("Compare"), key="F8")
        self.conflict.line.addWidget(self.compare_button)
        self.notice = Notice("warning")
        self.overview = CaseOverview(reference, clock)
        self.tabs = QTabBar()
        self.sections = QStackedWidget()
        self.content = QStackedWidget()
        self.assess_button = button(_("Assess again"), key="F7")
        self.lower_button = button(_("Lower the risk"), key="Shift+F7")
        self.give_button = button(_("Give to another"), key="F9")
        self.close_button = button(_("Close the case"), key="Shift+F9")
        self.reopen_button = button(_("Open again"), "primary", "Shift+F9")
        self._build()
        self._connect()

    @property
    def case(self) -> Case | None:
        """The case shown."""
        return self._view.case if self._view else None

    @property
    def card(self) -> ActCard | None:
        """The question that stands in the place of the sections, or None."""
        shown = self.content.currentWidget()
        return shown if isinstance(shown, ActCard) else None

    def show_view(
        self, view: CaseView, names: dict[str, str], colleagues: dict[str, str], note: str
    ) -> None:
        """Show the case as it is now; the section stays, what is being typed stays.

        `note`: what the person had typed and not saved before the program ended.
        """
        before, self._view = self.case, view
        self._colleagues = colleagues
        if before is None or before.case_id != view.case.case_id:
            self._drop_cards()
            self.tabs.setCurrentIndex(0)
        self.notice.show_text(asked_words(view.closure_asked_at, local_day(to_ms(self._clock()))))
        case, may_change = view.case, view.may_change and not view.case.is_closed
        self.head.show_case(case, names, may_change=may_change)
        self.overview.show_case(view, names, note)
        for _title, part in self._parts:
            part.show_case(case, may_change)
        self.conflict.show_text(
            _("Two versions of this case: the more cautious values are shown.")
            if view.versions > 1
            else ""
        )
        self._show_actions(case, may_change=may_change)

    def show_problem(self, error: Exception) -> None:
        """Say why it was not done, where the person is looking."""
        place = self.card.notice if self.card else self.notice
        place.show_text(problems.sentence(error))
        if self.case:
            self.head.status.set_value(self.case.status)

    def focus_first(self) -> None:
        """Put the keyboard on what the person sees."""
        if self.card:
            self.card.focus_first()
        else:
            self.overview.timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self.tabs.setAccessibleName(_("Sections of the case"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for number, (title, section) in enumerate(
            [(_("Overview"), self.overview), *self._parts], start=1
        ):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(number - 1, f"Alt+{number}")
            self.sections.addWidget(section)
            go = QShortcut(QKeySequence(f"Alt+{number}"), self)
            go.activated.connect(partial(self.go_to, number - 1))
        pages = QWidget()
        below = QVBoxLayout(pages)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(GRID)
        below.addWidget(self.tabs)
        below.addWidget(self.sections, 1)
        below.addLayout(self._actions())
        self._pages = pages
        self.content.addWidget(pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(GRID)
        for widget in (self.head, self.conflict, self.notice):
            layout.addWidget(widget)
        layout.addWidget(self.content, 1)

    def _actions(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addStretch(1)
        for made in (
            self.give_button,
            self.lower_button,
            self.close_button,
            self.reopen_button,
            self.assess_button,
        ):
            line.addWidget(made)
        return line

    def _connect(self) -> None:
        self.head.back_asked.connect(self._on_back)
        self.head.status_picked.connect(self._on_status)
        self.tabs.currentChanged.connect(self.sections.setCurrentIndex)
        for step, keys in ((1, "Ctrl+Tab"), (-1, "Ctrl+Shift+Tab")):
            QShortcut(QKeySequence(keys), self).activated.connect(partial(self._step, step))
        self.overview.call_asked.connect(self.call_asked)
        self.overview.asked.connect(self.asked)
        self.assess_button.clicked.connect(partial(self._ask, "assess"))
        self.lower_button.clicked.connect(partial(self._ask, "lower"))
        self.give_button.clicked.connect(partial(self._ask, "give"))
        self.close_button.clicked.connect(self._on_close)
        self.reopen_button.clicked.connect(lambda: self._on_status(REOPENED))
        self.compare_button.clicked.connect(self._on_compare)
        for index, (title, part) in enumerate(self._parts, start=1):
            part.changed.connect(self.part_changed)
            part.part_asked.connect(self._on_part_asked)
            part.unsaved_changed.connect(partial(self._mark_tab, index, title))

    def _show_actions(self, case: Case, *, may_change: bool) -> None:
        may = self._actor.may
        shown: dict[QPushButton, bool] = {
            self.assess_button: may_change,
            self.lower_button: may_change and may(Right.LOWER_RISK),
            self.give_button: may_change and may(Right.ASSIGN_CASES),
            self.close_button: may_change,
            self.reopen_button: case.is_closed and self._view is not None,
            self.compare_button: may(Right.MERGE_CASES),
        }
        for made, visible in shown.items():
            made.setVisible(visible)

    # The questions in the place of the sections

    def _ask(self, what: str, _checked: bool = False) -> None:
        case = self.case
        if case is None:
            return
        card = self._cards.get(what)
        if card is None:
            card = self._cards[what] = self._made_card(what, case)
            self.content.addWidget(card)
            card.asked.connect(lambda do: self.asked.emit(Deed(do, self._on_card_done)))
            card.left.connect(self._leave_card)
        card.notice.show_text("")
        self.content.setCurrentWidget(card)
        card.focus_first()

    def _made_card(self, what: str, case: Case) -> ActCard:
        if what == "ask":
            return AskClosureCard(self._reference, self._closures)
        return made_card(what, case, self._reference, self._colleagues)

    def _leave_card(self) -> None:
        self.content.setCurrentWidget(self._pages)
        if self.isVisible():
            self.focus_first()

    def _on_card_done(self) -> None:
        self._drop_cards()
        self._leave_card()

    def _drop_cards(self) -> None:
        self.content.setCurrentWidget(self._pages)
        for card in self._cards.values():
            self.content.removeWidget(card)
            card.deleteLater()
        self._cards = {}

    # What people do

    def _on_back(self) -> None:
        # One key for both: out of the question first, then out of the case.
        if self.card:
            self._leave_card()
        else:
            self.back_asked.emit()

    def _on_close(self) -> None:
        if self._view is None:
            return
        if not self._view.case.is_acute or self._actor.may(Right.CLOSE_ACUTE_CASE):
            self._ask("close")
        elif self._view.closure_asked_at is None:
            self._ask("ask")
        else:
            self.show_problem(NotAllowed("closure.asked_already"))

    def _on_compare(self) -> None:
        if self.case:
            self.merge_asked.emit(self.case.case_id)

    def _on_status(self, status: str) -> None:
        self.asked.emit(
            Deed(lambda cases, actor, case_id: cases.set_status(actor, case_id, status), _nothing)
        )

    def _step(self, step: int) -> None:
        self.go_to((self.tabs.currentIndex() + step) % self.tabs.count())

    def go_to(self, index: int) -> None:
        """Bring a section to the front: 0 is the overview."""
        self._leave_card()
        self.tabs.setCurrentIndex(index)
        self.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_part_asked(self, part: QWidget) -> None:
        self.tabs.setCurrentIndex(self.sections.indexOf(part))

    def _mark_tab(self, index: int, title: str, unsaved: bool) -> None:
        self.tabs.setTabText(index, f"{title} ●" if unsaved else title)


def _nothing() -> None:
    """The case shown anew says it all."""
