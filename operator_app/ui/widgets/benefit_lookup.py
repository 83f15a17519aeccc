"""Beside the call: somebody's benefits by their PIN, asked with purpose and consent.

What was typed and what came lies on the screen only, and goes with the call; one key takes the
answer into the note, without the PIN.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.lookup import Answer, Benefit
from operator_app.domain.people import Actor
from operator_app.errors import BadInput
from operator_app.i18n import N_, _
from operator_app.sync.lookup import BenefitLookup
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, labelled, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

OPEN_KEY, TAKE_KEY = "Shift+F5", "Alt+5"
LONGEST_TYPED = 20
_PURPOSES = {
    "OWN": N_("own benefit"),
    "FAMILY": N_("of a family member"),
    "UNPAID": N_("did not come"),
}
_STATUSES = {
    "paid": N_("is paid"),
    "applied": N_("applied for"),
    "suspended": N_("suspended"),
    "refused": N_("refused"),
    "ended": N_("ended"),
    "other": N_("status not known here"),
}


class BenefitCard(Card):
    """Closed until it is asked for; not there in a call about violence."""

    taken = Signal(str)
    """The words for the note."""
    wanted = Signal()
    """By key: the panel has to be brought into sight, then `open` is to be called."""
    left = Signal()
    """Esc: the keyboard returns to the form."""

    def __init__(self, lookup: BenefitLookup, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__(_("Benefit status"))
        self._lookup = lookup
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._form = CallForm(started_at=0)
        self._asked = 0
        self._words = ""
        self.body.setContentsMargins(12, GRID, 12, GRID)
        self.open_button = button(_("Ask for benefit status") + f"   {OPEN_KEY}")
        self.pin = QLineEdit()
        self.purpose = ChipGroup(
            [
                Chip(code, _(label), str(number))
                for number, (code, label) in enumerate(_PURPOSES.items(), start=1)
            ],
            _("What for"),
        )
        self.consent = QCheckBox(_("The caller agrees that I ask"))
        self.ask_button = button(_("Ask"), "primary")
        self.problem = Notice("danger")
        self.result = text("", wrap=True)
        self.take_button = button(_("Into the note") + f"   {TAKE_KEY}")
        self._question = self._lay_out()
        self.open_button.clicked.connect(self.open)
        self.ask_button.clicked.connect(self._on_ask)
        self.pin.returnPressed.connect(self._on_ask)
        self.take_button.clicked.connect(self._on_take)
        self.begin()

    def add_keys(self, page: QWidget) -> None:
        """Shift+F5 asks for the question, Alt+5 takes the answer into the note: anywhere on this
        page."""
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, act in ((OPEN_KEY, self._on_wanted), (TAKE_KEY, self._on_take)):
            QShortcut(QKeySequence(key), page, context=within).activated.connect(act)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def begin(self) -> None:
        """Another call, or none: nothing of the one before stays."""
        self._asked += 1
        self._words = ""
        self.pin.clear()
        self.purpose.set_value(None)
        self.consent.setChecked(False)
        self._mark(set())
        self.problem.show_text("")
        self._show_result("")
        self._set_busy(False)
        self._question.hide()
        self.open_button.show()

    def show_for(self, form: CallForm) -> None:
        """Follow the call as it stands."""
        self._form = form
        if form.is_violence and not self.isHidden():
            self.begin()
        self.setVisible(not form.is_violence)

    def open(self) -> None:
        """Show the question and go to it."""
        self.open_button.hide()
        self._question.show()
        self.pin.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_wanted(self) -> None:
        if not self.isHidden():
            self.wanted.emit()

    def _on_ask(self) -> None:
        self._asked += 1
        self._show_result("")
        self.problem.show_text("")
        self._mark(set())
        self._set_busy(True)
        form, pin, purpose = self._form, self.pin.text(), self.purpose.value or ""
        consent = self.consent.isChecked()
        self._tasks.background(
            self,
            lambda: self._lookup.ask(self._actor, form, pin, purpose, consent=consent),
            partial(self._on_answered, self._asked),
            partial(self._on_failed, self._asked),
        )

    def _on_answered(self, asked: int, answer: Answer) -> None:
        if asked != self._asked:
            return
        self._set_busy(False)
        # What was asked is answered; the number is not needed any more.
        self.pin.clear()
        lines = [_benefit_words(benefit) for benefit in answer.benefits]
        shown = "\n".join(lines) or _("Known there, and no benefit is noted.")
        day = local_day(to_ms(self._clock())).strftime("%d.%m.%Y")
        self._words = _("Benefit status, asked on {day} with consent: {answer}").format(
            day=day, answer="; ".join(lines) or shown
        )
        self._show_result(shown)

    def _on_failed(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        self._set_busy(False)
        if isinstance(error, BadInput):
            self._mark({fault.where for fault in error.faults})
        self.problem.show_text(sentence(error))

    def _on_take(self) -> None:
        if self._words:
            words, self._words = self._words, ""
            self.take_button.hide()
            self.taken.emit(words)

    def _mark(self, wrong: set[str]) -> None:
        set_state(self.pin, "missing", "pin" in wrong)
        self.purpose.set_missing("purpose" in wrong)
        set_state(self.consent, "missing", "consent" in wrong)

    def _set_busy(self, busy: bool) -> None:
        self.ask_button.setEnabled(not busy)
        self.ask_button.setText(_("Asking…") if busy else _("Ask"))

    def _show_result(self, words: str) -> None:
        self.result.setText(words)
        self.result.setVisible(bool(words))
        self.take_button.setVisible(bool(words))

    def _lay_out(self) -> QWidget:
        self.pin.setMaxLength(LONGEST_TYPED)
        self.pin.setPlaceholderText(_("14 digits"))
        self.pin.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhDigitsOnly
        )
        question = QWidget()
        lines = QVBoxLayout(question)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(GRID)
        lines.addWidget(labelled(_("PIN of the person"), self.pin))
        lines.addWidget(self.purpose)
        lines.addWidget(self.consent)
        for part in (self.ask_button, self.problem, self.result, self.take_button):
            lines.addWidget(part)
        self.body.addWidget(self.open_button)
        self.body.addWidget(question)
        return question


def _benefit_words(benefit: Benefit) -> str:
    said = f"{benefit.kind}: {_(_STATUSES[benefit.status])}"
    if benefit.since:
        said += ", " + _("since {day}").format(day=_day(benefit.since))
    if benefit.until:
        said += ", " + _("until {day}").format(day=_day(benefit.until))
    return said


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"
