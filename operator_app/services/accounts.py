"""The people of this PC: their rows in the database and their key slots beside it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from operator_app.config import Paths
from operator_app.db import audit, seats
from operator_app.db.engine import Database
from operator_app.db.keyring import (
    RECOVERY_LOGIN,
    KdfCost,
    calibrated_cost,
    read_keyring,
    write_keyring,
)
from operator_app.db.models import app_user
from operator_app.db.supervisor_models import duty
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import (
    Actor,
    Person,
    Right,
    Role,
    check_name,
    check_new_person,
    check_password,
)
from operator_app.errors import BadInput, Fault, NotAllowed, NotFound


class Accounts:
    """Add people, change names and roles, set passwords, let people go."""

    def __init__(
        self, database: Database, paths: Paths, clock: Clock, cost: KdfCost | None = None
    ) -> None:
        """`cost`: of new slots; calibrated on this PC when first needed unless given."""
        self._database = database
        self._paths = paths
        self._clock = clock
        self._cost = cost

    def people(self, actor: Actor) -> list[Person]:
        """Everybody, active ones first, by name."""
        actor.require(Right.MANAGE_PEOPLE)
        return self._people()

    def names(self) -> dict[str, str]:
        """Full name by user id, for lists that say who took a call; of other PCs at the station."""
        with self._database.read() as connection:
            others = seats.people(connection)
        return others | {p.user_id: p.full_name for p in self._people()}

    def add(self, actor: Actor, login: str, full_name: str, role: Role, password: str) -> Person:
        """A new person with a first password."""
        _require_over(actor, role)
        faults = check_new_person(login, full_name, password)
        if any(p.login == login for p in self._people()):
            faults.append(Fault("login", "person.login_taken"))
        if faults:
            raise BadInput("person.faults", faults)
        now = to_ms(self._clock())
        person = Person(str(uuid4()), login, full_name.strip(), role, True, now)
        with self._database.write() as connection:
            connection.execute(
                insert(app_user).values(
                    user_id=person.user_id,
                    login=login,
                    full_name=person.full_name,
                    role=role.value,
                    active=1,
                    created_at=now,
                )
            )
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="person.added",
                entity="person",
                entity_id=person.user_id,
                details={"role": role.value},
            )
        self._give_slot(login, password)
        return person

    def set_password(self, actor: Actor, user_id: str, password: str) -> None:
        """A new password for oneself, or for another by right."""
        person = self._person(user_id)
        if user_id != actor.user_id:
            _require_over(actor, person.role)
        if faults := check_password(password, person.login):
            raise BadInput("person.faults", faults)
        self._give_slot(person.login, password)
        self._audited(actor, "person.password_set", user_id)

    def change_own_password(self, actor: Actor, current: str, new: str) -> None:
        """A new password for oneself, shown to be oneself by the one in use.

        Raises BadInput with faults at "current" and "password".
        """
        try:
            read_keyring(self._paths.keyring).open(actor.login, current)
        except NotAllowed:
            self._audited(actor, "person.password_refused", actor.user_id)
            raise BadInput("person.faults", [Fault("current", "sign_in.refused")]) from None
        self.set_password(actor, actor.user_id, new)

    def change(self, actor: Actor, user_id: str, full_name: str, role: Role) -> None:
        """Another name or role; both are audited, what was not changed is not.

        One's own role is changed by another supervisor: so an office always keeps one, and nobody
        works on with rights that they no longer have.
        """
        person = self._person(user_id)
        _require_over(actor, person.role)
        _require_over(actor, role)
        if user_id == actor.user_id and role is not person.role:
            raise NotAllowed("person.own_role")
        if faults := check_name(full_name):
            raise BadInput("person.faults", faults)
        name = full_name.strip()
        if (name, role) == (person.full_name, person.role):
            return
        details: dict[str, object] = {"renamed": name != person.full_name}
        if role is not person.role:
            details |= {"before": person.role.value, "role": role.value}
        with self._database.write() as connection:
            connection.execute(
                update(app_user)
                .where(app_user.c.user_id == user_id)
                .values(full_name=name, role=role.value)
            )
            _require_a_supervisor(connection)
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="person.changed",
                entity="person",
                entity_id=user_id,
                details=details,
            )

    def remove(self, actor: Actor, user_id: str) -> None:
        """Take the person's key slot and deactivate the account; their calls stay theirs.

        Duty of the days to come is taken from them.
        """
        person = self._person(user_id)
        _require_over(actor, person.role)
        if user_id == actor.user_id:
            raise NotAllowed("person.not_oneself")
        today = local_day(to_ms(self._clock())).isoformat()
        with self._database.write() as connection:
            connection.execute(
                update(app_user).where(app_user.c.user_id == user_id).values(active=0)
            )
            _require_a_supervisor(connection)
            connection.execute(
                delete(duty).where(duty.c.user_id == user_id, duty.c.local_day > today)
            )
            # Inside: a slot that cannot be taken leaves the person as they were.
            write_keyring(
                read_keyring(self._paths.keyring).without_slot(person.login), self._paths.keyring
            )
        self._audited(actor, "person.removed", user_id)

    def _people(self) -> list[Person]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(app_user).order_by(
                    app_user.c.active.desc(), func.lower(app_user.c.full_name)
                )
            )
            return [
                Person(r.user_id, r.login, r.full_name, Role(r.role), bool(r.active), r.created_at)
                for r in rows
            ]

    def _person(self, user_id: str) -> Person:
        found = next((p for p in self._people() if p.user_id == user_id and p.active), None)
        if found is None:
            raise NotFound("person.unknown")
        return found

    def _give_slot(self, login: str, password: str) -> None:
        if login == RECOVERY_LOGIN:
            raise NotAllowed("person.unknown")
        self._cost = self._cost or calibrated_cost()
        keyring = read_keyring(self._paths.keyring)
        keyring = keyring.with_slot(login, password, self._database.key, self._cost)
        write_keyring(keyring, self._paths.keyring)

    def _audited(self, actor: Actor, action: str, user_id: str) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="person",
                entity_id=user_id,
            )


def _require_over(actor: Actor, role: Role) -> None:
    """IT staff keep accounts of IT staff only: with a password they chose for an operator they
    could sign in and read calls."""
    actor.require(Right.MANAGE_PEOPLE)
    if actor.role is not Role.SUPERVISOR and role is not Role.ADMINISTRATOR:
        raise NotAllowed("rights.supervisor_only", role=actor.role.value)


def _require_a_supervisor(connection: Connection) -> None:
    """Else nobody could give anybody else a password any more."""
    left = connection.execute(
        select(func.count())
        .select_from(app_user)
        .where(app_user.c.active == 1, app_user.c.role == Role.SUPERVISOR.value)
    ).scalar_one()
    if not left:
        raise NotAllowed("person.last_supervisor")
