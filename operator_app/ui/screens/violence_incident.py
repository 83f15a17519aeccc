"""What happened: who did it to her, where and when, were children there, in short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import local_day
from operator_app.domain.days import check_past_day, read_day
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import (
    children_chips,
    incident_place_entries,
    relation_entries,
)
from operator_app.ui.screens.violence_part import ViolencePart, grid_of
from operator_app.ui.widgets.basic import labelled, text
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.note_field import NoteField
from operator_app.ui.wording import whole_day

MOST_HEIGHT = 168


class GrowingNote(NoteField):
    """Asks for as many lines as it holds, up to MOST_HEIGHT; then it scrolls.

    `grew`: its height has changed, perhaps beyond what is in view.
    """

    grew = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        lines = self.document().documentLayout().documentSize().height()
        wanted = int(lines * self.fontMetrics().lineSpacing()) + 24
        height = max(self.minimumSizeHint().height(), min(wanted, MOST_HEIGHT))
        if height != self.height():
            self.setFixedHeight(height)
            self.grew.emit()


class IncidentPart(ViolencePart):
    """The day is typed as people say it: "24.11"; how it was understood stands beside it."""

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        shown_in = language()
        self._today = date.min
        self.offender = ChoiceField(
            relation_entries(reference, shown_in), _("The offender is to her"), ""
        )
        self.children_there = ChipGroup(
            children_chips(reference, shown_in), _("Children were there")
        )
        self.place = ChoiceField(
            incident_place_entries(reference, shown_in), _("Where it happened"), "", digits=True
        )
        self.day = QLineEdit()
        self.day.setPlaceholderText(_("day and month: 24.11"))
        self.understood = text("", "hint")
        self.happened = GrowingNote()
        self.happened.setPlaceholderText(_("In her words, as short as possible"))
        self.fields = {
            "offender": self.offender,
            "children": self.children_there,
            "place": self.place,
            "happened_on": self.day,
            "happened": self.happened,
        }
        self._lay_out()
        self.wire()
        self.day.textChanged.connect(self._show_day)
        self.check_when_left(
            "happened_on",
            self.day,
            lambda typed: check_past_day("happened_on", typed, self._today),
        )

    def load(self, form: CallForm) -> None:
        block = form.violence or ViolenceForm()
        self._today = local_day(form.started_at)
        self.offender.set_value(block.offender)
        self.children_there.set_value(block.children)
        self.place.set_value(block.place)
        self.lines["happened_on"].show_content(block.happened_on)
        self.lines["happened"].show_content(block.happened)
        self._show_day()

    def into(self, block: ViolenceForm) -> ViolenceForm:
        return replace(
            block,
            offender=self.offender.value,
            children=self.children_there.value,
            place=self.place.value,
            happened_on=self.day.text(),
            happened=self.happened.toPlainText(),
        )

    def _show_day(self) -> None:
        typed = self.day.text()
        wrong = check_past_day("happened_on", typed, self._today)
        found = None if wrong else read_day(typed, self._today)
        self.understood.setText(whole_day(found) if found else "")

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        grid = grid_of(self)
        grid.addWidget(labelled(_("The offender is to her"), self.offender), 0, 0, 1, 2, top)
        grid.addWidget(labelled(_("Children were there"), self.children_there), 0, 2, 1, 2, top)
        grid.addWidget(labelled(_("Where it happened"), self.place), 0, 4, 1, 2, top)
        when = self.add_line("happened_on", _("When it happened"), self.day, self.understood)
        grid.addWidget(when, 1, 0, 1, 2, top)
        what = self.add_line("happened", _("What happened, in short"), self.happened)
        grid.addWidget(what, 1, 2, 1, 4, top)
