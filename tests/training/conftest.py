"""The training program over a sandbox, with a person's hands at it. The sandbox is made once."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from build.hands import Hands
from operator_app.app import Application
from operator_app.config import Paths, paths
from operator_app.domain.policy import NOTHING_HELD, InForce, for_training
from operator_app.domain.reference import Reference
from operator_app.i18n import use_language
from operator_app.training.sandbox import make_sandbox
from operator_app.training.trainees import Trainee, read_trainees
from operator_app.ui.sign_in_window import SignInWindow
from operator_app.ui.training_parts.exercise_card import ExerciseCard
from tests.conftest import CHEAP, FrozenClock
from tests.journeys.office_pc import Answers, OfficePC


class TrainingPC(OfficePC):
    """The program as `--training` starts it."""

    def __init__(
        self, qt: QApplication, folder: Path, clock: FrozenClock, policy: InForce = NOTHING_HELD
    ) -> None:
        self._qt = qt
        self.folder = folder
        self.clock = clock
        self.hands = Hands(qt)
        self.dialogs = Answers()
        held = for_training(policy)
        self.app = Application(qt, paths(folder), clock, self.dialogs, cost=CHEAP, policy=held)
        self.app.preferences.language = "en"
        self.app.preferences.appearance = "light"

    @property
    def door(self) -> SignInWindow:
        """The first window, once the sandbox is made."""
        end = time.monotonic() + 60
        while not isinstance(self.app.window, SignInWindow) and time.monotonic() < end:
            # Not QTest.qWait: it holds the interpreter, and the worker makes the sandbox in it.
            self._qt.processEvents()
            time.sleep(0.02)
        window = self.app.window
        assert isinstance(window, SignInWindow)
        return window

    def practise_as(self, login: str) -> None:
        """By the button of the trainee."""
        self.door.sandbox.buttons[login].click()
        self.wait(lambda: self.app.desk is not None, "signed in")
        self._in_front()


MakeTraining = Callable[..., TrainingPC]


def trainee(login: str) -> Trainee:
    return next(t for t in read_trainees(paths().resources) if t.login == login)


def exercise_card(pc: TrainingPC) -> ExerciseCard:
    (card,) = pc.desk.window.findChildren(ExerciseCard)
    return card


def ticked(pc: TrainingPC, *names: str) -> None:
    """These exercises are, and no others."""

    def all_ticked() -> bool:
        exercise_card(pc).look()
        return exercise_card(pc).done == frozenset(names)

    pc.wait(all_ticked, f"ticked: {names}")


@pytest.fixture(scope="session")
def sandbox_template(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Path:
    where = paths(tmp_path_factory.mktemp("sandbox") / "training")
    where.data.mkdir()
    make_sandbox(where, reference, FrozenClock(), CHEAP)
    return where.data


@pytest.fixture
def sandbox(tmp_path: Path, sandbox_template: Path) -> Paths:
    return paths(Path(shutil.copytree(sandbox_template, tmp_path / "training")))


@pytest.fixture(autouse=True)
def undressed(qapp: QApplication) -> Iterator[None]:
    """The application of the tests is given back as it was: its dress, its language, its hooks."""
    hook = sys.excepthook
    yield
    sys.excepthook = hook
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())
    use_language("en", paths().resources)


@pytest.fixture
def make_training(
    qapp: QApplication, clock: FrozenClock, undressed: None
) -> Iterator[MakeTraining]:
    made: list[TrainingPC] = []

    def make(folder: Path, policy: InForce = NOTHING_HELD) -> TrainingPC:
        pc = TrainingPC(qapp, folder, clock, policy)
        made.append(pc)
        return pc

    yield make
    for pc in made:
        pc.end()


@pytest.fixture
def training(make_training: MakeTraining, sandbox: Paths) -> TrainingPC:
    """Started, at its door."""
    pc = make_training(sandbox.data)
    assert pc.start()
    return pc
