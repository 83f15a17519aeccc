"""A disk that loses its power: rebuilt from a recorded trace, at any point of it.

What was synced is there. Of what was written since, any subset may be there, torn at sector
boundaries; of names made, changed or removed in a folder since it was synced, any prefix. That
is what POSIX leaves open and what ALICE (OSDI '14) builds; it is harsher than any one file system.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

HEAD = struct.Struct("<cIIQ")
ACKNOWLEDGEMENTS = "acknowledged.jsonl"
"""The file in the watched folder to which a worker writes what it showed as saved; one JSON
object a line. It stands for the screen, so it is no part of the images."""


@dataclass(frozen=True)
class Record:
    """One call of the trace (see recorder.c). `path` is relative to the watched folder."""

    kind: str
    path: PurePosixPath
    data: bytes
    number: int


def read_trace(trace: Path, folder: Path) -> list[Record]:
    """The whole trace in its order."""
    content = trace.read_bytes()
    records = []
    at = 0
    while at < len(content):
        kind, path_length, data_length, number = HEAD.unpack_from(content, at)
        at += HEAD.size
        path = PurePosixPath(content[at : at + path_length].decode())
        at += path_length
        data = content[at : at + data_length]
        at += data_length
        records.append(Record(kind.decode(), path.relative_to(folder.as_posix()), data, number))
    return records


Piece = tuple[int, bytes | None]
"""(offset, bytes) written, or (length, None) for a cut to that length."""


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Piece] = field(default_factory=list)

    def sync(self) -> None:
        for piece in self.pending:
            _put(self.durable, piece)
        self.pending = []

    def after(self, fate: Fate) -> bytes:
        content = bytearray(self.durable)
        for piece in fate(self.pending):
            _put(content, piece)
        return bytes(content)


Change = tuple[str, "str | _File | _Folder | None"]
"""(name, what it names from now on), None when removed, a str when renamed to that name."""


@dataclass
class _Folder:
    durable: dict[str, _File | _Folder] = field(default_factory=dict)
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)

    def change(self, change: Change) -> None:
        _rename(self.now, change)
        self.pending.append(change)

    def sync(self) -> None:
        self.durable = dict(self.now)
        self.pending = []

    def after(self, chance: random.Random) -> dict[str, _File | _Folder]:
        names = dict(self.durable)
        kept = chance.choice((0, len(self.pending), chance.randint(0, len(self.pending))))
        for change in self.pending[:kept]:
            _rename(names, change)
        return names


def _rename(names: dict[str, _File | _Folder], change: Change) -> None:
    name, new = change
    if new is None:
        names.pop(name, None)
    elif isinstance(new, str):
        names[new] = names.pop(name)
    else:
        names[name] = new


def _put(content: bytearray, piece: Piece) -> None:
    at, data = piece
    if data is None:
        if at < len(content):
            del content[at:]
        else:
            content.extend(bytes(at - len(content)))
        return
    if at > len(content):
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


Fate = Callable[[list[Piece]], Iterator[Piece]]
"""Which of the writes that were not synced reached the disk."""


def _fate(chance: random.Random) -> Fate:
    kind = chance.choice(("none", "all", "whole", "sectors", "sectors", "prefix"))
    kept = chance.choice((0.1, 0.5, 0.9))
    sector = chance.choice((512, 4096))

    def fate(pieces: list[Piece]) -> Iterator[Piece]:
        if kind == "all":
            yield from pieces
        elif kind == "whole":
            yield from (p for p in pieces if chance.random() < kept)
        elif kind == "sectors":
            for piece in pieces:
                yield from (p for p in _sectors(piece, sector) if chance.random() < kept)
        elif kind == "prefix" and pieces:
            last = chance.randrange(len(pieces))
            yield from pieces[:last]
            torn = list(_sectors(pieces[last], sector))
            yield from torn[: chance.randint(0, len(torn))]

    return fate


def _sectors(piece: Piece, sector: int) -> Iterator[Piece]:
    at, data = piece
    if data is None:
        yield piece
        return
    done = 0
    while done < len(data):
        length = sector - (at + done) % sector
        yield at + done, data[done : done + length]
        done += length


class Disk:
    """The disk as a trace of calls goes by. Starts with what `folder` holds, safely on it."""

    def __init__(self, folder: Path) -> None:
        self._root = _load(folder)

    def play(self, record: Record) -> None:
        """Let one call happen."""
        if record.path.name.endswith("-shm") or record.path.name == ACKNOWLEDGEMENTS:
            return
        if record.path == PurePosixPath():
            if record.kind == "s":
                self._root.sync()
            return
        folder = self._find(record.path.parent)
        assert isinstance(folder, _Folder)
        name = record.path.name
        if record.kind == "c":
            folder.change((name, _File()))
        elif record.kind == "d":
            folder.change((name, _Folder()))
        elif record.kind == "u":
            folder.change((name, None))
        elif record.kind == "m":
            folder.change((name, PurePosixPath(record.data.decode()).name))
        else:
            thing = folder.now[name]
            if record.kind == "s":
                thing.sync()
            else:
                assert isinstance(thing, _File)
                data = record.data if record.kind == "w" else None
                thing.pending.append((record.number, data))

    def cut_power(self, target: Path, chance: random.Random) -> None:
        """Write one of the states in which the disk may be found into the empty `target`."""
        _write(self._root, target, chance, _fate(chance))

    def _find(self, path: PurePosixPath) -> _File | _Folder:
        found: _File | _Folder = self._root
        for part in path.parts:
            assert isinstance(found, _Folder)
            found = found.now[part]
        return found


def _load(folder: Path) -> _Folder:
    made = _Folder()
    for entry in folder.iterdir():
        if entry.is_dir():
            made.now[entry.name] = _load(entry)
        elif not entry.name.endswith("-shm"):
            made.now[entry.name] = _File(bytearray(entry.read_bytes()))
    made.sync()
    return made


def _write(folder: _Folder, target: Path, chance: random.Random, fate: Fate) -> None:
    for name, thing in folder.after(chance).items():
        if isinstance(thing, _File):
            (target / name).write_bytes(thing.after(fate))
        else:
            (target / name).mkdir()
            _write(thing, target / name, chance, fate)
