"""What happened in a case, newest first: from its parts and from the differences of its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from operator_app.domain.cases import (
    CLOSED,
    Assessment,
    CallLink,
    Case,
    Incident,
    Note,
    ProtectionOrder,
    Referral,
    ReferralStep,
    SafetyPlan,
    Task,
)
from operator_app.domain.consent import Consent
from operator_app.services.case_versions import Version


@dataclass(frozen=True)
class Stepped:
    """A referral came to a status; `step` is one of its steps."""

    referral: Referral
    step: ReferralStep


@dataclass(frozen=True)
class StatusSet:
    """Another status; `reason` (a code of `close_reason`) and `note` where it was closed."""

    before: str
    after: str
    reason: str | None = None
    note: str = ""


@dataclass(frozen=True)
class OwnerSet:
    """The case was given to another person; user ids."""

    before: str
    after: str


@dataclass(frozen=True)
class VersionsMerged:
    """A supervisor made one version of several."""


Part = (
    CallLink
    | Incident
    | Assessment
    | Stepped
    | ProtectionOrder
    | Task
    | Note
    | Consent
    | SafetyPlan
    | StatusSet
    | OwnerSet
    | VersionsMerged
)


@dataclass(frozen=True)
class Happening:
    """One line of the timeline: when (UTC milliseconds), who (a user id, "" when nobody is named),
    and what: a part of the case as it was then, or a change of it."""

    at: int
    by: str
    part: Part


def timeline(case: Case, versions: Sequence[Version]) -> tuple[Happening, ...]:
    """Everything of `case` and of its `versions` (oldest first), newest first."""
    found = [*_parts(case), *_changes(versions)]
    # Of one moment: what was told last comes first.
    found.reverse()
    return tuple(sorted(found, key=lambda h: -h.at))


def _parts(case: Case) -> Iterator[Happening]:
    tellers = {link.call_id: link.operator_id for link in case.calls}
    for link in case.calls:
        yield Happening(link.started_at, link.operator_id, link)
    for incident in case.incidents:
        yield Happening(incident.told_at, tellers.get(incident.call_id, ""), incident)
    for assessment in case.assessments:
        yield Happening(assessment.at, assessment.by, assessment)
    for consent in case.consents:
        yield Happening(consent.at, consent.by, consent)
    for referral in case.referrals:
        for step in referral.steps:
            yield Happening(step.at, step.by, Stepped(referral, step))
    for task in case.tasks:
        if task.done_at is not None:
            yield Happening(task.done_at, task.done_by, task)
    for note in case.notes:
        yield Happening(note.at, note.by, note)


def _changes(versions: Sequence[Version]) -> Iterator[Happening]:
    known = {version.case.op_id: version.case for version in versions}
    for version in _in_order(versions):
        replaced = [known[op_id] for op_id in version.over[:1] if op_id in known]
        bases = replaced or [known[op_id] for op_id in version.bases if op_id in known]
        if len(bases) > 1:
            yield Happening(version.at, version.author_id, VersionsMerged())
        for part in _differences(bases, version.case):
            yield Happening(version.at, version.author_id, part)


def _in_order(versions: Sequence[Version]) -> list[Version]:
    """What a version was made from comes before it, also within one millisecond."""
    bases = {v.case.op_id: (*v.bases, *v.over) for v in versions}
    try:
        order = list(TopologicalSorter(bases).static_order())
    except CycleError:
        # Only a forged revision goes round in a circle; it is shown all the same.
        return list(versions)
    places = {op_id: place for place, op_id in enumerate(order)}
    return sorted(versions, key=lambda v: places[v.case.op_id])


def _differences(bases: Sequence[Case], after: Case) -> Iterator[Part]:
    """What is in none of the versions that `after` was made from."""
    for order in after.orders:
        if not any(order in before.orders for before in bases):
            yield order
    if not bases:
        return
    first = bases[0]
    if all(after.plan != before.plan for before in bases):
        yield after.plan
    if all(after.owner_id != before.owner_id for before in bases):
        yield OwnerSet(first.owner_id, after.owner_id)
    if all(after.status != before.status for before in bases):
        closed = after.status == CLOSED
        yield StatusSet(
            first.status,
            after.status,
            after.close_reason if closed else None,
            after.close_note if closed else "",
        )


@dataclass(frozen=True)
class CaseView:
    """All that the page of a case shows. `versions` that contradict each other: 1 is no conflict.

    `may_change`: whether the person might change it now. `closure_asked_at`: since when a
    supervisor is asked to close it (UTC milliseconds).
    """

    case: Case
    timeline: tuple[Happening, ...]
    versions: int
    may_change: bool
    closure_asked_at: int | None = None
