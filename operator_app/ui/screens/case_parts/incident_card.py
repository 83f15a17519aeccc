"""The incidents of a case, one at a time: written down or corrected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.cases import Case, Incident, find_part
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.days import read_day
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import (
    children_chips,
    incident_place_entries,
    violence_form_entries,
)
from operator_app.ui.screens.case_parts.choices import label
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, ChoiceBox, LineBox, TagsBox, TextBox
from operator_app.ui.widgets.basic import text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.wording import day

NEW = ""


class IncidentCard(EditBlock):
    """Chips choose the incident; the type of violence is computed and only shown."""

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__(_("What happened"), _("Save"))
        self._reference = reference
        self._clock = clock
        self._case: Case | None = None
        self._chosen: str | None = None
        self.picker: ChipGroup | None = None
        self._picker_place = QVBoxLayout()
        self.body.addLayout(self._picker_place)
        shown_in = language()
        self.add(
            LineBox("happened_on", _("Day"), _("24.11 or 24.11.2026")),
            ChoiceBox("place", _("Where it happened"), incident_place_entries(reference, shown_in)),
        )
        self.add(
            TagsBox(
                "forms",
                _("Forms of violence"),
                violence_form_entries(reference, shown_in),
                _("digit or letters…"),
            )
        )
        self.add(
            ChipsBox(
                "children", _("Children there"), children_chips(reference, shown_in), beside=True
            )
        )
        self.add(TextBox("happened", _("What happened, in her words"), lines=2, grows=True))
        self.computed = text("", "hint", wrap=True)
        self.body.addWidget(self.computed)
        self.finish()

    def show_case(self, case: Case) -> None:
        """Show the incident chosen before, or the last one of another case."""
        if self._case is None or self._case.case_id != case.case_id:
            self._chosen = None
        self._case = case
        known = [i.incident_id for i in case.incidents]
        if self._chosen is None or (self._chosen and self._chosen not in known):
            self._chosen = known[-1] if known else NEW
        self._show_picker(case)
        self._show_chosen()

    def choose_new_of(self, before: Case, after: Case) -> None:
        """Go from the empty incident to the one it became."""
        known = {i.incident_id for i in before.incidents}
        new = [i.incident_id for i in after.incidents if i.incident_id not in known]
        if self._chosen == NEW and new:
            self._chosen = new[-1]

    def incident(self) -> Incident:
        """What the fields say; the day as typed."""
        values = self.values()
        known = find_part(
            self._case.incidents if self._case else (), "incident_id", self._chosen or ""
        )
        return Incident(
            incident_id=self._chosen or NEW,
            told_at=known.told_at if known else 0,
            happened_on=values["happened_on"],
            forms=values["forms"],
            place=values["place"],
            division=known.division if known else (self._case.division if self._case else None),
            children=values["children"],
            happened=values["happened"],
            call_id=known.call_id if known else "",
        )

    def _show_picker(self, case: Case) -> None:
        had_focus = self.picker is not None and self.picker.hasFocus()
        if self.picker is not None:
            self._picker_place.removeWidget(self.picker)
            self.picker.hide()
            self.picker.deleteLater()
        chips = [
            Chip(incident.incident_id, self._title(incident), str(number) if number < 10 else "")
            for number, incident in enumerate(case.incidents, start=1)
        ]
        self.picker = ChipGroup([*chips, Chip(NEW, _("New"), "0")], _("Which incident"))
        self.picker.set_value(self._chosen)
        self.picker.picked.connect(self._on_picked)
        self.picker.passed.connect(self.focusNextChild)
        self._picker_place.addWidget(self.picker)
        self.picker.setVisible(bool(case.incidents))
        QWidget.setTabOrder(self.picker, self.boxes["happened_on"].field)
        if had_focus:
            self.picker.setFocus(Qt.FocusReason.OtherFocusReason)

    def _title(self, incident: Incident) -> str:
        today = local_day(to_ms(self._clock()))
        on = read_day(incident.happened_on, today) or local_day(incident.told_at)
        return day(on, today)

    def _on_picked(self, incident_id: str) -> None:
        self._chosen = incident_id
        self._show_chosen()

    def _show_chosen(self) -> None:
        case = self._case
        if case is None:
            return
        incident = find_part(case.incidents, "incident_id", self._chosen or NEW) or Incident(NEW, 0)
        self.show_values(
            f"{case.case_id}/{incident.incident_id}",
            {
                "happened_on": _as_typed(incident.happened_on),
                "place": incident.place,
                "forms": incident.forms,
                "children": incident.children,
                "happened": incident.happened,
            },
        )
        contexts = [label(self._reference, "case_context", c) for c in incident.contexts]
        kind = label(self._reference, "gbv_type", incident.gbv_type)
        words = "; ".join(word for word in (kind, ", ".join(contexts)) if word)
        self.computed.setText(_("Computed: {words}").format(words=words) if words else "")
        self.computed.setVisible(bool(words))


def _as_typed(iso: str) -> str:
    """ "2026-11-24" as people write it."""
    return ".".join(reversed(iso.split("-"))) if iso else ""
