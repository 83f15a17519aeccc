"""An operator asks a supervisor to close a case of high risk."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt

from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.closures import Closures
from operator_app.ui import wording
from operator_app.ui.screens.case_acts import ActCard, Do, chips_of, words_field
from operator_app.ui.widgets.basic import labelled
from operator_app.ui.widgets.chips import ChipGroup


class AskClosureCard(ActCard):
    """Why it should be closed: a reason, and words that a supervisor can decide by."""

    def __init__(self, reference: Reference, closures: Closures) -> None:
        super().__init__(
            _("Ask for the case to be closed"),
            _("The risk is high: a supervisor decides, and you read the answer."),
            _("Ask"),
        )
        self._closures = closures
        self.reason = ChipGroup(chips_of(reference, "close_reason"), _("Why"))
        self.words = words_field()
        self.inner.addWidget(labelled(_("Why"), self.reason))
        self.inner.addWidget(labelled(_("In your words"), self.words))
        self.inner.addStretch(1)
        self.reason.passed.connect(self.words.setFocus)
        self.reason.picked.connect(lambda _code: self.words.setFocus())

    def decision(self) -> Do:
        reason, words = self.reason.value or "", self.words.toPlainText()
        return lambda _cases, actor, case_id: self._closures.ask(actor, case_id, reason, words)

    def focus_first(self) -> None:
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)


def asked_words(asked_at: int | None, today: date) -> str:
    """What stands on the page of a case that somebody asks to close; empty when nobody does."""
    if asked_at is None:
        return ""
    when = wording.inside(wording.day_and_time(asked_at, today))
    return _("A supervisor is asked to close this case: {when}.").format(when=when)
