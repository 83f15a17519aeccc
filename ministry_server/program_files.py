"""Versions of the program: what an editor hands in, and the files that devices fetch.

A version is handed in as a TOML file beside the set-up file that it names:

    version = "1.2.0"
    file = "117-operator-1.2.0.msi"
    least_build = 17763              # of Windows; may be left out
    least_from = "1.0.0"             # has to be installed before; may be left out
    offices = ["0412", "0413"]       # for these only; for all when it is left out
    [notes]
    ky = "..."
    ru = "..."
    en = "..."

The files lie in `programs/` of the data folder, each under its SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ministry_server.feeds import entries_of
from ministry_server.messages import Refusal
from operator_app.domain.feeds import PROGRAM, FeedEntry
from operator_app.domain.program_versions import MOST_FILE_BYTES
from operator_app.errors import BadInput, Fault
from operator_app.files import sync_folder

FOLDER = "programs"
SCHEME = "Device "
MOST_HEADER = 2_000
MOST_RELEASE_BYTES = 64_000
CHUNK = 64 << 10

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{1,12})?")
_FIELDS = {"version", "file", "notes", "least_build", "least_from", "offices"}


@dataclass(frozen=True)
class Release:
    """What was handed in: its one entry, and where the file lies that it names."""

    entries: list[FeedEntry]
    file: Path
    sha256: str


@dataclass(frozen=True)
class Piece:
    """Bytes `first` to `last` of a file of `size` bytes; `whole` when nothing less was asked for."""

    file: Path
    first: int
    last: int
    size: int
    whole: bool

    def chunks(self) -> Iterator[bytes]:
        """The bytes, some at a time."""
        left = self.last - self.first + 1
        with self.file.open("rb") as stream:
            stream.seek(self.first)
            while left and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


def read_release(file: Path) -> Release:
    """What is handed in by a file. Raises BadInput with every fault, and OSError."""
    with file.open("rb") as stream:
        content = stream.read(MOST_RELEASE_BYTES + 1)
    if len(content) > MOST_RELEASE_BYTES:
        _refuse("file", "feed.too_large")
    try:
        said = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        _refuse("file", "feed.not_toml")
    if unknown := sorted(said.keys() - _FIELDS):
        raise BadInput("feed.faults", [Fault(name[:60], "feed.unknown_field") for name in unknown])
    name = said.pop("file", None)
    if not isinstance(name, str) or Path(name).name != name or "\\" in name:
        _refuse("file", "feed.bad_file_name")
    program = file.parent / name
    if not program.is_file():
        _refuse("file", "feed.no_program")
    size = program.stat().st_size
    if not 0 < size <= MOST_FILE_BYTES:
        _refuse("size", "feed.bad_size")
    body = {**said, "file_name": name, "size": size, "sha256": _sum_of(program)}
    return Release(entries_of(PROGRAM, [body]), program, body["sha256"])


class ProgramFiles:
    """The files of a receiver. Safe from any thread."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def keep(self, release: Release) -> None:
        """Copy a file in, flushed to the disk, before its entry is published."""
        target = self._folder / release.sha256
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if target.is_file() and _sum_of(target) == release.sha256:
            return
        temporary = target.with_suffix(".new")
        try:
            with release.file.open("rb") as source, temporary.open("wb") as stream:
                while chunk := source.read(CHUNK):
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            if _sum_of(temporary) != release.sha256:
                _refuse("file", "feed.bad_sum")
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)

    def keep_only(self, entries: Iterable[FeedEntry]) -> None:
        """Delete the files that no published entry names any more."""
        wanted = {entry.body["sha256"] for entry in entries if entry.body is not None}
        for file in self._folder.glob("*") if self._folder.is_dir() else ():
            if file.name not in wanted:
                with contextlib.suppress(OSError):
                    file.unlink()

    def piece(self, sha256: str, asked: str | None) -> Piece:
        """What a request with this Range header gets; any other range than one from a first byte
        is answered with the whole, as HTTP allows. Raises Refusal(404 | 416)."""
        file = self._folder / sha256
        if not _SHA256.fullmatch(sha256) or not file.is_file():
            raise Refusal(404, "program.unknown")
        size = file.stat().st_size
        found = _RANGE.fullmatch(asked or "")
        if found is None:
            return Piece(file, 0, size - 1, size, whole=True)
        first = int(found[1])
        last = min(int(found[2]) if found[2] else size, size - 1)
        if first >= size or (found[2] and int(found[2]) < first):
            raise Refusal(416, "program.past_end")
        return Piece(file, first, last, size, whole=False)


def read_credentials(header: str) -> bytes:
    """The signed message of an Authorization header. Raises Refusal(401)."""
    text = header.removeprefix(SCHEME)
    if text == header or len(header) > MOST_HEADER:
        raise Refusal(401, "device.unknown")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(401, "device.unknown") from None


def _sum_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse(where: str, code: str) -> NoReturn:
    raise BadInput("feed.faults", [Fault(where, code)])
