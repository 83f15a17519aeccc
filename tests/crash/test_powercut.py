"""I1 under a power cut: nothing that was acknowledged is missing from any disk that may be left.

A real process is recorded once (powercut/recorder.c); then the disk is rebuilt as it may be found
after a cut at many moments (powercut/disk.py), and opened by the program itself.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from operator_app.config import paths
from operator_app.db import audit
from operator_app.db.case_models import case_call, case_file
from operator_app.db.engine import Database
from operator_app.db.keyring import Keyring, new_recovery_key, read_keyring, write_keyring
from operator_app.db.models import call, revision
from operator_app.domain.clock import system_clock
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.services.sign_in import SignIn
from tests.conftest import PASSWORD
from tests.crash.conftest import ClosedOffice
from tests.crash.harness import ROOT
from tests.crash.powercut.disk import ACKNOWLEDGEMENTS, Disk, Record, read_trace
from tests.crash.workers import REVISIONS, digest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the recorder needs Linux (LD_PRELOAD)"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="the recorder needs gcc"),
]

IMAGES = 60
Acknowledged = list[dict[str, Any]]
Recording = Callable[..., tuple[Disk, list[Record]]]


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("recorder") / "recorder.so"
    source = Path(__file__).parent / "powercut" / "recorder.c"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"], check=True
    )
    return library


@pytest.fixture
def record(recorder: Path, tmp_path: Path) -> Recording:
    def record(**told: Any) -> tuple[Disk, list[Record]]:
        folder = Path(told["folder"])
        disk = Disk(folder)
        trace = tmp_path / "trace"
        environment = {
            **os.environ,
            "LD_PRELOAD": str(recorder),
            "POWERCUT_FOLDER": str(folder),
            "POWERCUT_TRACE": str(trace),
            "PYTHONPATH": str(ROOT),
        }
        subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.crash.powercut.saver",
                json.dumps(told),
            ],
            env=environment,
            cwd=ROOT,
            check=True,
            timeout=120,
        )
        return disk, read_trace(trace, folder)

    return record


def cuts(
    disk: Disk, records: list[Record], images: int, folder: Path, seed: int
) -> Iterator[tuple[Path, Acknowledged]]:
    """Disks as found after cuts, half of them right after an acknowledgement, the rest anywhere.

    Each is removed when the next is asked for.
    """
    chance = random.Random(seed)
    shown = [i for i, r in enumerate(records) if r.path.name == ACKNOWLEDGEMENTS and r.data]
    moments = [chance.choice(shown) for _ in range(images // 2)]
    moments += [chance.randrange(len(records)) for _ in range(images - len(moments))]
    moments.sort()
    acknowledged: Acknowledged = []
    number = 0
    for at, record in enumerate(records):
        if record.path.name == ACKNOWLEDGEMENTS and record.data:
            acknowledged.append(json.loads(record.data))
        disk.play(record)
        while number < len(moments) and moments[number] == at:
            number += 1
            image = folder / f"image-{number}"
            image.mkdir()
            disk.cut_power(image, chance)
            yield image, acknowledged
            shutil.rmtree(image)


def judge(image: Path, key: bytes, acknowledged: Acknowledged) -> list[str]:
    """What is wrong with the office on the disk: losses by op_id, damage by its description."""
    database = Database(paths(image).database, key)
    try:
        with database.read() as connection:
            rows = connection.execute(REVISIONS.order_by(revision.c.seq)).all()
            heads = set(connection.execute(select(call.c.op_id)).scalars())
            heads |= set(connection.execute(select(case_file.c.op_id)).scalars())
            in_cases = set(connection.execute(select(case_call.c.call_id)).scalars())
            in_danger = select(call.c.call_id).where(call.c.danger_now == "Y")
            without_case = set(connection.execute(in_danger).scalars()) ^ in_cases
            broken = audit.first_broken(connection)
        held = {row.op_id: digest(row) for row in rows}
        wrong = [f"lost {a['op_id']}" for a in acknowledged if held.get(a["op_id"]) != a["sha256"]]
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            wrong.append("seq has a gap")
        if set({row.record_id: row.op_id for row in rows}.values()) != heads:
            wrong.append("calls and cases and their revisions differ")
        if without_case:
            wrong.append("a call with danger now without its case")
        if broken is not None:
            wrong.append(f"audit broken at {broken}")
        return wrong + database.verify()
    except AppError as error:
        return [f"lost by {error}"]
    finally:
        database.close()


def _count_wrong(
    record: Recording,
    office: ClosedOffice,
    tmp_path: Path,
    *,
    fault: str = "",
    acts: int = 80,
    images: int = IMAGES,
    seed: int = 117,
) -> tuple[int, int, list[str]]:
    """(images judged, images with something wrong, the first things wrong)."""
    disk, records = record(do="save_calls", acts=acts, seed=seed, fault=fault, **office.facts)
    wrong_images, first = 0, []
    judged = 0
    for image, acknowledged in cuts(disk, records, images, tmp_path, seed):
        judged += 1
        if wrong := judge(image, office.key, acknowledged):
            wrong_images += 1
            first = first or wrong[:5]
    return judged, wrong_images, first


def test_no_acknowledged_call_is_lost_by_a_power_cut(record, closed_office, tmp_path) -> None:
    assert _count_wrong(record, closed_office, tmp_path) == (IMAGES, 0, [])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_no_acknowledged_call_is_lost_by_thousands_of_cuts(
    record, closed_office, tmp_path, seed
) -> None:
    judged = _count_wrong(record, closed_office, tmp_path, acts=400, images=2000, seed=seed)
    assert judged == (2000, 0, [])


@pytest.mark.parametrize("fault", ["OFF", "NORMAL", "early"])
def test_the_harness_sees_losses_when_a_fault_is_planted(
    record, closed_office, tmp_path, fault
) -> None:
    """Else the zero above would mean nothing."""
    judged, wrong, first = _count_wrong(
        record, closed_office, tmp_path, fault=fault, acts=60, images=40
    )
    assert judged == 40
    assert wrong > 5
    assert any(w.startswith("lost") for w in first)


def test_the_key_slots_are_the_old_or_the_new_ones(record, tmp_path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_keyring(Keyring("before"), folder / "keyring.json")
    disk, records = record(folder=str(folder), do="change_slots", acts=30)
    for image, acknowledged in cuts(disk, records, 60, tmp_path, seed=1):
        found = read_keyring(image / "keyring.json").database_id
        number = -1 if found == "before" else int(found[:5])
        assert len(acknowledged) - 1 <= number <= len(acknowledged)


def test_the_harness_sees_key_slots_that_were_not_flushed(record, tmp_path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_keyring(Keyring("before"), folder / "keyring.json")
    disk, records = record(folder=str(folder), do="change_slots", acts=10, fault="unsynced")
    losses = 0
    for image, acknowledged in cuts(disk, records, 60, tmp_path, seed=1):
        try:
            found = read_keyring(image / "keyring.json").database_id
            losses += found == "before" or int(found[:5]) < len(acknowledged) - 1
        except EnvironmentProblem:
            losses += 1
    assert losses > 5


def test_set_up_leaves_nothing_or_a_whole_office(record, tmp_path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    disk, records = record(folder=str(folder), do="set_up", recovery_key=new_recovery_key())
    whole = 0
    for image, acknowledged in cuts(disk, records, 60, tmp_path, seed=1):
        where = paths(image)
        assert where.is_set_up or not acknowledged
        if where.is_set_up:
            database, _ = SignIn(where, system_clock).open("aida", PASSWORD)
            assert database.verify() == []
            database.close()
            whole += 1
    assert 0 < whole < 60
