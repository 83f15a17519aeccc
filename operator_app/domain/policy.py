"""What IT may set for a PC, once, in a table: names, kinds, bounds. And who wins.

Group Policy of the PC > Group Policy of the Windows account > `[settings]` of office.toml > what a
person chose in the program > what the program is delivered with. A bad value is named and counts
as not set; it never ends the program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

from operator_app.domain.server_url import read_server_url
from operator_app.errors import Fault

REGISTRY_KEY = r"Software\Policies\117 Operator"
FILE_NAME = "office.toml"
MOST_CHARACTERS = 16_000
SECTION = "settings"
"""Of office.toml. What else stands there is for the set-up (domain/provisioning.py)."""
DIRECT = "direct"
"""As a proxy: none, whatever the system says."""
LONGEST_TEXT = 400

Value = str | int | bool


class Source(StrEnum):
    """Where a value comes from; who comes first wins."""

    TRAINING = "training"
    """Not IT but the sandbox, which nothing may leave."""
    MACHINE_POLICY = "machine_policy"
    USER_POLICY = "user_policy"
    FILE = "file"
    PERSON = "person"
    DEFAULT = "default"


class Kind(StrEnum):
    """What a value looks like, in files, in the registry and in the templates of Group Policy."""

    ADDRESS = "address"
    PROXY = "proxy"
    FOLDER = "folder"
    NUMBER = "number"
    CHOICE = "choice"
    SWITCH = "switch"


@dataclass(frozen=True)
class Setting:
    """One thing IT may set. `name` in TOML, `value_name` in the registry.

    `choices` of a CHOICE; `least` and `most` of a NUMBER. `in_file`: whether office.toml may set it.
    """

    name: str
    value_name: str
    kind: Kind
    default: Value
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    in_file: bool = True


SETTINGS = (
    Setting("server_url", "ServerAddress", Kind.ADDRESS, ""),
    Setting("proxy", "Proxy", Kind.PROXY, ""),
    Setting("allow_https", "AllowHttps", Kind.SWITCH, True),
    Setting("allow_xroad", "AllowXRoad", Kind.SWITCH, True),
    Setting("allow_folder", "AllowFolder", Kind.SWITCH, True),
    Setting("export_folder", "ExportFolder", Kind.FOLDER, ""),
    Setting("backup_folder", "BackupFolder", Kind.FOLDER, ""),
    Setting("idle_minutes", "IdleLockMinutes", Kind.NUMBER, 5, least=1, most=60),
    Setting("updates", "Updates", Kind.CHOICE, "notify", choices=("off", "notify", "fetch")),
    Setting("update_folder", "UpdateFolder", Kind.FOLDER, ""),
    Setting("language", "Language", Kind.CHOICE, "ru", choices=("ky", "ru", "en")),
    # The file lies in the data folder: it cannot say where that is.
    Setting("data_folder", "DataFolder", Kind.FOLDER, "", in_file=False),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Layer:
    """What one source says: raw values by name of the setting.

    `unknown`: names there that mean nothing; `problem`: why the source could not be read.
    """

    source: Source
    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Held:
    """A value that nobody changes in the program, and who set it."""

    value: Value
    source: Source


@dataclass(frozen=True)
class PolicyProblem:
    """A value that counts as not set, or a source that cannot be read; `fault.where` is the name
    of the setting, "" for a whole source. Never the value itself."""

    source: Source
    fault: Fault


@dataclass(frozen=True)
class InForce:
    """What IT set for this PC: the settings that are held, and what was wrong.

    `training`: the program works on its sandbox.
    """

    held: Mapping[str, Held] = field(default_factory=dict)
    problems: tuple[PolicyProblem, ...] = ()
    training: bool = False

    def value(self, name: str) -> Value:
        """What is held, else what the program is delivered with."""
        held = self.held.get(name)
        return held.value if held else BY_NAME[name].default

    def text(self, name: str) -> str:
        """The same, of a setting that is a text."""
        return str(self.value(name))

    def folder(self, name: str) -> Path | None:
        """The same, of a folder; None when none is held."""
        said = self.text(name)
        return Path(said) if said else None

    def allows(self, carrier: str) -> bool:
        """Whether the way to the ministry ("https", "xroad", "folder") may be used."""
        return bool(self.value(f"allow_{carrier}"))

    def holds(self, name: str) -> bool:
        """Whether nobody may change it in the program."""
        return name in self.held


NOTHING_HELD = InForce()
_SANDBOX: dict[str, Value] = {
    "server_url": "",
    "allow_https": False,
    "allow_xroad": False,
    "allow_folder": False,
    "backup_folder": "",
    "updates": "off",
    "update_folder": "",
}


def for_training(policy: InForce) -> InForce:
    """The same for the sandbox: there is no server and no way to one, whatever IT set."""
    held = {name: Held(value, Source.TRAINING) for name, value in _SANDBOX.items()}
    return InForce({**policy.held, **held}, policy.problems, training=True)


def resolve(layers: Sequence[Layer], *, windows: bool = sys.platform == "win32") -> InForce:
    """What holds when these sources say what they say, the strongest first."""
    held: dict[str, Held] = {}
    problems: list[PolicyProblem] = []
    for layer in layers:
        for fault in _layer_faults(layer):
            problems.append(PolicyProblem(layer.source, fault))
        for setting in SETTINGS:
            if setting.name not in layer.values or not _may_set(layer, setting):
                continue
            value, fault_found = read_value(setting, layer.values[setting.name], windows=windows)
            if fault_found is not None:
                problems.append(PolicyProblem(layer.source, fault_found))
            elif value is not None:
                held.setdefault(setting.name, Held(value, layer.source))
    fetches = held.get("updates")
    if fetches is not None and fetches.value == "fetch" and "update_folder" not in held:
        fault = Fault("update_folder", "policy.update_folder_missing")
        problems.append(PolicyProblem(fetches.source, fault))
        held["updates"] = Held("notify", fetches.source)
    return InForce(held, tuple(problems))


def read_value(setting: Setting, raw: Any, *, windows: bool) -> tuple[Value | None, Fault | None]:
    """The value as the program uses it, or what is wrong with it."""
    if setting.kind is Kind.SWITCH:
        fits = isinstance(raw, bool) or (type(raw) is int and raw in (0, 1))
        return (bool(raw), None) if fits else (None, Fault(setting.name, "policy.not_switch"))
    if setting.kind is Kind.NUMBER:
        if type(raw) is int and setting.least <= raw <= setting.most:
            return raw, None
        bounds: dict[str, str | int] = {"least": setting.least, "most": setting.most}
        return None, Fault(setting.name, "policy.not_number", bounds)
    if not isinstance(raw, str):
        return None, Fault(setting.name, "policy.not_text")
    text = raw.strip()
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        return None, Fault(setting.name, "policy.empty" if not text else "policy.not_text")
    return _read_text(setting, text, windows=windows)


def _read_text(setting: Setting, text: str, *, windows: bool) -> tuple[Value | None, Fault | None]:
    if setting.kind is Kind.CHOICE:
        if text in setting.choices:
            return text, None
        return None, Fault(
            setting.name, "policy.not_choice", {"choices": ", ".join(setting.choices)}
        )
    if setting.kind is Kind.ADDRESS:
        url = read_server_url(text)
        return (url, None) if url else (None, Fault(setting.name, "policy.address_form"))
    if setting.kind is Kind.PROXY:
        proxy = _read_proxy(text)
        return (proxy, None) if proxy else (None, Fault(setting.name, "policy.proxy_form"))
    pure = PureWindowsPath(text) if windows else PurePosixPath(text)
    if not pure.is_absolute() or ".." in pure.parts:
        return None, Fault(setting.name, "policy.not_absolute")
    return text, None


_HOST = re.compile(r"[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9])?")


def _read_proxy(text: str) -> str | None:
    """ "direct", or http://host:port; no password may stand in a policy that everybody reads."""
    if text == DIRECT:
        return DIRECT
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    fits = parts.scheme == "http" and port and parts.path in ("", "/") and bare
    if not fits or not text.isascii() or not _HOST.fullmatch(parts.hostname or ""):
        return None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"http://{host}:{port}"


def _may_set(layer: Layer, setting: Setting) -> bool:
    return setting.in_file or layer.source is not Source.FILE


def _layer_faults(layer: Layer) -> list[Fault]:
    faults = [Fault("", layer.problem)] if layer.problem else []
    strange = [
        *layer.unknown,
        *(
            name
            for name in layer.values
            if name not in BY_NAME or not _may_set(layer, BY_NAME[name])
        ),
    ]
    for name in strange:
        safe = re.sub(r"[^A-Za-z0-9_.-]", "?", name)[:60]
        faults.append(Fault(safe, "policy.unknown"))
    return faults
