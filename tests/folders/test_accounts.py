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


def acts(data: Path, *steps: str) -> list[str]:
    """What each said, without its number."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.folders.accounts", str(data), *steps],
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
def test_accounts_of_one_group_share_a_folder_that_it_opened_to_it(pc: Path) -> None:
    data = pc / "data"
    data.mkdir()
    os.chown(data, 0, 51117)
    data.chmod(0o2770)
    said = acts(
        data,
        f"{FIRST}:set-up",
        f"{SECOND}:work",
        f"{FIRST}:work",
        f"{FIRST}:check",
        f"{STRANGER}:work",
        f"{STRANGER}:check",
        # One works at a time, whosever account it is.
        f"{FIRST}:hold",
        f"{SECOND}:work",
    )
    assert said == [
        "set-up", "work", "work", "rights.good", "instance.no_rights", "rights.not_writable",
        "instance.running", "hold",
    ]  # fmt: skip
    # An account of its own lets nobody in; the colleague is told that the right is missing, not
    # that the program runs.
    assert acts(
        pc / "mine", f"{FIRST}:private", f"{FIRST}:check", f"{SECOND}:hold", f"{SECOND}:check"
    ) == ["0o700", "rights.good", "instance.no_rights", "rights.not_writable"]


def test_what_the_installer_sets_is_not_open_to_everybody() -> None:
    assert not everybody_in(DATA_RIGHTS)
