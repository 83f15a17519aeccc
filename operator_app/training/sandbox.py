"""Makes the sandbox: an invented office with calls, cases, follow-ups, a shift, an announcement."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from operator_app.config import Paths
from operator_app.db.engine import Database
from operator_app.db.keyring import KdfCost, new_recovery_key, read_keyring
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.exercises import Exercise, read_exercises
from operator_app.domain.office import Office, OfficeSetup
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import TypedShift
from operator_app.errors import EnvironmentProblem
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.entrance import enter
from operator_app.services.practice import as_if_confirmed, mark_sandbox, publish_announcements
from operator_app.services.set_up import set_up_office
from operator_app.services.shifts import Shifts
from operator_app.services.starter import bring_starter
from operator_app.training import folder
from operator_app.training.invented import MovableClock, save_invented_calls
from operator_app.training.invented_cases import InventedCases
from operator_app.training.trainees import Trainee, read_trainees

CALLS = 40
STEPS = 5

Progress = Callable[[int, int], None]


def read_training_exercises(paths: Paths, role: Role) -> tuple[Exercise, ...]:
    """What a person of that role can practise."""
    text = (paths.resources / "training" / "exercises.toml").read_text(encoding="utf-8")
    return tuple(exercise for exercise in read_exercises(text) if exercise.role is role)


def make_sandbox(
    paths: Paths,
    reference: Reference,
    clock: Clock,
    cost: KdfCost | None = None,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Make it anew, whatever was practised before. A power cut leaves one that is made again.

    `cost`: of its key slots; the least by default, for its passwords are no secret. Raises
    EnvironmentProblem("training.office_here" | "training.not_made").
    """
    if problem := folder.refusal(paths, training=True):
        raise EnvironmentProblem(problem)
    try:
        folder.mark(paths, whole=False)
        folder.clear(paths)
        _Making(paths, reference, clock, cost or KdfCost(), progress).run()
        folder.mark(paths, whole=True)
    except OSError as error:
        raise EnvironmentProblem("training.not_made") from error


@dataclass
class _Making:
    paths: Paths
    reference: Reference
    clock: Clock
    cost: KdfCost
    progress: Progress

    def run(self) -> None:
        told = (self.paths.resources / "training" / "sandbox.toml").read_text(encoding="utf-8")
        data = tomllib.loads(told)
        trainees = read_trainees(self.paths.resources)
        database = self._set_up(data, trainees)
        try:
            self._fill(database, data, trainees)
        finally:
            database.close()
        self.progress(STEPS, STEPS)

    def _set_up(self, data: Mapping[str, Any], trainees: tuple[Trainee, ...]) -> Database:
        self.progress(0, STEPS)
        chief = _of(trainees, Role.SUPERVISOR)
        office = Office(data["office"]["code"], data["office"]["names"], data["office"]["division"])
        setup = OfficeSetup(office, chief.login, chief.full_name, "ru")
        key = new_recovery_key()
        set_up_office(self.paths, setup, chief.password, key, self.clock, self.cost)
        slots = read_keyring(self.paths.keyring)
        database = Database(self.paths.database, slots.keys(chief.login, chief.password)[0])
        mark_sandbox(database)
        return database

    def _fill(
        self, database: Database, data: Mapping[str, Any], trainees: tuple[Trainee, ...]
    ) -> None:
        self.progress(1, STEPS)
        bring_starter(database, self.paths.resources, self.clock)
        self.progress(2, STEPS)
        end = self.clock()
        then = MovableClock(end - timedelta(days=5))
        accounts = Accounts(database, self.paths, then, self.cost)
        chief = enter(database, _of(trainees, Role.SUPERVISOR).login, (), to_ms(then()))
        if chief is None:
            raise EnvironmentProblem("training.not_made")
        operators = []
        for person in trainees:
            if person.role is Role.OPERATOR:
                added = accounts.add(
                    chief, person.login, person.full_name, person.role, person.password
                )
                operators.append(Actor(added.user_id, added.login, added.full_name, added.role))
        first, second = operators
        today = local_day(to_ms(end))
        publish_announcements(database, _dated(data["announcements"], today), to_ms(then()))
        _put_on_duty(Shifts(database, then), data["shifts"], chief, operators, today)
        self.progress(3, STEPS)
        cases = InventedCases(database, self.reference, then, chief, (first, second))
        cases.make(end - timedelta(minutes=30))
        self.progress(4, STEPS)
        then.now = end - timedelta(minutes=20)
        save_invented_calls(
            Calls(database, self.reference, then),
            then,
            self.reference,
            [chief, first, second],
            CALLS,
            callers=data["callers"]["names"],
        )
        as_if_confirmed(database, to_ms(then()))
        mark_sandbox(database, to_ms(end))


def _of(trainees: tuple[Trainee, ...], role: Role) -> Trainee:
    return next(person for person in trainees if person.role is role)


def _dated(bodies: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    return [{**body, "published_on": day.isoformat()} for body in bodies]


def _put_on_duty(
    shifts: Shifts, typed: list[dict[str, Any]], chief: Actor, operators: list[Actor], day: date
) -> None:
    """The operators today, from the first shift on; tomorrow is left for an exercise."""
    made = shifts.set_shifts(
        chief, [TypedShift("", s["names"], s["begins"], s["ends"]) for s in typed]
    )
    shifts.set_duty(chief, day, made[0].code, [person.user_id for person in operators])
    shifts.set_duty(chief, day, made[1].code, [chief.user_id])
