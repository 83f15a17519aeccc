"""I1: what showed "Saved here" is in the file with the same bytes after any kill."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from operator_app.domain.clock import system_clock
from operator_app.services.calls import Calls
from tests.crash.conftest import ClosedOffice
from tests.crash.harness import LifeReport, run_lives
from tests.crash.history import draft_faults, faults_in_file, lost
from tests.crash.workers import operator_at_work, operator_of_a_hasty_program

# Each life is a new interpreter on Windows, where no process can be forked.
KILLS = 20 if sys.platform == "win32" else 40
"""Of a default run; the window takes 8 more: see test_kill_window."""
MANY_KILLS = 150
LOOK_EVERY = 10
"""Between looks only the next life opens the file: it, not the test, does the recovery."""


def _look(office: ClosedOffice, reports: Sequence[LifeReport]) -> None:
    database = office.open()
    try:
        assert lost(database, reports) == []
        assert faults_in_file(database, reports) == []
        assert database.verify() == []
    finally:
        database.close()


def _live_and_look(office: ClosedOffice, kills: int, seed: int) -> list[LifeReport]:
    def after(report: LifeReport, so_far: Sequence[LifeReport]) -> None:
        if report.number % LOOK_EVERY == 0:
            _look(office, so_far)

    return run_lives(operator_at_work, kills, seed=seed, facts=office.facts, after=after)


def _judge(office: ClosedOffice, reports: Sequence[LifeReport], reference: object) -> None:
    _look(office, reports)
    draft: str | None = None
    # A life that was killed before it looked says nothing of the draft: the next one does.
    waiting: list[LifeReport] = []
    for report in reports:
        if found := report.of("found"):
            if waiting:
                merged = LifeReport(waiting[0].number, [m for r in waiting for m in r.said])
                assert draft_faults(draft, merged, found[0]["draft"]) == []
                waiting = []
            draft = found[0]["draft"]
        waiting.append(report)
    database = office.open()
    try:
        kept = Calls(database, reference, system_clock).draft(office.actor)  # type: ignore[arg-type]
    finally:
        database.close()
    merged = LifeReport(waiting[0].number, [m for r in waiting for m in r.said])
    assert draft_faults(draft, merged, kept.form.note if kept else None) == []


def test_nothing_that_was_saved_is_lost_by_a_kill(closed_office, reference) -> None:
    reports = _live_and_look(closed_office, KILLS, seed=117)
    _judge(closed_office, reports, reference)
    assert all(r.killed for r in reports)
    acts = sum(len(r.of("done")) for r in reports)
    cut = sum(len(r.of("doing")) > len(r.of("done")) for r in reports)
    # The test is worth something only when much was saved and many acts were cut.
    assert acts > 5 * KILLS
    assert cut > KILLS / 10


@pytest.mark.long
@pytest.mark.parametrize("seed", range(7))
def test_nothing_that_was_saved_is_lost_by_a_thousand_kills(closed_office, reference, seed) -> None:
    _judge(closed_office, _live_and_look(closed_office, MANY_KILLS, seed), reference)


def test_the_harness_sees_a_program_that_acknowledges_before_it_commits(closed_office) -> None:
    losses: list[str] = []

    class Seen(Exception):
        pass

    def after(report: LifeReport, so_far: Sequence[LifeReport]) -> None:
        database = closed_office.open()
        try:
            losses.extend(lost(database, so_far))
        finally:
            database.close()
        if losses:
            raise Seen

    with pytest.raises(Seen):
        run_lives(operator_of_a_hasty_program, 60, seed=2, facts=closed_office.facts, after=after)
    assert losses
