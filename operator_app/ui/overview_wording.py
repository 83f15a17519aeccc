"""The overview in words: its tiles, its troubles, and what each of its figures counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from operator_app.domain.figures import Period
from operator_app.domain.overview import Concern
from operator_app.export.definitions import DEFINITIONS
from operator_app.i18n import N_, _, ngettext
from operator_app.services.overview import Overview
from operator_app.ui.wording import duration

NONE = "–"
_DAY_MINUTES = 24 * 60

NAMES = {
    "calls": N_("All calls"),
    "asked": N_("Asked for help"),
    "danger": N_("In danger now"),
    "violence": N_("Calls about violence"),
    "response": N_("Time to 102 or 103"),
    "acute": N_("Open cases of high risk"),
    "follow_ups": N_("Follow-ups late"),
    "referrals": N_("Referrals without an answer"),
    "waiting": N_("Waiting for the ministry"),
    "oldest": N_("The oldest waits"),
}
"""The tiles from left to right: five of the days shown, five of now."""

_COUNTED = {
    "danger": N_(
        "Calls in which the answer to “danger now” is yes. All of them: also those whose person "
        "did not agree to be in figures, which reports that leave the office do not tell."
    ),
    "response": N_(
        "The median time from the moment danger was known to the first call to 102 or 103, over "
        "the calls with danger now or high risk in which it was made; all of them, whatever was "
        "agreed on figures."
    ),
    "acute": N_("Cases that are not closed and whose level of danger is high or immediate, now."),
    "follow_ups": N_("Follow-ups of all people that are not done and whose time has passed, now."),
    "referrals": N_(
        "Referrals of open cases that were sent and not answered by the time an answer was "
        "expected, now."
    ),
    "waiting": N_("Entries that were saved here and have no signed receipt of the ministry, now."),
    "oldest": N_("How long the entry that was saved first of those has been waiting."),
}
"""What those tiles count that are no indicator of reports."""

_TROUBLES = {
    Concern.FOLLOW_UPS: N_("Urgent follow-ups late: {n}"),
    Concern.ORDERS: N_("Protection orders end within 48 hours: {n}"),
    Concern.PLAN: N_("High risk without a safety plan: {n}"),
    Concern.REVIEW: N_("High risk nobody has reviewed: {n}"),
    Concern.UNSENT: N_("Unsent for more than a day: {n}"),
}
CASE_LISTS = {
    Concern.ORDERS: N_("Protection orders that end within 48 hours"),
    Concern.PLAN: N_("High risk without a safety plan"),
}
"""The troubles that are lists of cases, with the heading of the list."""


@dataclass(frozen=True)
class TileWords:
    """What a tile says; `before` of the same days before, "" where it is about now."""

    figure: str
    before: str = ""
    is_bad: bool = False


def tiles(overview: Overview, now_ms: int) -> dict[str, TileWords]:
    """All tiles, by name."""
    now, before, standing = overview.now, overview.before, overview.standing
    alarms, alarms_before = overview.alarms, overview.alarms_before
    oldest = standing.oldest_waiting_at
    shown = {
        name: _compared(now.number(name), before.number(name))
        for name in ("calls", "asked", "violence")
    }
    danger = alarms.in_danger.number
    return shown | {
        "danger": TileWords(
            str(danger), _was(str(alarms_before.in_danger.number)), is_bad=danger > 0
        ),
        "response": TileWords(
            _length(alarms.emergency.median_seconds),
            _was(_length(alarms_before.emergency.median_seconds)),
        ),
        "acute": TileWords(str(standing.acute.number)),
        "follow_ups": TileWords(str(standing.follow_ups_late), is_bad=standing.follow_ups_late > 0),
        "referrals": TileWords(
            str(standing.referrals_overdue.number), is_bad=standing.referrals_overdue.number > 0
        ),
        "waiting": TileWords(str(standing.waiting)),
        "oldest": TileWords(NONE if oldest is None else age((now_ms - oldest) // 60_000)),
    }


def trouble(concern: Concern, number: int) -> str:
    """ "Urgent follow-ups late: 3"."""
    return _(_TROUBLES[concern]).format(n=number)


def definition(name: str) -> tuple[str, str]:
    """(name, what is counted) of a tile or of an indicator of a chart."""
    if name in _COUNTED:
        return _(NAMES[name]), _(_COUNTED[name])
    told = DEFINITIONS[name]
    return told.shown_title, told.shown_text


def age(minutes: int) -> str:
    """ "3 d", "5 h", "12 min": how long something waits."""
    if minutes >= _DAY_MINUTES:
        days = minutes // _DAY_MINUTES
        return ngettext("{n} day", "{n} days", days).format(n=days)
    if minutes >= 60:
        return _("{n} h").format(n=minutes // 60)
    return _("{n} min").format(n=max(0, minutes))


def period_text(period: Period) -> str:
    """ "24.11.2026", or "17.11 – 24.11.2026"."""
    last = f"{period.last:%d.%m.%Y}"
    if period.first == period.last:
        return last
    first = (
        f"{period.first:%d.%m}" if period.first.year == period.last.year else _full(period.first)
    )
    return f"{first} – {last}"


def _full(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _compared(now: int, before: int) -> TileWords:
    return TileWords(str(now), _was(str(before)))


def _was(figure: str) -> str:
    return _("before: {figure}").format(figure=figure)


def _length(seconds: int | None) -> str:
    return NONE if seconds is None else duration(seconds)
