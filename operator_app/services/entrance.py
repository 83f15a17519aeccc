"""The office behind the door: opens the database and lets a person in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from operator_app.config import Paths
from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.migrate import bring_up_to_date
from operator_app.db.models import app_user
from operator_app.db.rekey import forget_copy
from operator_app.domain.people import Actor, Role
from operator_app.errors import EnvironmentProblem
from operator_app.services.practice import is_sandbox


def open_office(paths: Paths, key: bytes) -> Database:
    """The database of the key, brought up to date. Raises EnvironmentProblem and Outdated."""
    if not paths.database.exists():
        raise EnvironmentProblem("database.missing")
    forget_copy(paths.database)
    database = Database(paths.database, key)
    try:
        database.prove_key()
        bring_up_to_date(database, paths.migrations, paths.backups)
        if is_sandbox(database) != paths.is_training:
            # A sandbox would pass for an office, or an office for a sandbox.
            raise EnvironmentProblem(
                "training.office_here" if paths.is_training else "training.sandbox_here"
            )
    except BaseException:
        database.close()
        raise
    return database


def enter(
    database: Database, login: str, failed_at: Sequence[int], now: int, *, unlocks: bool = False
) -> Actor | None:
    """The active person of the login, or None; audited, with the failures before (UTC ms).

    `unlocks`: the office was open already, behind the lock.
    """
    with database.write() as connection:
        row = connection.execute(
            select(app_user).where(app_user.c.login == login, app_user.c.active == 1)
        ).first()
        for at in failed_at:
            audit.append(connection, at=at, user_id="", action="sign_in.failed")
        if row is None:
            # A right password of somebody who was removed.
            audit.append(connection, at=now, user_id="", action="sign_in.failed")
            return None
        action = "unlock" if unlocks else "sign_in"
        audit.append(connection, at=now, user_id=row.user_id, action=action)
    return Actor(row.user_id, row.login, row.full_name, Role(row.role))


def lock(database: Database, actor: Actor, now: int) -> None:
    """Audit that the screen was locked, by the person or after a while without one."""
    _noted(database, actor, "lock", now)


def leave(database: Database, actor: Actor, now: int) -> None:
    """Audit that the person signed out, or closed the program."""
    _noted(database, actor, "sign_out", now)


def _noted(database: Database, actor: Actor, action: str, now: int) -> None:
    with database.write() as connection:
        audit.append(connection, at=now, user_id=actor.user_id, action=action)
