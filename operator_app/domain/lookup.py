"""The question for somebody's benefits, and its answer, as they travel between office and receiver.

The question is sealed to the ministry, the answer to the asking PC: the personal number is in no
request, no address and no log in the clear.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from operator_app.domain.pin import read_pin
from operator_app.domain.wire import canonical_plain

PURPOSES = ("OWN", "FAMILY", "UNPAID")
"""Their own benefit; that of a family member, by their wish; one that did not come."""
STATUSES = ("paid", "applied", "suspended", "refused", "ended", "other")
FOUND, UNKNOWN, REFUSED, SLOW, DOWN, MALFORMED = (
    "found", "unknown_pin", "refused", "slow", "down", "malformed",
)  # fmt: skip
OUTCOMES = (FOUND, UNKNOWN, REFUSED, SLOW, DOWN, MALFORMED)
MOST_BENEFITS = 20
LONGEST_KIND = 120
_REFERENCE = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Question:
    """`reference` is what both ends note of it; consent is given, or there is no question."""

    reference: str
    pin: str
    purpose: str


@dataclass(frozen=True)
class Benefit:
    """`kind` as the other system names it; days as ISO dates, "" where it tells none."""

    kind: str
    status: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Answer:
    """`benefits` may be empty when it was `found`: the person is known and gets none."""

    outcome: str
    benefits: tuple[Benefit, ...] = ()


def write_question(question: Question) -> bytes:
    """What is sealed to the ministry."""
    return canonical_plain({**asdict(question), "consent": True})


def read_question(plain: bytes) -> Question:
    """Raises ValueError when it is not exactly one."""
    data = _object(plain, {"reference", "pin", "purpose", "consent"})
    pin = data["pin"]
    if not isinstance(pin, str) or read_pin(pin) != pin:
        raise ValueError("pin")
    if data["consent"] is not True or data["purpose"] not in PURPOSES:
        raise ValueError("purpose")
    reference = data["reference"]
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise ValueError("reference")
    return Question(reference, pin, data["purpose"])


def write_answer(answer: Answer) -> bytes:
    """What is sealed to the asking PC."""
    benefits = [asdict(benefit) for benefit in answer.benefits]
    return canonical_plain({"outcome": answer.outcome, "benefits": benefits})


def read_answer(plain: bytes) -> Answer:
    """Raises ValueError when it is not exactly one."""
    data = _object(plain, {"outcome", "benefits"})
    if data["outcome"] not in OUTCOMES or not isinstance(data["benefits"], list):
        raise ValueError("outcome")
    if data["benefits"] and data["outcome"] != FOUND:
        raise ValueError("benefits")
    return Answer(data["outcome"], check_benefits([_benefit(b) for b in data["benefits"]]))


def check_benefits(benefits: list[Benefit]) -> tuple[Benefit, ...]:
    """The benefits, if they can be shown. Raises ValueError."""
    if len(benefits) > MOST_BENEFITS:
        raise ValueError("benefits")
    for benefit in benefits:
        if not (0 < len(benefit.kind) <= LONGEST_KIND and benefit.kind.isprintable()):
            raise ValueError("kind")
        if benefit.status not in STATUSES:
            raise ValueError("status")
        for day in (benefit.since, benefit.until):
            if day and date.fromisoformat(day).isoformat() != day:
                raise ValueError("day")
    return tuple(benefits)


def _benefit(data: Any) -> Benefit:
    fields = {"kind", "status", "since", "until"}
    if not isinstance(data, dict) or set(data) != fields:
        raise ValueError("benefit")
    if not all(isinstance(value, str) for value in data.values()):
        raise ValueError("benefit")
    return Benefit(**data)


def _object(plain: bytes, names: set[str]) -> dict[str, Any]:
    try:
        data = json.loads(plain)
    except RecursionError:
        raise ValueError("nested") from None
    if not isinstance(data, dict) or set(data) != names:
        raise ValueError("form")
    return data
