"""Sentences for the office card and for asking the ministry by file. Part of ui/problems.py, and of
the codes on the page of sending. Nothing is ever lost by these: what was saved stays here."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # The card
    "card.not_one": N_(
        "This file is no office card of the ministry. Choose the one whose name ends in “.117card”."
    ),
    "card.newer": N_(
        "The card was made for a newer version of the program. Install the newer version; nothing was changed."
    ),
    "card.changed": N_(
        "The card was damaged or changed on the way. Nothing was believed; ask the ministry for it again."
    ),
    "card.other_office": N_(
        "This card is for another office. Ask the ministry for the card of yours; nothing was changed."
    ),
    "card.other_server": N_(
        "This PC is known to another server of the ministry than the one on the card. Nothing was changed."
    ),
    "card.known_already": N_("The ministry knows this PC already; it needs no card any more."),
    "card.code_of_another": N_(
        "The code is not of the server on the card. Compare what you typed; if it is right, the card is the wrong one."
    ),
    # The ministry's answers
    "enrol.code_unknown": N_(
        "The ministry does not know the code that was typed here. Read the card again and type the code once more; everything saved stays here."
    ),
    "enrol.code_used": N_(
        "The code was used by another PC already. Ask the ministry for a new one, read the card again and type it; everything saved stays here."
    ),
    "enrol.code_expired": N_(
        "The code was too old when the bundle came. Ask the ministry for a new one, read the card again and type it; everything saved stays here."
    ),
    "enrol.code_other_office": N_(
        "The code was made for another office. Ask the ministry for one of yours, read the card again and type it; everything saved stays here."
    ),
}
