"""Setting up an office on a PC: by the wizard or from office.toml, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert

from operator_app.config import Paths
from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.db.keyring import (
    RECOVERY_LOGIN,
    KdfCost,
    calibrated_cost,
    new_keyring,
    write_keyring,
)
from operator_app.db.migrate import bring_up_to_date
from operator_app.db.models import app_user
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.office import OfficeSetup
from operator_app.domain.people import Role, check_new_person
from operator_app.errors import BadInput, EnvironmentProblem
from operator_app.files import sync_folder


def set_up_office(
    paths: Paths,
    setup: OfficeSetup,
    password: str,
    recovery_key: str,
    clock: Clock,
    cost: KdfCost | None = None,
) -> None:
    """Create database and key slots in a folder of their own, then rename that folder.

    A power cut at any moment leaves either nothing that counts as set up, or a whole office.
    `cost` is calibrated on this PC unless given. Raises EnvironmentProblem and BadInput.
    """
    if paths.is_set_up:
        raise EnvironmentProblem("setup.already_done")
    if faults := check_new_person(setup.supervisor_login, setup.supervisor_name, password):
        raise BadInput("setup.faults", faults)
    for left_over in paths.data.glob("setting-up-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workplace = paths.data / f"setting-up-{os.getpid()}"
    try:
        workplace.mkdir(parents=True)
        _create(workplace, paths, setup, password, recovery_key, clock, cost or calibrated_cost())
        workplace.replace(paths.office)
        sync_folder(paths.data)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise EnvironmentProblem(
            "database.disk_full" if full else "database.cannot_open"
        ) from error
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _create(
    workplace: Path,
    paths: Paths,
    setup: OfficeSetup,
    password: str,
    recovery_key: str,
    clock: Clock,
    cost: KdfCost,
) -> None:
    keyring, key = new_keyring()
    keyring = keyring.with_slot(setup.supervisor_login, password, key, cost)
    keyring = keyring.with_slot(RECOVERY_LOGIN, recovery_key, key, cost)
    database = Database(workplace / paths.database.name, key)
    try:
        bring_up_to_date(database, paths.migrations, paths.backups)
        now = to_ms(clock())
        user_id = str(uuid4())
        with database.write() as connection:
            settings.write_office(connection, setup.office)
            settings.write_server(
                connection,
                settings.Server(
                    setup.xroad.address if setup.xroad else setup.server_url,
                    setup.enrolment_code.strip(),
                    xroad=setup.xroad,
                ),
            )
            settings.new_device(connection)
            settings.put(connection, settings.PREFERENCES, {"language": setup.language})
            connection.execute(
                insert(app_user).values(
                    user_id=user_id,
                    login=setup.supervisor_login,
                    full_name=setup.supervisor_name.strip(),
                    role=Role.SUPERVISOR.value,
                    active=1,
                    created_at=now,
                )
            )
            audit.append(connection, at=now, user_id=user_id, action="office.set_up")
        with database.bare_connection() as bare:
            bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    write_keyring(keyring, workplace / paths.keyring.name)
