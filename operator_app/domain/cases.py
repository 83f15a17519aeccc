"""A case: everything about one person's safety that outlives a call. One record on the wire.

Parts that grow (calls, incidents, assessments, consents, notes) are only added to; a referral and
a task carry their own history. Times in UTC milliseconds, days as "YYYY-MM-DD" in Bishkek.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from operator_app.domain.consent import CALL_BACK, Consent, allows
from operator_app.domain.danger import ACUTE, NOT_ASSESSED
from operator_app.domain.gbv import gravest
from operator_app.domain.text import check_text
from operator_app.domain.violence import OLDEST, SafeContact
from operator_app.errors import Fault

CLOSED = "CLOSED"
STATUSES = ("NEW", "WORK", "WAIT", "MON", CLOSED)
"""Code list `case_status` from the most open to the closed."""

PHONE = "PHONE"
"""Way of a follow-up that needs consent and a safe time (code list `task_way`)."""
OTHER_WAY = "OTHER"

ANSWERED = frozenset({"ACC", "REJ", "DONE", "NOT", "UNK", "DEC"})
"""Statuses of a referral that is not waiting for the service any more."""
TOLD = frozenset({"SENT", "ACC", "DONE"})
"""Statuses in which the service knows of her: they need her consent, or a recorded reason."""


@dataclass(frozen=True)
class CallLink:
    """A call of the case, with what a timeline shows of it."""

    call_id: str
    number: str
    started_at: int
    operator_id: str
    topic: str | None = None
    danger_now: str | None = None


@dataclass(frozen=True)
class Affected:
    """The person the case is about; works without a name. `age` in whole years."""

    name: str = ""
    sex: str | None = None
    age: int | None = None
    age_band: str | None = None
    phone: str = ""
    address: str = ""
    is_caller: bool = False
    vulnerabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Incident:
    """What happened, as one call told it. `gbv_type` is computed from `forms`, never asked."""

    incident_id: str
    told_at: int
    happened_on: str = ""
    forms: tuple[str, ...] = ()
    gbv_type: str | None = None
    contexts: tuple[str, ...] = ()
    place: str | None = None
    division: str | None = None
    children: str | None = None
    happened: str = ""
    call_id: str = ""


@dataclass(frozen=True)
class Offender:
    """Facts about who did it: no name unless it is needed. Y, N or U where it is a question."""

    relation: str | None = None
    lives_together: str | None = None
    sex: str | None = None
    age_band: str | None = None
    has_weapon: str | None = None
    is_official: str | None = None
    known_to_police: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Assessment:
    """One danger screen; never overwritten. `final` is the risk of the case after it.

    `computed` by the rules of `rules_version` (with earlier answers where this one knows nothing);
    `lowered`: a supervisor lowered the risk, `reason` says why; `raised_to`: by a person.
    """

    assessment_id: str
    at: int
    by: str
    answers: dict[str, str] = field(default_factory=dict)
    danger_now: str | None = None
    rules_version: str = ""
    computed: str = NOT_ASSESSED
    final: str = NOT_ASSESSED
    raised_to: str | None = None
    lowered: bool = False
    reason: str = ""
    call_id: str = ""


@dataclass(frozen=True)
class ProtectionOrder:
    """A temporary protection order: issued within 24 h of asking, 3 days, extended up to 30.

    `status`: code of `order_status`. `ends_at`: when the protection ends, as known now.
    """

    order_id: str
    status: str
    recorded_at: int
    asked_at: int | None = None
    issued_at: int | None = None
    ends_at: int | None = None
    police_office: str = ""
    broken_at: int | None = None


@dataclass(frozen=True)
class SafetyPlan:
    """What she does when it begins again; as she said it. `documents_ready`: Y, N or U."""

    safe_person: str = ""
    code_word: str = ""
    safe_place: str = ""
    documents_ready: str | None = None
    children_plan: str = ""
    steps: str = ""
    agreed_at: int | None = None


@dataclass(frozen=True)
class ReferralStep:
    """A referral came to a status (code list `referral_status`); `reason` where it failed."""

    status: str
    at: int
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Referral:
    """To one service; `steps` is its history, never empty. `due_at`: when an answer is expected."""

    referral_id: str
    service_type: str
    steps: tuple[ReferralStep, ...]
    organisation: str = ""
    warm: bool = False
    due_at: int | None = None
    note: str = ""
    call_id: str = ""

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.steps[-1].status

    @property
    def sent_at(self) -> int | None:
        """When it was first passed on."""
        return self.first("SENT")

    def first(self, status: str) -> int | None:
        """When it first came to the status."""
        return next((s.at for s in self.steps if s.status == status), None)


@dataclass(frozen=True)
class Task:
    """A follow-up. `rule`: which rule made it, and for what ("" by hand); unique in the case.

    `kind` and `way` are codes of `task_kind` and `task_way`. Open until `done_at` or `dropped_at`.
    """

    task_id: str
    kind: str
    way: str
    due_at: int
    assignee_id: str
    created_at: int
    rule: str = ""
    text: str = ""
    done_at: int | None = None
    done_by: str = ""
    result: str = ""
    dropped_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.done_at is None and self.dropped_at is None


@dataclass(frozen=True)
class Note:
    """Words of a colleague on the case."""

    note_id: str
    at: int
    by: str
    text: str


@dataclass(frozen=True)
class Case:
    """The whole case. `risk` is that of the last assessment, or what a supervisor lowered it to.

    `revision`, `op_id`, `saved_at` say which version this is; they are not part of the snapshot.
    `withheld` names the fields that another PC left out for want of consent ("contact.hours").
    """

    case_id: str
    number: str
    office_code: str
    kind: str
    opened_at: int
    opened_by: str
    owner_id: str
    status: str = "NEW"
    risk: str = NOT_ASSESSED
    closed_at: int | None = None
    closed_by: str = ""
    close_reason: str | None = None
    close_note: str = ""
    division: str | None = None
    affected: Affected = field(default_factory=Affected)
    offender: Offender = field(default_factory=Offender)
    contact: SafeContact = field(default_factory=SafeContact)
    plan: SafetyPlan = field(default_factory=SafetyPlan)
    calls: tuple[CallLink, ...] = ()
    incidents: tuple[Incident, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    orders: tuple[ProtectionOrder, ...] = ()
    consents: tuple[Consent, ...] = ()
    referrals: tuple[Referral, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Note, ...] = ()
    withheld: tuple[str, ...] = ()
    revision: int = 0
    op_id: str = ""
    saved_at: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.status == CLOSED

    @property
    def is_acute(self) -> bool:
        """Whether a supervisor must close it, and its news go first."""
        return self.risk in ACUTE

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """What is still to be done, the earliest first."""
        return tuple(sorted((t for t in self.tasks if t.is_open), key=lambda t: t.due_at))

    @property
    def next_action_at(self) -> int | None:
        """When the next follow-up is due."""
        due = self.open_tasks
        return due[0].due_at if due else None

    @property
    def may_be_phoned(self) -> bool:
        """Consent to call back, and a time that is safe (domain.md 4.2)."""
        return allows(self.consents, CALL_BACK) and bool(self.contact.hours.strip())

    @property
    def gbv_type(self) -> str | None:
        """The most serious type of its incidents, computed (see domain.gbv)."""
        return gravest(i.gbv_type for i in self.incidents)


def check_person(affected: Affected) -> list[Fault]:
    """Faults of what was typed about the person: too much text, no age a person has."""
    faults = []
    for name, most in (("name", 200), ("phone", 200), ("address", 500)):
        faults += check_text(name, getattr(affected, name), most)
    if affected.age is not None and not 0 <= affected.age <= OLDEST:
        faults.append(Fault("age", "age.not_understood", {"most": OLDEST}))
    return faults


T = TypeVar("T")


def replaced(parts: tuple[T, ...], key: str, new: T) -> tuple[T, ...]:
    """The parts with the one of the same id (attribute `key`) replaced, or the new one added."""
    wanted = getattr(new, key)
    if any(getattr(part, key) == wanted for part in parts):
        return tuple(new if getattr(part, key) == wanted else part for part in parts)
    return (*parts, new)


def find_part(parts: Iterable[T], key: str, wanted: str) -> T | None:
    """The part with that id, or None."""
    return next((p for p in parts if getattr(p, key) == wanted), None)
