"""One word of consent on a line: what it is about, the answer, and the reason without her word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.consent import DANGER_TO_LIFE, NOT_ASKED, OVERRIDES, Consent, newest
from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

OWN_WORD = ("Y", "N", NOT_ASKED)
"""Answers of the list `consent` that need no reason."""
QUESTION_WIDTH = 216


class ConsentField(QWidget):
    """A row for one purpose and recipient. What was said stays until something else is answered.

    `passed`: the person goes on (an answer was picked that needs no reason, or Enter).
    """

    changed = Signal()
    passed = Signal()

    def __init__(
        self, question: str, chips: Sequence[Chip], purpose: str, clock: Clock, recipient: str = ""
    ) -> None:
        """`chips`: the answers offered; `recipient` a `service_type`, "" for all."""
        super().__init__()
        self._clock = clock
        self._purpose = purpose
        self._recipient = recipient
        self._said: Consent | None = None
        self._life_in_danger = False
        self.chips = ChipGroup(chips, question)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("the reason"))
        self.reason.setAccessibleName(_("{question}: the reason").format(question=question))
        self.setFocusProxy(self.chips)
        caption = text(question, "fieldLabel", wrap=True)
        caption.setFixedWidth(QUESTION_WIDTH)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(caption)
        line.addWidget(self.chips)
        line.addWidget(self.reason, 1)
        self.chips.picked.connect(self._on_picked)
        self.chips.passed.connect(self._on_passed)
        self.reason.textEdited.connect(self._on_reason)
        self.reason.returnPressed.connect(self.passed)
        self._show()

    @property
    def consent(self) -> Consent | None:
        """The word given here, or None."""
        return self._said

    def load(self, consents: Sequence[Consent]) -> None:
        """Show the newest word about this purpose and recipient."""
        found = newest(consents, self._purpose, self._recipient)
        self._said = found if found and found.recipient == self._recipient else None
        self._show()

    def into(self, consents: tuple[Consent, ...]) -> tuple[Consent, ...]:
        """The consents with the word of this row in the place of the one it follows."""
        said = self._said
        if said is None or said in consents:
            return consents
        others = [
            c for c in consents if (c.purpose, c.recipient) != (self._purpose, self._recipient)
        ]
        return (*others, said)

    def set_life_in_danger(self, known: bool) -> None:
        """Whether danger right now is known: the reason "danger to life" then writes itself."""
        self._life_in_danger = known

    def set_missing(self, missing: bool) -> None:
        """Mark what is still missing: the reason where one is needed, else the answer."""
        wants_reason = self.reason.isVisibleTo(self)
        set_state(self.reason, "missing", missing and wants_reason)
        self.chips.set_missing(missing and not wants_reason)

    @property
    def lacks_reason(self) -> bool:
        """Whether the answer needs a reason that is not there."""
        said = self._said
        return said is not None and said.value in OVERRIDES and not said.reason.strip()

    def _on_picked(self, value: str) -> None:
        if self._said is None or self._said.value != value:
            reason = self.reason.text() if value in OVERRIDES else ""
            if value == DANGER_TO_LIFE and not reason and self._life_in_danger:
                reason = _("Danger to life")
            self._say(value, reason)
        self._on_passed()

    def _on_passed(self) -> None:
        if self.reason.isVisibleTo(self):
            self.reason.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.passed.emit()

    def _on_reason(self, typed: str) -> None:
        if self._said is not None:
            self._say(self._said.value, typed)

    def _say(self, value: str, reason: str) -> None:
        self._said = Consent(
            self._purpose, value, to_ms(self._clock()), recipient=self._recipient, reason=reason
        )
        self._show()
        self.set_missing(False)
        self.changed.emit()

    def _show(self) -> None:
        said = self._said
        self.chips.set_value(said.value if said else None)
        wants_reason = said is not None and said.value in OVERRIDES
        if said is not None and self.reason.text() != said.reason:
            self.reason.setText(said.reason)
        elif said is None:
            self.reason.clear()
        self.reason.setVisible(wants_reason)
