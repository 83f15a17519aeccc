"""Safe contact: may she be called, on which phone, when, who may answer, what to say then."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import Clock
from operator_app.domain.consent import CALL_BACK
from operator_app.domain.reference import Reference
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import consent_chips
from operator_app.ui.screens.violence_part import ViolencePart, grid_of
from operator_app.ui.widgets.consent_field import OWN_WORD, ConsentField

_WORDS = ("phone", "hours", "who_may_answer", "what_to_say")


class ContactPart(ViolencePart):
    """Whether she may be called is a consent; the rest is free text, as she says it."""

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        shown_in = language()
        question = reference.label("consent_purpose", CALL_BACK, shown_in)
        self.call_back = ConsentField(
            question, consent_chips(reference, shown_in, OWN_WORD), CALL_BACK, clock
        )
        self._edits = {name: QLineEdit() for name in _WORDS}
        self.fields = {"call_back": self.call_back}
        self.fields |= {f"contact.{name}": edit for name, edit in self._edits.items()}
        self._edits["hours"].setPlaceholderText(_("for example: weekdays 9–17"))
        self._edits["what_to_say"].setPlaceholderText(_("for example: the clinic is calling"))
        self._lay_out()
        self.wire()

    def load(self, form: CallForm) -> None:
        block = form.violence or ViolenceForm()
        self.call_back.load(block.consents)
        for name in _WORDS:
            self.lines[f"contact.{name}"].show_content(getattr(block.contact, name))

    def into(self, block: ViolenceForm) -> ViolenceForm:
        contact = SafeContact(**{name: edit.text() for name, edit in self._edits.items()})
        return replace(block, contact=contact, consents=self.call_back.into(block.consents))

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        grid = grid_of(self)
        grid.addWidget(self.call_back, 0, 0, 1, 6)
        for name, label, row, column, width in (
            ("phone", _("Phone, if another one"), 1, 0, 2),
            ("hours", _("When it is safe"), 1, 2, 2),
            ("who_may_answer", _("Who may answer"), 1, 4, 2),
            ("what_to_say", _("What to say if another answers"), 2, 0, 6),
        ):
            line = self.add_line(f"contact.{name}", label, self._edits[name])
            grid.addWidget(line, row, column, 1, width, top)
