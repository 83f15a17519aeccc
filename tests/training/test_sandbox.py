"""The sandbox is made by itself, opens, begins again, and is never taken for an office."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import func, select

from main import main
from operator_app import cli
from operator_app.app import Application
from operator_app.config import Paths, training_data_folder
from operator_app.db.engine import Database
from operator_app.db.models import call
from operator_app.domain.reference import Reference
from operator_app.errors import EnvironmentProblem
from operator_app.services.sign_in import SignIn
from operator_app.training import folder
from operator_app.training.sandbox import make_sandbox
from operator_app.ui import theme
from operator_app.ui.sign_in_window import SignInWindow
from operator_app.ui.training_parts.band import TrainingBand
from operator_app.ui.training_parts.beside import command
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice
from tests.journeys.office_pc import CONTROL, Answers
from tests.training.conftest import MakeTraining, TrainingPC, trainee

NAMES = ("Үлгүев", "Образцов", "Вымышленный", "Учебная", "Мисалов", "0400 ")


def _calls(pc: TrainingPC) -> int:
    with pc.database.read() as connection:
        return connection.execute(select(func.count()).select_from(call)).scalar_one()


def _files(where: Path) -> set[Path]:
    return {path for path in where.rglob("*") if path.is_file()}


def _everything(database: Database) -> str:
    """Every value of every table."""
    with database.bare_connection() as bare:
        tables = [
            row[0] for row in bare.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        rows = [row for table in tables for row in bare.execute(f'SELECT * FROM "{table}"')]
    return "\n".join(str(value) for row in rows for value in row)


def _is_marked(pc: TrainingPC) -> bool:
    window = pc.app.window
    assert window is not None
    bands = [band for band in window.findChildren(TrainingBand) if band.isVisible()]
    return (
        len(bands) == 1
        and "TRAINING" in bands[0].words.text()
        and bands[0].mapTo(window, bands[0].rect().topLeft()).y() == 0
        and window.windowTitle() == "117 · Training"
    )


def test_made_at_the_first_start_and_marked_everywhere(
    make_training: MakeTraining, tmp_path: Path
) -> None:
    pc = make_training(tmp_path / "training")
    assert pc.start()
    assert "is being made" in pc.words()
    assert _is_marked(pc)
    for login in ("operator", "supervisor"):
        assert trainee(login).password in pc.words(pc.door)
    assert _is_marked(pc)
    assert not hasattr(pc.door, "restore") and not hasattr(pc.door, "forgot")
    pc.sign_in("operator", trainee("operator").password)
    assert _is_marked(pc)
    assert _calls(pc) > 40
    for place in list(pc.desk.window.places):
        pc.desk.window.go_to(place)
        assert _is_marked(pc), place
    pc.press(Qt.Key.Key_L, CONTROL)
    assert _is_marked(pc) and pc.desk.window.locked
    assert theme.current().accent == theme.for_training(theme.LIGHT).accent != theme.LIGHT.accent
    _begin_again(pc)


def _begin_again(pc: TrainingPC) -> None:
    pc.unlock("operator", trainee("operator").password)
    before = _calls(pc)
    pc.start_call()
    pc.hands.answer("6")
    pc.saved()
    assert _calls(pc) == before + 1
    pc.app.sign_out()
    door = pc.door
    pc.dialogs.yes = False
    door.sandbox.again.click()
    assert pc.door is door, "she changed her mind"
    pc.dialogs.yes = True
    door.sandbox.again.click()
    pc.wait(lambda: pc.app.window is not door, "being made")
    assert "is being made" in pc.words()
    pc.practise_as("operator")
    assert _calls(pc) == before


def test_a_half_made_sandbox_is_made_anew(
    sandbox: Paths, reference: Reference, clock: FrozenClock
) -> None:
    assert folder.is_whole(sandbox)
    folder.mark(sandbox, whole=False)
    assert not folder.is_whole(sandbox)
    sandbox.database.unlink()
    make_sandbox(sandbox, reference, clock, CHEAP)
    assert folder.is_whole(sandbox)
    for damaged in (b"", b"[1]", b'{"whole": 0}'):
        sandbox.training_mark.write_bytes(damaged)
        assert not folder.is_whole(sandbox)
        assert folder.refusal(sandbox, training=False) == "training.sandbox_here"


def test_a_real_office_is_refused(
    make_training: MakeTraining, office: TestOffice, reference: Reference
) -> None:
    office.database.close()
    before = {file: file.read_bytes() for file in _files(office.paths.data)}
    pc = make_training(office.paths.data)
    assert not pc.app.start()
    pc.app.tell_running()
    assert "never opens one" in pc.dialogs.told[0]
    with pytest.raises(EnvironmentProblem, match=r"training\.office_here"):
        make_sandbox(office.paths, reference, office.clock, CHEAP)
    folder.clear(office.paths)
    after = {file: file.read_bytes() for file in _files(office.paths.data)}
    # Whoever asked only wrote the size of the window.
    after.pop(office.paths.window, None)
    before.pop(office.paths.window, None)
    assert after == before


def test_the_sandbox_is_no_office(
    qapp: object, sandbox: Paths, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    dialogs = Answers()
    office = Application(qapp, sandbox, clock, dialogs, cost=CHEAP)  # type: ignore[arg-type]
    assert not office.start()
    office.tell_running()
    assert "--training" in dialogs.told[0]
    office.shut_down()
    where = ["--data", str(sandbox.data)]
    assert cli.main(["backup", *where, "--login", "supervisor", "--language", "en"]) == 1
    assert "holds the training" in capsys.readouterr().err
    assert not sandbox.backups.exists()


def test_a_sandbox_without_its_mark_opens_nowhere(
    sandbox: Paths, office: TestOffice, clock: FrozenClock
) -> None:
    sandbox.training_mark.unlink()
    with pytest.raises(EnvironmentProblem, match=r"training\.sandbox_here"):
        SignIn(sandbox, clock).open("operator", trainee("operator").password)
    folder.mark(office.paths, whole=True)
    office.database.close()
    with pytest.raises(EnvironmentProblem, match=r"training\.office_here"):
        SignIn(office.paths, clock).open("aida", PASSWORD)


def test_both_run_side_by_side(
    make_training: MakeTraining,
    office: TestOffice,
    sandbox_template: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sandbox lies in a folder of its own, with a lock of its own; no name of it gets out."""
    office.database.close()
    monkeypatch.setenv("OPERATOR117_DATA", str(office.paths.data))
    own = training_data_folder()
    assert own == office.paths.data / "training"
    shutil.copytree(sandbox_template, own)
    before = {file: file.read_bytes() for file in _files(office.paths.data)}
    dialogs = Answers()
    pc = make_training(own)
    real = Application(pc._qt, office.paths, office.clock, dialogs, cost=CHEAP)
    assert real.start()
    assert pc.start()
    pc.practise_as("operator")
    pc.end()
    real.shut_down()
    for file in _files(office.paths.data) - _files(own):
        if before.get(file) == file.read_bytes():
            continue
        content = file.read_bytes()
        for name in NAMES:
            assert name.encode() not in content, file.name
    database, _aida = SignIn(office.paths, office.clock).open("aida", PASSWORD)
    dump = _everything(database)
    database.close()
    assert [name for name in NAMES if name in dump] == []


def test_the_door_of_the_office_leads_there(
    qapp: QApplication, office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.database.close()
    started: list[str] = []
    monkeypatch.setattr("operator_app.app.start_training", started.append)
    real = Application(qapp, office.paths, office.clock, Answers(), cost=CHEAP)
    assert real.start()
    assert isinstance(real.window, SignInWindow)
    assert "TRAINING" not in real.window.windowTitle()
    real.window.training.click()
    assert started == [real.preferences.language]
    real.shut_down()
    program, arguments = command("ky")
    assert arguments[-3:] == ["--training", "--language", "ky"] and Path(program).exists()


def test_main_refuses(sandbox: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(Application, "tell_running", lambda self: told.append(self._refused))
    monkeypatch.setattr("main.QApplication", lambda _arguments: _Qt())
    shutil.rmtree(sandbox.logs, ignore_errors=True)
    assert main(["--data", str(sandbox.data)]) == 1
    assert told == ["training.sandbox_here"]
    assert not sandbox.logs.exists(), "nothing is written there"


class _Qt:
    """Stands for QApplication, of which there is one already."""

    def setApplicationName(self, _name: str) -> None: ...
    def setDesktopFileName(self, _name: str) -> None: ...
