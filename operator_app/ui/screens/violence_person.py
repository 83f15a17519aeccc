"""Who is affected: the caller or another, who works without a name."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from operator_app.domain.calls import CallForm
from operator_app.domain.days import check_age
from operator_app.domain.reference import Reference
from operator_app.domain.violence import CALLER, ViolenceForm
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import (
    affected_chips,
    sex_chips,
    violence_form_entries,
    vulnerability_entries,
)
from operator_app.ui.screens.violence_part import ViolencePart, grid_of
from operator_app.ui.widgets.basic import labelled
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.tag_field import TagField

AGE_WIDTH = 112


class PersonPart(ViolencePart):
    """`name_entered()`: a name was typed, or who is affected has changed."""

    name_entered = Signal()

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        shown_in = language()
        self.affected = ChipGroup(affected_chips(reference, shown_in), _("Who is affected"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("works without a name"))
        self.sex = ChipGroup(sex_chips(reference, shown_in), _("Sex of the affected person"))
        self.age = QLineEdit()
        self.age.setPlaceholderText(_("years"))
        self.forms = TagField(
            violence_form_entries(reference, shown_in),
            _("Forms of violence"),
            _("digit or letters…"),
            most=len(reference.codes("violence_form")),
            digits=True,
        )
        self.vulnerabilities = TagField(
            vulnerability_entries(reference, shown_in),
            _("What makes it harder for her"),
            _("digit or letters…"),
            most=len(reference.codes("vulnerability")),
            digits=True,
        )
        self.fields = {
            "affected": self.affected,
            "affected_name": self.name,
            "affected_sex": self.sex,
            "affected_age": self.age,
            "forms": self.forms,
            "vulnerabilities": self.vulnerabilities,
        }
        self._lay_out()
        self.wire()
        self.affected.changed.connect(self._show_fields)
        self.affected.changed.connect(self.name_entered)
        self.name.editingFinished.connect(self.name_entered)
        self.check_when_left(
            "affected_age", self.age, lambda typed: check_age("affected_age", typed)
        )

    def load(self, form: CallForm) -> None:
        block = form.violence or ViolenceForm()
        self.affected.set_value(block.affected)
        self.lines["affected_name"].show_content(block.affected_name)
        self.sex.set_value(block.affected_sex)
        self.lines["affected_age"].show_content(block.affected_age)
        self.forms.set_values(block.forms)
        self.vulnerabilities.set_values(block.vulnerabilities)
        self._show_fields()

    def into(self, block: ViolenceForm) -> ViolenceForm:
        about_caller = self.affected.value == CALLER
        return replace(
            block,
            affected=self.affected.value,
            # The caller's own name and sex stand above. What was typed for another stays in the
            # fields, should the answer change again.
            affected_name="" if about_caller else self.name.text(),
            affected_sex=None if about_caller else self.sex.value,
            affected_age=self.age.text(),
            forms=self.forms.values,
            vulnerabilities=self.vulnerabilities.values,
        )

    def _show_fields(self) -> None:
        block = self.into(ViolenceForm())
        another = self.affected.value not in (None, CALLER)
        self.lines["affected_name"].setVisible(another or bool(block.affected_name))
        self._sex_box.setVisible(another or block.affected_sex is not None)

    def _lay_out(self) -> None:
        grid = grid_of(self)
        who = QHBoxLayout()
        who.setSpacing(16)
        top = Qt.AlignmentFlag.AlignTop
        self._sex_box = labelled(_("Sex"), self.sex)
        age = self.add_line("affected_age", _("Age of the affected person"), self.age)
        self.age.setFixedWidth(AGE_WIDTH)
        who.addWidget(labelled(_("Who is affected"), self.affected), 0, top)
        name = self.add_line("affected_name", _("Name (optional)"), self.name)
        who.addWidget(name, 2, top)
        who.addWidget(self._sex_box, 0, top)
        who.addWidget(age, 1, top)
        grid.addLayout(who, 0, 0, 1, 6)
        grid.addWidget(labelled(_("Forms of violence"), self.forms), 1, 0, 1, 3, top)
        harder = labelled(_("What makes it harder for her"), self.vulnerabilities)
        grid.addWidget(harder, 1, 3, 1, 3, top)
