"""Invented versions of the program, handed in as the ministry's editors do it."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from ministry_server.cli import main
from tests.receiver import RunningReceiver

NOTES = {"ky": "Издөө тезирээк.", "ru": "Поиск быстрее.", "en": "Search is faster."}
SIZE = 300_000


def content(version: str, size: int = SIZE) -> bytes:
    """What the file of a version holds."""
    return random.Random(version).randbytes(size)


def sum_of(version: str, size: int = SIZE) -> str:
    return hashlib.sha256(content(version, size)).hexdigest()


def write_release(
    folder: Path, version: str, more: str = "", *, size: int = SIZE, file: str = ""
) -> Path:
    """The TOML file of a version, its set-up file beside it."""
    name = file or f"117-operator-{version}.msi"
    (folder / Path(name).name).write_bytes(content(version, size))
    notes = "".join(f'{language} = "{text}"\n' for language, text in NOTES.items())
    handed = folder / f"{version}.toml"
    text = f'version = "{version}"\nfile = "{name}"\n{more}\n[notes]\n{notes}'
    handed.write_text(text, encoding="utf-8")
    return handed


def release(
    receiver: RunningReceiver, folder: Path, version: str, more: str = "", *, size: int = SIZE
) -> None:
    """Publish a version by the command line."""
    handed = write_release(folder, version, more, size=size)
    assert main(["publish", "program", str(handed), *receiver.where]) == 0
