"""One more word of hers: on what, to whom, what she said, and what of it may be told."""

from __future__ import annotations

from operator_app.domain.cases import Case
from operator_app.domain.consent import OVERRIDES, PARTS, SHARE, Consent
from operator_app.domain.reference import Reference
from operator_app.errors import Fault
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import service_entries
from operator_app.ui.screens.case_parts.choices import chips, purposes
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, ChoiceBox, LineBox, TagsBox, focus
from operator_app.ui.widgets.type_ahead import Entry

VALUES = ("Y", "N", "E", "L", "G")
"""Answers of the list `consent`: that nobody asked yet is no word of hers."""
ALL = "ALL"
"""All services: no code of the list, and never stored."""
EMPTY = {"purpose": None, "recipient": None, "value": None, "reason": "", "parts": ()}


class ConsentCard(EditBlock):
    """A word is only added; the earlier ones stay."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(_("Her word"), _("Add"))
        services = [
            *service_entries(reference, language()),
            Entry(ALL, _("All services")),
        ]
        parts = [
            Entry(c.code, c.label(language()), " ".join(c.labels.values()))
            for c in reference.codes("consent_part")
            if c.code in PARTS
        ]
        self.add(ChipsBox("purpose", _("On what"), purposes(reference)))
        self.add(ChoiceBox("recipient", _("Who may be told"), services))
        self.add(ChipsBox("value", _("What she said"), chips(reference, "consent", VALUES)))
        self.add(LineBox("reason", _("Why without her word")))
        self.add(TagsBox("parts", _("What may be told"), parts, _("nothing chosen: all of it")))
        self.finish()
        for where in ("purpose", "value"):
            self.boxes[where].edited.connect(self._show_asked)
        self._show_asked()

    def show_case(self, case: Case) -> None:
        """The form of this case: empty, or as far as it was filled in."""
        self.show_values(f"{case.case_id}/consent", EMPTY)
        self._show_asked()

    def ask(self, recipient: str) -> None:
        """The question whether this kind of service may be told; "" for a word on anything."""
        if recipient and not self.unsaved:
            self.boxes["purpose"].put(SHARE)
            self.boxes["recipient"].put(recipient)
            self._show_asked()
            focus(self.boxes["value"])
        else:
            focus(self.boxes["purpose"])

    def consent(self, now: int) -> Consent | Fault:
        """What the fields say, or the first of them that is still open."""
        values = self.values()
        sharing = values["purpose"] == SHARE
        for where in ("purpose", "recipient", "value"):
            if values[where] is None and (where != "recipient" or sharing):
                return Fault(where, "call.missing")
        recipient = values["recipient"] if sharing else ""
        overriding = values["value"] in OVERRIDES
        self.aliases = {"consents": "reason" if overriding and not values["reason"] else "value"}
        return Consent(
            purpose=values["purpose"],
            value=values["value"],
            at=now,
            recipient="" if recipient == ALL else recipient,
            reason=values["reason"].strip() if overriding else "",
            parts=values["parts"] if sharing else (),
        )

    def _show_asked(self) -> None:
        values = self.values()
        sharing = values["purpose"] == SHARE
        self.boxes["recipient"].setVisible(sharing)
        self.boxes["reason"].setVisible(values["value"] in OVERRIDES)
        told = values["value"] in ("Y", "G", *OVERRIDES)
        self.boxes["parts"].setVisible(sharing and told)
