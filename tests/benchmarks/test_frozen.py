"""The frozen program: size and start, against an empty frozen window and against the source.

`python build/dev.py freeze` goes before: without a frozen program there is nothing to measure.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build.freeze import program_of
from build.frozen_gates import MEGABYTE, size_of
from build.frozen_plan import NAME
from operator_app.config import paths
from operator_app.db.keyring import RECOVERY_LOGIN, KdfCost, new_keyring, write_keyring
from operator_app.domain.reference import Reference
from tests.benchmarks.big_office import open_big_office
from tests.benchmarks.measure import FOLDER, ROOT, Result, by_turns, medians
from tests.conftest import PASSWORD

ROUNDS = 10
CALLS = 100_000
CYRILLIC = "Папка Өмүров"
FLOOR = FOLDER / "empty-window"
SPEC = ROOT / "tests" / "benchmarks" / "empty_window.spec"
SURROUNDINGS = {
    **{k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
    "QT_QPA_PLATFORM": "offscreen",
    "OPERATOR117_EXIT_WHEN_READY": "1",
}


@pytest.fixture(scope="module")
def frozen() -> Path:
    folder = ROOT / "dist" / NAME
    if not program_of(folder).is_file():
        pytest.skip("nothing is frozen: python build/dev.py freeze")
    return folder


@pytest.fixture(scope="module")
def floor() -> Path:
    """The empty window, frozen once for each lock."""
    parts = (SPEC, SPEC.with_suffix(".py"), ROOT / "build" / "frozen_plan.py", ROOT / "uv.lock")
    made_by = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    stamp = FLOOR / "made-by"
    if not stamp.is_file() or stamp.read_text("utf-8") != made_by:
        shutil.rmtree(FLOOR, ignore_errors=True)
        places = ["--distpath", str(FLOOR), "--workpath", str(FLOOR / "work")]
        command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
        subprocess.run([*command, *places, str(SPEC)], check=True, cwd=ROOT, timeout=900)
        stamp.write_text(made_by, "utf-8")
    return FLOOR / "empty"


@pytest.mark.bench
def test_size_and_start(
    frozen: Path, floor: Path, tmp_path: Path, reference: Reference, results: list[Result]
) -> None:
    ours, number = size_of(frozen)
    empty, _number = size_of(floor)
    results.append(
        Result(
            "frozen: size to an empty frozen window",
            "MB",
            ours / MEGABYTE,
            empty / MEGABYTE,
            None,
            remark=f"{number} files",
        )
    )
    where, there = _in_a_cyrillic_folder(frozen, tmp_path, reference)
    program = str(program_of(there))
    empty_program = str(floor / ("empty.exe" if sys.platform == "win32" else "empty"))
    source = [sys.executable, str(ROOT / "main.py")]
    data = ["--data", str(where)]
    by_empty = medians(
        by_turns(lambda: _run(program, *data), lambda: _run(empty_program), rounds=ROUNDS, warm=2)
    )
    by_source = medians(
        by_turns(lambda: _run(program, *data), lambda: _run(*source, *data), rounds=ROUNDS, warm=2)
    )
    remark = f"Cyrillic path, {CALLS:,} calls"
    for name, (one, other) in (
        ("frozen: start to an empty frozen window", by_empty),
        ("frozen: start to the source", by_source),
    ):
        results.append(Result(name, "ms", one * 1e3, other * 1e3, None, remark=remark))


def _in_a_cyrillic_folder(frozen: Path, tmp_path: Path, reference: Reference) -> tuple[Path, Path]:
    """(data folder, program) of an office with many calls; the program has opened it once."""
    database, _actor = open_big_office(reference, CALLS)
    database.close()
    where = Path(shutil.copytree(FOLDER / f"office-{CALLS}", tmp_path / CYRILLIC / "маалымат"))
    # The tests' own key slots are too cheap for the program.
    slots = new_keyring()[0]
    for login in (RECOVERY_LOGIN, "aida"):
        slots = slots.with_slot(login, PASSWORD, database.key, KdfCost())
    write_keyring(slots, paths(where).keyring)
    there = Path(shutil.copytree(frozen, tmp_path / CYRILLIC / NAME, symlinks=True))
    done = subprocess.run(
        [str(program_of(there)), "verify-audit", "--login", "aida", "--data", str(where)],
        input=PASSWORD + "\n",
        env=SURROUNDINGS,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return where, there


def _run(*command: str) -> float:
    """Seconds from the start of the process to its end, which comes with the first painting."""
    timed = str(ROOT / "tests" / "benchmarks" / "timed.py")
    done = subprocess.run(
        [sys.executable, "-S", timed, *command],
        env=SURROUNDINGS,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    took, _memory, code = json.loads(done.stdout)
    assert code == 0
    return float(took)
