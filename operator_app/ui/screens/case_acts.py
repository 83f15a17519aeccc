"""What a person decides about a case: assess again, lower the risk, close, give to another.

Each is a card in the place of the sections. The screen does what the person decided; what was typed
stays until it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.cases import Case
from operator_app.domain.danger import LEVELS, NOT_ASSESSED
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.cases import Cases
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.danger_panel import DangerPanel
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.note_field import NoteField

Do = Callable[[Cases, Actor, str], object]
"""Takes the service, who acts, and the id of the case; runs on the database worker."""

_TEXT_HEIGHT = 96
_WIDTH = 760
"""Pixels for which a card asks for the height that it needs."""


@dataclass(frozen=True)
class Deed:
    """What a person decided, and what the page does once it is saved."""

    do: Do
    done: Callable[[], None]


class ActCard(Card):
    """A question with its two ways out. `asked(Do)`: do it. `left()`: do not; Esc is the page's."""

    asked = Signal(object)
    left = Signal()

    def __init__(self, title: str, hint: str, verb: str) -> None:
        super().__init__(title)
        if hint:
            self.body.addWidget(text(hint, "muted", wrap=True))
        self.notice = Notice("warning")
        content = QWidget()
        self.inner = QVBoxLayout(content)
        self.inner.setContentsMargins(0, 0, 0, 0)
        self.inner.setSpacing(12)
        self.body.addWidget(self.notice)
        self.body.addWidget(FittingScroll(content, _WIDTH), 1)
        self.cancel_button = button(_("Cancel"))
        self.ok_button = button(verb, "primary", "Ctrl+Enter")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addStretch(1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.ok_button)
        self.body.addLayout(line)
        self.cancel_button.clicked.connect(self.left)
        self.ok_button.clicked.connect(lambda: self.asked.emit(self.decision()))

    def decision(self) -> Do:
        """What the fields ask for now."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Put the keyboard on the first question."""
        raise NotImplementedError


