"""The recovery key: the way in when nobody's password is left."""

from __future__ import annotations

from sqlalchemy import select

from operator_app.config import Paths
from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.keyring import (
    RECOVERY_LOGIN,
    KdfCost,
    calibrated_cost,
    read_keyring,
    write_keyring,
)
from operator_app.db.migrate import bring_up_to_date
from operator_app.db.models import app_user
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Role, check_password
from operator_app.errors import BadInput, NotFound
from operator_app.services.sign_in import freshen_slot, opened


def set_password_by_recovery(
    paths: Paths,
    clock: Clock,
    *,
    recovery_key: str,
    login: str,
    password: str,
    cost: KdfCost | None = None,
) -> None:
    """Give a supervisor a new password. Raises NotAllowed("sign_in.refused") for a wrong key."""
    key = opened(paths, read_keyring(paths.keyring), RECOVERY_LOGIN, recovery_key)
    if faults := check_password(password, login):
        raise BadInput("person.faults", faults)
    database = Database(paths.database, key)
    try:
        database.prove_key()
        bring_up_to_date(database, paths.migrations, paths.backups)
        with database.write() as connection:
            user_id = connection.execute(
                select(app_user.c.user_id).where(
                    app_user.c.login == login,
                    app_user.c.active == 1,
                    app_user.c.role == Role.SUPERVISOR.value,
                )
            ).scalar()
            if user_id is None:
                raise NotFound("person.unknown")
            audit.append(
                connection,
                at=to_ms(clock()),
                user_id=user_id,
                action="person.password_recovered",
                entity="person",
                entity_id=user_id,
            )
    finally:
        database.close()
    freshen_slot(paths, RECOVERY_LOGIN, recovery_key, key)
    keyring = read_keyring(paths.keyring)
    write_keyring(keyring.with_slot(login, password, key, cost or calibrated_cost()), paths.keyring)
