"""Where things lie on this PC. Decided once, at start; passed on through constructors."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP_FOLDER = "117 Operator"
TRAINING_FOLDER = "training"
PER_USER_MARK = "per-user"
"""An empty file beside the program, put there when it is installed for one Windows user only."""


@dataclass(frozen=True)
class Paths:
    """The data folder of one installation and the files in it, and the program's resources."""

    data: Path
    resources: Path
    migrations: Path

    @property
    def office(self) -> Path:
        """Database and key slots: one folder, so that set-up puts both in place at once."""
        return self.data / "office"

    @property
    def is_set_up(self) -> bool:
        """Whether this data folder holds an office; even a damaged one is never made anew."""
        return self.office.exists() or self.restored.exists()

    @property
    def restored(self) -> Path:
        """A whole office out of a backup, about to take the place of `office`."""
        return self.data / "office-restored"

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.office / "operator.db"

    @property
    def keyring(self) -> Path:
        """The key slots (LUKS-like); without them the database cannot be opened."""
        return self.office / "keyring.json"

    @property
    def sign_in_delay(self) -> Path:
        """Failed sign-ins since the last good one, kept over restarts."""
        return self.data / "sign-in.json"

    @property
    def lock(self) -> Path:
        """Held by the one running instance."""
        return self.data / "instance.lock"

    @property
    def backups(self) -> Path:
        """Backups of the office, and the copies made before a migration."""
        return self.data / "backups"

    @property
    def logs(self) -> Path:
        """Rotating logs without content."""
        return self.data / "logs"

    @property
    def training_mark(self) -> Path:
        """Says that this folder holds a sandbox, and whether its making came to its end."""
        return self.data / "training.json"

    @property
    def is_training(self) -> bool:
        """Whether this folder holds a sandbox and no office."""
        return self.training_mark.exists()

    @property
    def window(self) -> Path:
        """Window size, appearance and language: no record, no secret."""
        return self.data / "window.ini"


def program_root() -> Path:
    """The folder that holds resources/ and migrations/, frozen or not."""
    bundle = getattr(sys, "_MEIPASS", None)
    return Path(bundle) if bundle else Path(__file__).resolve().parent.parent


def default_data_folder() -> Path:
    """`OPERATOR117_DATA`, else the folder of the PC (of the user, where the program was installed
    for one user only), else the XDG data folder."""
    if override := os.environ.get("OPERATOR117_DATA"):
        return Path(override)
    if sys.platform == "win32":
        return windows_data_folder(Path(sys.executable), os.environ)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "117-operator"


def windows_data_folder(program: Path, environment: Mapping[str, str]) -> Path:
    """%ProgramData%/117 Operator, which all users of the PC share; for a program that is installed
    for one user, %LocalAppData%/117 Operator."""
    profile = environment.get("LOCALAPPDATA", "")
    if profile and (program.parent / PER_USER_MARK).exists():
        return Path(profile) / APP_FOLDER
    return Path(environment.get("PROGRAMDATA", r"C:\ProgramData")) / APP_FOLDER


def training_data_folder() -> Path:
    """Of the sandbox: `training` in this account's own data, whatever folder the office's are in."""
    if override := os.environ.get("OPERATOR117_DATA"):
        return Path(override) / TRAINING_FOLDER
    if sys.platform == "win32":
        profile = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(profile) / APP_FOLDER / TRAINING_FOLDER
    return default_data_folder() / TRAINING_FOLDER


def paths(data: Path | None = None) -> Paths:
    """The paths of the installation whose data lie in `data`, by default the PC's own."""
    root = program_root()
    return Paths((data or default_data_folder()).resolve(), root / "resources", root / "migrations")
