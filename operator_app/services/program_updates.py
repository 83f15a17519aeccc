"""Newer versions of the program: what this PC knows of them, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from operator_app.db import feeds, settings
from operator_app.db.engine import Database
from operator_app.db.program_state import (
    FetchState,
    published,
    read_fetch,
    read_put_away,
    write_put_away,
)
from operator_app.domain.feeds import PROGRAM
from operator_app.domain.people import Actor, Right
from operator_app.domain.policy import InForce
from operator_app.domain.program_versions import ProgramVersion, newest_for, number_of

OFF, NOTIFY, FETCH = "off", "notify", "fetch"
"""What IT's setting `updates` says."""


@dataclass(frozen=True)
class UpdateState:
    """What is known. `newer`: the newest version that this PC may take, None when it runs that.

    `waits`: one that is newer still, and needs another Windows or another version before it.
    `heard_at`: when the ministry was last asked (UTC ms); `problem`: what was wrong with its answer.
    """

    running: str
    mode: str
    newer: ProgramVersion | None = None
    waits: ProgramVersion | None = None
    fetch: FetchState = field(default_factory=FetchState)
    heard_at: int | None = None
    problem: str | None = None

    @property
    def fetched(self) -> FetchState | None:
        """How the file of `newer` comes; None when nobody has begun with it."""
        same = self.newer is not None and self.fetch.version == self.newer.version
        return self.fetch if same else None


class ProgramUpdates:
    """Reads what the feed told and what was fetched. Safe from any thread."""

    def __init__(
        self, database: Database, policy: InForce, *, running: str, build: int | None
    ) -> None:
        """`running`: the version of this program; `build`: of Windows, None elsewhere."""
        self._database = database
        self._policy = policy
        self._running = running
        self._build = build

    @property
    def mode(self) -> str:
        """OFF, NOTIFY or FETCH, as IT set it."""
        return self._policy.text("updates")

    def state(self) -> UpdateState:
        """What is known now, whatever the mode: names of versions are nobody's secret."""
        with self._database.read() as connection:
            office = settings.read_office(connection).code
            versions = published(connection)
            fetch = read_fetch(connection)
            feed = feeds.read_state(connection, PROGRAM)
        newer = newest_for(versions, running=self._running, office=office, build=self._build)
        ours = [entry for entry in versions if not entry.offices or office in entry.offices]
        first = (newer.version if newer else None) or self._running
        later = [entry for entry in ours if _is_later(entry.version, first)]
        return UpdateState(
            self._running,
            self.mode,
            newer,
            max(later, key=lambda entry: number_of(entry.version) or (0, 0, 0), default=None),
            fetch,
            feed.checked_at,
            feed.problem,
        )

    def due(self, actor: Actor) -> UpdateState | None:
        """What this person is to be told of: who looks after the PC, of each version until it was
        put away. None for others, and where IT wants nothing told."""
        if self.mode == OFF or not actor.may(Right.MANAGE_SYNC):
            return None
        state = self.state()
        if state.newer is None:
            return None
        with self._database.read() as connection:
            heard = read_put_away(connection, actor.user_id)
        return None if heard == state.newer.version else state

    def put_away(self, actor: Actor, version: str) -> None:
        """The person has heard of the version."""
        actor.require(Right.MANAGE_SYNC)
        with self._database.write() as connection:
            write_put_away(connection, actor.user_id, version)


def _is_later(version: str, than: str) -> bool:
    number, other = number_of(version), number_of(than)
    return number is not None and other is not None and number > other
