"""The call or the case that a review is about, to be read beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.consent import CALL_BACK, RECORD, SHARE, STATISTICS, newest
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_history import CaseView
from operator_app.services.review_subjects import Subject
from operator_app.ui import wording
from operator_app.ui.screens.call_view import CallView
from operator_app.ui.screens.case_risk import RiskChart
from operator_app.ui.screens.case_timeline import CaseTimeline
from operator_app.ui.widgets.basic import GRID, Card, button, set_state, text

OPEN_KEY, LOWER_KEY = "F9", "Shift+F7"
_SIDE_WIDTH = 330


class ReviewSubject(QStackedWidget):
    """`open_asked()`: show it in its own place. `lower_asked()`: lower the risk of the case."""

    open_asked = Signal()
    lower_asked = Signal()
    advice_asked = Signal(object)

    def __init__(self, reference: Reference, clock: Clock, *, may_lower: bool) -> None:
        super().__init__()
        self.call_view = CallView(reference)
        self.call_button = button(_("Open the call"), key=OPEN_KEY)
        self.case_card = CaseCard(reference, clock)
        self._may_lower = may_lower
        # It takes the room that the questions leave, and does not ask for the height of a page.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        for page in (QWidget(), self._call_page(), self.case_card):
            self.addWidget(page)
        for made in (self.call_button, self.case_card.open_button):
            made.clicked.connect(self.open_asked)
        self.case_card.lower_button.clicked.connect(self.lower_asked)
        self.call_view.advice_asked.connect(self.advice_asked)

    @property
    def first_widget(self) -> QWidget:
        """What is read first of what is shown."""
        shown = self.currentWidget()
        return self.case_card.timeline if shown is self.case_card else self.call_view.area

    def show_nothing(self) -> None:
        """It may not be opened now."""
        self.setCurrentIndex(0)

    def show_subject(self, subject: Subject) -> None:
        """Show what was opened."""
        if subject.call is not None:
            self.call_view.show_call(subject.call, subject.names, subject.titles, "")
            self.setCurrentIndex(1)
        elif subject.case is not None:
            self.case_card.show_case(subject.case, subject.names)
            acute = subject.case.case.is_acute and subject.case.may_change
            self.case_card.lower_button.setVisible(self._may_lower and acute)
            self.setCurrentIndex(2)

    def _call_page(self) -> QWidget:
        view = self.call_view
        # It is read here; whoever wants to change it opens it in the journal.
        for made in (view.back_button, view.amend_button, view.history_button, view.void_button):
            made.hide()
        view.state_pill.hide()
        view.why_not.hide()
        layout = view.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        view.head.addWidget(self.call_button)
        return view


WIDE = 820
"""From here on what can be done stands beside the name of the case."""


class CaseCard(Card):
    """The head of a case, its risk over time, what the checklist asks about, the timeline."""

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self.title = text("", "screenTitle")
        self.risk_pill = text("", "pill")
        self.open_button = button(_("Open the case"), key=OPEN_KEY)
        self.lower_button = button(_("Lower the risk"), key=LOWER_KEY)
        self.risk = RiskChart(reference, clock)
        self.timeline = CaseTimeline(reference, clock)
        self.facts: dict[str, QLabel] = {}
        said, acts = QWidget(), QWidget()
        for part, widgets in (
            (said, (self.title, self.risk_pill)),
            (acts, (self.lower_button, self.open_button)),
        ):
            line = QHBoxLayout(part)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(12)
            for widget in widgets:
                line.addWidget(widget)
        self._acts = acts
        self._head = head = QGridLayout()
        head.setSpacing(GRID)
        head.setColumnStretch(1, 1)
        head.addWidget(said, 0, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        head.addWidget(acts, 0, 2, Qt.AlignmentFlag.AlignRight)
        content = QHBoxLayout()
        content.setSpacing(12)
        content.addWidget(self.timeline, 1)
        content.addWidget(self._side())
        self.body.addLayout(head)
        self.body.addLayout(content, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        place = (0, 2, 1, 1) if self.width() >= WIDE else (1, 0, 1, 3)
        if self._head.getItemPosition(self._head.indexOf(self._acts)) != place:
            self._head.addWidget(self._acts, *place, Qt.AlignmentFlag.AlignRight)

    def show_case(self, view: CaseView, names: dict[str, str]) -> None:
        """Show what is known now."""
        case = view.case
        self.title.setText(_("Case {number}").format(number=case.number))
        mark = wording.risk_wording(self._reference, case.risk)
        self.risk_pill.setText(f"{mark.sign}  {mark.words}")
        self.risk_pill.setAccessibleName(mark.words)
        set_state(self.risk_pill, "tone", mark.tone)
        self.risk.show_assessments(case.assessments)
        self.timeline.show_happenings(view.timeline, names)
        for name, said in self._said(case, names).items():
            self.facts[name].setText(said)
            self.facts[name].setAccessibleName(f"{_captions()[name]}: {said}")

    def _said(self, case: Case, names: dict[str, str]) -> dict[str, str]:
        today = local_day(to_ms(self._clock()))
        agreed = case.plan.agreed_at
        planned = case.open_tasks
        asked = sum(
            newest(case.consents, purpose) is not None
            for purpose in (CALL_BACK, SHARE, RECORD, STATISTICS)
        )
        return {
            "status": self._reference.label("case_status", case.status, language()),
            "owner": wording.person(names, case.owner_id),
            "plan": wording.day_and_time(agreed, today) if agreed else _("none"),
            "referrals": str(len(case.referrals)),
            "next": wording.day_and_time(planned[0].due_at, today) if planned else _("none"),
            "contact": case.contact.hours.strip() or _("none"),
            "consent": _("{n} of {all} asked").format(n=asked, all=4),
        }

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_SIDE_WIDTH)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.risk)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for line, (name, caption) in enumerate(_captions().items()):
            value = text("", wrap=True)
            value.setMinimumWidth(1)
            self.facts[name] = value
            grid.addWidget(text(caption, "muted"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
        layout.addLayout(grid)
        layout.addStretch(1)
        return side


def _captions() -> dict[str, str]:
    return {
        "status": _("Status"),
        "owner": _("Owner"),
        "plan": _("Safety plan"),
        "referrals": _("Referrals"),
        "next": _("Next action"),
        "contact": _("Safe time"),
        "consent": _("Consent"),
    }
