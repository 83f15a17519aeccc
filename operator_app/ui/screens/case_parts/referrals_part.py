"""Referrals: to whom, where each stands, what came of it."""

from __future__ import annotations

from collections.abc import Callable

from operator_app.domain.cases import ANSWERED, Case, Referral, find_part
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.screens.case_parts.choices import label
from operator_app.ui.screens.case_parts.fields import focus
from operator_app.ui.screens.case_parts.order_words import short_moment
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.screens.case_parts.records import Record, RecordsCard
from operator_app.ui.screens.case_parts.referral_cards import NewReferralCard, StepCard
from operator_app.ui.screens.case_parts.spans import span
from operator_app.ui.wording import Wording, person

NEW = ""
_TONES = {
    "OFF": ("", "○"),
    "DEC": ("", "○"),
    "SENT": ("waiting", "◐"),
    "ACC": ("waiting", "◐"),
    "REJ": ("waiting", "▲"),
    "DONE": ("calm", "●"),
    "NOT": ("waiting", "▲"),
    "UNK": ("waiting", "?"),
}


class ReferralsPart(CasePart):
    """The list, and the referral that is chosen, or a new one. `consent_asked(str)`: her consent
    to telling this kind of service is needed."""

    def __init__(
        self,
        tools: Tools,
        letter_asked: Callable[[Case, str], None] | None,
        ask_consent: Callable[[str], None],
    ) -> None:
        """`ask_consent`: lead to the consent to telling a kind of service."""
        super().__init__(tools)
        self._letter_asked = letter_asked
        self._ask_consent = ask_consent
        self.records = RecordsCard(
            _("Referrals"), _("New referral"), _("Nobody was referred to yet.")
        )
        self.step = StepCard(tools.reference, letters=letter_asked is not None)
        self.new = NewReferralCard(tools.reference)
        self.step.save_asked.connect(self._save_step)
        self.step.letter_asked.connect(self._on_letter)
        self.step.consent_asked.connect(self._on_consent)
        self.new.save_asked.connect(self._save_new)
        self.new.consent_asked.connect(self._on_consent)
        self.records.list.chosen.connect(lambda _key: self._show_chosen())
        self.records.list.digit.connect(self.step.pick)
        self.records.list.entered.connect(lambda: focus(self.step.boxes["step"]))
        self.records.new_asked.connect(self._on_new)
        self._came = NEW
        self.fill([self.records, self.step, self.new], {"step": self.step, "referral": self.new})

    def refresh(self) -> None:
        case = self.case
        if case is None:
            return
        another = self.new.key.split("/")[0] != case.case_id
        self.retell()
        if another and case.referrals:
            self._came = case.referrals[-1].referral_id
        if self._came:
            self.records.list.select(self._came)
            self._came = NEW
        self.new.show_case(case)
        self.new.set_read_only(not self.may_change)
        self.step.set_read_only(not self.may_change)
        self.records.new_button.setVisible(self.may_change)
        self._show_chosen()

    def retell(self) -> None:
        if self.case is None:
            return
        reference, shown = self.tools.reference, []
        for referral in reversed(self.case.referrals):
            status = label(reference, "referral_status", referral.status)
            tone, sign = _TONES.get(referral.status, ("waiting", "?"))
            if self._is_late(referral):
                tone, sign = "danger", "!"
            shown.append(
                Record(
                    referral.referral_id,
                    label(reference, "service_type", referral.service_type),
                    " · ".join(w for w in (referral.organisation, self._due(referral)) if w)
                    or self.moment(referral.steps[-1].at),
                    Wording(status, tone, sign),
                    referral.status in ("DONE", "DEC"),
                )
            )
        self.records.show_records(shown)

    def _show_chosen(self) -> None:
        case = self.case
        if case is None:
            return
        referral = find_part(case.referrals, "referral_id", self.records.list.key)
        self.step.setVisible(referral is not None)
        self.new.setVisible(referral is None and self.may_change)
        if referral is not None:
            self.step.show_referral(case, referral, self._facts(referral), self._history(referral))

    def _facts(self, referral: Referral) -> str:
        said = [
            referral.organisation,
            self._due(referral),
            _("She was put through to them") if referral.warm else "",
            referral.note,
        ]
        return "\n".join(words for words in said if words)

    def _history(self, referral: Referral) -> str:
        lines = []
        for step in referral.steps:
            status = label(self.tools.reference, "referral_status", step.status)
            line = f"{self.moment(step.at)} · {status} · {person(self.people.names, step.by)}"
            lines.append(f"{line}: {step.reason}" if step.reason else line)
        return "\n".join(lines)

    def _is_late(self, referral: Referral) -> bool:
        return (
            referral.due_at is not None
            and referral.status not in ANSWERED
            and referral.due_at < self.now
        )

    def _due(self, referral: Referral) -> str:
        if referral.due_at is None or referral.status in ANSWERED:
            return ""
        moment = short_moment(referral.due_at, self.now)
        if self._is_late(referral):
            return _("answer was due {moment}, late by {span}").format(
                moment=moment, span=span(self.now - referral.due_at)
            )
        return _("answer due by {moment}").format(moment=moment)

    def _on_new(self) -> None:
        self.records.list.select(NEW)
        self._show_chosen()
        focus(self.new.boxes["service_type"])

    def _on_letter(self) -> None:
        if self._letter_asked is not None and self.case is not None and self.records.list.key:
            self._letter_asked(self.case, self.records.list.key)

    def _on_consent(self) -> None:
        referral = find_part(
            self.case.referrals if self.case else (), "referral_id", self.records.list.key
        )
        chosen = referral.service_type if referral else self.new.boxes["service_type"].value()
        self._ask_consent(chosen or "")

    def _save_step(self) -> None:
        values, referral_id = self.step.values(), self.records.list.key
        if values["step"] is None:
            self.step.show_faults([Fault("step", "call.missing")])
            return
        tools = self.tools
        warm = True if values["warm"] and values["step"] == "SENT" else None
        self.save(
            self.step,
            lambda case_id: tools.work.step_referral(
                tools.actor,
                case_id,
                referral_id,
                values["step"],
                reason=values["reason"],
                warm=warm,
            ),
        )

    def _save_new(self) -> None:
        values = self.new.values()
        missing = [where for where in ("service_type", "status") if values[where] is None]
        if missing:
            self.new.show_faults([Fault(where, "call.missing") for where in missing])
            return
        tools = self.tools
        service_type, status = values.pop("service_type"), values.pop("status")
        values["warm"] = values["warm"] and status == "SENT"
        self.save(
            self.new,
            lambda case_id: tools.work.refer(tools.actor, case_id, service_type, status, **values),
            self._on_saved,
        )

    def _on_saved(self, case: Case) -> None:
        known = {r.referral_id for r in self.case.referrals} if self.case else set()
        self._came = next(
            (r.referral_id for r in case.referrals if r.referral_id not in known), NEW
        )
