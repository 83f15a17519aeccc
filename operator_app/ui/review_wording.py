"""How a review is worded: reasons, answers, outcomes, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from operator_app.domain.clock import local_day
from operator_app.domain.reference import Reference
from operator_app.domain.review import (
    APPROVED,
    CLOSURE,
    DECISIONS,
    GOOD,
    HIGH_RISK,
    IMPROVE,
    NO,
    NOT_APPLICABLE,
    OUTCOMES,
    PARTLY,
    SAMPLE,
    SENT_BACK,
    TALK,
    YES,
    Waiting,
)
from operator_app.i18n import _
from operator_app.ui.widgets.chips import Chip
from operator_app.ui.wording import Wording, day, day_and_time, inside, risk_wording


def answer_chips() -> list[Chip]:
    """What a question of a checklist is answered with."""
    return [
        Chip(YES, _("Yes"), "1"),
        Chip(PARTLY, _("Partly"), "2"),
        Chip(NO, _("No"), "3"),
        Chip(NOT_APPLICABLE, _("n/a"), "4", _("does not apply")),
    ]


def answer_wording(answer: str) -> Wording:
    """An answer as it is read afterwards."""
    known = {
        YES: Wording(_("Yes"), "calm", "✓"),
        PARTLY: Wording(_("Partly"), "waiting", "◐"),
        NO: Wording(_("No"), "danger", "✕"),
        NOT_APPLICABLE: Wording(_("does not apply"), "", "–"),
    }
    return known.get(answer, Wording(answer))


def outcome_chips(reason: str) -> list[Chip]:
    """What a review may come to."""
    codes = DECISIONS if reason == CLOSURE else OUTCOMES
    return [Chip(code, outcome_wording(code).words, str(n)) for n, code in enumerate(codes, 1)]


def outcome_wording(outcome: str) -> Wording:
    """What a review came to."""
    known = {
        GOOD: Wording(_("Well done"), "calm", "✓"),
        IMPROVE: Wording(_("To improve"), "waiting", "◐"),
        TALK: Wording(_("Let us talk"), "waiting", "▲"),
        APPROVED: Wording(_("Close the case"), "calm", "✓"),
        SENT_BACK: Wording(_("Send back"), "waiting", "↩"),
    }
    return known.get(outcome, Wording(outcome))


def done_wording(outcome: str) -> Wording:
    """The same, told to whoever did the work."""
    known = {
        APPROVED: Wording(_("Closed as you asked"), "calm", "✓"),
        SENT_BACK: Wording(_("Sent back: not closed"), "waiting", "↩"),
    }
    return known.get(outcome) or outcome_wording(outcome)


def reason_words(reason: str) -> str:
    """Why something waits for a supervisor."""
    known = {
        HIGH_RISK: _("High risk"),
        CLOSURE: _("Closing asked for"),
        SAMPLE: _("Picked by lot"),
    }
    return known.get(reason, reason)


def waiting_wording(waiting: Waiting, reference: Reference) -> Wording:
    """The mark of something in the queue."""
    if waiting.reason == HIGH_RISK:
        return risk_wording(reference, waiting.risk)
    sign = "✓" if waiting.reason == CLOSURE else "◇"
    return Wording(reason_words(waiting.reason), "", sign)


def due_wording(waiting: Waiting, now: int, today: date) -> Wording:
    """Until when it is to be done, or since when it is late."""
    if waiting.reason == SAMPLE:
        # The week ends with the day before.
        when = inside(day(local_day(waiting.due_at - 1), today))
    else:
        when = inside(day_and_time(waiting.due_at, today))
    if waiting.is_late(now):
        return Wording(_("Late: {when}").format(when=when), "danger", "!")
    return Wording(_("until {when}").format(when=when))


def counts_words(counts: Mapping[str, int], late: int) -> str:
    """How much waits, by reason."""
    parts = [
        template.format(n=counts[reason])
        for reason, template in (
            (HIGH_RISK, _("High risk: {n}")),
            (CLOSURE, _("To close: {n}")),
            (SAMPLE, _("Calls: {n}")),
        )
        if counts.get(reason)
    ]
    if late:
        parts.append(_("late: {n}").format(n=late))
    return " · ".join(parts)
