"""Two versions of one case, made without knowledge of each other: both seen, the safer shown.

What only one of them changed is taken over. What was added by any of them is there. Where they
contradict each other the more cautious value is shown, and the difference is listed until a person
decides. The order in which the versions arrived plays no part (sync invariant I12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from operator_app.domain.cases import STATUSES, Case, Referral, ReferralStep
from operator_app.domain.consent import GIVEN, Consent, newest
from operator_app.domain.danger import more_cautious
from operator_app.domain.gbv import gravest

Part = TypeVar("Part")
Choose = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Difference:
    """A field on which the versions disagree: its dotted name ("contact.hours",
    "orders.<order_id>.ends_at", "consents.SHARE.POL"), the value of each version in the order of
    `Merged.versions`, and the one that is shown until a person decides."""

    field: str
    values: tuple[Any, ...]
    shown: Any


@dataclass(frozen=True)
class Merged:
    """The case as it is shown, the versions it was made of, and where they disagree."""

    case: Case
    versions: tuple[Case, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Decision:
    """What a supervisor decided: for each difference the number of the version that is right.

    Times in UTC milliseconds.
    """

    choices: Mapping[str, int]
    by: str
    at: int


LISTS = {
    "calls": "call_id",
    "incidents": "incident_id",
    "assessments": "assessment_id",
    "orders": "order_id",
    "referrals": "referral_id",
    "tasks": "task_id",
    "notes": "note_id",
}
"""Lists of a case that are only added to, with the attribute that is the id of an entry."""
_PARTS = ("affected", "offender", "contact", "plan")
_NOT_MERGED = {"case_id", "number", "office_code", "revision", "op_id", "saved_at", "withheld"}
_ANSWERS = {"N": 0, None: 1, "X": 2, "U": 3, "R": 4, "Y": 5}
_ANSWER_FIELDS = {
    "offender.lives_together",
    "offender.has_weapon",
    "offender.is_official",
    "offender.known_to_police",
    "children",
}
_ORDER_STATUSES = ("ELEC", "EXT30", "ISS3", "NONE", "ASK", "APPL", "REFP", "BRK")
"""From the best protected to the least."""
_EARLIEST = {"ends_at", "due_at"}
"""Moments at which somebody must have acted: the earlier one is the safer one."""
_UNITED = {"vulnerabilities", "forms", "contexts"}
"""Lists of codes: what any version knows is known."""
_MISSING = object()


def merged(
    versions: Sequence[Case], ancestor: Case | None = None, decision: Decision | None = None
) -> Merged:
    """One case of several versions. `ancestor`: the last state they have in common, if known;
    without it every difference counts as a contradiction."""
    ordered = tuple(sorted(versions, key=lambda v: (v.saved_at, v.op_id)))
    return _Merger(ordered, ancestor, decision).run()


def last_common(bases: Mapping[str, Sequence[str]], heads: Sequence[str]) -> str | None:
    """The last revision that all heads were made from, if it is known.

    `bases`: of each revision that is known, by op_id.
    """

    def before(op_id: str) -> set[str]:
        todo, seen = list(bases[op_id]), set[str]()
        while todo:
            base = todo.pop()
            if base not in seen:
                seen.add(base)
                todo += bases.get(base, ())
        return seen

    shared = set.intersection(*(before(head) for head in heads)) & bases.keys()
    older = {base for op_id in shared for base in before(op_id)}
    latest = sorted(shared - older)
    return latest[0] if len(latest) == 1 else None


@dataclass
class _Merger:
    versions: tuple[Case, ...]
    ancestor: Case | None
    decision: Decision | None
    found: list[Difference] = field(default_factory=list)

    def run(self) -> Merged:
        latest = max(self.versions, key=lambda v: (v.saved_at, v.op_id))
        values: dict[str, Any] = {}
        for each in fields(Case):
            name = each.name
            if name in _NOT_MERGED:
                continue
            if name in _PARTS:
                values[name] = self._part(
                    name,
                    getattr(self.ancestor, name, None),
                    [(v, getattr(v, name)) for v in self.versions],
                )
            elif name in LISTS:
                values[name] = self._list(name, LISTS[name])
            elif name == "consents":
                values[name] = self._consents()
            else:
                values[name] = self._value(
                    name,
                    getattr(self.ancestor, name, _MISSING),
                    [(v, getattr(v, name)) for v in self.versions],
                )
        case = _closed_or_open(replace(latest, withheld=(), **values))
        return Merged(case, self.versions, tuple(self.found))

    def _part(self, prefix: str, ancestor: Any, parts: Sequence[tuple[Case, Any]]) -> Any:
        """Each field of a part by itself; what a version withheld is no statement of it."""
        newest_part = max(parts, key=lambda x: (x[0].saved_at, x[0].op_id))[1]
        values = {
            each.name: self._value(
                f"{prefix}.{each.name}",
                getattr(ancestor, each.name, _MISSING),
                [(v, getattr(part, each.name)) for v, part in parts],
            )
            for each in fields(newest_part)
        }
        return replace(newest_part, **values)

    def _list(self, name: str, key: str) -> tuple[Any, ...]:
        """All entries of all versions, those of the same id made one."""
        ids = dict.fromkeys(
            getattr(entry, key)
            for source in (*((self.ancestor,) if self.ancestor else ()), *self.versions)
            for entry in getattr(source, name)
        )
        before = {getattr(e, key): e for e in getattr(self.ancestor, name, ())}
        result = []
        for entry_id in ids:
            present = [
                (version, entry)
                for version in self.versions
                for entry in getattr(version, name)
                if getattr(entry, key) == entry_id
            ]
            if not present:
                continue
            result.append(self._entry(name, entry_id, before.get(entry_id), present))
        return tuple(sorted(result, key=_when))

    def _entry(
        self, name: str, entry_id: str, ancestor: Any, present: Sequence[tuple[Case, Any]]
    ) -> Any:
        first = present[0][1]
        if all(entry == first for _version, entry in present):
            return first
        whole = self._part(f"{name}.{entry_id}", ancestor, present)
        if isinstance(whole, Referral):
            return replace(whole, steps=_steps(e.steps for _v, e in present))
        return whole

    def _value(self, path: str, ancestor: Any, said: Sequence[tuple[Case, Any]]) -> Any:
        name = _field_name(path)
        stated = [(v, value) for v, value in said if name not in v.withheld]
        if not stated:
            return said[0][1]
        values = [value for _v, value in stated]
        changed = [value for value in values if value != ancestor]
        if not changed:
            return ancestor
        # The steps of a referral are put together by `_entry`.
        if all(value == changed[0] for value in changed) or path.endswith(".steps"):
            return changed[0]
        last = path.rsplit(".", maxsplit=1)[-1]
        if last in _UNITED:
            return tuple(dict.fromkeys(code for value in values for code in value))
        if last == "gbv_type":
            return gravest(values)
        latest = max(stated, key=lambda x: (x[0].saved_at, x[0].op_id))[1]
        shown = _cautious(name, changed, latest)
        return self._differs(path, tuple(value for _v, value in said), shown)

    def _consents(self) -> tuple[Consent, ...]:
        """All words; where the versions' last words allow different things, the refusal counts."""
        every = sorted(
            dict.fromkeys(c for v in self.versions for c in v.consents), key=lambda c: c.at
        )
        about = dict.fromkeys((c.purpose, c.recipient) for c in every)
        dropped: set[Consent] = set()
        added: list[Consent] = []
        for purpose, recipient in about:
            last = [_last_word(v.consents, purpose, recipient) for v in self.versions]
            known = _last_word(getattr(self.ancestor, "consents", ()), purpose, recipient)
            changed = [word for word in last if word != known]
            if len({word.value if word else None for word in changed}) < 2:
                continue
            cautious = min(
                (word for word in changed if word),
                key=lambda c: (c.value in GIVEN, c.value not in ("N", "X"), -c.at),
            )
            path = f"consents.{purpose}" + (f".{recipient}" if recipient else "")
            shown = self._differs(path, tuple(last), cautious)
            if self.decision is not None and path in self.decision.choices and shown:
                added.append(replace(shown, at=self.decision.at, by=self.decision.by))
            else:
                dropped |= {
                    c
                    for c in every
                    if (c.purpose, c.recipient) == (purpose, recipient)
                    and c.value in GIVEN
                    and c in changed
                    and shown not in (None, c)
                }
        return tuple(c for c in every if c not in dropped) + tuple(added)

    def _differs(self, path: str, values: tuple[Any, ...], cautious: Any) -> Any:
        choice = self.decision.choices.get(path) if self.decision else None
        shown = cautious if choice is None else values[choice]
        self.found.append(Difference(path, values, shown))
        return shown


