"""A synthetic year of an office: calls, their corrections, cases and the work on them. Seeded.

Facts are drawn as forms (year_calls.py, year_cases.py), go through the rules of the domain as in
the services, and are written by the driver (bulk.py).
"""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.calls import Call, CallForm, call_number
from operator_app.domain.case_intake import absorb, case_kind
from operator_app.domain.cases import Case
from operator_app.domain.clock import local_day
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind
from operator_app.services.case_files import case_number, needs_case
from tests.figures.bulk import Bulk, call_rows, case_rows, starts_clock
from tests.figures.year_calls import MINUTE, SECOND, Forms, Mix, moments
from tests.figures.year_cases import Work

OPEN_AT_ONCE = 200
"""So many cases may still be joined by a later call."""
LENGTHS = (0, 5, 30, 60, 120, 240, 240, 300, 600, 1_800, 5_400)
"""Of calls, in seconds."""


@dataclass(frozen=True)
class Year:
    """What is made. `first`: its first Bishkek day. `villages`: places beside the delivered ones."""

    number: int
    first: date = date(2026, 1, 1)
    days: int = 365
    mix: Mix = field(default_factory=Mix)
    seed: int = 117
    villages: tuple[str, ...] = ("41708203810010", "41706242805020")
    work: bool = True


@dataclass
class _Known:
    """A case as it is written so far."""

    case: Case
    revisions: int = 0


def fill(
    database: Database, reference: Reference, people: Sequence[Actor], year: Year
) -> dict[str, int]:
    """Write the year; how many rows of what kind were made."""
    made = _Maker(database, reference, people, year)
    made.run()
    return made.counted


