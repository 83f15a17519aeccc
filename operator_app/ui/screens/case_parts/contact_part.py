"""How she may be reached, what she agreed to, and what she does when it begins again."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from operator_app.domain.cases import SafetyPlan
from operator_app.domain.consent import Consent
from operator_app.domain.violence import SafeContact
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.screens.case_parts.choices import answers, label, recipient_words
from operator_app.ui.screens.case_parts.consent_card import ConsentCard
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, LineBox, TextBox
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.screens.case_parts.records import Record, RecordsCard
from operator_app.ui.widgets.basic import text
from operator_app.ui.wording import Wording, person

CONTACT = ("phone", "hours", "who_may_answer", "what_to_say")
PLAN = ("safe_person", "code_word", "safe_place", "documents_ready", "children_plan", "steps")
_MARKS = {
    "Y": ("calm", "●"),
    "G": ("calm", "●"),
    "N": ("waiting", "▲"),
    "E": ("waiting", "◆"),
    "L": ("waiting", "◆"),
}


class ContactPart(CasePart):
    """Safe contact, consents with their history, safety plan."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.contact = EditBlock(_("Safe contact"), _("Save"))
        self.phoning = text("", "hint", wrap=True)
        self.contact.body.addWidget(self.phoning)
        self.contact.add(LineBox("hours", _("When it is safe"), _("weekdays 10–12")))
        self.contact.add(
            LineBox("phone", _("Safe number")),
            LineBox("who_may_answer", _("Who may answer")),
        )
        self.contact.add(LineBox("what_to_say", _("What to say then")))
        self.contact.finish()
        self.words = RecordsCard(
            _("What she agreed to"), _("New word"), _("Nobody asked her yet: nothing may be told.")
        )
        self.consent = ConsentCard(tools.reference)
        self.plan = EditBlock(_("Safety plan"), _("Save"))
        self.agreed = text("", "hint")
        self.plan.add(LineBox("safe_person", _("Whom she can go to")))
        self.plan.add(
            LineBox("safe_place", _("Safe place")),
            LineBox("code_word", _("Code word")),
            stretches=(2, 1),
        )
        self.plan.add(
            ChipsBox("documents_ready", _("Documents ready"), answers(tools.reference), beside=True)
        )
        self.plan.add(LineBox("children_plan", _("The children")))
        self.plan.add(TextBox("steps", _("What she does, step by step"), lines=3, grows=True))
        self.plan.finish(self.agreed)
        self.contact.save_asked.connect(self._save_contact)
        self.consent.save_asked.connect(self._save_consent)
        self.plan.save_asked.connect(self._save_plan)
        self.words.new_asked.connect(lambda: self.consent.ask(""))
        cards: list[QWidget] = [self.contact, self.words, self.consent, self.plan]
        self.fill(cards, {"contact": self.contact, "consent": self.consent, "plan": self.plan})

    def ask_consent(self, recipient: str) -> None:
        """Come to the front with the question whether this kind of service may be told."""
        self.part_asked.emit(self)
        self.consent.ask(recipient)

    def refresh(self) -> None:
        case = self.case
        if case is None:
            return
        self.contact.show_values(self.key(), {n: getattr(case.contact, n) for n in CONTACT})
        self.phoning.setText(
            _("She may be phoned, at the time she named.")
            if case.may_be_phoned
            else _("She may not be phoned: that needs her word and a time that is safe.")
        )
        self.plan.show_values(self.key(), {n: getattr(case.plan, n) for n in PLAN})
        if case.plan.agreed_at is None:
            self.agreed.setText(_("Not agreed yet."))
        else:
            self.agreed.setText(
                _("Agreed: {moment}").format(moment=self.moment(case.plan.agreed_at))
            )
        self.consent.show_case(case)
        self.words.show_records(self._records(case.consents))
        for block in (self.contact, self.consent, self.plan):
            block.set_read_only(not self.may_change)
        self.consent.setVisible(self.may_change)
        self.words.new_button.setVisible(self.may_change)

    def _records(self, consents: Iterable[Consent]) -> list[Record]:
        """The last word on each purpose and recipient, then the earlier ones."""
        last: list[Record] = []
        earlier: list[Record] = []
        seen = set()
        for number, consent in reversed(list(enumerate(consents))):
            about = (consent.purpose, consent.recipient)
            record = self._record(str(number), consent, quiet=about in seen)
            (earlier if about in seen else last).append(record)
            seen.add(about)
        return last + earlier

    def _record(self, key: str, consent: Consent, *, quiet: bool) -> Record:
        reference = self.tools.reference
        title = label(reference, "consent_purpose", consent.purpose)
        if consent.purpose == "SHARE":
            title = recipient_words(reference, consent.recipient)
        said = [self.moment(consent.at), person(self.people.names, consent.by)]
        if consent.parts:
            parts = (label(reference, "consent_part", part) for part in consent.parts)
            said.append(_("only: {parts}").format(parts=", ".join(parts)))
        detail = " · ".join(said) + (f"\n{consent.reason}" if consent.reason else "")
        tone, sign = ("", "") if quiet else _MARKS.get(consent.value, ("", "○"))
        value = label(reference, "consent", consent.value)
        title = _("earlier: {words}").format(words=title) if quiet else title
        return Record(key, title, detail, Wording(value, tone, sign), quiet)

    def _save_contact(self) -> None:
        tools = self.tools
        contact = SafeContact(**{n: v.strip() for n, v in self.contact.values().items()})
        self.save(
            self.contact, lambda case_id: tools.cases.set_contact(tools.actor, case_id, contact)
        )

    def _save_consent(self) -> None:
        tools, consent = self.tools, self.consent.consent(self.now)
        if isinstance(consent, Fault):
            self.consent.show_faults([consent])
            return
        self.save(
            self.consent, lambda case_id: tools.cases.add_consent(tools.actor, case_id, consent)
        )

    def _save_plan(self) -> None:
        tools = self.tools
        values = self.plan.values()
        ready = values.pop("documents_ready")
        said = {name: words.strip() for name, words in values.items()}
        plan = SafetyPlan(documents_ready=ready, **said)
        self.save(self.plan, lambda case_id: tools.cases.set_plan(tools.actor, case_id, plan))