def _cautious(name: str, values: Sequence[Any], latest: Any) -> Any:
    last = name.rpartition(".")[2]
    shown: Any
    if name == "risk":
        shown = more_cautious(*values)
    elif name == "status":
        shown = min(values, key=lambda s: STATUSES.index(s) if s in STATUSES else 0)
    elif name in _ANSWER_FIELDS or last == "children":
        shown = max(values, key=lambda a: _ANSWERS.get(a, 3))
    elif name == "contact.hours":
        shown = ""  # two opinions on when it is safe: nobody phones until that is clear
    elif name == "orders.status":
        shown = max(values, key=lambda s: _ORDER_STATUSES.index(s) if s in _ORDER_STATUSES else 0)
    elif last in _EARLIEST:
        shown = min((value for value in values if value is not None), default=None)
    else:
        shown = latest
    return shown


def _field_name(path: str) -> str:
    """ "orders.<id>.ends_at" as "orders.ends_at": the way withheld fields are named."""
    parts = path.split(".")
    return f"{parts[0]}.{parts[-1]}" if len(parts) > 2 else path


def _steps(histories: Iterable[tuple[ReferralStep, ...]]) -> tuple[ReferralStep, ...]:
    """The steps of all versions in their order; one that was only withheld in part is not twice."""
    known: dict[tuple[str, int, str], ReferralStep] = {}
    for step in (step for history in histories for step in history):
        key = (step.status, step.at, step.by)
        if key not in known or len(step.reason) > len(known[key].reason):
            known[key] = step
    return tuple(sorted(known.values(), key=lambda s: s.at))


def _closed_or_open(case: Case) -> Case:
    """What belongs to a closed case goes with its status."""
    if case.is_closed:
        return case
    return replace(case, closed_at=None, closed_by="", close_reason=None, close_note="")


def _last_word(consents: Iterable[Consent], purpose: str, recipient: str) -> Consent | None:
    word = newest(consents, purpose, recipient)
    return word if word is not None and word.recipient == recipient else None


def _when(entry: Any) -> tuple[int, str]:
    for name in ("at", "told_at", "recorded_at", "started_at", "created_at"):
        moment = getattr(entry, name, None)
        if moment is not None:
            return int(moment), repr(entry)
    return int(entry.steps[0].at), entry.referral_id
