"""Phone numbers as callers give them: recognised where possible, never refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

HOME_REGION = "KG"


class PhoneKind(StrEnum):
    """What was recognised in the typed text."""

    NONE = "none"
    NUMBER = "number"
    FOREIGN = "foreign"
    SHORT = "short"
    HIDDEN = "hidden"
    RAW = "raw"


HIDDEN_WORDS = frozenset(
    {"?", "-", "hidden", "anonymous", "скрыт", "скрытый", "скрытый номер", "жашыруун", "аноним"}
)


@dataclass(frozen=True)
class Phone:
    """A number as typed (`raw`), with its E.164 form where it has one.

    `key` is what earlier calls are found by: the E.164 form, or else the digits of a raw number
    of at least five; empty when a match would mean nothing (hidden, a short service number).
    """

    raw: str
    kind: PhoneKind
    e164: str | None = None
    key: str = ""

    @property
    def shown(self) -> str:
        """For people: "+996 555 12-34-56" for numbers at home, else what was typed."""
        if self.kind is PhoneKind.NUMBER and self.e164 and len(self.e164) == 13:
            n = self.e164
            return f"{n[:4]} {n[4:7]} {n[7:9]}-{n[9:11]}-{n[11:]}"
        return self.e164 or self.raw


@lru_cache(maxsize=1)  # a save reads the same number for the row and for the wire
def read_phone(typed: str) -> Phone:
    """Understand a typed number: E.164, 0XXXXXXXXX, 996..., nine digits, short, foreign, any text.

    Always returns; what cannot be understood is kept as typed.
    """
    raw = typed.strip()[:64]
    if not raw:
        return Phone("", PhoneKind.NONE)
    if raw.lower() in HIDDEN_WORDS:
        return Phone(raw, PhoneKind.HIDDEN)
    digits = "".join(c for c in raw if c in "0123456789")
    raw_key = digits if len(digits) >= 5 else ""
    if not digits or re.search(r"[^\W\d_]", raw):
        return Phone(raw, PhoneKind.RAW, key=raw_key)
    if len(digits) <= 5 and not raw.startswith("+"):
        return Phone(raw, PhoneKind.SHORT)
    e164 = _parse(raw, digits)
    if e164 is None:
        return Phone(raw, PhoneKind.RAW, key=raw_key)
    kind = PhoneKind.NUMBER if e164.startswith("+996") else PhoneKind.FOREIGN
    return Phone(raw, kind, e164=e164, key=e164)


def _parse(raw: str, digits: str) -> str | None:
    import phonenumbers  # 30 ms: only when the first number is typed

    candidates = [raw]
    if not raw.startswith("+"):
        candidates.append("+" + digits.removeprefix("00"))
    for candidate in candidates:
        try:
            number = phonenumbers.parse(candidate, HOME_REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None
