"""The ministry's sealing key changes: a new one comes into use, an old one is taken no more.

opener.key only ever gains identities, for what was sealed to one has to open for ever; and it is
written first, so that recipients.json never names a key that nothing opens. A process that runs
takes the new files up by itself (live_keys.py).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
from sqlalchemy import func, select

from ministry_server.keys import (
    OPENER_FILE,
    Ending,
    SealingKeys,
    check_recipient,
    new_kid,
    read_opener_keys,
    read_sealing_keys,
    write_opener_keys,
    write_sealing_keys,
)
from ministry_server.lost_keys import never_opened
from ministry_server.schema import intake
from ministry_server.store import Store, Turnstile
from operator_app.errors import EnvironmentProblem

LOCK_FILE = "keys.lock"
IN_USE = "in use"
_NAME = re.compile(r"min-[0-9a-f]{8}")
EARLIER = "earlier"
"""Taken still, but no device is told to seal to it."""


@dataclass(frozen=True)
class KeyLine:
    """A sealing key: `standing` is IN_USE, EARLIER or an Ending's word; `since` in UTC ms or None.

    `revisions` in the intake are sealed to it, `unopened` of them were never opened. `here`: this
    machine can open what is sealed to it.
    """

    kid: str
    standing: str
    since: int | None
    revisions: int
    unopened: int
    here: bool


def rotate(folder: Path, now: int, escrow: str | None = None) -> SealingKeys:
    """Make a new key and let devices seal to it; what they seal to from now on.

    `escrow`: another age public key than the one until now. Raises EnvironmentProblem(
    "server.escrow_wrong" | "server.keys_missing" | "server.keys_damaged").
    """
    if escrow is not None:
        check_recipient(escrow)
    with _locked(folder):
        opener, sealing = read_opener_keys(folder), read_sealing_keys(folder)
        identity, kid = pyrage.x25519.Identity.generate(), new_kid()
        write_opener_keys(folder, replace(opener, identities={**opener.identities, kid: identity}))
        others = sealing.recipients[1:] if escrow is None else (escrow,)
        changed = replace(
            sealing,
            kid=kid,
            recipients=(str(identity.to_public()), *others),
            since={**sealing.since, kid: now},
        )
        write_sealing_keys(folder, changed)
    return changed


def end(folder: Path, kid: str, why: Ending) -> None:
    """From now on the intake takes nothing that is sealed to this key.

    It need not be known here: its name may stand in the intake only. Raises EnvironmentProblem:
    "server.key_in_use" (rotate first), "server.key_unknown" (that is no name), "server.key_not_lost"
    (this machine has it), and what reading raises.
    """
    with _locked(folder):
        sealing = read_sealing_keys(folder)
        if kid == sealing.kid:
            raise EnvironmentProblem("server.key_in_use")
        if not _NAME.fullmatch(kid):
            raise EnvironmentProblem("server.key_unknown")
        can_open = (folder / OPENER_FILE).exists()
        identities = read_opener_keys(folder).identities if can_open else {}
        if why is Ending.LOST and kid in identities:
            raise EnvironmentProblem("server.key_not_lost")
        if sealing.ended.get(kid) is Ending.LOST:
            why = Ending.LOST
        write_sealing_keys(folder, replace(sealing, ended={**sealing.ended, kid: why}))


def key_lines(folder: Path, store: Store) -> list[KeyLine]:
    """All keys that are in use, were, or that something in the intake is sealed to."""
    sealing = read_sealing_keys(folder)
    can_open = (folder / OPENER_FILE).exists()
    identities = set(read_opener_keys(folder).identities) if can_open else set[str]()
    with store.read() as connection:
        counted = select(intake.c.kid, func.count().label("n"), func.min(intake.c.received_at))
        counts = {row[0]: (row[1], row[2]) for row in connection.execute(counted.group_by("kid"))}
        waiting = select(intake.c.kid, func.count()).where(never_opened())
        unopened = {row[0]: row[1] for row in connection.execute(waiting.group_by(intake.c.kid))}
    lines = []
    for kid in {sealing.kid, *sealing.since, *sealing.ended, *identities, *counts}:
        revisions, first = counts.get(kid, (0, None))
        ended = sealing.ended.get(kid)
        lines.append(
            KeyLine(
                kid=kid,
                standing=IN_USE if kid == sealing.kid else str(ended or EARLIER),
                since=sealing.since.get(kid, first),
                revisions=revisions,
                unopened=unopened.get(kid, 0),
                here=kid in identities,
            )
        )
    return sorted(lines, key=lambda line: (line.standing != IN_USE, -(line.since or 0), line.kid))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One command at a time: of two rotations at once neither may lose the other's key."""
    turnstile = Turnstile(folder / LOCK_FILE)
    try:
        with turnstile:
            yield
    finally:
        turnstile.close()
