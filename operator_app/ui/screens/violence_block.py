"""The violence block of the call screen: nothing in it is required, closing it discards nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.calls import CallForm, with_level
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.danger import ACUTE, NOT_ASSESSED, YES
from operator_app.domain.reference import Reference
from operator_app.domain.violence import CALLER, ViolenceForm
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.screens.violence_case import CaseChoice, KnownCases
from operator_app.ui.screens.violence_consents import ConsentsPart
from operator_app.ui.screens.violence_contact import ContactPart
from operator_app.ui.screens.violence_incident import IncidentPart
from operator_app.ui.screens.violence_part import Field, ViolencePart, is_answered
from operator_app.ui.screens.violence_person import PersonPart
from operator_app.ui.widgets.basic import GRID, Card
from operator_app.ui.widgets.consent_field import ConsentField
from operator_app.ui.widgets.referral_field import ReferralField
from operator_app.ui.widgets.tag_field import TagField

POLICE = "E102"
AMBULANCE = "E103"
"""Actions (code list `action`) that stop a part of the response clock."""


class ViolenceBlock(QWidget):
    """Three cards. A picked answer and Enter go on to the next open field.

    `passed`: the person went on from the last one. `went_on(field)`: the focus moved by itself.
    """

    changed = Signal()
    passed = Signal()
    went_on = Signal(QWidget)

    def __init__(self, reference: Reference, clock: Clock, known: KnownCases | None) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._call_id = ""
        self._kept = ViolenceForm()
        """The last state of the block, with what has no field here: danger screen and stamps."""
        self._actions: tuple[str, ...] = ()
        self._caller: tuple[str, str] = ("", "")
        self.case = CaseChoice(known, reference, clock)
        self.person = PersonPart(reference)
        self.incident = IncidentPart(reference)
        self.contact = ContactPart(reference, clock)
        self.consents = ConsentsPart(reference, clock)
        self._parts: Sequence[ViolencePart] = (
            self.person,
            self.incident,
            self.contact,
            self.consents,
        )
        self.fields: dict[str, Field] = {}
        for part in self._parts:
            self.fields |= part.fields
            part.changed.connect(self.changed)
            part.passed.connect(self._go_on)
        self.case.changed.connect(self.changed)
        self.case.passed.connect(lambda: self._go_on(self.case))
        self.case.taken.connect(lambda: self.went_on.emit(self.case))
        self.person.name_entered.connect(self.look_up)
        self.consents.moved.connect(self._on_moved)
        self.incident.happened.grew.connect(self._on_grown)
        self._lay_out()

    def load(self, form: CallForm, call_id: str) -> None:
        """Show the block of a form; `call_id`: the saved call it amends, or ""."""
        self._call_id = call_id
        self._kept = form.violence or ViolenceForm()
        self._actions = form.actions
        self.case.begin(self._kept.joins)
        for part in self._parts:
            part.load(form)

    @property
    def value(self) -> ViolenceForm | None:
        """What stands here, None for nothing at all."""
        block = replace(self._kept, joins=self.case.value)
        for part in self._parts:
            block = part.into(block)
        self._kept = block
        return None if block == ViolenceForm() else block

    def completed(self, form: CallForm) -> CallForm:
        """The form with its block, the level and the start of the response clock, if it is a
        violence call; else without."""
        block = form.violence or ViolenceForm()
        told = replace(block, police_at=None, ambulance_at=None)
        # 102 is called for other reasons as well: a stamp alone makes no violence call.
        if not replace(form, violence=told).is_violence:
            self._kept = replace(block, computed_level=NOT_ASSESSED, rules_version="", high_at=None)
            return replace(form, violence=None)
        form = with_level(replace(form, violence=block), self._reference.danger_rules)
        block = form.violence or block
        if block.high_at is None and block.level in ACUTE:
            known_at = form.danger_at if form.danger_now == YES else None
            block = replace(block, high_at=known_at or to_ms(self._clock()))
        self._kept = block
        return replace(form, violence=block)

    def set_danger_answers(self, answers: dict[str, str], raised_to: str | None) -> None:
        """Take over the danger screen, which is asked elsewhere."""
        self._kept = replace(self._kept, answers=dict(answers), raised_to=raised_to)
        self.changed.emit()

    def stamp(self, actions: tuple[str, ...]) -> None:
        """Keep when 102 and 103 were called; an action taken back takes its time with it."""
        kept = self._kept
        if _differs(POLICE, actions, self._actions):
            kept = replace(kept, police_at=to_ms(self._clock()) if POLICE in actions else None)
        if _differs(AMBULANCE, actions, self._actions):
            at = to_ms(self._clock()) if AMBULANCE in actions else None
            kept = replace(kept, ambulance_at=at)
        self._kept = kept
        self._actions = actions

    def show_call(self, form: CallForm) -> None:
        """What the block takes from the rest of the call: danger now, the caller's name."""
        self.consents.set_danger_now(form.danger_now)
        self._caller = (form.phone, form.caller_name)

    def show_case_of(self, call_id: str) -> None:
        """The call was saved while it goes on: show the case it is in, which is decided now."""
        self._call_id = call_id
        self.look_up()

    def look_up(self) -> None:
        """Search for known cases of the number and of the affected person's name."""
        if self.isHidden():
            return
        phone, caller = self._caller
        about_caller = self.person.affected.value in (None, CALLER)
        name = caller if about_caller else self.person.name.text()
        self.case.look_up(phone, name, self._call_id)

    def offer(self, service_type: str) -> None:
        """A service was named to her: note it, and ask how far it came."""
        self.consents.referrals.offer(service_type)

    def mark(self, faults: list[Fault]) -> None:
        """Mark the fields the faults name."""
        for part in self._parts:
            part.mark(faults)

    def field_of(self, faults: list[Fault]) -> QWidget | None:
        """The first field that a fault names."""
        named = {fault.where for fault in faults}
        typed = named - {"consents", "referrals"}
        first = next((field for where, field in self.fields.items() if where in typed), None)
        if first is None and named != typed:
            return self.consents.missing() or self.consents.referrals
        return first

    def first_open(self) -> QWidget | None:
        """The first field that is not answered; before all, which of the known cases it is."""
        if self.case.isVisible() and self.case.is_open:
            return self.case
        return self._next_of(list(self.fields.values()))

    def _go_on(self, answered: QWidget) -> None:
        fields = list(self.fields.values())
        rest = fields[fields.index(answered) + 1 :] if answered in fields else fields
        target = self._next_of(rest)
        if target is None:
            self.passed.emit()
            return
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.went_on.emit(target)

    def _on_grown(self) -> None:
        if self.incident.happened.hasFocus():
            self._on_moved(self.incident.happened)

    def _on_moved(self, shown: QWidget) -> None:
        # After the layout has settled: it may just have been shown.
        QTimer.singleShot(0, self, lambda: self.went_on.emit(shown))

    def _next_of(self, fields: list[Field]) -> QWidget | None:
        return next((f for f in fields if f.isVisible() and not is_answered(f)), None)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for title, widgets in (
            (_("Violence and safety"), (self.case, self.person, self.incident)),
            (_("Safe contact"), (self.contact,)),
            (_("Consent and referrals"), (self.consents,)),
        ):
            card = Card(title)
            card.body.setContentsMargins(16, GRID, 16, 12)
            for widget in widgets:
                card.body.addWidget(widget)
            layout.addWidget(card)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, in the order of the eye."""
        stops: list[QWidget] = []
        for field in self.fields.values():
            if isinstance(field, ConsentField):
                stops += [field.chips, field.reason]
            elif isinstance(field, ReferralField):
                stops += [field.field, field.status]
            elif isinstance(field, TagField):
                stops.append(field.field)
            else:
                stops.append(field)
        return stops


def _differs(action: str, now: tuple[str, ...], before: tuple[str, ...]) -> bool:
    return (action in now) != (action in before)
