"""One referral with its history and its next step, and the form of a new one."""

from __future__ import annotations

from PySide6.QtCore import Signal

from operator_app.domain.cases import Case, Referral
from operator_app.domain.reference import Reference
from operator_app.domain.referrals import FAILED, FIRST_STEPS, NEXT_STEPS
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import service_entries
from operator_app.ui.screens.case_parts.choices import chips, label, organisations
from operator_app.ui.screens.case_parts.consent_notice import ConsentNotice
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, ChoiceBox, LineBox, TextBox, TickBox
from operator_app.ui.widgets.basic import button, text
from operator_app.ui.widgets.type_ahead import TypeAhead

SENT = "SENT"
NOTHING_CHOSEN = {"step": None, "reason": "", "warm": False}


class StepCard(EditBlock):
    """What is known of the referral chosen; chips lead to where it may go from there."""

    letter_asked = Signal()
    consent_asked = Signal()

    def __init__(self, reference: Reference, *, letters: bool) -> None:
        super().__init__("", _("Save"))
        self._reference = reference
        self._case: Case | None = None
        self._referral: Referral | None = None
        self.facts = text("", "muted", wrap=True)
        self.history = text("", "", wrap=True)
        for words in (self.facts, text(_("History"), "fieldLabel"), self.history):
            self.body.addWidget(words)
        self.add(ChipsBox("step", _("What next"), []))
        self.add(TickBox("warm", _("She was put through to them")))
        self.add(TextBox("reason", _("Why"), lines=2))
        self.consent = ConsentNotice()
        self.body.addWidget(self.consent)
        self.letter_button = button(_("Letter…"))
        self.finish(self.letter_button)
        self.letter_button.setVisible(letters)
        self.body.addStretch(1)
        self.aliases = {"status": "step"}
        self.boxes["step"].edited.connect(self._show_asked)
        self.letter_button.clicked.connect(self.letter_asked)
        self.consent.button.clicked.connect(self.consent_asked)

    def show_referral(self, case: Case, referral: Referral, facts: str, history: str) -> None:
        """Show it with what is known of it in words."""
        self._case, self._referral = case, referral
        service = label(self._reference, "service_type", referral.service_type)
        self.title.setText(service)
        self.facts.setText(facts)
        self.facts.setVisible(bool(facts))
        self.history.setText(history)
        key = f"{case.case_id}/{referral.referral_id}"
        self.leave(key)
        steps = NEXT_STEPS.get(referral.status, ())
        step = self.boxes["step"]
        if isinstance(step, ChipsBox):
            step.set_chips(
                chips(self._reference, "referral_status", steps, short=False) if steps else []
            )
        self.show_values(key, NOTHING_CHOSEN)
        self._show_asked()

    def refused(self, error: Exception) -> None:
        super().refused(error)
        self.consent.answer(error, self.notice)

    def pick(self, number: int) -> None:
        """The n-th next step."""
        step = self.boxes["step"]
        if isinstance(step, ChipsBox) and 1 <= number <= len(step.group.buttons):
            step.group.set_value(list(step.group.buttons)[number - 1])
            step.group.setFocus()

    def set_read_only(self, read_only: bool) -> None:
        super().set_read_only(read_only)
        self._show_asked()

    def _show_asked(self) -> None:
        if self._case is None or self._referral is None:
            return
        step = self.boxes["step"].value()
        open_ended = bool(NEXT_STEPS.get(self._referral.status)) and not self.read_only
        self.boxes["step"].setVisible(open_ended)
        self.save_button.setVisible(open_ended)
        self.boxes["warm"].setVisible(step == SENT)
        self.boxes["reason"].setVisible(step in FAILED or bool(self.boxes["reason"].value()))
        service = self._referral.service_type
        if not self.consent.look_at(self._case, service, step, self._referral):
            self.notice.show_text("")


class NewReferralCard(EditBlock):
    """To whom, how far it came, and whether she was put through."""

    consent_asked = Signal()

    def __init__(self, reference: Reference) -> None:
        super().__init__(_("New referral"), _("Save"))
        self._reference = reference
        self._case: Case | None = None
        self.add(ChoiceBox("service_type", _("To"), service_entries(reference, language())))
        self.add(LineBox("organisation", _("Organisation"), _("name, or first letters"), []))
        self.add(
            ChipsBox(
                "status",
                _("Where it stands"),
                chips(reference, "referral_status", FIRST_STEPS, short=False),
            )
        )
        self.add(TickBox("warm", _("She was put through to them")))
        self.add(TextBox("reason", _("Why"), lines=2))
        self.add(TextBox("note", _("Note"), lines=3))
        self.consent = ConsentNotice()
        self.body.addWidget(self.consent)
        self.finish()
        for where in ("status", "service_type"):
            self.boxes[where].edited.connect(self._show_asked)
        self.consent.button.clicked.connect(self.consent_asked)

    def show_case(self, case: Case) -> None:
        """The form of this case: empty, or as far as it was filled in."""
        self._case = case
        edit = self.boxes["organisation"].field
        if isinstance(edit, TypeAhead):
            edit.set_entries(organisations(self._reference, case.division))
        self.show_values(
            f"{case.case_id}/new",
            {
                "service_type": None,
                "organisation": "",
                "status": None,
                "warm": False,
                "reason": "",
                "note": "",
            },
        )
        self._show_asked()

    def refused(self, error: Exception) -> None:
        super().refused(error)
        self.consent.answer(error, self.notice)

    def _show_asked(self) -> None:
        if self._case is None:
            return
        values = self.values()
        self.boxes["warm"].setVisible(values["status"] == SENT)
        self.boxes["reason"].setVisible(values["status"] in FAILED or bool(values["reason"]))
        if not self.consent.look_at(self._case, values["service_type"], values["status"], None):
            self.notice.show_text("")
