"""Reading what IT set: the registry on Windows, a file of root's on Linux, office.toml on both."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from operator_app import config
from operator_app.config import Paths
from operator_app.domain.policy import (
    REGISTRY_KEY,
    SECTION,
    SETTINGS,
    InForce,
    Layer,
    Source,
    resolve,
)
from operator_app.errors import BadInput
from operator_app.services.provisioning import find_provisioning, read_provisioning

POLICY_FILE = Path("/etc/117-operator/policy.toml")
MOST_BYTES = 64_000

log = logging.getLogger(__name__)

Reader = Callable[[], Sequence[Layer]]
"""Gives what the policies of this PC say, the strongest first."""


def installation(data: Path | None = None, *, read: Reader | None = None) -> tuple[Paths, InForce]:
    """Where the data of this PC lie, and what IT set for it.

    `data` stands above everything, then OPERATOR117_DATA: whoever starts the program so means it.
    """
    layers = list((read or machine_layers)())
    where = data
    if where is None and not os.environ.get("OPERATOR117_DATA"):
        where = resolve(layers).folder("data_folder")
    paths = config.paths(where)
    return paths, resolve([*layers, *file_layers(paths)])


def log_problems(policy: InForce) -> None:
    """Name what was wrong, once at the start; never a value."""
    for problem in policy.problems:
        fault = problem.fault
        log.warning("setting %s of %s: %s", fault.where or "-", problem.source.value, fault.code)


def machine_layers() -> list[Layer]:
    """What the policies of this PC say."""
    if sys.platform == "win32":
        import winreg

        roots = (
            (Source.MACHINE_POLICY, winreg.HKEY_LOCAL_MACHINE),
            (Source.USER_POLICY, winreg.HKEY_CURRENT_USER),
        )
        found = (_registry_layer(winreg, source, root) for source, root in roots)
        return [layer for layer in found if layer is not None]
    return policy_file_layers(POLICY_FILE)


def policy_file_layers(file: Path) -> list[Layer]:
    """The policy file of a Linux PC, or nothing. A file that everybody may write is no policy."""
    source = Source.MACHINE_POLICY
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return [Layer(source, problem="policy.everybody_writes")]
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    except OSError:
        return [Layer(source, problem="policy.unreadable")]
    data = _parsed(content)
    return [Layer(source, problem="policy.unreadable") if data is None else Layer(source, data)]


def file_layers(paths: Paths) -> list[Layer]:
    """The section `[settings]` of office.toml. What else is wrong with the file the wizard tells."""
    file = find_provisioning(paths)
    if file is None:
        return []
    try:
        data = _parsed(read_provisioning(file).encode())
    except BadInput:
        data = None
    if data is None:
        return [Layer(Source.FILE, problem="policy.unreadable")]
    said = data.get(SECTION, {})
    if not isinstance(said, dict):
        return [Layer(Source.FILE, problem="policy.unreadable")]
    return [Layer(Source.FILE, said)]


def _parsed(content: bytes) -> dict[str, Any] | None:
    import tomllib

    if len(content) > MOST_BYTES:
        return None
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return None


def _registry_layer(winreg: Any, source: Source, root: Any) -> Layer | None:
    """The values under one root; `winreg` is the module of Windows, or a stand-in."""
    try:
        # The 64-bit view, whatever this process is: Group Policy writes there.
        key = winreg.OpenKey(root, REGISTRY_KEY, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)
    except FileNotFoundError:
        return None
    except OSError:
        return Layer(source, problem="policy.unreadable")
    names = {setting.value_name.lower(): setting.name for setting in SETTINGS}
    values: dict[str, Any] = {}
    unknown: list[str] = []
    with key:
        for number in range(1000):
            try:
                name, value, kind = winreg.EnumValue(key, number)
            except OSError:
                break
            if name.startswith("**"):
                # How Group Policy notes that a value is to be deleted.
                continue
            if kind == winreg.REG_EXPAND_SZ and isinstance(value, str):
                value = winreg.ExpandEnvironmentStrings(value)
            if name.lower() in names:
                values[names[name.lower()]] = value
            else:
                unknown.append(name)
    return Layer(source, values, tuple(unknown))
