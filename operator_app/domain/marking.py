"""Words that stand in data and are translated where they are shown."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "mark, do not translate"
    """Mark a message for extraction where it is translated later, by `_`."""
    return message
