"""A backup as one file: the pages of the encrypted database, then what belongs to them.

    pages · keyring.json · contents, sealed · head · trailer (sizes)

The database lies first, so that it can be opened and checked where it is. What is readable without
the key says whose backup it is and when it was made; counts are sealed with a key made from the
database key, and that seal holds for head, key slots and pages as well: no part can be exchanged.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from operator_app.db.engine import PAGE_BYTES
from operator_app.errors import EnvironmentProblem, Outdated

FORMAT = 1
SUFFIX = ".117backup"
MOST_HEAD = 4 << 10
MOST_CONTENTS = 64 << 10
MOST_KEYRING = 1 << 20
CHUNK = 1 << 20
_MAGIC = b"117-BACKUP"
_TRAILER = struct.Struct(">QIIIH10s")
"""Sizes of pages, key slots, contents and head; format; magic."""
_NONCE_BYTES = 12

OnBytes = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) from time to time; what it raises ends the work."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is readable without the key. `made_at` in UTC milliseconds by the clock of its PC;
    `schema` the revision of the tables; hashes are SHA-256 in hex."""

    database_id: str
    office: str
    made_at: int
    schema: str
    pages_sha256: str
    keyring_sha256: str


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What only the key shows: the office's names by language, how much is in it, and the last
    number of its incarnation. `audit_broken` is the first row of the audit log that does not
    fit, 0 when the chain is whole."""

    names: dict[str, str]
    calls: int
    cases: int
    revisions: int
    inc: str
    seq: int
    audit_rows: int
    audit_broken: int


@dataclass(frozen=True)
class BackupFile:
    """A backup of which the form is right; sizes in bytes. Its pages are not looked at yet."""

    file: Path
    head: Head
    keyring: bytes
    pages_size: int
    size: int
    sealed: bytes
    head_bytes: bytes


def read_backup(file: Path) -> BackupFile:
    """Read all but the pages.

    Raises EnvironmentProblem: `backup.missing`, `backup.unreadable` (the medium), `backup.not_one`
    (something else), `backup.incomplete`, `backup.damaged`; Outdated("backup.newer").
    """
    try:
        with file.open("rb") as stream:
            return _read(file, stream)
    except FileNotFoundError:
        raise EnvironmentProblem("backup.missing") from None
    except OSError as error:
        raise EnvironmentProblem("backup.unreadable") from error


def _read(file: Path, stream: BinaryIO) -> BackupFile:
    size = stream.seek(0, os.SEEK_END)
    if size < _TRAILER.size:
        raise EnvironmentProblem("backup.not_one")
    stream.seek(size - _TRAILER.size)
    pages, keyring, contents, head, version, magic = _TRAILER.unpack(stream.read(_TRAILER.size))
    if magic != _MAGIC:
        # Of a file that was cut, nobody can tell what it was.
        raise EnvironmentProblem("backup.not_one")
    if version > FORMAT:
        raise Outdated("backup.newer", found=version)
    if size != pages + keyring + contents + head + _TRAILER.size:
        raise EnvironmentProblem("backup.incomplete")
    if (
        pages == 0
        or pages % PAGE_BYTES
        or not 0 < keyring <= MOST_KEYRING
        or not _NONCE_BYTES < contents <= MOST_CONTENTS
        or not 0 < head <= MOST_HEAD
    ):
        raise EnvironmentProblem("backup.damaged")
    stream.seek(pages)
    slots, sealed, head_bytes = (stream.read(n) for n in (keyring, contents, head))
    try:
        read = msgspec.json.decode(head_bytes, type=Head)
    except (msgspec.DecodeError, ValueError):
        raise EnvironmentProblem("backup.damaged") from None
    if hashlib.sha256(slots).hexdigest() != read.keyring_sha256:
        raise EnvironmentProblem("backup.damaged")
    return BackupFile(file, read, slots, pages, size, sealed, head_bytes)


def open_contents(backup: BackupFile, key: bytes) -> Contents:
    """What the key shows, and the proof that head and key slots are those it was made with.

    Raises EnvironmentProblem("backup.damaged").
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, ciphertext = backup.sealed[:_NONCE_BYTES], backup.sealed[_NONCE_BYTES:]
    try:
        plain = AESGCM(_sealing_key(key)).decrypt(nonce, ciphertext, backup.head_bytes)
        return msgspec.json.decode(plain, type=Contents)
    except (InvalidTag, msgspec.DecodeError, ValueError):
        raise EnvironmentProblem("backup.damaged") from None


def append_tail(file: Path, head: Head, keyring: bytes, contents: Contents, key: bytes) -> None:
    """Make a copied database a backup, and wait until it is on the disk. Raises OSError."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head_bytes = msgspec.json.encode(head)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(_sealing_key(key)).encrypt(
        nonce, msgspec.json.encode(contents), head_bytes
    )
    pages = file.stat().st_size
    trailer = _TRAILER.pack(pages, len(keyring), len(sealed), len(head_bytes), FORMAT, _MAGIC)
    with file.open("ab") as stream:
        stream.write(keyring + sealed + head_bytes + trailer)
        stream.flush()
        os.fsync(stream.fileno())


def hash_of_pages(file: Path, size: int, on_bytes: OnBytes) -> str:
    """SHA-256 of the first `size` bytes, in hex. Raises OSError."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        done = 0
        while done < size and (chunk := stream.read(min(CHUNK, size - done))):
            digest.update(chunk)
            done += len(chunk)
            on_bytes(done, size)
    return digest.hexdigest()


def copy_bytes(source: Path, target: Path, size: int, on_bytes: OnBytes) -> str:
    """Copy the first `size` bytes, wait until they are on the disk; their SHA-256 in hex.

    Raises OSError.
    """
    digest = hashlib.sha256()
    with source.open("rb") as stream, target.open("wb") as copy:
        done = 0
        while done < size and (chunk := stream.read(min(CHUNK, size - done))):
            digest.update(chunk)
            copy.write(chunk)
            done += len(chunk)
            on_bytes(done, size)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _sealing_key(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"117 operator backup contents").derive(key)
