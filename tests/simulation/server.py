"""The receiver of a simulation: it stops and starts again, its disk fails, it is put back to a
backup. Intake and opener are one process or two, as the seed says."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from ministry_server import store as store_module
from ministry_server import web
from ministry_server.keys import (
    Ending,
    read_opener_keys,
    read_sealing_keys,
    write_opener_keys,
)
from ministry_server.receiver import Receiver, Role
from ministry_server.rotation import end, rotate
from operator_app.domain.clock import to_ms
from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer
from tests.conftest import FrozenClock
from tests.simulation.stage import Inline, Stage, put_file
from tests.sync.desk import AppCarrier

DISK_FAILS = "the disk fails"
STOPS_BEFORE = "stops before the commit"
STOPS_AFTER = "stops after the commit"
TROUBLES = (DISK_FAILS, STOPS_BEFORE, STOPS_AFTER)


class ServerStopped(BaseException):
    """The receiver's machine loses its power."""


class _NeverHappened(Exception):
    """Undoes a transaction of which its caller believes that it was committed."""


class SimulatedServer:
    """`deliver` is what the network calls. Planted bug "early answer": the receiver answers although
    its power goes before the commit."""

    def __init__(self, stage: Stage, chance: random.Random, note: Callable[[str], None]) -> None:
        self.clock = FrozenClock()
        self.split = chance.random() < 0.5
        self.early_answer = False
        self.troubles = TROUBLES
        self.restored = False
        self.lost_a_key = False
        self._stage = stage
        self._note = note
        self._trouble: tuple[int, str] | None = None
        self._stop_after_answer = False
        self._before_write: Callable[[], None] | None = None
        self._backups: list[Path] = []
        self._real_write = type(stage.store).write
        stage.store.write = self._write  # type: ignore[method-assign]
        self._carrier = AppCarrier(lambda: self._app)
        self.start()

    def start(self) -> None:
        """Both processes, or the one that is both."""
        self._trouble = None
        self._stop_after_answer = False
        self._before_write = None
        intake_role = Role.INTAKE if self.split else Role.BOTH
        self.intake = self._stage.start_receiver(self.clock, intake_role)
        self.opener: Receiver = (
            self._stage.start_receiver(self.clock, Role.OPENER) if self.split else self.intake
        )
        with mock.patch.object(web, "ThreadPoolExecutor", Inline):
            self._app = web.build_app(self.intake)

    def stop(self) -> None:
        """All connections fall; what was not committed is gone."""
        self._stage.store.engine.dispose()

    def restart(self) -> None:
        """Stop and start over the same file."""
        self.stop()
        self.start()

    def close(self) -> None:
        """The end of the seed."""
        self.stop()
        del self._stage.store.write
        self._carrier.close()

    def deliver(self, method: str, path: str, body: bytes) -> Answer:
        """A request arrives. Raises NetworkProblem("net.cut") when the machine stops over it."""
        carrier = AppCarrier(lambda: self._app)
        try:
            answer = carrier.exchange(method, path, body)
        except ServerStopped:
            self._note("the receiver stops and starts again")
            self.restart()
            raise NetworkProblem("net.cut") from None
        finally:
            carrier.close()
        self._before_write = None
        if self._stop_after_answer:
            self._note("the receiver stops after it answered")
            self.restart()
        return answer

    def keep_house(self) -> None:
        """The rounds of both processes."""
        try:
            for process in (self.opener, self.intake):
                process.housekeeping()
                if not self.split:
                    break
        except OperationalError:
            # As in web.py: the next round may go better.
            self._note("a round of the receiver fails")
        except ServerStopped:
            self.restart()

    def plan_trouble(self, trouble: str, in_writes: int) -> None:
        """Something goes wrong in one of the next transactions."""
        self._trouble = (in_writes, trouble)

    def plan_before_write(self, event: Callable[[], None]) -> None:
        """Let something happen right before the next transaction."""
        self._before_write = event

    def back_up(self) -> None:
        """A copy of the database as it is now."""
        self._stage.store.engine.dispose()
        copy = self._stage.server / f"backup-{len(self._backups)}.db"
        shutil.copy(self._stage.server_file, copy)
        self._backups.append(copy)

    def restore(self, chance: random.Random) -> bool:
        """Put the database back to one of the backups, under a new epoch."""
        if not self._backups:
            return False
        self.stop()
        put_file(chance.choice(self._backups), self._stage.server_file)
        self.restored = True
        self._trouble = None
        self.start()
        store_module.new_epoch(self._stage.store)
        return True

    def rotate_key(self) -> str:
        """Devices are told of a new sealing key; its name."""
        return rotate(self._stage.server, to_ms(self.clock())).kid

    def retire_key(self, chance: random.Random) -> str:
        """Nothing new is taken any more that is sealed to one of the earlier keys; "" for none."""
        folder = self._stage.server
        now = read_sealing_keys(folder).kid
        earlier = sorted(set(read_opener_keys(folder).identities) - {now})
        if not earlier:
            return ""
        kid = chance.choice(earlier)
        end(folder, kid, chance.choice((Ending.RETIRED, Ending.COMPROMISED)))
        return kid

    def lose_key(self, chance: random.Random) -> str:
        """opener.key comes back without one of its keys; its name."""
        folder = self._stage.server
        kid = chance.choice(sorted(read_opener_keys(folder).identities))
        if kid == read_sealing_keys(folder).kid:
            self.rotate_key()
        opener = read_opener_keys(folder)
        kept = {name: identity for name, identity in opener.identities.items() if name != kid}
        write_opener_keys(folder, replace(opener, identities=kept))
        end(folder, kid, Ending.LOST)
        self.lost_a_key = True
        return kid

    def heal(self) -> None:
        """Faults stop; from here on one process does both."""
        self._trouble = None
        self.split = False
        self.restart()

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._before_write is not None:
            event, self._before_write = self._before_write, None
            event()
        trouble = self._trouble_now()
        if trouble == STOPS_BEFORE and self.early_answer:
            self._stop_after_answer = True
            with contextlib.suppress(_NeverHappened), self._real_write(self._stage.store) as it:
                yield it
                raise _NeverHappened
            return
        with self._real_write(self._stage.store) as connection:
            yield connection
            if trouble == DISK_FAILS:
                raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))
            if trouble == STOPS_BEFORE:
                raise ServerStopped
        if trouble == STOPS_AFTER:
            raise ServerStopped

    def _trouble_now(self) -> str:
        if self._trouble is None:
            return ""
        left, trouble = self._trouble
        self._trouble = (left - 1, trouble) if left > 1 else None
        return "" if left > 1 else trouble
