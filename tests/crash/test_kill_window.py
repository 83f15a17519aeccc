"""I1 and I3 at the level of the window: killed while typing, saving and sending."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from ministry_server.schema import event, intake
from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.db.models import revision
from operator_app.domain.clock import system_clock
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, TestOffice, office_setup
from tests.crash.conftest import ClosedOffice
from tests.crash.harness import LifeReport, run_lives
from tests.crash.history import faults_in_file, lost
from tests.crash.window_worker import operator_at_window, operator_typing_on
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.sync.invariants import check_client, check_nothing_lost

# Each life is a new interpreter on Windows, where no process can be forked.
KILLS = 8
TYPING_KILLS = 2
LOOK_EVERY = 10
MOST_ROUNDS = 20
PROMISED_SECONDS = 3.0
STALL_SECONDS = 1.0
"""How long a busy machine may keep the program from doing anything at all."""


@dataclass(frozen=True)
class Line:
    """An office, closed, and its receiver, which belongs to this process and is never killed."""

    office: ClosedOffice
    receiver: RunningReceiver


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with RunningReceiver(tmp_path / "ministry") as receiver:
        where = paths(tmp_path / "data")
        setup = office_setup(server_url=receiver.url, enrolment_code=receiver.new_code())
        set_up_office(where, setup, PASSWORD, new_recovery_key(), system_clock, CHEAP)
        database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
        key = database.key
        database.close()
        yield Line(ClosedOffice(where, key, actor), receiver)


def _look(line: Line, reports: Sequence[LifeReport]) -> None:
    database = line.office.open()
    try:
        assert lost(database, reports) == []
        assert faults_in_file(database, reports) == []
        assert database.verify() == []
        with database.read() as connection:
            written = set(connection.execute(select(revision.c.op_id)).scalars())
    finally:
        database.close()
    with line.receiver.store.read() as connection:
        came = Counter(connection.execute(select(intake.c.op_id)).scalars())
        took_effect = Counter(connection.execute(select(event.c.op_id)).scalars())
    assert set(came) <= written
    assert set(took_effect) <= written
    assert [n for n in (*came.values(), *took_effect.values()) if n != 1] == []


def _judge_drafts(reports: Sequence[LifeReport]) -> int:
    """Each draft found is what was typed before; returns how many there were to find."""
    possible: set[str | None] = {None}
    drafts = 0
    for report in reports:
        for message in report.said:
            what = message["what"]
            if what == "found":
                assert message["draft"] in possible, f"before life {report.number}"
                possible = {message["draft"]}
                drafts += message["draft"] is not None
            elif what == "typing":
                words, onto = message["words"], message["onto"]
                possible |= {onto + words[:n] for n in range(len(words) + 1)}
                possible |= {message["before"], ""}
            elif what == "doing":
                possible.add(None)
            elif what == "done":
                possible = {None}
        if report.of("found"):
            # Answers are kept as well, before the first letter of the note.
            possible.add("")
    return drafts


def _quiet_round(line: Line, reference: Reference) -> None:
    """Nobody kills any more: everything arrives, once, with verified receipts."""
    office = line.office
    database = office.open()
    desk = Desk(
        TestOffice(
            office.paths,
            database,
            office.actor,
            Calls(database, reference, system_clock),
            system_clock,  # type: ignore[arg-type]
            reference,
            "",
        )
    )
    try:
        for _round in range(MOST_ROUNDS):
            desk.cycle.send_now()
            desk.run()
            states = set(desk.states().values())
            if states <= {State.APPLIED.value}:
                break
        assert states == {State.APPLIED.value}
        check_client(desk)
        check_nothing_lost(desk, line.receiver.store)
        assert set(desk.states()) == set(line.receiver.stages())
    finally:
        desk.cycle.close()
        database.close()


class _Enough(Exception):
    """There were so many kills, and enough of them left a draft to be found."""


def _live(line: Line, kills: int, seed: int, reference: Reference) -> list[LifeReport]:
    """So many kills, or up to thrice as many until enough of them left a draft."""
    reports: list[LifeReport] = []

    def after(report: LifeReport, so_far: Sequence[LifeReport]) -> None:
        reports.append(report)
        if report.number % LOOK_EVERY == 0:
            _look(line, so_far)
        if report.number >= kills and _judge_drafts(so_far) >= kills / 24:
            raise _Enough

    with suppress(_Enough):
        run_lives(
            operator_at_window,
            3 * kills,
            seed=seed,
            facts=line.office.facts,
            after=after,
            most_done=3,
            most_ms=400,
        )
    _look(line, reports)
    drafts = _judge_drafts(reports)
    assert all(r.killed for r in reports)
    # The test is worth something only when much was saved, sent and cut.
    assert sum(len(r.of("done")) for r in reports) > kills / 2
    assert drafts >= kills / 24
    assert line.receiver.stages()
    _quiet_round(line, reference)
    return reports


def test_nothing_is_lost_by_kills_of_the_window(line: Line, reference: Reference) -> None:
    _live(line, KILLS, 117, reference)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_by_many_kills_of_the_window(
    line: Line, reference: Reference, seed: int
) -> None:
    _live(line, 200, seed, reference)


def _typing_lives(line: Line, kills: int, seed: int) -> None:
    died: list[float] = []
    reports = run_lives(
        operator_typing_on,
        kills + 1,  # the last one says what the one before left
        seed=seed,
        facts=line.office.facts,
        after=lambda _report, _so_far: died.append(time.monotonic()),
        most_done=0,
        most_ms=10_000,
    )
    old_enough = 0
    for report, next_report, at in zip(reports, reports[1:], died, strict=False):
        typed = report.of("typed")
        must_be_there = [
            m["text"] for m in typed if m["at"] < at - PROMISED_SECONDS - STALL_SECONDS
        ]
        if must_be_there:
            old_enough += 1
            (found,) = next_report.of("found")
            assert found["draft"] in [m["text"] for m in typed]
            assert len(found["draft"]) >= len(must_be_there[-1])
    assert old_enough


def test_the_draft_is_at_most_three_seconds_old(line: Line) -> None:
    _typing_lives(line, TYPING_KILLS, seed=267)


@pytest.mark.long
def test_the_draft_is_at_most_three_seconds_old_many_times(line: Line) -> None:
    _typing_lives(line, 40, seed=5)
