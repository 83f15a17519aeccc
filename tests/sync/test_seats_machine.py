"""A state machine over two seats, their station, a receiver and what people and shares do to the
folder between them: in the end the station has every revision of both seats once, and counts each
call of the office once.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import func, select

from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver
from ministry_server.store import make_store
from ministry_server.web import build_app
from operator_app.db.models import call
from operator_app.domain.calls import Call
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.figures import Period
from operator_app.domain.reference import Reference
from operator_app.services import figure_days
from tests.conftest import FrozenClock, Template
from tests.sync.conftest import seat_in
from tests.sync.desk import AppCarrier
from tests.sync.seats import SeatPC, make_station, pair, quiet, restored
from tests.sync.test_machine import _run

SEATS = ("one", "two")
STATION = "station"
names = st.sampled_from([*SEATS, *SEATS, STATION])
seats = st.sampled_from(SEATS)
which = st.integers(0, 1_000_000)


class SeatsMachine(RuleBasedStateMachine):
    folder_to_copy: Path
    template: Template
    reference: Reference

    def __init__(self) -> None:
        super().__init__()
        self.work = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder_to_copy, self.work, dirs_exist_ok=True)
        self.clock = FrozenClock()
        self.receiver = Receiver(self.work / "server", clock=self.clock)
        self.app = build_app(self.receiver)
        self.folder, self.drawer = self.work / "share", self.work / "drawer"
        self.folder.mkdir(), self.drawer.mkdir()
        self.pcs = {name: self._pc(name) for name in (STATION, *SEATS)}
        self.heads: dict[str, list[Call]] = {name: [] for name in self.pcs}
        self.made: set[str] = set()
        self.restores = 0
        make_station(self.station, self.folder)
        for name in SEATS:
            pair(self.station, self.pcs[name], self.folder)

    def _pc(self, name: str) -> SeatPC:
        desk = seat_in(self.work / name, self.template, self.clock, self.reference)
        desk.open_carrier = lambda _url: AppCarrier(lambda: self.app)
        desk.point_at("http://127.0.0.1:1", str(self.receiver.new_code("0412")))
        assert desk.run().problem is None
        return SeatPC(desk)

    @property
    def station(self) -> SeatPC:
        return self.pcs[STATION]

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            for pc in self.pcs.values():
                pc.seats.close()
                pc.desk.cycle.close()
                pc.desk.database.close()
            self.receiver.close()
            shutil.rmtree(self.work)

    def come_to_rest(self) -> None:
        quiet(self.station, *(self.pcs[name] for name in SEATS))
        came = self.station.foreign_revisions()
        for name in SEATS:
            assert self.pcs[name].own_revisions() <= came
            assert (self.pcs[name].facts.waiting, self.pcs[name].problem) == (0, None)
        assert came <= self.made
        assert not came & self.station.own_revisions()
        facts = self.station.facts
        assert [s.aside for s in facts.seats] == [0, 0] and self.station.problem is None
        counted = self.figures(self.station)
        assert counted == self.rows(self.station)
        if not self.restores:
            own = self.rows(self.station, device="")
            assert counted == own + sum(self.figures(self.pcs[name]) for name in SEATS)

    def figures(self, pc: SeatPC) -> int:
        day = local_day(to_ms(self.clock()))
        period = Period(day, day)
        figure_days.count(pc.desk.database, figure_days.to_count(pc.desk.database, period))
        with pc.desk.database.read() as connection:
            return figure_days.of_calls(connection, period).number("calls")

    def rows(self, pc: SeatPC, device: str | None = None) -> int:
        query = select(func.count()).select_from(call).where(call.c.voided_at.is_(None))
        if device is not None:
            query = query.where(call.c.device == device)
        with pc.desk.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def keep(self, name: str) -> None:
        self.made |= self.pcs[name].own_revisions()

    @rule(name=names, danger=st.sampled_from(["N", "N", "Y"]))
    def save(self, name: str, danger: str) -> None:
        self.heads[name].append(self.pcs[name].desk.save(danger_now=danger))
        self.keep(name)

    @rule(name=names, n=which, void=st.booleans())
    def change(self, name: str, n: int, void: bool) -> None:
        heads = self.heads[name]
        if heads:
            at = n % len(heads)
            if void:
                self.pcs[name].desk.void(heads.pop(at))
            else:
                heads[at] = self.pcs[name].desk.amend(heads[at], note="amended")
            self.keep(name)

    @rule(name=seats, may_leave=st.booleans())
    def open_case(self, name: str, may_leave: bool) -> None:
        self.pcs[name].desk.open_case(may_leave=may_leave)
        self.keep(name)

    @rule(name=names, n=which)
    def note(self, name: str, n: int) -> None:
        """A word on a case of the office, whoever opened it."""
        if cases := sorted(self.pcs[name].desk.case_rows()):
            self.pcs[name].desk.note(cases[n % len(cases)], "a word")
            self.keep(name)

    @rule(name=names)
    def send(self, name: str) -> None:
        """By the network, to the ministry; cases of the others come that way, too."""
        self.pcs[name].desk.cycle.send_now()
        self.pcs[name].desk.run()

    @rule(name=names)
    def look(self, name: str) -> None:
        self.pcs[name].seats.run_once()

    @rule(name=names)
    def restart(self, name: str) -> None:
        self.pcs[name].restart()

    @rule(n=which, how=st.sampled_from(["remove", "cut", "flip", "keep"]))
    def meddle(self, n: int, how: str) -> None:
        """Somebody does that to a file in the folder."""
        files = sorted(file for file in self.folder.iterdir() if file.suffix != ".117card")
        if not files:
            return
        file = files[n % len(files)]
        data = bytearray(file.read_bytes())
        if how == "keep":
            shutil.copy(file, self.drawer)
        elif how == "remove":
            file.unlink()
        elif how == "cut":
            file.write_bytes(bytes(data[: n % (len(data) + 1)]))
        elif data:
            data[n % len(data)] ^= 1
            file.write_bytes(bytes(data))

    @rule(n=which)
    def bring_back(self, n: int) -> None:
        """An old file comes again, with its old name."""
        if old := sorted(self.drawer.iterdir()):
            shutil.copy(old[n % len(old)], self.folder)

    @rule(name=names)
    def back_up(self, name: str) -> None:
        shutil.rmtree(self.work / f"backup-{name}", ignore_errors=True)
        shutil.copytree(self.pcs[name].desk.database.file.parent, self.work / f"backup-{name}")

    @rule(name=names)
    def restore(self, name: str) -> None:
        backup = self.work / f"backup-{name}"
        if backup.exists():
            self.restores += 1
            restored(self.pcs[name], backup / self.pcs[name].desk.database.file.name)
            self.heads[name] = []


@pytest.fixture
def machine(
    office_template: Template, reference: Reference, tmp_path: Path
) -> type[RuleBasedStateMachine]:
    make_keys(tmp_path / "server")
    make_store(tmp_path / "server")
    for name in (STATION, *SEATS):
        shutil.copytree(office_template.data, tmp_path / name)
    given = {"folder_to_copy": tmp_path, "template": office_template, "reference": reference}
    return type("Machine", (SeatsMachine,), given)


def test_the_station_has_all_of_its_seats_once(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=4, steps=20)


@pytest.mark.long
def test_the_station_has_all_of_many_seats_once(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=300, steps=40)
