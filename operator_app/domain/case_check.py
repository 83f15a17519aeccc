"""Whether the snapshot of a case that came from elsewhere can be kept, shown and built upon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from operator_app.domain.case_merge import LISTS
from operator_app.domain.cases import Case
from operator_app.errors import Fault

EARLIEST = -62_000_000_000_000
LATEST = 253_000_000_000_000
"""UTC milliseconds (years 5 and 9987): what is outside of these is no moment of any calendar."""


def case_faults(case: Case) -> list[Fault]:
    """What is wrong with a case whose fields are of their types; empty when it is sound.

    Codes: `wire.out_of_range` (no moment, no age), `wire.bad_text` (no Unicode),
    `wire.part_twice` (two entries of a list with one id), `wire.part_empty` (a referral without
    any step).
    """
    return [Fault(f"body.{name}", code) for name, code in _faults(case)]


def _faults(case: Case) -> Iterator[tuple[str, str]]:
    for name, value in msgspec.to_builtins(case).items():
        if code := next(filter(None, map(_fault_of, _leaves(value))), None):
            yield name, code
    for name, key in LISTS.items():
        ids = [getattr(part, key) for part in getattr(case, name)]
        if len(set(ids)) < len(ids):
            yield name, "wire.part_twice"
    if not all(referral.steps for referral in case.referrals):
        yield "referrals", "wire.part_empty"


def _leaves(value: Any) -> Iterator[Any]:
    # As deep as the fields of a case are nested, and no deeper: the type has no recursion.
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _fault_of(value: Any) -> str | None:
    if type(value) is int and not EARLIEST <= value <= LATEST:
        return "wire.out_of_range"
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "wire.bad_text"
    return None
