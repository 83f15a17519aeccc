"""The files of the office as far as they can be judged without a key: database, keys, backups,
who may read them, and what their times say of the clock."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from operator_app.config import Paths
from operator_app.db.backup_file import SUFFIX
from operator_app.db.engine import PAGE_BYTES
from operator_app.db.keyring import read_keyring
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.findings import Finding, Grade
from operator_app.errors import AppError
from operator_app.services.backup_places import ID_LETTERS, SLOTS, Where, look_at, slot
from operator_app.services.pc_check import windows

PLAIN_HEADER = b"SQLite format 3\x00"
LARGE_WAL = 64 << 20
HOUR_MS = 3_600_000
OLD_BACKUP_MS = 72 * HOUR_MS
VERY_OLD_BACKUP_MS = 14 * 24 * HOUR_MS
FILES_AHEAD_MS = 2 * HOUR_MS
BUILT_YEAR = 2026
"""Before it no clock was right that runs this program."""


def database(paths: Paths) -> list[Finding]:
    """There, whole pages, encrypted; its log of changes not endless."""
    if not paths.is_set_up:
        return [Finding("database", Grade.ABSENT, "office.none")]
    try:
        with paths.database.open("rb") as stream:
            header = stream.read(100)
        size = paths.database.stat().st_size
    except FileNotFoundError:
        return [Finding("database", Grade.PROBLEM, "database.missing")]
    except OSError:
        return [Finding("database", Grade.PROBLEM, "database.cannot_open")]
    return [_judged(paths, header, size)]


def keys(paths: Paths) -> list[Finding]:
    """The key file: without it nobody opens the records."""
    if not paths.is_set_up:
        return [Finding("keys", Grade.ABSENT, "office.none")]
    try:
        keyring = read_keyring(paths.keyring)
    except AppError as error:
        return [Finding("keys", Grade.PROBLEM, error.code)]
    people = sum(not each.is_recovery for each in keyring.slots)
    told: dict[str, str | int] = {"people": people}
    if not any(each.is_recovery for each in keyring.slots):
        return [Finding("keys", Grade.WARNING, "keys.no_recovery", told)]
    if keyring.pending:
        return [Finding("keys", Grade.WARNING, "keys.pending", told)]
    return [Finding("keys", Grade.OK, "keys.good", told)]


def backups(paths: Paths, clock: Clock, further: Path | None = None) -> list[Finding]:
    """How old the last good one is; `further`: the folder where a further copy goes."""
    if not paths.is_set_up:
        return [Finding("backups", Grade.ABSENT, "office.none")]
    try:
        identity = read_keyring(paths.keyring).database_id
    except AppError:
        return [Finding("backups", Grade.ABSENT, "backups.no_keys")]
    copies = [look_at(slot(paths.backups, identity, n), Where.HERE, None) for n in SLOTS]
    found = [_age(max((c.made_at or 0 for c in copies if c.problem is None), default=0), clock)]
    if further is None:
        found.append(Finding("backups", Grade.WARNING, "backups.only_here"))
    elif not list(_elsewhere(further, identity)):
        found.append(Finding("backups", Grade.WARNING, "backups.none_elsewhere"))
    else:
        found.append(Finding("backups", Grade.OK, "backups.elsewhere"))
    return found


def rights(paths: Paths) -> list[Finding]:
    """Who else on this PC may read the office's files, and whether we may write there."""
    if not paths.data.is_dir():
        return [Finding("rights", Grade.ABSENT, "office.none")]
    if not os.access(paths.data, os.R_OK | os.W_OK | os.X_OK):
        return [Finding("rights", Grade.PROBLEM, "rights.not_writable")]
    grade, code = _by_windows(paths) if sys.platform == "win32" else _by_mode(paths)
    return [Finding("rights", grade, code)]


def _by_windows(paths: Paths) -> tuple[Grade, str]:
    sddl = windows.rights_of(paths.data)
    if sddl is None:
        return Grade.WARNING, "rights.unknown"
    return (Grade.WARNING, "rights.everybody") if everybody_in(sddl) else (Grade.OK, "rights.good")


def _by_mode(paths: Paths) -> tuple[Grade, str]:
    if _others(paths.data, stat.S_IWOTH):
        return Grade.PROBLEM, "rights.everybody_writes"
    if _others(paths.data, stat.S_IXOTH):
        office = (paths.office, paths.database, paths.keyring)
        if all(_others(each, stat.S_IROTH) for each in office if each.exists()):
            return Grade.WARNING, "rights.everybody"
    return Grade.OK, "rights.good"


def everybody_in(sddl: str) -> bool:
    """Whether everybody, guests, the network or nobody in particular (WD, BG, NU, AN) is let in."""
    entries = re.findall(r"\((A|OA|XA);[^;]*;([^;]*);[^;]*;[^;]*;(WD|AN|BG|NU)(?:;[^)]*)?\)", sddl)
    return bool(entries)


def clock_by_files(paths: Paths, clock: Clock) -> list[Finding]:
    """A clock that was put back shows in files from the future; a dead battery in the year."""
    now = clock()
    if now.year < BUILT_YEAR:
        return [Finding("clock", Grade.PROBLEM, "clock.long_ago", {"year": now.year})]
    known = [paths.database, paths.keyring, *paths.logs.glob("*.log"), *paths.backups.glob("*")]
    newest = max((_changed(file) for file in known), default=0)
    ahead = newest - to_ms(now)
    if ahead > FILES_AHEAD_MS:
        hours: dict[str, str | int] = {"hours": ahead // HOUR_MS}
        return [Finding("clock", Grade.WARNING, "clock.files_ahead", hours)]
    return [Finding("clock", Grade.OK, "clock.plausible")]


def _judged(paths: Paths, header: bytes, size: int) -> Finding:
    if header.startswith(PLAIN_HEADER):
        return Finding("database", Grade.PROBLEM, "database.not_encrypted")
    if size < PAGE_BYTES or size % PAGE_BYTES or not any(header):
        return Finding("database", Grade.PROBLEM, "database.damaged")
    log = paths.database.with_name(paths.database.name + "-wal")
    if log.exists() and log.stat().st_size > LARGE_WAL:
        large: dict[str, str | int] = {"megabytes": log.stat().st_size >> 20}
        return Finding("database", Grade.WARNING, "database.log_large", large)
    return Finding("database", Grade.OK, "database.there", {"megabytes": max(1, size >> 20)})


def _age(made_at: int, clock: Clock) -> Finding:
    if not made_at:
        return Finding("backups", Grade.WARNING, "backups.none")
    age = max(0, to_ms(clock()) - made_at)
    told: dict[str, str | int] = {"hours": age // HOUR_MS, "days": age // (24 * HOUR_MS)}
    if age > VERY_OLD_BACKUP_MS:
        return Finding("backups", Grade.PROBLEM, "backups.very_old", told)
    if age > OLD_BACKUP_MS:
        return Finding("backups", Grade.WARNING, "backups.old", told)
    return Finding("backups", Grade.OK, "backups.fresh", told)


def _elsewhere(folder: Path, identity: str) -> list[Path]:
    try:
        return list(folder.glob(f"*-{identity[:ID_LETTERS]}{SUFFIX}"))
    except OSError:
        return []


def _others(path: Path, bit: int) -> bool:
    return bool(path.stat().st_mode & bit)


def _changed(file: Path) -> int:
    try:
        return int(file.stat().st_mtime * 1000)
    except OSError:
        return 0
