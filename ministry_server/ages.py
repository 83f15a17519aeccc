"""How long ago something was, in words for whoever runs the receiver."""

from __future__ import annotations


def age(ms: int, now: int) -> str:
    """From `ms` to `now` (UTC milliseconds). A device's clock may be anything, so the age may be, too."""
    minutes = (now - ms) // 60_000
    if minutes < 0:
        return "clock ahead"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
