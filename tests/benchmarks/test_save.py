"""Saving a call against a bare SQLCipher transaction that writes the same rows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from operator_app.domain.calls import CallForm
from tests.benchmarks.bare_save import LIST_TABLES, ONE_ROW_TABLES, BareSave
from tests.benchmarks.measure import ROOT, Result, by_turns, medians, p99, seconds, settle
from tests.conftest import TestOffice, information_call

NOTE = "Сурады: үй-бүлөлүк жөлөкпул эмнеге токтоду. Айтылды: кайрылуу, документтер, мөөнөт. " * 4
ROUNDS = 1_000


@pytest.fixture
def form(office: TestOffice) -> CallForm:
    """An information call with a note of ordinary length."""
    empty = office.calls.start(office.actor).form
    return information_call(
        empty, phone="0555 123456", note=NOTE, topics=("BEN.UBK", "DIS.GRP"), benefit_issue="DEL"
    )


@pytest.fixture
def bare(office: TestOffice, form: CallForm) -> Iterator[BareSave]:
    """The floor, on a copy of the same file."""
    saved = office.calls.save(office.actor, form)
    with office.database.bare_connection() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = Path(shutil.copy(office.paths.database, office.paths.data / "bare.db"))
    with office.database.sibling(copy).bare_connection() as connection:
        yield BareSave(connection, saved)


def test_floor_writes_the_same_rows(office: TestOffice, form: CallForm, bare: BareSave) -> None:
    """Else the ratio would compare two different things."""
    before = _counts(office, None)
    office.calls.save(office.actor, form)
    bare()
    ours, floor = _counts(office, None), _counts(office, bare)
    assert ours == floor
    assert ours - before == {
        "revision": 1, "call": 1, "audit": 1, "call_topic": 2, "call_action": 1
    }  # fmt: skip


@pytest.mark.bench
def test_save(office: TestOffice, form: CallForm, bare: BareSave, results: list[Result]) -> None:
    settle()
    forms = cycle(replace(form, phone=f"0555 12{number:04}") for number in range(1000))

    def save() -> float:
        next_form = next(forms)
        return seconds(lambda: office.calls.save(office.actor, next_form))

    measured = by_turns(save, lambda: seconds(bare), rounds=ROUNDS, warm=50)
    ours, floor = medians(measured)
    results.append(Result("save a call, p50", "ms", ours * 1e3, floor * 1e3, 1.5))
    results.append(
        Result("save a call, p99", "ms", p99(measured[0]) * 1e3, p99(measured[1]) * 1e3, None)
    )


@pytest.mark.bench
@pytest.mark.skipif(not shutil.which("strace"), reason="counts system calls with strace")
def test_fsyncs_of_a_save(tmp_path: Path, results: list[Result]) -> None:
    few, many = 5, 105
    syncs = (_syncs(tmp_path / "many", many) - _syncs(tmp_path / "few", few)) / (many - few)
    results.append(Result("fsyncs per save, checkpoints included", "", syncs, 1.0, 1.1))


def _syncs(folder: Path, saves: int) -> int:
    folder.mkdir()
    trace = folder / "trace"
    command = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(trace)]
    child = [sys.executable, "-m", "tests.benchmarks.saves", str(folder / "data"), str(saves)]
    subprocess.run([*command, *child], cwd=ROOT, check=True, timeout=120)
    return sum("sync(" in line for line in trace.read_text().splitlines())


def _counts(office: TestOffice, bare: BareSave | None) -> Counter[str]:
    with office.database.bare_connection() as connection:
        used = bare.connection if bare else connection
        return Counter(
            {
                name: used.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in ONE_ROW_TABLES + LIST_TABLES
            }
        )
