"""Shifts, who is on duty in them, and the words that one shift leaves to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.db.models import app_user
from operator_app.db.supervisor_models import duty, handover
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import RIGHTS, Actor, Person, Right, Role
from operator_app.domain.shifts import (
    DEFAULT_SHIFTS,
    LONGEST_HANDOVER,
    Shift,
    TypedShift,
    read_shifts,
    shift_of,
)
from operator_app.errors import BadInput, Fault

SETTING = "shifts"
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=370)
"""A roster farther from today is a slip of the finger."""

Roster = Mapping[tuple[date, str], tuple[Person, ...]]
"""The people on duty, by day and code of the shift; nobody is not there."""


class Shifts:
    """The shifts of this office and what is kept for each of them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, day: date) -> tuple[Shift, ...]:
        """The shifts that held on the day, in the order in which they begin; at least one."""
        with self._database.read() as connection:
            return _shifts_of(connection, day)

    def on_duty(self, day: date, shift_code: str = "") -> tuple[Person, ...]:
        """Who is on duty in the shift, by name; "": on the whole day, each person once."""
        with self._database.read() as connection:
            query = select(app_user).where(
                app_user.c.user_id.in_(
                    select(duty.c.user_id).where(
                        duty.c.local_day == day.isoformat(),
                        *([duty.c.shift == shift_code] if shift_code else []),
                    )
                )
            )
            rows = connection.execute(query.order_by(func.lower(app_user.c.full_name)))
            return tuple(_person(row) for row in rows)

    def roster(self, first: date, days: int = 7) -> Roster:
        """The people on duty from the first day on, in one reading."""
        last = first + timedelta(days=days - 1)
        found: dict[tuple[date, str], tuple[Person, ...]] = {}
        with self._database.read() as connection:
            rows = connection.execute(
                select(duty.c.local_day, duty.c.shift, app_user)
                .join(app_user, app_user.c.user_id == duty.c.user_id)
                .where(duty.c.local_day.between(first.isoformat(), last.isoformat()))
                .order_by(func.lower(app_user.c.full_name))
            )
            for row in rows:
                key = (date.fromisoformat(row.local_day), row.shift)
                found[key] = (*found.get(key, ()), _person(row))
        return found

    def candidates(self) -> tuple[Person, ...]:
        """Who can be put on duty: active people who take calls, by name."""
        with self._database.read() as connection:
            return tuple(p for p in _active(connection).values() if _takes_calls(p))

    def set_shifts(self, actor: Actor, typed: Sequence[TypedShift]) -> tuple[Shift, ...]:
        """The shifts from today on; those of earlier days stay what they were.

        Duty from today on in a shift that is no more is taken away with it. Raises BadInput("shifts.faults"), see domain.shifts.read_shifts.
        """
        actor.require(Right.MANAGE_SHIFTS)
        shifts = read_shifts(typed)
        now = to_ms(self._clock())
        today = local_day(now).isoformat()
        with self._database.write() as connection:
            kept = [plan for plan in _plans(connection) if plan["since"] < today]
            settings.put(connection, SETTING, [*kept, {"since": today, "shifts": _plain(shifts)}])
            connection.execute(
                delete(duty).where(
                    duty.c.local_day >= today, duty.c.shift.not_in([s.code for s in shifts])
                )
            )
            self._audited(connection, actor, "shifts.set", details={"shifts": len(shifts)})
        return shifts

    def set_duty(self, actor: Actor, day: date, shift_code: str, user_ids: Sequence[str]) -> None:
        """Exactly these people are on duty in the shift.

        Raises BadInput("duty.faults") for an unknown shift or person and a day too far away.
        """
        actor.require(Right.MANAGE_SHIFTS)
        with self._database.write() as connection:
            faults = self._far(day)
            if shift_of(_shifts_of(connection, day), shift_code) is None:
                faults.append(Fault("shift", "duty.shift_unknown"))
            before = _ids(connection, day, shift_code)
            may = {p.user_id for p in _active(connection).values() if _takes_calls(p)}
            # Who was removed meanwhile stays on the days on which they were on duty.
            if not set(user_ids) <= may | before:
                faults.append(Fault("people", "duty.person_unknown"))
            if faults:
                raise BadInput("duty.faults", faults)
            if set(user_ids) == before:
                return
            connection.execute(
                delete(duty).where(duty.c.local_day == day.isoformat(), duty.c.shift == shift_code)
            )
            _put(connection, day, shift_code, user_ids)
            self._audited(
                connection,
                actor,
                "duty.set",
                entity_id=f"{day.isoformat()}/{shift_code}",
                details={"people": len(set(user_ids))},
            )

    def copy_last_week(self, actor: Actor, first: date) -> int:
        """Fill the empty shifts of the seven days from `first` as a week before; how many.

        What was entered already stays; people who were removed are left out.
        """
        actor.require(Right.MANAGE_SHIFTS)
        if faults := self._far(first):
            raise BadInput("duty.faults", faults)
        filled = 0
        with self._database.write() as connection:
            may = {p.user_id for p in _active(connection).values() if _takes_calls(p)}
            for day in (first + timedelta(days=n) for n in range(7)):
                for shift in _shifts_of(connection, day):
                    people = _ids(connection, day - WEEK, shift.code) & may
                    if people and not _ids(connection, day, shift.code):
                        _put(connection, day, shift.code, sorted(people))
                        filled += 1
            if filled:
                self._audited(
                    connection,
                    actor,
                    "duty.copied",
                    entity_id=first.isoformat(),
                    details={"shifts": filled},
                )
        return filled

    def handover(self, actor: Actor, day: date, shift_code: str = "") -> str:
        """The words to the next shift; "" of `shift_code`: those of the whole day.

        Empty for a role that sees no calls: people write of callers in them.
        """
        if not actor.may(Right.SEE_CALLS):
            return ""
        with self._database.read() as connection:
            row = _handover(connection, day, shift_code)
            return "" if row is None else str(json.loads(row.body))

    def keep_handover(self, actor: Actor, day: date, shift_code: str, text: str) -> None:
        """Keep the words as they are typed; called at every pause, audited once a person.

        Raises BadInput with a fault at "handover" for more than LONGEST_HANDOVER signs.
        """
        actor.require(Right.SEE_CALLS)
        if len(text) > LONGEST_HANDOVER:
            raise BadInput(
                "handover.faults",
                [Fault("handover", "call.too_long", {"most": LONGEST_HANDOVER})],
            )
        with self._database.write() as connection:
            before = _handover(connection, day, shift_code)
            # As ASCII: half a character, which a text field may hold, cannot be written as it is.
            body = json.dumps(text)
            if body == (json.dumps("") if before is None else before.body):
                return
            values = {"author_id": actor.user_id, "saved_at": to_ms(self._clock()), "body": body}
            key = {"local_day": day.isoformat(), "shift": shift_code}
            connection.execute(
                upsert(handover)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=list(key), set_=values)
            )
            if before is None or before.author_id != actor.user_id:
                self._audited(
                    connection,
                    actor,
                    "handover.written",
                    entity="handover",
                    entity_id=f"{day.isoformat()}/{shift_code}",
                )

    def _far(self, day: date) -> list[Fault]:
        today = local_day(to_ms(self._clock()))
        return [Fault("day", "duty.day_far")] if abs(day - today) > FARTHEST else []

    def _audited(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        *,
        entity: str = "shift",
        entity_id: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        audit.append(
            connection,
            at=to_ms(self._clock()),
            user_id=actor.user_id,
            action=action,
            entity=entity,
            entity_id=entity_id,
            details=details,
        )


def _plans(connection: Connection) -> list[dict[str, Any]]:
    """Which shifts held since when, the oldest first."""
    return settings.get(connection, SETTING) or []


def _shifts_of(connection: Connection, day: date) -> tuple[Shift, ...]:
    held = [plan for plan in _plans(connection) if plan["since"] <= day.isoformat()]
    if not held:
        return DEFAULT_SHIFTS
    return tuple(Shift(s["code"], s["names"], s["begins"], s["ends"]) for s in held[-1]["shifts"])


def _plain(shifts: Sequence[Shift]) -> list[dict[str, Any]]:
    return [
        {"code": s.code, "names": dict(s.names), "begins": s.begins, "ends": s.ends} for s in shifts
    ]


def _handover(connection: Connection, day: date, shift_code: str) -> Any:
    return connection.execute(
        select(handover).where(
            handover.c.local_day == day.isoformat(), handover.c.shift == shift_code
        )
    ).first()


def _ids(connection: Connection, day: date, shift_code: str) -> set[str]:
    return set(
        connection.execute(
            select(duty.c.user_id).where(
                duty.c.local_day == day.isoformat(), duty.c.shift == shift_code
            )
        ).scalars()
    )


def _put(connection: Connection, day: date, shift_code: str, user_ids: Sequence[str]) -> None:
    for user_id in dict.fromkeys(user_ids):
        connection.execute(
            insert(duty).values(local_day=day.isoformat(), shift=shift_code, user_id=user_id)
        )


def _active(connection: Connection) -> dict[str, Person]:
    rows = connection.execute(
        select(app_user).where(app_user.c.active == 1).order_by(func.lower(app_user.c.full_name))
    )
    return {row.user_id: _person(row) for row in rows}


def _person(row: Any) -> Person:
    return Person(
        row.user_id, row.login, row.full_name, Role(row.role), bool(row.active), row.created_at
    )


def _takes_calls(person: Person) -> bool:
    return Right.RECORD_CALL in RIGHTS[person.role]
