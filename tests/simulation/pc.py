"""One PC of a simulation, and what it was ever told is safe."""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, select

from operator_app.db.engine import Database
from operator_app.db.models import foreign_revision, revision
from operator_app.domain.calls import Call
from operator_app.services.calls import Calls
from operator_app.services.restore import Restore
from operator_app.sync.cycle import CycleReport
from tests.conftest import FrozenClock
from tests.simulation.network import Network, PcStopped, SimulatedCarrier
from tests.simulation.stage import put_file
from tests.sync.desk import HER_NAME, URGENT_TOPICS, Desk
from tests.sync.invariants import check_bases_sent

HOW: tuple[dict[str, object], ...] = (
    {"danger_now": "N", "topics": ("BEN.UBK",)},
    {"danger_now": "N", "topics": URGENT_TOPICS},
    # Two revisions: the call and its case.
    {"danger_now": "Y", "topics": ("BEN.UBK",)},
)


class SimulatedPc:
    """`kept` is op_id -> digest of the bytes of all that was saved and not lost by a restore.

    Planted bug "number twice": a restored database goes on as the same incarnation.
    """

    def __init__(self, name: str, desk: Desk, network: Network, chance: random.Random) -> None:
        self.name = name
        self.desk = desk
        self.kept: dict[str, str] = {}
        self.heads: list[Call] = []
        self.number_twice = False
        self.restored = False
        self._network = network
        self._chance = chance
        self._backup: tuple[Path, dict[str, str], list[Call]] | None = None
        self._stop_in_writes = 0
        self._real_write = type(desk.database).write
        desk.database.write = self._write  # type: ignore[method-assign]
        desk.office.clock = FrozenClock()
        desk.open_carrier = lambda url: _Checked(self, network)
        self.start()

    def start(self) -> None:
        """The program begins over its file."""
        office = self.desk.office
        self._stop_in_writes = 0
        office.calls = Calls(office.database, office.reference, office.clock)
        self.desk.cycle = self.desk._new_cycle()

    def stop(self) -> None:
        """The program is gone; nothing of its memory is left."""
        self.desk.cycle.close()
        self.desk.database.close()

    def restart(self) -> None:
        """Stop and start over the same file."""
        self.stop()
        self.start()

    def close(self) -> None:
        """The end of the seed."""
        self.stop()
        del self.desk.database.write

    def run(self) -> CycleReport | None:
        """One round of the sync cycle; None when the PC stopped in it, and started again."""
        try:
            return self.desk.run()
        except PcStopped:
            self.restart()
            return None

    def is_due(self) -> bool:
        """Whether the program would begin a round now."""
        return self.desk.cycle.next_due() == 0

    def act(self) -> None:
        """Somebody works: any of what makes revisions."""
        doing = self._chance.choices(
            (self._save, self._amend, self._void, self._open_case, self._change_case, self._merge),
            (6, 3, 1, 2, 4, 2),
        )[0]
        doing()
        now = self.revisions()
        # I1: nothing that was saved before is gone or different.
        assert self.kept.items() <= now.items(), "a saved revision is gone or changed"
        self.kept = now

    def plan_stop(self, in_writes: int) -> None:
        """The power goes in one of the next transactions of a round."""
        self._stop_in_writes = in_writes

    def back_up(self, folder: Path) -> None:
        """A copy of the database as it is now."""
        self.stop()
        file = folder / f"{self.name}.backup"
        shutil.copy(self.desk.database.file, file)
        self._backup = (file, dict(self.kept), list(self.heads))
        self.start()

    def restore(self) -> bool:
        """What was saved after the backup, and had not arrived, is lost with the disk."""
        if self._backup is None:
            return False
        file, self.kept, heads = self._backup
        self.heads = list(heads)
        self.stop()
        put_file(file, self.desk.database.file)
        if not self.number_twice:
            proven: Any = SimpleNamespace(
                head=SimpleNamespace(made_at=0), user_id="", here=SimpleNamespace(value="same")
            )
            with self.desk.database.write() as connection:
                Restore(self.desk.office.paths, self.desk.office.clock)._renew(connection, proven)
        self.restored = True
        self.start()
        return True

    def revisions(self) -> dict[str, str]:
        """op_id -> digest of the payload, of what was made here."""
        return _digests(self.desk.database, revision)

    def foreign(self) -> dict[str, str]:
        """The same of what came from elsewhere."""
        return _digests(self.desk.database, foreign_revision)

    def _save(self) -> None:
        self.heads.append(self.desk.save(**self._chance.choice(HOW)))

    def _amend(self) -> None:
        if self.heads:
            index = self._chance.randrange(len(self.heads))
            how = self._chance.choice(HOW)
            now = self._as_it_is(index)
            if now is not None:
                self.heads[index] = self.desk.amend(now, note="amended", **how)

    def _void(self) -> None:
        if self.heads:
            index = self._chance.randrange(len(self.heads))
            now = self._as_it_is(index)
            if now is not None:
                self.desk.void(now)
                self.heads.pop(index)

    def _as_it_is(self, index: int) -> Call | None:
        """The call as it is shown now, by what a restore took and the ministry gave back, too; None
        where that is void."""
        office = self.desk.office
        now = office.calls.open(office.actor, self.heads[index].call_id)
        if now.voided_at is not None:
            self.heads.pop(index)
            return None
        return now

    def _open_case(self) -> None:
        self.desk.open_case(may_leave=self._chance.random() < 0.5, happened="In the kitchen")

    def _change_case(self) -> None:
        desk, actor, chance = self.desk, self.desk.office.actor, self._chance
        cases = sorted(desk.case_rows())
        if not cases:
            return
        case_id = chance.choice(cases)
        what = chance.randrange(4)
        if what == 0:
            desk.note(case_id, "a word")
        elif what == 1:
            desk.cases.assess(actor, case_id, {}, raised_to="HIGH")
        elif what == 2:
            desk.cases.set_status(actor, case_id, "WAIT")
        else:
            name = f"{HER_NAME} {chance.randrange(3)}"
            affected = replace(desk.case(case_id).affected, name=name)
            desk.cases.set_person(actor, case_id, affected)

    def _merge(self) -> None:
        for case_id in self.desk.conflicts()[:1]:
            self.desk.merge(case_id)

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._real_write(self.desk.database) as connection:
            yield connection
            if self._stop_in_writes == 1 and self.desk.cycle._running.locked():
                raise PcStopped
        if self._stop_in_writes > 1 and self.desk.cycle._running.locked():
            self._stop_in_writes -= 1


class _Checked(SimulatedCarrier):
    """The PC's way out, where now and then it is looked at what leaves (I11)."""

    def __init__(self, pc: SimulatedPc, network: Network) -> None:
        super().__init__(network, pc.name)
        self._pc = pc

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Any:
        """As a carrier."""
        if path.endswith("/push") and self.network.chance.random() < 0.25:
            check_bases_sent(self._pc.desk, body)
        return super().exchange(method, path, body, etag=etag)


def _digests(database: Database, table: Any) -> dict[str, str]:
    with database.read() as connection:
        rows = connection.execute(select(table.c.op_id, table.c.payload))
        return {row.op_id: hashlib.sha256(row.payload).hexdigest() for row in rows}
