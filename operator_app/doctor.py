"""The check of the PC: which checks there are, in which order. Part of the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from operator_app import __version__
from operator_app.config import Paths
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock
from operator_app.domain.findings import Check, Finding, Grade
from operator_app.domain.policy import InForce
from operator_app.services.pc_check import disk, office_files, system
from operator_app.services.pc_check.office_toml import office_toml
from operator_app.services.pc_check.program import program
from operator_app.services.pc_check.windows import build
from operator_app.services.program_updates import ProgramUpdates
from operator_app.sync import way_check
from operator_app.sync.carriers.base import Carrier
from operator_app.sync.carriers.chosen import open_carrier

LONG_SECONDS = 600.0
"""Reading a database of some gigabytes on a slow disk; a person may stop it."""


def checks_of(
    paths: Paths,
    policy: InForce,
    clock: Clock,
    *,
    qt: str,
    fonts: Finding,
    database: Database | None = None,
    backup_folder: Path | None = None,
) -> list[Check]:
    """All checks. `database`: the open office, None before a sign-in; `qt`: the version of Qt,
    `fonts`: what was found of them, on the main thread; `backup_folder`: where a further copy goes."""
    way = way_check.read_way(policy, database)
    carrier = None if database is None else partial(_carrier, database, policy)
    updates = (
        None
        if database is None
        else ProgramUpdates(database, policy, running=__version__, build=build())
    )
    return [
        Check("database", lambda: office_files.database(paths)),
        Check("database_whole", lambda: _whole(database), LONG_SECONDS),
        Check("keys", lambda: office_files.keys(paths)),
        Check("office_toml", lambda: office_toml(paths)),
        Check("backups", lambda: office_files.backups(paths, clock, backup_folder)),
        Check("disk_space", lambda: disk.space(paths)),
        Check("disk_speed", lambda: disk.speed(paths), 30.0),
        Check("write_cache", lambda: disk.write_cache(paths)),
        Check("data_place", lambda: disk.place(paths)),
        Check("rights", lambda: office_files.rights(paths)),
        Check("clock", lambda: office_files.clock_by_files(paths, clock)),
        Check("carriers", lambda: way_check.carriers(way)),
        Check("proxy", lambda: way_check.proxy(way)),
        Check("server", lambda: way_check.server(way, clock, carrier), 30.0),
        Check("certificate", lambda: way_check.certificate(way, clock), 30.0),
        Check("xroad", lambda: way_check.xroad(way)),
        Check("folder", lambda: way_check.folder(way)),
        Check("fonts", lambda: [fonts]),
        Check("memory", system.memory),
        Check("restart", system.restart),
        Check("versions", lambda: system.versions(qt)),
        Check("program", lambda: program(updates)),
        Check("policy", lambda: system.policy(policy)),
    ]


def _whole(database: Database | None) -> list[Finding]:
    """Every page and every table, by the key."""
    if database is None:
        return [Finding("database_whole", Grade.ABSENT, "sign_in.needed")]
    damage: Sequence[str] = database.verify()
    if damage:
        told: dict[str, str | int] = {"faults": len(damage)}
        return [Finding("database_whole", Grade.PROBLEM, "database.damaged", told)]
    return [Finding("database_whole", Grade.OK, "database.whole")]


def _carrier(database: Database, policy: InForce, url: str) -> Carrier:
    seconds = way_check.PATIENCE_SECONDS
    return open_carrier(database, url, policy=policy, connect_seconds=seconds, read_seconds=seconds)
