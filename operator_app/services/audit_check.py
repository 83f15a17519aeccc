"""Is the audit chain whole? Walked in steps, so that a call is saved between two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import audit, settings, sync_state
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.services.audit_log import AuditLine, line_of

STEP = 5_000
"""Rows that are compared in one transaction."""
_KEPT = "audit_check"
"""The setting that says how the last check ended and how far the chain went then."""


@dataclass(frozen=True)
class ChainState:
    """What is known without walking: the number of the last row, and how the last check ended.

    Times in UTC milliseconds. `checked_at` is None when nobody ever checked; `broken` is the row
    that did not fit, None when all did.
    """

    rows: int
    checked_at: int | None = None
    checked_rows: int = 0
    broken: int | None = None


@dataclass(frozen=True)
class Walk:
    """A check under way: `seq` of `rows` rows are compared. `ended` says that no step is left."""

    rows: int
    walked: audit.Walked
    ended: bool = False

    @property
    def seq(self) -> int:
        """How many rows were found to fit."""
        return self.walked.seq


@dataclass(frozen=True)
class Verdict:
    """How a check ended: `rows` fit, one after the other, and then?

    `broken`: the first row that does not fit. `missing`: rows up to this number were there at the
    last check, or were told to the ministry, and are not there, or others stand in their place.
    """

    rows: int
    checked_at: int
    broken: AuditLine | None = None
    missing: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and self.missing is None


class AuditCheck:
    """Walks the chain: `begin`, `step` until it has ended, `finish`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def state(self, actor: Actor) -> ChainState:
        """How the chain stood when it was checked last."""
        actor.require(Right.SEE_AUDIT)
        with self._database.read() as connection:
            rows, _hash = audit.head(connection)
            kept = settings.get(connection, _KEPT)
        if kept is None:
            return ChainState(rows)
        return ChainState(rows, kept["at"], kept["rows"], kept["broken"])

    def begin(self, actor: Actor) -> Walk:
        """A check from the first row on."""
        actor.require(Right.SEE_AUDIT)
        with self._database.read() as connection:
            rows, _hash = audit.head(connection)
        return Walk(rows, audit.Walked())

    def step(self, actor: Actor, walk: Walk) -> Walk:
        """Compare the next STEP rows; what is appended meanwhile is compared as well."""
        actor.require(Right.SEE_AUDIT)
        with self._database.read() as connection:
            walked = audit.walk(connection, walk.walked, STEP)
        ended = walked.at_end or walked.broken is not None
        return replace(walk, rows=max(walk.rows, walked.seq), walked=walked, ended=ended)

    def finish(self, actor: Actor, walk: Walk) -> Verdict:
        """The verdict of a walk that has ended; kept, and audited."""
        actor.require(Right.SEE_AUDIT)
        now = to_ms(self._clock())
        broken = walk.walked.broken
        with self._database.write() as connection:
            kept = settings.get(connection, _KEPT) or {}
            missing = None if broken else _missing(connection, kept)
            at_fault = broken.seq if broken else missing
            kept |= {"at": now, "rows": walk.seq, "broken": at_fault}
            if at_fault is None:
                kept["good"] = [walk.seq, walk.walked.hash]
            settings.put(connection, _KEPT, kept)
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="audit.checked",
                entity="audit",
                details={"rows": walk.seq, "whole": at_fault is None},
            )
        return Verdict(walk.seq, now, _named(broken), missing)

    def check(self, actor: Actor) -> Verdict:
        """All of it at once."""
        walk = self.begin(actor)
        while not walk.ended:
            walk = self.step(actor, walk)
        return self.finish(actor, walk)


def _named(broken: audit.AuditRow | None) -> AuditLine | None:
    return line_of(broken, reasons=False) if broken else None


def _missing(connection: Connection, kept: dict[str, Any]) -> int | None:
    """The chain cannot know of its own end: somebody was told before how far it went.

    With the key of the database the end can be cut off and written anew; the ministry, which is
    told the hash with every push, then raises an alarm of its own.
    """
    seq, good = kept.get("good", (0, audit.GENESIS))
    told = sync_state.read_ledger(connection).audit_told
    cut = told if told > audit.head(connection)[0] else 0
    return max(cut, seq if audit.hash_at(connection, seq) != good else 0) or None
