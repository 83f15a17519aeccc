"""The command that takes bundles in from a stick or a shared folder."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from ministry_server.bundles import Answered, take_in
from ministry_server.keys import OPENER_FILE
from ministry_server.receiver import Receiver, Role
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.sync.bundle import RECEIPTS_SUFFIX, SUFFIX, receipts_name
from operator_app.sync.carriers.folder import files_of, read_whole, write_whole

SENTENCES = {
    "bundle.too_large": "far larger than a bundle can be; not read",
    "bundle.not_one": "this is no bundle of 117",
    "bundle.is_receipts": "these are receipts, for the office that sent the bundle",
    "bundle.newer": "made by a newer program; update the receiver",
    "bundle.cut": "the file ends too early; let the office copy it again",
    "bundle.changed": "the file was changed or damaged on the way; let the office copy it again",
    "bundle.malformed": "not of the agreed form",
    "bundle.bad_signature": "not signed by the device it names",
    "bundle.other_office": "the device belongs to another office than the bundle says",
    "device.unknown": "no device of this id is enrolled here",
    "device.not_approved": "this device is still to be approved",
    "device.revoked": "this device was revoked",
    "folder.gone": "the file or folder cannot be reached; is the stick still in?",
    "folder.full": "taken in, but there is no room for the receipts; make room, then take it in again",
    "folder.read_only": "the system does not allow it; receipts need the right to write here",
    "folder.locked": "another program holds the file; close it, then take it in again",
    "folder.differs": "what was written cannot be read back; try another stick",
    "folder.not_a_file": "this is no ordinary file",
}

_OTHERWISE = {"retry": "not taken, sealed to an ended key (the office sends them anew)"}


def do_take_in(arguments: argparse.Namespace) -> None:
    """Take in a bundle, or all in a folder; write the receipts beside each.

    Every file is told of; with one that was refused the command ends with 1.
    """
    refused = 0
    with _receiver(arguments) as receiver:
        for file in _bundles(arguments.where):
            try:
                answered = take_in(receiver, read_whole(file))
                target = file.with_name(receipts_name(file.name))
                write_whole(target, answered.receipts)
            except AppError as error:
                refused += 1
                said = SENTENCES.get(error.code, error.code)
                print(f"{_printable(file.name)}: {said}", file=sys.stderr)
            else:
                print(f"{_printable(file.name)}: {_words(answered)} -> {_printable(target.name)}")
    if refused:
        raise EnvironmentProblem("bundle.some_refused", files=refused)


def _bundles(where: Path) -> list[Path]:
    if not where.is_dir():
        return [where]
    return [f for f in files_of(where, "", SUFFIX) if not f.name.endswith(RECEIPTS_SUFFIX)]


def _words(answered: Answered) -> str:
    outcomes = ", ".join(
        f"{n} {_OTHERWISE.get(outcome, outcome)}"
        for outcome, n in sorted(answered.outcomes.items())
    )
    return f"device {answered.dev}: {outcomes or 'nothing new'}"


def _printable(name: str) -> str:
    """A file's name, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "�" for c in name)


@contextlib.contextmanager
def _receiver(arguments: argparse.Namespace) -> Iterator[Receiver]:
    can_open = (arguments.data / OPENER_FILE).exists()
    receiver = Receiver(
        arguments.data,
        database_url=arguments.database_url,
        role=Role.BOTH if can_open else Role.INTAKE,
    )
    try:
        yield receiver
    finally:
        receiver.close()
