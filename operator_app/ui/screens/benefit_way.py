"""The question for benefits, put beside the call."""

from __future__ import annotations

from PySide6.QtCore import Qt

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.sync.lookup import BenefitLookup
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.benefit_lookup import BenefitCard


def offer_benefits(
    screen: CallScreen, lookup: BenefitLookup, actor: Actor, tasks: Tasks, clock: Clock
) -> BenefitCard:
    """The card follows the call, and forgets it at its end; what is taken goes into the note."""
    card = BenefitCard(lookup, actor, tasks, clock)
    fields, page = screen.fields, screen.page

    def open_card() -> None:
        # In a narrow window the panel lies over the form, and is opened by this.
        page.go_to_help()
        card.open()

    def take(words: str) -> None:
        fields.note.appendPlainText(words)
        fields.note.setFocus(Qt.FocusReason.OtherFocusReason)

    page.help.offer(card)
    card.add_keys(page)
    card.wanted.connect(open_card)
    card.left.connect(page.help.answers.left)
    card.taken.connect(take)
    fields.changed.connect(lambda: card.show_for(fields.form()))
    screen.progress_changed.connect(lambda _going: card.begin())
    return card
