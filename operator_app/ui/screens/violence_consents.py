"""Consents per purpose, and referrals: whoever is told needs her word, or a recorded reason."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.calls import CallForm
from operator_app.domain.cases import TOLD
from operator_app.domain.clock import Clock
from operator_app.domain.consent import (
    DANGER_TO_LIFE,
    DUTY_OF_LAW,
    OVERRIDES,
    RECORD,
    SHARE,
    STATISTICS,
    Consent,
    allows,
)
from operator_app.domain.danger import YES
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import Fault
from operator_app.i18n import _, language
from operator_app.ui.screens.call_entries import consent_chips, service_entries
from operator_app.ui.screens.violence_part import ViolencePart
from operator_app.ui.widgets.basic import GRID, Notice, labelled
from operator_app.ui.widgets.consent_field import OWN_WORD, ConsentField
from operator_app.ui.widgets.referral_field import ReferralField

AGAINST_OR_WITHOUT = (DANGER_TO_LIFE, DUTY_OF_LAW)


class ConsentsPart(ViolencePart):
    """A service that was told without consent gets a row of its own: yes, no, or the reason.

    `moved`: the focus went to this widget by itself.
    """

    moved = Signal(QWidget)

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._shown_in = language()
        self._life_in_danger = False
        self._base: tuple[Consent, ...] = ()
        self.of_purpose = {
            purpose: self._made(purpose, values)
            for purpose, values in (
                (SHARE, OWN_WORD),
                (RECORD, (*OWN_WORD, *AGAINST_OR_WITHOUT)),
                (STATISTICS, OWN_WORD),
            )
        }
        self.of_service: dict[str, ConsentField] = {}
        statuses = {
            code.code: code.short_label(self._shown_in)
            for code in reference.codes("referral_status")
        }
        self.referrals = ReferralField(
            service_entries(reference, self._shown_in), statuses, clock, _("Referrals")
        )
        self.notice = Notice("warning")
        self.fields = {f"consent.{p}": f for p, f in self.of_purpose.items()}
        self.fields["referrals"] = self.referrals
        self._lay_out()
        self.wire()
        for field in self.of_purpose.values():
            field.changed.connect(self._show_rows)
        self.referrals.changed.connect(self._show_rows)
        self.referrals.settled.connect(self._on_settled)
        self.referrals.asked.connect(self.moved)

    def load(self, form: CallForm) -> None:
        block = form.violence or ViolenceForm()
        self._base = block.consents
        self.set_danger_now(form.danger_now)
        for field in self._rows():
            field.load(block.consents)
        self.referrals.set_values(block.referrals)
        for consent in block.consents:
            if consent.purpose == SHARE and consent.recipient:
                self._row(consent.recipient)
        self._show_rows()

    def into(self, block: ViolenceForm) -> ViolenceForm:
        self._base = block.consents
        return replace(block, consents=self._consents(), referrals=self.referrals.values)

    def set_danger_now(self, code: str | None) -> None:
        """The answer to "in danger right now?", which is asked elsewhere."""
        self._life_in_danger = code == YES
        for field in self._rows():
            field.set_life_in_danger(self._life_in_danger)

    def mark(self, faults: list[Fault]) -> None:
        named = {fault.where for fault in faults}
        for field in self._rows():
            field.set_missing("consents" in named and field.lacks_reason)
        for service, field in self.of_service.items():
            if "referrals" in named and service in self._untold():
                field.set_missing(True)

    def missing(self) -> QWidget | None:
        """Where the first reason or the first answer is missing."""
        untold = self._untold()
        places: list[QWidget] = [f.reason for f in self._rows() if f.lacks_reason]
        places += [f for service, f in self.of_service.items() if service in untold]
        return next(iter(places), None)

    def _rows(self) -> list[ConsentField]:
        return [*self.of_purpose.values(), *self.of_service.values()]

    def _consents(self) -> tuple[Consent, ...]:
        consents = self._base
        for field in self._rows():
            consents = field.into(consents)
        return consents

    def _untold(self) -> list[str]:
        """Services that were told although nothing said in this call allows it."""
        consents = self._consents()
        return [
            ask.service_type
            for ask in self.referrals.values
            if ask.status in TOLD and not allows(consents, SHARE, ask.service_type)
        ]

    def _on_settled(self, service: str) -> None:
        if service in self._untold():
            row = self._row(service)
            row.setFocus(Qt.FocusReason.TabFocusReason)
            self.moved.emit(row)

    def _show_rows(self) -> None:
        wanting = self._untold()
        for service in wanting:
            self._row(service)
        told = {a.service_type for a in self.referrals.values if a.status in TOLD}
        for service, field in self.of_service.items():
            field.setVisible(service in wanting or (service in told and field.consent is not None))
        self.notice.show_text(self._sentence(wanting))

    def _sentence(self, services: list[str]) -> str:
        if not services:
            return ""
        names = ", ".join(self.referrals.label(service) for service in services)
        by_law = all(any(s in OVERRIDES[value] for value in OVERRIDES) for s in services)
        said = (
            _("Told without consent: {services}. Ask her, or give the reason the law knows.")
            if by_law
            else _("Told without consent: {services}. Ask her; without her word it stays offered.")
        )
        return said.format(services=names)

    def _row(self, service: str) -> ConsentField:
        if service not in self.of_service:
            without = tuple(v for v in AGAINST_OR_WITHOUT if service in OVERRIDES[v])
            made = self._made(SHARE, (*OWN_WORD, *without), service)
            made.set_life_in_danger(self._life_in_danger)
            made.load(self._base)
            made.changed.connect(self._show_rows)
            made.changed.connect(self.changed)
            made.passed.connect(self._on_row_passed)
            rows = list(self.of_service.values())
            before = rows[-1].reason if rows else self.referrals.status
            self.of_service[service] = made
            self._services.addWidget(made)
            QWidget.setTabOrder(before, made.chips)
            QWidget.setTabOrder(made.chips, made.reason)
        return self.of_service[service]

    def _on_row_passed(self) -> None:
        self.referrals.setFocus(Qt.FocusReason.TabFocusReason)

    def _made(self, purpose: str, values: tuple[str, ...], service: str = "") -> ConsentField:
        question = self._reference.label("consent_purpose", purpose, self._shown_in)
        if service:
            question = _("May be told: {service}").format(service=self.referrals.label(service))
        chips = consent_chips(self._reference, self._shown_in, values)
        return ConsentField(question, chips, purpose, self._clock, service)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for field in self.of_purpose.values():
            layout.addWidget(field)
        layout.addWidget(labelled(_("Referrals"), self.referrals))
        layout.addWidget(self.notice)
        self._services = QVBoxLayout()
        self._services.setSpacing(GRID)
        layout.addLayout(self._services)
