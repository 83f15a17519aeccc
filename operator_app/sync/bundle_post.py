"""Bundles on their way: onto a stick by hand, or through a shared folder by themselves.

In the folder a PC touches only files that begin with its own device id. What lies there is looked
for again: when a bundle is gone and no receipts came, everything that waits is written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from operator_app.db import audit, settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.sync_state import Attempt, Carried
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed
from operator_app.sync.bundle import RECEIPTS_SUFFIX, SUFFIX
from operator_app.sync.bundles import CARRIER, Bundle, ReceiptsTaken, make_bundle, take_receipts
from operator_app.sync.carriers.folder import PART, files_of, read_whole, remove, write_whole

MOST_IN_FOLDER = 50
"""Bundles without receipts; then one with everything takes the place of all."""


@dataclass(frozen=True)
class PostFacts:
    """What the page shows. `folder` is None for nowhere; `outside`: bundles there without receipts;
    times in UTC milliseconds."""

    folder: Path | None
    problem: str | None
    written_at: int | None
    read_at: int | None
    outside: int


@dataclass(frozen=True)
class Written:
    """A bundle lies there whole; `left` revisions wait besides, because it is full."""

    name: str
    count: int
    left: int


class BundlePost:
    """Writes bundles and reads receipts for one database. Safe from any thread."""

    def __init__(
        self, database: Database, clock: Clock, app_version: str, *, allowed: bool = True
    ) -> None:
        """`allowed`: whether IT lets this PC send by stick or folder."""
        self._allowed = allowed
        self._database = database
        self._clock = clock
        self._app_version = app_version
        self._running = threading.Lock()
        self._stopped = threading.Event()

    @property
    def _now(self) -> int:
        return to_ms(self._clock())

    def facts(self, actor: Actor) -> PostFacts:
        """How it stands."""
        actor.require(Right.SEE_SYNC)
        with self._database.read() as connection:
            state = sync_state.read_folder(connection)
        return PostFacts(
            Path(state.folder) if state.folder else None,
            state.problem,
            state.written_at,
            state.read_at,
            len(state.carried),
        )

    def set_folder(self, actor: Actor, folder: Path | None) -> None:
        """Where bundles are put by themselves; None for nowhere. Audited.

        Raises EnvironmentProblem("folder.gone" | "folder.inside"), NotAllowed("carrier.not_allowed").
        """
        actor.require(Right.MANAGE_SYNC)
        self._require_allowed()
        if folder is not None:
            if not folder.is_dir():
                raise EnvironmentProblem("folder.gone")
            folder = folder.resolve()
            if folder.is_relative_to(self._database.file.parent.resolve()):
                raise EnvironmentProblem("folder.inside")
        with self._database.write() as connection:
            state = sync_state.read_folder(connection)
            words = "" if folder is None else str(folder)
            state = replace(state, folder=words, problem=None, carried=())
            sync_state.write_folder(connection, state)
            self._audit(connection, actor, "bundle_folder.set", {"set": folder is not None})

    def write_into(self, actor: Actor, folder: Path) -> Written:
        """Write a bundle of all that waits onto a stick, for a person to carry. Audited.

        Raises BadBundle("bundle.not_enrolled"), NotAllowed("carrier.not_allowed"), and
        EnvironmentProblem as `write_whole`.
        """
        actor.require(Right.SEE_SYNC)
        self._require_allowed()
        bundle = make_bundle(self._database, self._clock, self._app_version)
        write_whole(folder / bundle.name, bundle.data)
        with self._database.write() as connection:
            self._note_written(connection, bundle)
            self._audit(connection, actor, "bundle.written", {"records": bundle.count})
        return Written(bundle.name, bundle.count, bundle.left)

    def read_from(self, actor: Actor, file: Path) -> ReceiptsTaken:
        """Take in receipts that a person brought. Audited.

        Raises BadBundle as `take_receipts`, EnvironmentProblem as `read_whole`, and
        NotAllowed("carrier.not_allowed").
        """
        actor.require(Right.SEE_SYNC)
        self._require_allowed()
        taken = take_receipts(self._database, self._clock, read_whole(file))
        with self._database.write() as connection:
            details = {"receipts": taken.confirmed, "missing": taken.missing}
            self._audit(connection, actor, "receipts.read", details)
        return taken

    def close(self) -> None:
        """Let no other look begin, end the one under way after the file at hand, and wait for it."""
        self._stopped.set()
        with self._running:
            pass

    def run_once(self) -> bool:
        """Look into the folder: receipts in, new bundle out. Whether anything changed.

        Never raises for the folder or a file in it: the facts and the list of attempts say it.
        """
        if not self._running.acquire(blocking=False):
            return False
        try:
            return not self._stopped.is_set() and self._run()
        finally:
            self._running.release()

    def _run(self) -> bool:
        with self._database.read() as connection:
            state = sync_state.read_folder(connection)
            device = settings.read_device(connection)
        if not state.folder or not self._allowed:
            return False
        folder, own = Path(state.folder), f"{device.device_id}-"
        changed, problem = False, None
        try:
            for file in files_of(folder, own, RECEIPTS_SUFFIX):
                if self._stopped.is_set():
                    return changed
                try:
                    self._take(file)
                    changed = True
                except AppError as error:
                    # One that is not good keeps no other from being read.
                    problem = error.code
            changed |= self._write_new(folder, own)
        except AppError as error:
            problem = error.code
        return self._remember(problem) or changed

    def _take(self, file: Path) -> None:
        take_receipts(self._database, self._clock, read_whole(file))
        name = file.name.removesuffix(RECEIPTS_SUFFIX) + SUFFIX
        with self._database.write() as connection:
            state = sync_state.read_folder(connection)
            carried = tuple(c for c in state.carried if c.name != name)
            sync_state.write_folder(connection, replace(state, carried=carried))
        # First the bundle: receipts without it are read once more, which changes nothing.
        remove(file.with_name(name))
        remove(file)

    def _write_new(self, folder: Path, own: str) -> bool:
        with self._database.read() as connection:
            known = sync_state.read_folder(connection).carried
        there = [f.name for f in files_of(folder, own, SUFFIX)]
        lie_there = all(c.name in there for c in known) and len(known) < MOST_IN_FOLDER
        besides: Sequence[Carried] = known if lie_there else ()
        bundle = make_bundle(self._database, self._clock, self._app_version, besides=besides)
        if not bundle.carried:
            return False
        for leftover in files_of(folder, f".{own}", PART):
            remove(leftover)
        write_whole(folder / bundle.name, bundle.data)
        with self._database.write() as connection:
            self._note_written(connection, bundle)
            state = sync_state.read_folder(connection)
            carried = (*besides, bundle.carried)
            sync_state.write_folder(connection, replace(state, carried=carried))
        if not lie_there and not bundle.left:
            # All that waits is in the new one.
            for old in known:
                remove(folder / old.name)
        return True

    def _note_written(self, connection: Connection, bundle: Bundle) -> None:
        state = sync_state.read_folder(connection)
        state = replace(state, written_at=self._now, last_bundle=bundle.bundle_id)
        sync_state.write_folder(connection, state)
        attempt = Attempt(self._now, CARRIER, "bundle", "ok", bundle.count)
        sync_state.add_attempt(connection, attempt)

    def _remember(self, problem: str | None) -> bool:
        """Keep how it went; whether that is news. Tried every minute, it is noted once."""
        with self._database.read() as connection:
            if sync_state.read_folder(connection).problem == problem:
                return False
        with self._database.write() as connection:
            state = sync_state.read_folder(connection)
            sync_state.write_folder(connection, replace(state, problem=problem))
            if problem is not None:
                attempt = Attempt(self._now, CARRIER, "bundle", problem, 0)
                sync_state.add_attempt(connection, attempt)
        return True

    def _require_allowed(self) -> None:
        if not self._allowed:
            raise NotAllowed("carrier.not_allowed")

    def _audit(
        self, connection: Connection, actor: Actor, action: str, details: dict[str, int]
    ) -> None:
        audit.append(
            connection, at=self._now, user_id=actor.user_id, action=action, details=details
        )
