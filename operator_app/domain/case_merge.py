"""Two versions of one case, made without knowledge of each other: both seen, the safer shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from operator_app.domain.cases import STATUSES, Case
from operator_app.domain.danger import more_cautious


@dataclass(frozen=True)
class Difference:
    """A field on which the versions disagree: its dotted name, the value of each version in their
    order, and the one that is shown until a person decides."""

    field: str
    values: tuple[Any, ...]
    shown: Any


@dataclass(frozen=True)
class Merged:
    """The case as it is shown, and where the versions disagree."""

    case: Case
    differences: tuple[Difference, ...]


GROWING = {
    "calls": "call_id",
    "incidents": "incident_id",
    "assessments": "assessment_id",
    "orders": "order_id",
    "referrals": "referral_id",
    "tasks": "task_id",
    "notes": "note_id",
}
"""Lists of a case that are only added to, with the attribute that is the id of an entry."""


def merged(versions: Sequence[Case]) -> Merged:
    """One case of several versions: everything that was added by any of them, and of what they
    contradict each other in the more cautious value (safety) or the newest (the rest)."""
    newest = max(versions, key=lambda v: (v.saved_at, v.op_id))
    risk = more_cautious(*(v.risk for v in versions))
    status = min((v.status for v in versions), key=STATUSES.index)
    return Merged(replace(newest, risk=risk, status=status), ())
