"""`main.py backup` and `main.py restore`, as IT staff run them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app import cli
from operator_app.config import Paths
from tests.backup.conftest import Kept, opened
from tests.conftest import PASSWORD


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Runs a command with a secret piped in; in this process, for the time a new one takes."""

    def made(typed: str, *arguments: str) -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        code = cli.main([*arguments, "--language", "en"])
        said = capsys.readouterr()
        assert typed not in said.out + said.err
        return Done(code, said.out, said.err)

    yield made
    logger = logging.getLogger("operator_app")
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()


def test_there_and_back(run, kept: Kept, elsewhere: Paths, tmp_path: Path) -> None:
    kept.office.database.close()
    stick = tmp_path / "stick"
    stick.mkdir()
    here = str(kept.office.paths.data)
    login = ("--login", "aida", "--data", here)
    done = run(PASSWORD, "backup", *login, "--to", str(stick))
    assert (done.returncode, done.stdout) == (0, "The backup is made and checked.\n")
    assert len(kept.files()) == 1
    (file,) = stick.iterdir()
    there = ("--data", str(elsewhere.data))
    done = run("WRNG-" * 8, "restore", str(file), *there)
    assert done.returncode == 1
    assert not elsewhere.office.exists()
    done = run(kept.office.recovery_key, "restore", str(file), *there)
    assert done.returncode == 0, done.stderr
    assert "Alamudun office (0412)" in done.stdout
    opened(elsewhere, kept.office.clock).close()
    again = ("restore", str(file), *there, "--login", "aida")
    done = run(PASSWORD, *again)
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert run(PASSWORD, *again, "--replace").returncode == 0
    assert len(list(elsewhere.data.glob("office-before-restore-*"))) == 1
    log = (kept.office.paths.logs / "117-operator.log").read_text(encoding="utf-8")
    assert PASSWORD not in log and kept.office.recovery_key not in log


def test_a_folder_that_is_gone(run, kept: Kept, tmp_path: Path) -> None:
    kept.office.database.close()
    here = str(kept.office.paths.data)
    gone = str(tmp_path / "gone")
    done = run(PASSWORD, "backup", "--login", "aida", "--data", here, "--to", gone)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert len(kept.files()) == 1
