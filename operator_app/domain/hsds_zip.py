"""The files of a zip that came from anywhere: no path leaves it, no bomb goes off."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from operator_app.errors import Fault

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MOST_MEMBERS = 200
MOST_DIRECTORY_BYTES = 256 * 1024
SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every file in a zip that is written: equal content gives an equal file."""

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_END_BYTES = 22
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_zip(data: bytes, wanted: frozenset[str], most: int, faults: list[Fault]) -> dict[str, str]:
    """The texts (UTF-8) of the wanted files, found by their names in whatever folder.

    Nothing is unpacked beyond `most` bytes in all, whatever the zip claims. A path that leads out
    of the zip makes the whole of it wrong, also of a file that is not wanted.
    """
    if not _is_small_directory(data):
        faults.append(Fault("file", "zip.too_many_files", {"most": MOST_MEMBERS}))
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _texts(archive, wanted, most, faults)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        faults.append(Fault("file", "zip.damaged"))
    except RuntimeError:
        # A password is asked for only when the file is read.
        faults.append(Fault("file", "zip.encrypted"))
    return {}


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files, in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, SAME_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return stream.getvalue()


def _is_small_directory(data: bytes) -> bool:
    """Whether the list of files is short: it is read whole before anything of it can be judged."""
    place = data.rfind(_END, max(0, len(data) - _END_BYTES - 0xFFFF))
    if place < 0 or len(data) < place + _END_BYTES:
        # Not a zip at all, which opening it will say.
        return True
    size = int.from_bytes(data[place + 12 : place + 16], "little")
    return size <= MOST_DIRECTORY_BYTES and data[max(0, place - 20) : place][:4] != _END_64


def _texts(
    archive: zipfile.ZipFile, wanted: frozenset[str], most: int, faults: list[Fault]
) -> dict[str, str]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MOST_MEMBERS:
        faults.append(Fault("file", "zip.too_many_files", {"most": MOST_MEMBERS}))
        return {}
    if any(_leads_out(member.orig_filename) for member in members):
        faults.append(Fault("file", "zip.bad_path"))
        return {}
    found: dict[str, str] = {}
    left = most
    for member in members:
        name = PurePosixPath(member.filename).name.lower()
        if name not in wanted:
            continue
        if name in found:
            faults.append(Fault(name, "zip.twice"))
            continue
        if member.compress_type not in _METHODS:
            faults.append(Fault(name, "zip.damaged"))
            continue
        content = b""
        if member.file_size <= left:
            with archive.open(member) as stream:
                content = stream.read(left + 1)
        if member.file_size > left or len(content) > left:
            faults.append(Fault("file", "feed.too_large"))
            return {}
        left -= len(content)
        try:
            found[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            faults.append(Fault(name, "csv.not_utf8"))
    return found


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        path.is_absolute()
        or ".." in path.parts
        or any(sign in name for sign in ("\\", ":", "\0"))
        or not name.isprintable()
    )
