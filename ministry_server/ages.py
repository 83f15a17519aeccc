"""How long ago something was, in words for whoever runs the receiver."""

from __future__ import annotations

ENGLISH = ("clock ahead", "min", "h", "days")


def age(ms: int, now: int, words: tuple[str, str, str, str] = ENGLISH) -> str:
    """From `ms` to `now` (UTC milliseconds). A device's clock may be anything, so the age may be, too.

    `words`: for a time that is still to come, for minutes, hours and days.
    """
    ahead, few, hours, days = words
    minutes = (now - ms) // 60_000
    if minutes < 0:
        return ahead
    if minutes < 60:
        return f"{minutes} {few}"
    return f"{minutes // 60} {hours}" if minutes < 48 * 60 else f"{minutes // 1440} {days}"
