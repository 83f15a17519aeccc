"""Fixtures of the journeys: the program, its ministry, and what is put right afterwards."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from operator_app.config import paths
from operator_app.i18n import use_language
from operator_app.ui import theme
from tests.conftest import FrozenClock
from tests.journeys.office_pc import OfficePC, make_office
from tests.receiver import RunningReceiver

MakePC = Callable[..., OfficePC]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that knows no server, set up once and copied for every test."""
    folder = tmp_path_factory.mktemp("office-template")
    make_office(folder)
    return folder


@pytest.fixture(scope="package")
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application of the tests, which keeps its dress from journey to journey."""
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())


@pytest.fixture
def undressed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, dressed: QApplication
) -> Iterator[QApplication]:
    """The application, given back as it was: its language, its hooks.

    What is typed and kept is the same in any dress, and a window in its style sheet takes three
    times as long to build: only journeys that look at it are marked `dressed`.
    """
    if request.node.get_closest_marker("dressed") is None:
        monkeypatch.setattr(theme, "_sheet", lambda _theme, _resources: "")
    hook = sys.excepthook
    yield dressed
    sys.excepthook = hook
    use_language("en", paths().resources)


@pytest.fixture
def make_pc(
    undressed: QApplication, tmp_path: Path, clock: FrozenClock, template: Path
) -> Iterator[MakePC]:
    """Starts the program; every one that was made is closed at the end."""
    made: list[OfficePC] = []

    def make(folder: Path | None = None, *, language: str = "en", start: bool = True) -> OfficePC:
        where = folder or tmp_path / "pc"
        if not where.exists():
            shutil.copytree(template, where)
        pc = OfficePC(undressed, where, clock, language)
        made.append(pc)
        if start:
            assert pc.start()
        return pc

    yield make
    for pc in made:
        pc.end()
    for pc in made:
        assert pc.dialogs.told == [], "the program told of a problem"


@pytest.fixture
def pc(make_pc: MakePC) -> OfficePC:
    """The program with Aida, the supervisor, at work. There is no server."""
    pc = make_pc()
    pc.sign_in()
    return pc


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "ministry", clock) as running:
        yield running


@pytest.fixture
def sending_pc(make_pc: MakePC, receiver: RunningReceiver, tmp_path: Path) -> OfficePC:
    """The same, enrolled at the receiver from its first start."""
    folder = tmp_path / "sending-pc"
    make_office(folder, receiver.url, receiver.new_code())
    pc = make_pc(folder)
    pc.sign_in()
    return pc
