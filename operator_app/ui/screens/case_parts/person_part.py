"""Who was hurt, what happened, and who did it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from operator_app.domain.cases import Affected, Case, Offender
from operator_app.domain.days import age_band, check_age, read_age
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import (
    relation_entries,
    sex_chips,
    vulnerability_entries,
)
from operator_app.ui.screens.case_parts.choices import answers, entries
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import (
    ChipsBox,
    ChoiceBox,
    LineBox,
    TagsBox,
    focus,
)
from operator_app.ui.screens.case_parts.incident_card import IncidentCard
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.widgets.basic import button

OFFENDER_CHOICES = ("relation", "age_band")
OFFENDER_ANSWERS = ("lives_together", "has_weapon", "is_official", "known_to_police")


class PersonPart(CasePart):
    """The affected person, the incidents, and facts about the offender."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        reference, shown_in = tools.reference, language()
        self.person = EditBlock(_("Affected person"), _("Save"))
        self.person.add(LineBox("name", _("Name (optional)"), _("works without a name")))
        self.person.add(
            ChipsBox("sex", _("Sex"), sex_chips(reference, shown_in)),
            LineBox("age", _("Age")),
            stretches=(2, 1),
        )
        self.person.add(LineBox("phone", _("Phone number")))
        self.person.add(LineBox("address", _("Address")))
        self.person.add(
            TagsBox(
                "vulnerabilities",
                _("What makes it harder for her"),
                vulnerability_entries(reference, shown_in),
                _("digit or letters…"),
            )
        )
        self.person.finish()
        self.person.save_asked.connect(self._save_person)
        self.incidents = IncidentCard(reference, tools.clock)
        self.incidents.save_asked.connect(self._save_incident)
        self.offender = self._offender_card()
        self.offender.save_asked.connect(self._save_offender)
        cards: list[QWidget] = [self.person, self.incidents, self.offender]
        self.fill(
            cards,
            {"person": self.person, "incident": self.incidents, "offender": self.offender},
        )

    def refresh(self) -> None:
        case = self.case
        if case is None:
            return
        affected, offender = case.affected, case.offender
        self.person.show_values(
            self.key(),
            {
                "name": affected.name,
                "sex": affected.sex,
                "age": "" if affected.age is None else str(affected.age),
                "phone": affected.phone,
                "address": affected.address,
                "vulnerabilities": affected.vulnerabilities,
            },
        )
        self.incidents.show_case(case)
        names = (*OFFENDER_CHOICES, *OFFENDER_ANSWERS, "sex")
        values = {name: getattr(offender, name) for name in names}
        self.offender.show_values(self.key(), {**values, "offender_name": offender.name})
        self._show_offender_name(bool(self.offender.boxes["offender_name"].value()))
        for block in (self.person, self.incidents, self.offender):
            block.set_read_only(not self.may_change)
        self.name_button.setEnabled(self.may_change)

    def _offender_card(self) -> EditBlock:
        reference, shown_in = self.tools.reference, language()
        block = EditBlock(_("Who did it"), _("Save"))
        block.add(
            ChoiceBox("relation", _("Who this is to her"), relation_entries(reference, shown_in))
        )
        block.add(
            ChipsBox("sex", _("Sex"), sex_chips(reference, shown_in)),
            ChoiceBox("age_band", _("Age"), entries(reference, "age_band")),
        )
        questions = {
            "lives_together": _("Lives with her"),
            "has_weapon": _("Has a weapon"),
            "is_official": _("Is an official"),
            "known_to_police": _("Known to the police"),
        }
        for where, question in questions.items():
            block.add(ChipsBox(where, question, answers(reference), beside=True))
        self.name_button = button(_("Name is needed for an order or a letter"), "link")
        self.name_button.clicked.connect(self._on_name_needed)
        block.body.addWidget(self.name_button, alignment=Qt.AlignmentFlag.AlignLeft)
        block.add(LineBox("offender_name", _("Name"), _("nothing more is asked")))
        block.finish()
        return block

    def _on_name_needed(self) -> None:
        self._show_offender_name(True)
        focus(self.offender.boxes["offender_name"])

    def _show_offender_name(self, shown: bool) -> None:
        self.offender.boxes["offender_name"].setVisible(shown)
        self.name_button.setVisible(not shown)

    def _save_person(self) -> None:
        values = self.person.values()
        if faults := check_age("age", values["age"]):
            self.person.show_faults(faults)
            return
        before = self.case.affected if self.case else Affected()
        age = read_age(values["age"])
        band = before.age_band if age == before.age else age_band(age)
        after = replace(
            before,
            name=values["name"].strip(),
            sex=values["sex"],
            age=age,
            age_band=band,
            phone=values["phone"].strip(),
            address=values["address"].strip(),
            vulnerabilities=values["vulnerabilities"],
        )
        tools = self.tools
        self.save(self.person, lambda case_id: tools.cases.set_person(tools.actor, case_id, after))

    def _save_incident(self) -> None:
        tools, incident = self.tools, self.incidents.incident()
        self.save(
            self.incidents,
            lambda case_id: tools.work.set_incident(tools.actor, case_id, incident),
            self._on_incident_saved,
        )

    def _on_incident_saved(self, case: Case) -> None:
        if self.case is not None:
            self.incidents.choose_new_of(self.case, case)

    def _save_offender(self) -> None:
        values = self.offender.values()
        name = values.pop("offender_name").strip()
        after = replace(self.case.offender if self.case else Offender(), name=name, **values)
        tools = self.tools
        self.save(
            self.offender, lambda case_id: tools.cases.set_offender(tools.actor, case_id, after)
        )
