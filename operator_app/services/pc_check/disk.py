"""The disk under the data folder: room, speed, honesty about flushing, and whether it is one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import statistics
import sys
import time
from pathlib import Path, PurePosixPath, PureWindowsPath

from operator_app.config import Paths
from operator_app.domain.findings import Finding, Grade
from operator_app.services.pc_check import windows

MEGABYTE = 1 << 20
LEAST_FREE = 200 * MEGABYTE
GOOD_FREE = 1024 * MEGABYTE
TIMES_DATABASE = 3
"""A migration, a backup and a change of the key each want the database once more."""
PROBES = 8
PAGE = 4096
SLOW_MS = 100
VERY_SLOW_MS = 500
NETWORK_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.rclone"}
)
SYNCED = (
    "onedrive", "dropbox", "yandexdisk", "yandex.disk", "google drive", "googledrive",
    "icloud", "icloudDrive", "mail.ru cloud", "облако mail.ru", "nextcloud", "яндекс.диск",
)  # fmt: skip


def space(paths: Paths) -> list[Finding]:
    """Room for the office to grow, and for its copies."""
    free = shutil.disk_usage(_there(paths.data)).free
    size = sum(part.stat().st_size for part in paths.office.glob(f"{paths.database.name}*"))
    told: dict[str, str | int] = {"free": free // MEGABYTE}
    if free < LEAST_FREE:
        return [Finding("disk_space", Grade.PROBLEM, "disk_space.none", told)]
    if free < max(GOOD_FREE, TIMES_DATABASE * size):
        return [Finding("disk_space", Grade.WARNING, "disk_space.little", told)]
    return [Finding("disk_space", Grade.OK, "disk_space.enough", told)]


def speed(paths: Paths) -> list[Finding]:
    """How long a page takes until it is on the disk: a save is one such wait."""
    if not paths.data.is_dir():
        return [Finding("disk_speed", Grade.ABSENT, "office.none")]
    probe = paths.data / f".probe-{os.getpid()}"
    try:
        took = _probe(probe)
    except OSError as error:
        code = {
            errno.ENOSPC: "disk_speed.full",
            errno.EDQUOT: "disk_speed.full",
        }.get(error.errno or 0, "disk_speed.not_writable")
        return [Finding("disk_speed", Grade.PROBLEM, code)]
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    ms = max(1, round(took * 1000))
    slow = (
        (Grade.PROBLEM, "disk_speed.very_slow")
        if ms >= VERY_SLOW_MS
        else (Grade.WARNING, "disk_speed.slow")
    )
    grade, code = slow if ms >= SLOW_MS else (Grade.OK, "disk_speed.good")
    return [Finding("disk_speed", grade, code, {"ms": ms})]


def write_cache(paths: Paths) -> list[Finding]:
    """Whether what was flushed survives a power cut."""
    where = _there(paths.data)
    ignored = windows.flush_ignored(where) if sys.platform == "win32" else _barriers_off(where)
    if ignored is None:
        return [Finding("write_cache", Grade.ABSENT, "write_cache.unknown")]
    if ignored:
        return [Finding("write_cache", Grade.PROBLEM, "write_cache.flush_ignored")]
    return [Finding("write_cache", Grade.OK, "write_cache.good")]


def place(paths: Paths) -> list[Finding]:
    """A database on a share, or in a folder that another program copies, is lost one day."""
    where = _there(paths.data)
    if is_network(where):
        return [Finding("data_place", Grade.PROBLEM, "data_place.network")]
    if is_synced(str(paths.data)):
        return [Finding("data_place", Grade.PROBLEM, "data_place.synced")]
    return [Finding("data_place", Grade.OK, "data_place.good")]


def is_synced(folder: str) -> bool:
    """Whether a part of the path is that of a program that copies folders elsewhere."""
    parts = PureWindowsPath(folder).parts if "\\" in folder else PurePosixPath(folder).parts
    return any(part.lower().startswith(SYNCED) for part in parts)


def is_network(folder: Path) -> bool:
    """Whether it lies on another machine."""
    if sys.platform == "win32":
        return str(folder).startswith("\\\\") or windows.drive_type(folder) == windows.DRIVE_REMOTE
    kind, _options = _mount(folder)
    return kind in NETWORK_SYSTEMS


def _barriers_off(folder: Path) -> bool | None:
    kind, options = _mount(folder)
    if not kind:
        return None
    return bool({"nobarrier", "barrier=0"} & set(options))


def _mount(folder: Path, table: Path = Path("/proc/mounts")) -> tuple[str, tuple[str, ...]]:
    """The kind of file system that a folder lies on, and how it is mounted; "" when not known."""
    best = ""
    found: tuple[str, tuple[str, ...]] = ("", ())
    real = str(folder.resolve())
    try:
        lines = table.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return "", ()
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 4:
            continue
        point = fields[1].replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, found = point, (fields[2], tuple(fields[3].split(",")))
    return found


def _probe(file: Path) -> float:
    took = []
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        for _n in range(PROBES):
            begun = time.perf_counter()
            os.write(handle, os.urandom(PAGE))
            os.fsync(handle)
            took.append(time.perf_counter() - begun)
    finally:
        os.close(handle)
    return statistics.median(took)


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)