class CloseCard(ActCard):
    """Why it is closed, and a few words."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(
            _("Close the case"),
            _("Follow-ups that are still open end with it. It can be opened again."),
            _("Close the case"),
        )
        self.reason = ChipGroup(chips_of(reference, "close_reason"), _("Why"))
        self.note = words_field()
        self.inner.addWidget(labelled(_("Why"), self.reason))
        self.inner.addWidget(labelled(_("In your words (optional)"), self.note))
        self.inner.addStretch(1)
        self.reason.passed.connect(self.note.setFocus)
        self.reason.picked.connect(lambda _code: self.note.setFocus())

    def decision(self) -> Do:
        reason, note = self.reason.value or "", self.note.toPlainText()
        return lambda cases, actor, case_id: cases.close(actor, case_id, reason, note)

    def focus_first(self) -> None:
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)


class LowerCard(ActCard):
    """To which level, and why."""

    def __init__(self, reference: Reference, risk: str) -> None:
        super().__init__(
            _("Lower the risk"),
            _("Your decision is kept with its reason; the assessments before it stay as they are."),
            _("Lower the risk"),
        )
        below = LEVELS[: LEVELS.index(risk)] if risk in LEVELS else LEVELS
        chips = [
            c
            for c in chips_of(reference, "risk_level")
            if c.code in below and c.code != NOT_ASSESSED
        ]
        chips = [Chip(c.code, c.label, str(n)) for n, c in enumerate(chips, start=1)]
        self.level = ChipGroup(chips, _("Lower it to"))
        self.reason = words_field()
        self.inner.addWidget(labelled(_("Lower it to"), self.level))
        self.inner.addWidget(labelled(_("Reason"), self.reason))
        self.inner.addStretch(1)
        self.level.passed.connect(self.reason.setFocus)
        self.level.picked.connect(lambda _code: self.reason.setFocus())

    def decision(self) -> Do:
        level, reason = self.level.value or "", self.reason.toPlainText()
        return lambda cases, actor, case_id: cases.lower_risk(actor, case_id, level, reason)

    def focus_first(self) -> None:
        self.level.setFocus(Qt.FocusReason.OtherFocusReason)


class GiveCard(ActCard):
    """Who goes on with it."""

    def __init__(self, colleagues: Mapping[str, str], owner_id: str) -> None:
        super().__init__(
            _("Give to another person"),
            _("The open follow-ups of the owner go with the case."),
            _("Give"),
        )
        others = [(user, name) for user, name in colleagues.items() if user != owner_id]
        chips = [
            Chip(user, name, str(number) if number <= 9 else "")
            for number, (user, name) in enumerate(others, start=1)
        ]
        self.person = ChipGroup(chips, _("New owner"))
        self.inner.addWidget(labelled(_("New owner"), self.person))
        if not chips:
            self.inner.addWidget(text(_("Nobody else works on cases on this PC."), "muted"))
        self.inner.addStretch(1)
        self.person.passed.connect(self.ok_button.setFocus)
        self.person.picked.connect(lambda _code: self.ok_button.setFocus())

    def decision(self) -> Do:
        person = self.person.value or ""
        return lambda cases, actor, case_id: cases.assign(actor, case_id, person)

    def focus_first(self) -> None:
        self.person.setFocus(Qt.FocusReason.OtherFocusReason)


class AssessCard(ActCard):
    """One more danger screen. It may raise the risk; it never lowers it."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(
            _("Assess the danger again"),
            _("What you leave open keeps its earlier answer. The risk can rise by this, not fall."),
            _("Save the assessment"),
        )
        answers = [c for c in chips_of(reference, "yes_no_unknown") if c.code in ("Y", "N", "U")]
        answers = [
            Chip(c.code, c.label, c.key, tone="danger" if c.code == "Y" else "") for c in answers
        ]
        self.danger_now = ChipGroup(answers, _("In danger right now?"))
        self.panel = DangerPanel(reference.danger_rules, reference, language())
        self.panel.load({}, None, None)
        self.reason = words_field()
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(labelled(_("In danger right now?"), self.danger_now))
        left.addWidget(labelled(_("In your words (optional)"), self.reason))
        left.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        columns.addLayout(left, 2)
        columns.addWidget(self.panel, 3, Qt.AlignmentFlag.AlignTop)
        self.inner.addLayout(columns, 1)
        self.danger_now.changed.connect(lambda: self.panel.set_danger_now(self.danger_now.value))
        self.danger_now.passed.connect(self.panel.setFocus)
        self.danger_now.picked.connect(lambda _code: self.panel.setFocus())
        self.panel.passed.connect(self.reason.setFocus)

    def decision(self) -> Do:
        answers, raised_to = self.panel.answers, self.panel.raised_to
        danger_now, reason = self.danger_now.value, self.reason.toPlainText()
        return lambda cases, actor, case_id: cases.assess(
            actor, case_id, answers, danger_now=danger_now, raised_to=raised_to, reason=reason
        )

    def focus_first(self) -> None:
        self.danger_now.setFocus(Qt.FocusReason.OtherFocusReason)


def made_card(
    what: str, case: Case, reference: Reference, colleagues: Mapping[str, str]
) -> ActCard:
    """The question for "assess", "lower", "give" or "close"."""
    if what == "assess":
        return AssessCard(reference)
    if what == "lower":
        return LowerCard(reference, case.risk)
    if what == "give":
        return GiveCard(colleagues, case.owner_id)
    return CloseCard(reference)


def chips_of(reference: Reference, list_name: str) -> Sequence[Chip]:
    """What the list offers, a digit each."""
    return [
        Chip(code.code, code.short_label(language()), str(number), code.label(language()))
        for number, code in enumerate(reference.codes(list_name), start=1)
    ]


def words_field() -> NoteField:
    """A field of a few lines."""
    field = NoteField()
    field.setFixedHeight(_TEXT_HEIGHT)
    return field
