"""The fields of a call: what is asked, in the order of asking, and how keys move through it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMoveEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from operator_app.domain.calls import NUISANCE_KINDS, CallForm
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.reference import Reference
from operator_app.errors import Fault
from operator_app.i18n import _, language
from operator_app.services.call_advice import Suggestion, with_action
from operator_app.ui.screens.call_entries import (
    action_entries,
    age_chips,
    benefit_issue_entries,
    channel_entries,
    danger_chips,
    kind_chips,
    language_chips,
    place_entries,
    relation_entries,
    sex_chips,
    topic_entries,
)
from operator_app.ui.screens.call_layout import lay_out
from operator_app.ui.screens.violence_block import AMBULANCE, POLICE, ViolenceBlock
from operator_app.ui.screens.violence_case import KnownCases
from operator_app.ui.screens.violence_part import is_answered
from operator_app.ui.widgets.advice_tags import AdviceTags
from operator_app.ui.widgets.basic import set_state
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.note_field import NoteField
from operator_app.ui.widgets.tag_field import TagField
from operator_app.ui.widgets.type_ahead import TypeAhead


class CallFields(QWidget):
    """Shows a CallForm and gives it back. Knows nothing of saving.

    A picked answer moves on to the next question of the core that is still open; Tab goes through
    all fields in the order of the eye.
    """

    changed = Signal()
    nuisance_picked = Signal(str)
    phone_edited = Signal(str)
    went_on = Signal(QWidget)
    """The focus moved by itself to this field."""

    def __init__(
        self, reference: Reference, clock: Clock, known_cases: KnownCases | None = None
    ) -> None:
        """`known_cases`: where a violence call looks for the case it may belong to."""
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._loading = False
        self._shown = CallForm(started_at=0)
        shown_in = language()
        self.kind = ChipGroup(kind_chips(reference, shown_in), _("Kind of contact"))
        self.danger = ChipGroup(danger_chips(reference, shown_in), _("In danger right now?"))
        self.channel = ChoiceField(
            channel_entries(reference, shown_in), _("Way of contact"), "", digits=True
        )
        self.language = ChipGroup(language_chips(reference, shown_in), _("Language"))
        self.sex = ChipGroup(sex_chips(reference, shown_in), _("Caller's sex"))
        self.age = ChipGroup(age_chips(reference, shown_in), _("Age"))
        self.phone = QLineEdit()
        self.phone.setMaxLength(200)
        self.phone.setPlaceholderText(_("any number, or “hidden”"))
        self.name = QLineEdit()
        self.name.setMaxLength(200)
        self.name.setPlaceholderText(_("anonymous"))
        self.place = ChoiceField(place_entries(reference, shown_in), _("Place"), "")
        self.relation = ChoiceField(
            relation_entries(reference, shown_in), _("Caller is, to the person concerned"), ""
        )
        self.topics = TagField(
            topic_entries(reference, shown_in), _("Topics"), _("first letters of a topic…"), most=4
        )
        self.benefit_issue = ChoiceField(
            benefit_issue_entries(reference, shown_in), _("What about the benefit"), "", digits=True
        )
        self.note = NoteField()
        self.note.setPlaceholderText(_("In short: what happened, what was asked, what was advised"))
        self.actions_taken = TagField(
            action_entries(reference, shown_in), _("Action taken"), _("digit or letters…"),
            most=8, digits=True,
        )  # fmt: skip
        self.advice = AdviceTags()
        self.violence = ViolenceBlock(reference, clock, known_cases)
        self.earlier_hint = QPushButton()
        self.earlier_hint.setObjectName("link")
        self.earlier_hint.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.earlier_hint.hide()
        self._core: tuple[tuple[str, ChipGroup | ChoiceField | TagField], ...] = (
            ("contact_kind", self.kind),
            ("danger_now", self.danger),
            ("language", self.language),
            ("caller_sex", self.sex),
            ("caller_age_group", self.age),
            ("division", self.place),
            ("topics", self.topics),
            ("benefit_issue", self.benefit_issue),
            ("actions", self.actions_taken),
        )
        self._relation_box, self._benefit_box = lay_out(self)
        self._wire()

    def load(self, form: CallForm, amends: str = "") -> None:
        """Show a form; `amends`: the id of the saved call it changes, "" for a new one."""
        self._loading = True
        self._shown = form
        self.kind.set_value(form.contact_kind)
        self.danger.set_value(form.danger_now)
        self.channel.set_value(form.channel)
        self.language.set_value(form.language)
        self.sex.set_value(form.caller_sex)
        self.age.set_value(form.caller_age_group)
        self.phone.setText(form.phone)
        self.name.setText(form.caller_name)
        self.place.set_value(form.division)
        self.relation.set_value(form.relation)
        self.topics.set_values(form.topics)
        self.benefit_issue.set_value(form.benefit_issue)
        self.note.setPlainText(form.note)
        # Who goes on with a call, or amends it, writes on.
        self.note.moveCursor(QTextCursor.MoveOperation.End)
        self.actions_taken.set_values(form.actions)
        self.advice.set_values(form.advice)
        self.violence.load(form, amends)
        self.mark([])
        self._loading = False
        self._on_changed()
        self.violence.look_up()

    def form(self) -> CallForm:
        """What the fields hold now; the violence block only where it belongs to the call."""
        danger_at = self._shown.danger_at
        if self.danger.value != self._shown.danger_now:
            danger_at = to_ms(self._clock()) if self.danger.value else None
        read = replace(
            self._shown,
            contact_kind=self.kind.value,
            channel=self.channel.value or "PHONE",
            danger_now=self.danger.value,
            danger_at=danger_at,
            language=self.language.value,
            topics=self.topics.values,
            benefit_issue=self.benefit_issue.value if self._is_benefit() else None,
            caller_sex=self.sex.value,
            caller_age_group=self.age.value,
            relation=self.relation.value if self._is_for_another() else None,
            division=self.place.value,
            caller_name=self.name.text(),
            phone=self.phone.text(),
            note=self.note.toPlainText(),
            actions=self.actions_taken.values,
            violence=self.violence.value,
            advice=self.advice.values,
        )
        if read != self._shown:
            self._shown = self.violence.completed(read)
        return self._shown

    def set_danger_answers(self, answers: dict[str, str], raised_to: str | None) -> None:
        """Take over the danger screen (question code to Y, N, U or R), and what the operator
        raised the level to."""
        self.violence.set_danger_answers(answers, raised_to)

    def stamp_police(self) -> None:
        """Police 102 was called just now; once more takes it back."""
        self._toggle_action(POLICE)

    def stamp_ambulance(self) -> None:
        """Ambulance 103 was called just now; once more takes it back."""
        self._toggle_action(AMBULANCE)

    def take_advice(self, given: Suggestion, title: str) -> None:
        """The caller was told this, or sent there: it is noted, with the action that it is.

        In a violence call a service becomes a referral, whose status is then asked for.
        """
        if not self.advice.add(given.advice, title):
            return
        self.actions_taken.set_values(with_action(self.actions_taken.values, given))
        if given.listed is not None and self._shown.is_violence:
            self.violence.offer(given.listed.service.service_type)

    def mark(self, faults: list[Fault]) -> None:
        """Mark the fields the faults name."""
        named = {fault.where for fault in faults}
        for name, field in self._core:
            field.set_missing(name in named)
        set_state(self.note, "missing", "note" in named)
        self.violence.mark(faults)

    def focus_first(self, faults: list[Fault] | None = None) -> None:
        """Put the cursor on the first named field, or on the first open question of the core."""
        named = [fault.where for fault in faults or []]
        target: QWidget | None = next((field for name, field in self._core if name in named), None)
        beside = {"note": self.note, "phone": self.phone, "caller_name": self.name}
        if target is None:
            target = next((field for name, field in beside.items() if name in named), None)
        if target is None and faults:
            target = self.violence.field_of(faults)
        if target is None:
            target = next((f for _n, f in self._core if not is_answered(f)), self.note)
        self._focus(target)

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        # Scrolled away from under the list of a field, which lies on the window.
        focused = QApplication.focusWidget()
        if isinstance(focused, TypeAhead):
            focused.close_list()

    def _wire(self) -> None:
        self.kind.picked.connect(self._on_kind_picked)
        for group in (self.danger, self.language, self.sex, self.age):
            group.picked.connect(partial(self._go_on, group))
        self.place.picked.connect(partial(self._go_on, self.place))
        self.benefit_issue.picked.connect(partial(self._go_on, self.benefit_issue))
        self.actions_taken.changed.connect(self._stamp)
        for _name, field in self._core:
            field.passed.connect(partial(self._go_on, field))
            field.changed.connect(partial(field.set_missing, False))
            field.changed.connect(self._on_changed)
        for optional in (self.channel, self.relation):
            optional.changed.connect(self._on_changed)
        self.phone.textChanged.connect(self._on_changed)
        self.phone.editingFinished.connect(lambda: self.phone_edited.emit(self.phone.text()))
        self.phone.returnPressed.connect(self.focusNextChild)
        self.name.returnPressed.connect(self.focusNextChild)
        for optional in (self.channel, self.relation):
            optional.passed.connect(self.focusNextChild)
            optional.picked.connect(lambda _code: self.focusNextChild())
        self.name.textChanged.connect(self._on_changed)
        self.violence.changed.connect(self._on_changed)
        self.advice.changed.connect(self._on_changed)
        self.violence.passed.connect(partial(self._focus, self.note))
        self.violence.went_on.connect(self.went_on)
        for known_by in (self.phone, self.name):
            known_by.editingFinished.connect(self.violence.look_up)
        self.note.textChanged.connect(self._on_changed)

    def _on_kind_picked(self, kind: str) -> None:
        if kind in NUISANCE_KINDS:
            self.nuisance_picked.emit(kind)
        else:
            self._go_on(self.kind)

    def _go_on(self, answered: QWidget, _code: str = "") -> None:
        """To the next question of the core that is open; after the last one to the violence block
        where it is open, else to the note."""
        fields = [field for _name, field in self._core]
        rest = fields[fields.index(answered) + 1 :] if answered in fields else fields
        target: QWidget | None = next(
            (f for f in rest if f.isVisible() and not is_answered(f)), None
        )
        self._focus(target or self.violence.first_open() or self.note)

    def _focus(self, target: QWidget) -> None:
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.went_on.emit(target)

    def _toggle_action(self, action: str) -> None:
        taken = self.actions_taken.values
        without = tuple(a for a in taken if a != action)
        self.actions_taken.set_values(without if action in taken else (*taken, action))

    def _stamp(self) -> None:
        if not self._loading:
            self.violence.stamp(self.actions_taken.values)

    def _is_benefit(self) -> bool:
        return any(topic.startswith("BEN.") for topic in self.topics.values)

    def _is_for_another(self) -> bool:
        return self.kind.value in ("OTHER", "PROF")

    def _on_changed(self) -> None:
        if self._loading:
            return
        self._benefit_box.setVisible(self._is_benefit())
        self._relation_box.setVisible(self._is_for_another())
        form = self.form()
        was_hidden = self.violence.isHidden()
        self.violence.show_call(form)
        self.violence.setVisible(form.is_violence)
        if was_hidden and form.is_violence:
            self.violence.look_up()
        self.changed.emit()