class _Maker:
    def __init__(
        self, database: Database, reference: Reference, people: Sequence[Actor], year: Year
    ) -> None:
        self._dice = random.Random(year.seed)
        self._database, self._reference = database, reference
        self._people, self._year = people, year
        self._bulk = Bulk(database)
        with database.read() as connection:
            own = settings.read_office(connection).division
        places = [own, *(d.code for level in (0, 1, 2) for d in reference.divisions(level))]
        self._forms = Forms(self._dice, reference, (*places, *year.villages), year.mix)
        self._work = Work(self._dice, reference)
        self._open: deque[_Known] = deque()
        self._running: dict[str, int] = {}
        self.counted = {"calls": 0, "amended": 0, "voided": 0, "cases": 0, "joined": 0}

    def run(self) -> None:
        year = self._year
        for started in moments(self._dice, year.first, year.days, year.number):
            self._call(self._forms.draw(started))
        while self._open:
            self._put_away(self._open.popleft())
        self._bulk.flush()
        with self._database.write() as connection:
            # Whoever saves in this office goes on from here.
            for counter, number in self._running.items():
                settings.put(connection, f"counter.{counter}", number)

    def _call(self, form: CallForm) -> None:
        dice = self._dice
        started = form.started_at
        early = form.is_urgent and dice.random() < 0.3
        joins = self._joined(form)
        if joins is not None and form.violence is not None:
            form = replace(form, violence=replace(form.violence, joins=joins.case.case_id))
        length = dice.choice(LENGTHS) * SECOND + dice.randrange(SECOND)
        ended = started + length
        saved = Call(
            call_id=self._id(started),
            number=call_number(
                self._bulk.office, self._day(started).year, self._count("call", started)
            ),
            office_code=self._bulk.office,
            operator_id=dice.choice(self._people).user_id,
            form=self._forms.early(form) if early else form,
            ended_at=ended,
            duration_seconds=length // SECOND,
            saved_at=started + MINUTE if early else ended + self._lag(),
            revision=1,
            op_id=self._op(),
        )
        told = _Told(saved, joins)
        self._say(told, saved)
        if early and dice.random() < 0.8:
            again = replace(saved, form=form, saved_at=max(ended, saved.saved_at))
            self._say_again(told, again, Kind.CALL)
            early = False
        while dice.random() < 0.07:
            again = replace(
                told.call,
                form=self._forms.amended(told.call.form),
                saved_at=told.call.saved_at + dice.randrange(1, 600) * MINUTE,
            )
            self._say_again(told, again, Kind.CALL)
            self.counted["amended"] += 1
        if dice.random() < 0.03:
            at = told.call.saved_at + MINUTE
            again = replace(told.call, saved_at=at, voided_at=at, void_reason="записан дважды")
            self._say_again(told, again, Kind.VOID)
            self.counted["voided"] += 1
        self._bulk.add(call_rows(told.call, self._reference, told.clock, complete=not early))
        self.counted["calls"] += 1
        if told.opened is not None and self._year.work and dice.random() < 0.8:
            self._worked(told.opened)

    def _say_again(self, told: _Told, again: Call, kind: Kind) -> None:
        before = told.call
        saved = replace(again, revision=before.revision + 1, op_id=self._op())
        self._say(told, saved, kind, before)

    def _say(
        self, told: _Told, saved: Call, kind: Kind = Kind.CALL, before: Call | None = None
    ) -> None:
        """A version of the call, and what it brings with it (Calls._follow)."""
        known = told.case or told.joins
        self._bulk.call_revision(
            saved,
            kind=kind,
            base=before.op_id if before else "",
            was_violence=told.was_violence,
            of_case=known.case.consents if known else (),
        )
        told.call = saved
        told.was_violence |= saved.form.is_violence
        if kind is not Kind.VOID and (saved.form.is_violence or told.case):
            self._absorb(told, saved, before)
            if starts_clock(saved.form):
                told.clock = saved.form

    def _absorb(self, told: _Told, saved: Call, before: Call | None) -> None:
        known = told.case or told.joins
        if known is None and not needs_case(saved):
            return
        now = saved.saved_at
        case = known.case if known else self._new_case(saved, now)
        after = absorb(
            case,
            saved,
            self._reference.danger_rules,
            by=saved.operator_id,
            now=now,
            new_id=lambda: self._id(now),
            before=before if told.case else None,
        )
        if known is not None and after == case:
            return
        if known is None:
            known = told.opened = _Known(case)
            self._open.append(known)
            self.counted["cases"] += 1
            if len(self._open) > OPEN_AT_ONCE:
                self._put_away(self._open.popleft())
        elif told.case is None:
            self.counted["joined"] += 1
        told.case = known
        self._write(known, after, saved.operator_id, now)

    def _new_case(self, saved: Call, now: int) -> Case:
        return Case(
            case_id=self._id(now),
            number=case_number(self._bulk.office, self._day(now).year, self._count("case", now)),
            office_code=self._bulk.office,
            kind=case_kind(saved),
            opened_at=now,
            opened_by=saved.operator_id,
            owner_id=saved.operator_id,
        )

    def _worked(self, known: _Known) -> None:
        # Parts of a case are told apart by ids of at most 36 signs.
        new_id = f"{self._dice.getrandbits(64):016x}"
        after = self._work.done_on(known.case, known.case.owner_id, new_id)
        if after != known.case:
            self._write(known, after, known.case.owner_id, known.case.saved_at + 1)

    def _write(self, known: _Known, after: Case, author: str, now: int) -> None:
        base = known.case.op_id
        at = max(now, known.case.saved_at + 1)
        known.case = replace(after, op_id=self._op(), saved_at=at, revision=known.case.revision + 1)
        known.revisions += 1
        self._bulk.case_revision(known.case, author, base)

    def _put_away(self, known: _Known) -> None:
        self._bulk.add(case_rows(known.case, [known.case.op_id], known.revisions))

    def _joined(self, form: CallForm) -> _Known | None:
        """A known case that this call belongs to, as the operator saw it."""
        if form.violence is None or not form.is_violence or self._dice.random() >= 0.15:
            return None
        still = [known for known in self._open if not known.case.is_closed]
        return self._dice.choice(still) if still else None

    def _lag(self) -> int:
        """From the end of a call to its first record: at once, but for other clocks and versions."""
        odd = (30 * SECOND, 60 * SECOND, 60 * SECOND + 1, 5 * MINUTE, -90 * SECOND)
        return self._dice.choice(odd) if self._dice.random() < 0.2 else 0

    def _count(self, what: str, at: int) -> int:
        counter = f"{what}.{self._day(at).year}"
        self._running[counter] = self._running.get(counter, 0) + 1
        return self._running[counter]

    def _day(self, at: int) -> date:
        return local_day(at)

    def _id(self, at: int) -> str:
        """Like UUIDv7: grows with time."""
        rest = 0x7 << 76 | 1 << 63 | self._dice.getrandbits(62)
        return str(uuid.UUID(int=(at & 0xFFFF_FFFF_FFFF) << 80 | rest))

    def _op(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))


@dataclass
class _Told:
    """A call as it was told so far: `clock` is the last version that started the response clock,
    `opened` the case it opened itself."""

    call: Call
    joins: _Known | None
    case: _Known | None = None
    opened: _Known | None = None
    clock: CallForm | None = None
    was_violence: bool = False
