"""The personal number (ПИН) of a citizen: 14 digits, which tell sex and day of birth.

No rule for a check digit is published: only the form and the day are looked at.
"""

from __future__ import annotations

import re
from datetime import date

_PIN = re.compile(r"[0-2](\d{2})(\d{2})((?:19|20)\d{2})\d{5}", re.ASCII)


def read_pin(typed: str) -> str | None:
    """The 14 digits, spaces and dashes taken away; None when they cannot be a personal number."""
    digits = re.sub(r"[\s-]", "", typed)
    found = _PIN.fullmatch(digits)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return None
    return digits
