"""A Windows of its own in Wine: one prefix in a temporary folder, ended with everything in it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PERSON = "Айбек"
"""The Windows user: people of the offices have such names."""
LOCALE = "ru_RU.UTF-8"
PATIENCE_SECONDS = 180
WINDOWS_VERSION = "win10"


class WineTrouble(Exception):
    """Wine did not do what it was asked for; the text says what."""


class Wine:
    """One Windows. `run` gives the exit code, of which Wine passes on the lowest eight bits."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("WINE", "DISPLAY"))},
            "WINEPREFIX": str(prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            # Neither .NET nor a browser: the set-up of Wine would ask for them on the network.
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
            "LANG": LOCALE,
            "LC_ALL": LOCALE,
            "USER": PERSON,
            "LOGNAME": PERSON,
        }

    @property
    def drive(self) -> Path:
        """C: of it."""
        return self.prefix / "drive_c"

    @property
    def local_data(self) -> Path:
        """%LocalAppData% of the user."""
        return self.drive / "users" / PERSON / "AppData" / "Local"

    @property
    def shared_data(self) -> Path:
        """%ProgramData%."""
        return self.drive / "ProgramData"

    def start(self) -> None:
        """Make it, as a Windows 10. Raises WineTrouble."""
        _ensure_locale()
        for command in (["wineboot", "-i"], ["wine", "winecfg", "-v", WINDOWS_VERSION]):
            if self._call(command):
                raise WineTrouble(f"{command[-1]} failed")
        if not self.local_data.is_dir():
            raise WineTrouble("Wine made no folder for a user with a Cyrillic name")

    def run(self, *command: str) -> int:
        """Run a program of Windows to its end; its exit code modulo 256."""
        return self._call(["wine", *command])

    def background(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program and go on."""
        return subprocess.Popen(
            ["wine", *command],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def windows_path(self, path: Path) -> str:
        """How Windows calls a file of this machine."""
        if path.is_relative_to(self.drive):
            return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")
        return "Z:" + str(path).replace("/", "\\")

    def value(self, key: str, name: str) -> str | None:
        """A text of the registry, or None. `key`: from HKLM or HKCU on."""
        done = subprocess.run(
            ["wine", "reg", "query", key, "/v", name, "/reg:64"],
            env=self._environment,
            check=False,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        if done.returncode:
            return None
        for line in _text(done.stdout).splitlines():
            parts = line.strip().split("    ")
            if parts[0].lower() == name.lower() and len(parts) >= 3:
                return parts[2].strip()
        return None

    def keys(self, key: str) -> list[str]:
        """The keys right below a key."""
        done = subprocess.run(
            ["wine", "reg", "query", key, "/reg:64"],
            env=self._environment,
            check=False,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        return [line.strip() for line in _text(done.stdout).splitlines() if "\\" in line]

    def stop(self) -> None:
        """End everything in this prefix, and nothing else."""
        subprocess.run(["wineserver", "-k"], env=self._environment, check=False, timeout=60)

    def _call(self, command: list[str]) -> int:
        try:
            return subprocess.run(
                command,
                env=self._environment,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            raise WineTrouble(f"{command[1]} did not end in {PATIENCE_SECONDS} s") from None


@contextlib.contextmanager
def wine(prefix: Path) -> Iterator[Wine]:
    """A Windows that is there while the block runs."""
    made = Wine(prefix)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until it holds; whether it came to that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _text(output: bytes) -> str:
    for encoding in ("utf-8", "cp866"):
        with contextlib.suppress(UnicodeDecodeError):
            return output.decode(encoding)
    return output.decode("utf-8", "replace")


def _ensure_locale() -> None:
    """Wine reads Cyrillic arguments only under a locale that has the letters."""
    known = subprocess.run(["locale", "-a"], check=False, capture_output=True, text=True).stdout
    if "ru_RU.utf8" in known:
        return
    command = ["localedef", "-i", "ru_RU", "-f", "UTF-8", LOCALE]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        raise WineTrouble(f"the locale {LOCALE} is missing: localedef -i ru_RU -f UTF-8 {LOCALE}")
