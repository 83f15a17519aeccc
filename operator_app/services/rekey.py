"""Another database key, offered when somebody leaves: what it takes, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from operator_app.config import Paths
from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.keyring import (
    RECOVERY_LOGIN,
    KdfCost,
    calibrated_cost,
    read_keyring,
)
from operator_app.db.rekey import Progress, change_key, check_space
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right, Role
from operator_app.errors import BadInput, Fault, NotAllowed

BYTES_A_SECOND = 15_000_000
"""Copied, checked and written on an office PC with a hard disk."""


@dataclass(frozen=True)
class KeyChange:
    """What a change of the key takes: minutes, rounded up; logins that need a new password after
    it, because they have not signed in since the program was updated; whether the recovery key
    has to be a new one for the same reason."""

    minutes: int
    left_behind: tuple[str, ...]
    recovery_left_behind: bool


class Rekey:
    """Changes the key under the open database; everything that uses it goes on."""

    def __init__(
        self,
        database: Database,
        paths: Paths,
        clock: Clock,
        close_index: Callable[[], None],
        cost: KdfCost | None = None,
    ) -> None:
        """`close_index` throws the search index away: it is under the old key."""
        self._database = database
        self._paths = paths
        self._clock = clock
        self._close_index = close_index
        self._cost = cost

    def look(self, actor: Actor) -> KeyChange:
        """What it takes. Raises EnvironmentProblem `rekey.no_space`."""
        actor.require(Right.MANAGE_PEOPLE)
        check_space(self._database)
        left = read_keyring(self._paths.keyring).left_behind()
        size = self._database.file.stat().st_size
        return KeyChange(
            max(1, -(-size // (60 * BYTES_A_SECOND))),
            tuple(login for login in left if login != RECOVERY_LOGIN),
            RECOVERY_LOGIN in left,
        )

    def change(
        self,
        actor: Actor,
        recovery_key: str | None = None,
        progress: Progress = lambda _done, _all: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """A new database key; the passwords stay. `recovery_key`: a new one, on paper already.

        The recovery key goes on too, unless a new one is given: whoever left may have seen the
        paper, but a key that was lost between two papers would be worse, so it is a choice. Only a
        supervisor makes it: who holds the paper can set a supervisor's password.

        Raises Stopped, EnvironmentProblem, and BadInput when the recovery key has to be new.
        """
        actor.require(Right.MANAGE_PEOPLE)
        keyring = read_keyring(self._paths.keyring)
        if recovery_key is not None:
            if actor.role is not Role.SUPERVISOR:
                raise NotAllowed("rights.supervisor_only", role=actor.role.value)
            cost = self._cost or calibrated_cost()
            key = self._database.key
            keyring = keyring.with_slot(RECOVERY_LOGIN, recovery_key, key, cost)
        left = keyring.left_behind()
        if RECOVERY_LOGIN in left:
            raise BadInput("rekey.faults", [Fault("recovery", "rekey.recovery_needed")])
        details = {
            "people": len(keyring.slots) - len(left) - 1,
            "left_behind": len(left),
            "new_recovery_key": recovery_key is not None,
        }

        def record(connection: Connection) -> None:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="key.changed",
                entity="key",
                entity_id=str(keyring.generation + 1),
                details=details,
            )

        change_key(self._database, self._paths.keyring, keyring, record, progress, stopped)
        self._close_index()
