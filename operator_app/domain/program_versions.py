"""Versions of the program that the ministry publishes, and which of them is one for this PC.

Only announced by it: nothing of this is ever run or installed by the program itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from operator_app.domain.office import LANGUAGES
from operator_app.errors import Fault

MOST_FILE_BYTES = 300 << 20
LONGEST_NOTE = 4_000
FILE_ENDINGS = (".msi", ".exe", ".zip", ".gz")

_VERSION = re.compile(r"(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OFFICE = re.compile(r"[0-9A-Z]([0-9A-Z-]{0,10}[0-9A-Z])?")
# Names that Windows keeps for devices, whatever follows the dot.
_DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

Number = tuple[int, int, int]


@dataclass(frozen=True)
class ProgramVersion:
    """One version and the file that brings it. `size` in bytes, `sha256` in hex.

    `least_build`: the build of Windows it needs, 0 for any; `least_from`: the version that has to
    be there before, "" for any; `offices`: for these only, none for all. `notes` by language.
    """

    version: str
    file_name: str
    size: int
    sha256: str
    notes: Mapping[str, str]
    least_build: int = 0
    least_from: str = ""
    offices: tuple[str, ...] = field(default_factory=tuple)


def number_of(version: str) -> Number | None:
    """ "1.2.0" as numbers that can be compared; None when it is not of that form."""
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def check_program_version(entry: ProgramVersion) -> list[Fault]:
    """What is wrong with a version beyond the types of its fields."""
    faults = []
    if number_of(entry.version) is None:
        faults.append(Fault("version", "feed.bad_version"))
    if entry.least_from and number_of(entry.least_from) is None:
        faults.append(Fault("least_from", "feed.bad_version"))
    if not is_file_name(entry.file_name):
        faults.append(Fault("file_name", "feed.bad_file_name"))
    if not 0 < entry.size <= MOST_FILE_BYTES:
        faults.append(Fault("size", "feed.bad_size"))
    if not _SHA256.fullmatch(entry.sha256):
        faults.append(Fault("sha256", "feed.bad_sum"))
    if not 0 <= entry.least_build <= 1_000_000:
        faults.append(Fault("least_build", "feed.bad_size"))
    if not any(text.strip() for text in entry.notes.values()):
        faults.append(Fault("notes", "feed.missing"))
    for language, text in entry.notes.items():
        if language not in LANGUAGES:
            faults.append(Fault("notes", "feed.unknown_language", {"language": language[:10]}))
        elif len(text) > LONGEST_NOTE:
            faults.append(Fault(f"notes.{language}", "feed.too_large"))
    faults += [
        Fault("offices", "feed.bad_id") for office in entry.offices if not _OFFICE.fullmatch(office)
    ]
    return faults


def is_file_name(name: str) -> bool:
    """Whether it is a plain name on every system, of a kind that brings a program."""
    return bool(
        _FILE_NAME.fullmatch(name)
        and ".." not in name
        and name.lower().endswith(FILE_ENDINGS)
        and not _DEVICE_NAME.fullmatch(name)
    )


def newest_for(
    versions: Iterable[ProgramVersion], *, running: str, office: str, build: int | None
) -> ProgramVersion | None:
    """The newest version that this PC may take; None when there is none newer than `running`.

    `build`: of Windows, None elsewhere. What needs another version before it, waits for that one.
    """
    mine = number_of(running)
    if mine is None:
        return None
    best: ProgramVersion | None = None
    best_number = mine
    for entry in versions:
        number = number_of(entry.version)
        fits = (
            number is not None
            and number > best_number
            and (not entry.offices or office in entry.offices)
            and (build is None or build >= entry.least_build)
            and (number_of(entry.least_from) or mine) <= mine
        )
        if fits and number is not None:
            best, best_number = entry, number
    return best
