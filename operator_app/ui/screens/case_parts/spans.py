"""How long something lasts or is late, in words: "1 day 4 h"."""

from __future__ import annotations

from operator_app.i18n import _, ngettext

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LONG_DAYS = 3
"""From so many days on, hours say nothing more."""


def span(milliseconds: int) -> str:
    """ "12 min", "5 h 20 min", "1 day 4 h", "12 days"; never negative."""
    rest = max(0, milliseconds)
    days, rest = divmod(rest, DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes = rest // MINUTE_MS
    if days:
        whole = ngettext("{n} day", "{n} days", days).format(n=days)
        if days >= LONG_DAYS or not hours:
            return whole
        return f"{whole} {_('{n} h').format(n=hours)}"
    if hours:
        whole = _("{n} h").format(n=hours)
        return f"{whole} {_('{n} min').format(n=minutes)}" if minutes else whole
    return _("{n} min").format(n=minutes)
