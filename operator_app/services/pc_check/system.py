"""The machine: memory, versions, a restart that waits; and what IT set."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from operator_app import __version__
from operator_app.db.engine import library_versions
from operator_app.domain.findings import Finding, Grade
from operator_app.domain.policy import InForce
from operator_app.errors import AppError
from operator_app.services.pc_check import windows

MEGABYTE = 1 << 20
LITTLE_MEMORY = 400 * MEGABYTE
LEAST_BUILD = 17763
"""Windows 10, version 1809: what Qt needs."""
MEMORY = Path("/proc/meminfo")
RESTART_MARKS = (Path("/run/reboot-required"), Path("/var/run/reboot-required"))


def memory() -> list[Finding]:
    """What is left for the program to grow into."""
    free = windows.free_memory() if sys.platform == "win32" else _available(MEMORY)
    if free is None:
        return [Finding("memory", Grade.ABSENT, "memory.unknown")]
    told: dict[str, str | int] = {"free": free // MEGABYTE}
    if free < LITTLE_MEMORY:
        return [Finding("memory", Grade.WARNING, "memory.little", told)]
    return [Finding("memory", Grade.OK, "memory.enough", told)]


def restart() -> list[Finding]:
    """Whether an update waits for a restart: files may be half of the old and half of the new."""
    pending = windows.restart_pending()
    if pending is None:
        pending = any(mark.exists() for mark in RESTART_MARKS)
    if pending:
        return [Finding("restart", Grade.WARNING, "restart.pending")]
    return [Finding("restart", Grade.OK, "restart.none")]


def versions(qt: str) -> list[Finding]:
    """Of everything that a fault may depend on. `qt`: the version of Qt."""
    try:
        sqlite, cipher = library_versions()
    except AppError as error:
        return [Finding("versions", Grade.PROBLEM, error.code)]
    told: dict[str, str | int] = {
        "program": __version__,
        "python": platform.python_version(),
        "qt": qt,
        "sqlcipher": cipher,
        "sqlite": sqlite,
        "system": f"{platform.system()} {platform.release()}",
    }
    build = windows.build()
    if build is not None:
        told["build"] = build
        if build < LEAST_BUILD:
            return [Finding("versions", Grade.PROBLEM, "versions.windows_old", told)]
    return [Finding("versions", Grade.OK, "versions.known", told)]


def policy(in_force: InForce) -> list[Finding]:
    """Every value of IT's that counts as not set."""
    if not in_force.problems:
        told: dict[str, str | int] = {"held": len(in_force.held)}
        return [Finding("policy", Grade.OK, "policy.good", told)]
    return [
        Finding(
            "policy",
            Grade.WARNING,
            problem.fault.code,
            {
                **problem.fault.params,
                "setting": problem.fault.where,
                "source": problem.source.value,
            },
        )
        for problem in in_force.problems
    ]


def _available(file: Path) -> int | None:
    try:
        lines = file.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None
