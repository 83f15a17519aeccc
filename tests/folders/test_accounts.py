"""Several accounts of the system, each a process of its own under its own user id."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from build.product import DATA_RIGHTS
from operator_app.services.pc_check.office_files import everybody_in
from tests.architecture.source import ROOT

FIRST, SECOND = "51001:51117", "51002:51117"
STRANGER = "51003:51118"

only_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0,
    reason="only root can be several accounts at once",
)


@pytest.fixture
def pc() -> Iterator[Path]:
    """A folder that every account may enter."""
    made = Path(tempfile.mkdtemp(prefix="117-accounts-"))
    made.chmod(0o777)
    yield made
    shutil.rmtree(made)


def acts(*steps: tuple[str, str, Path]) -> list[str]:
    """What each said, without its number."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.folders.accounts"]
        + [f"{account}:{act}:{folder}" for account, act, folder in steps],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.partition(" ")[2] for line in done.stdout.splitlines()]


@only_root
def test_a_folder_of_ones_own_and_one_that_it_opened_to_a_group(pc: Path) -> None:
    shared, own = pc / "shared", pc / "own"
    shared.mkdir()
    os.chown(shared, 0, 51117)
    shared.chmod(0o2770)
    wanted = [
        ((FIRST, "set-up", shared), "set-up"),
        ((SECOND, "work", shared), "work"),
        ((FIRST, "work", shared), "work"),
        ((FIRST, "check", shared), "rights.good"),
        ((STRANGER, "work", shared), "instance.no_rights"),
        ((STRANGER, "check", shared), "rights.not_writable"),
        ((FIRST, "private", own), "0o700"),
        ((FIRST, "check", own), "rights.good"),
        # The colleague is told that the right is missing, not that the program runs.
        ((SECOND, "work", own), "instance.no_rights"),
        ((SECOND, "check", own), "rights.not_writable"),
        # One works at a time, whosever account it is; who holds it says so at the end.
        ((FIRST, "hold", shared), ""),
        ((SECOND, "work", shared), "instance.running"),
    ]
    said = [words for _step, words in wanted if words]
    assert acts(*(step for step, _words in wanted)) == [*said, "hold"]


def test_what_the_installer_sets_is_not_open_to_everybody() -> None:
    assert not everybody_in(DATA_RIGHTS)
