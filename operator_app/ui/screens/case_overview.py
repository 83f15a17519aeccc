"""The first section of a case: the timeline, the risk over time, a place for a note."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_history import CaseView
from operator_app.ui.screens.case_acts import Deed
from operator_app.ui.screens.case_risk import RiskChart
from operator_app.ui.screens.case_timeline import CaseTimeline
from operator_app.ui.widgets.basic import GRID, Card, button, labelled, text
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.note_field import NoteField

_SIDE_WIDTH = 400


class CaseOverview(QWidget):
    """`call_asked(call_id)`: open a call. `asked(Deed)`: add the note.

    `note_typed(case_id, words)`: the note now, still to be added.
    """

    call_asked = Signal(str)
    asked = Signal(object)
    note_typed = Signal(str, str)

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._case_id = ""
        self._typed: dict[str, str] = {}
        self.timeline = CaseTimeline(reference, clock)
        self.risk = RiskChart(reference, clock)
        self.person = text("", "strong", wrap=True)
        self.person_facts = text("", "muted", wrap=True)
        self.note = NoteField()
        self.add_button = button(_("Add the note"), "primary", "Ctrl+Enter")
        side = QWidget()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GRID)
        for card in (self._person_card(), self._risk_card()):
            right.addWidget(card)
        right.addWidget(self._note_card(), 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.timeline, 1)
        scroll = FittingScroll(side, _SIDE_WIDTH)
        scroll.setFixedWidth(_SIDE_WIDTH)
        layout.addWidget(scroll)
        self.timeline.call_asked.connect(self.call_asked)
        self.add_button.clicked.connect(self._on_add)
        self.note.textChanged.connect(self._on_typed)
        find = QShortcut(QKeySequence("F6"), self)
        find.activated.connect(lambda: self.note.setFocus(Qt.FocusReason.ShortcutFocusReason))

    def show_case(self, view: CaseView, names: dict[str, str], note: str) -> None:
        """Show what happened; a note that is being typed stays, for each case its own.

        `note`: one that was kept unsaved.
        """
        case = view.case
        if case.case_id != self._case_id:
            self._case_id = case.case_id
            with QSignalBlocker(self.note):
                self.note.setPlainText(self._typed.get(case.case_id, note))
        self.timeline.show_happenings(view.timeline, names)
        self.risk.show_assessments(case.assessments)
        self.person.setText(case.affected.name.strip() or _("Without a name"))
        self.person_facts.setText(self._facts(view))
        self.note.setEnabled(view.may_change)
        self._allow_adding()

    def _facts(self, view: CaseView) -> str:
        affected, spoken = view.case.affected, language()
        age = _("age: {n}").format(n=affected.age) if affected.age is not None else ""
        return " · ".join(
            fact
            for fact in (
                self._reference.label("sex", affected.sex, spoken),
                age or self._reference.label("age_band", affected.age_band, spoken),
                *(
                    self._reference.label("vulnerability", v, spoken)
                    for v in affected.vulnerabilities
                ),
            )
            if fact
        )

    def _person_card(self) -> Card:
        card = Card(_("Who it is about"))
        card.body.addWidget(self.person)
        card.body.addWidget(self.person_facts)
        self.person.setMinimumWidth(1)
        return card

    def _risk_card(self) -> Card:
        card = Card(_("Risk over time"))
        card.body.addWidget(self.risk)
        return card

    def _note_card(self) -> Card:
        card = Card()
        card.body.addWidget(labelled(_("A note for colleagues") + "  F6", self.note), 1)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.add_button)
        card.body.addLayout(line)
        return card

    def _on_typed(self) -> None:
        self._typed[self._case_id] = self.note.toPlainText()
        self._allow_adding()
        self.note_typed.emit(self._case_id, self._typed[self._case_id])

    def _allow_adding(self) -> None:
        typed = bool(self.note.toPlainText().strip())
        self.add_button.setEnabled(typed and self.note.isEnabled())

    def _on_add(self) -> None:
        words = self.note.toPlainText()

        def done() -> None:
            # Unless more was typed meanwhile.
            if self.note.toPlainText() == words:
                self.note.clear()

        self.asked.emit(
            Deed(lambda cases, actor, case_id: cases.add_note(actor, case_id, words), done)
        )
