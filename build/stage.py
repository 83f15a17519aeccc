"""The office of the demo: its program, the hands at it, and what was seen."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from build.hands import Hands
from build.receiver_process import Receiver
from operator_app.app import Application
from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.db.models import revision
from operator_app.db.revisions import Revision, from_row
from operator_app.domain.clock import system_clock
from operator_app.domain.provisioning import parse_provisioning
from operator_app.domain.wire import State
from operator_app.services.set_up import set_up_office
from operator_app.ui.dialogs import QtDialogs
from operator_app.ui.garbage import GarbageTimer

EXPORTS = ("xlsx", "pdf", "csv")
STOPPED = "stopped-here"
"""The picture of where a demo came to a halt."""
CONTROL = Qt.KeyboardModifier.ControlModifier
PASSWORD = "tulip-mountain-2026"  # noqa: S105 - of an office that lives as long as the demo
OFFICE_PC, NEW_PC = "office-pc", "new-pc"
OFFICE_TOML = """
language = "ru"
[office]
code = "0412"
division = "41708203000000"
names = {{ ky = "Аламүдүн району", ru = "Аламудунский район", en = "Alamudun district" }}
[server]
url = "{url}"
enrolment_code = "{code}"
[supervisor]
login = "aida"
name = "Аида Тестова"
"""


@dataclass
class Result:
    """What the demo saw; `wrong` lists what differs from the expected."""

    out: Path
    files: list[str] = field(default_factory=list)
    key_presses: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Note a figure, and that it is wrong if it is."""
        self.facts[what] = found
        if found != wanted:
            self.wrong.append(f"{what}: {found}, expected {wanted}")


class ChosenPath(QtDialogs):
    """The dialogs as they are, but for the system's file dialog: it cannot be typed into here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file: Path | None = None
        """What is opened when a file is asked for."""

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        del parent, title, file_type
        return self.file

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        del parent, title, file_type
        return self._folder / proposed.name


class Stage:
    """The program of one office, and the ministry's receiver in a process of its own."""

    def __init__(self, out: Path, work: Path) -> None:
        self.result = Result(out)
        # As in main.py: the collector must not run on a worker thread.
        gc.disable()
        self.qt = QApplication(["demo"])
        self.hands = Hands(self.qt)
        self.receiver = Receiver(work / "ministry")
        self._work = work
        self.dialogs = ChosenPath(out)
        self.recovery_key = new_recovery_key()
        self.app = self._application(OFFICE_PC)
        self._step = 0

    def set_up(self) -> None:
        """An office out of an office.toml, as IT staff make it; files of a demo before are gone."""
        for ending in EXPORTS:
            for old in self.written(ending):
                old.unlink()
        for old in self.result.out.glob(f"*-{STOPPED}.png"):
            old.unlink()
        text = OFFICE_TOML.format(url=self.receiver.url, code=self.receiver.new_code())
        setup = parse_provisioning(text, self.app.reference)
        set_up_office(self.app.paths, setup, PASSWORD, self.recovery_key, system_clock)
        self._start()

    def leave_pc(self) -> Path:
        """The PC is gone but for its data folder, which is told."""
        self.app.shut_down()
        return self.app.paths.data

    def new_pc(self) -> None:
        """A PC on which nothing is, in the place of the one before."""
        self.app = self._application(NEW_PC)
        self._start()

    def sign_in(self) -> None:
        """Login and password of the supervisor, at the door."""
        self.hands.write("aida")
        self.hands.press(Qt.Key.Key_Return)
        self.hands.write(PASSWORD)
        self.hands.press(Qt.Key.Key_Return)
        self.hands.wait(lambda: self.app.desk is not None, "signed in")

    def close(self) -> None:
        """Take everything down."""
        self.app.shut_down()
        self.receiver.stop()

    def _application(self, pc: str) -> Application:
        made = Application(self.qt, paths(self._work / pc), system_clock, self.dialogs)
        made.preferences.appearance = "light"
        return made

    def _start(self) -> None:
        if not self.app.start():
            raise RuntimeError("another instance holds the data folder")
        GarbageTimer(self.app)
        self.window.resize(1366, 768)

    @property
    def window(self) -> QWidget:
        """The window in front."""
        if self.app.window is None:
            raise RuntimeError("there is no window")
        return self.app.window

    @property
    def in_call(self) -> bool:
        """Whether a call is being filled in."""
        screen = self.app.desk_now.call_screen
        return screen is not None and screen.in_progress

    def start_call(self) -> None:
        """F2, until the form is there."""
        self.hands.press(Qt.Key.Key_F2)
        self.hands.wait(lambda: self.in_call, "a call in progress")

    def save_call(self) -> None:
        """Ctrl+Enter, until it is saved."""
        self.hands.press(Qt.Key.Key_Return, CONTROL)
        self.saved()

    def saved(self) -> None:
        """Wait until the call is saved."""
        self.hands.wait(lambda: not self.in_call, "the call is saved")

    def count(self, name: str, work: Callable[[], None], most: int | None = None) -> None:
        """Do it and note its key presses; more than `most` is wrong."""
        self.hands.presses = 0
        work()
        self.note_presses(name, most)

    def note_presses(self, name: str, most: int | None = None) -> None:
        """Note the key presses since they were last set to 0."""
        presses = self.hands.presses
        self.result.key_presses[name] = presses
        if most is not None and presses > most:
            self.result.wrong.append(f"{name}: {presses} key presses, at most {most}")

    def go_to(self, key: Qt.Key) -> None:
        """To the place of that digit."""
        self.hands.press(key, CONTROL)
        QTest.qWait(200)

    def revisions(self) -> list[Revision]:
        """Everything that was saved here, with how far it is on its way."""
        with self.app.desk_now.database.read() as connection:
            rows = connection.execute(sqlalchemy.select(revision)).mappings()
            return [from_row(row) for row in rows]

    def waiting(self) -> list[Revision]:
        """What has no verified receipt yet."""
        return [r for r in self.revisions() if r.state in (State.QUEUED, State.SENDING)]

    def all_at_ministry(self) -> None:
        """Wait for the verified receipt of everything, and until the counter says so."""
        self.hands.wait(
            lambda: all(r.state is State.APPLIED for r in self.revisions()),
            "verified receipts for everything",
        )
        self.app.desk_now.driver.look()
        self.hands.wait(
            lambda: self.app.desk_now.window.pill.property("tone") == "calm", "a calm counter"
        )

    def written(self, ending: str) -> list[Path]:
        """The files of that ending that the program saved."""
        return sorted(self.result.out.glob(f"117*.{ending}"))

    def picture(self, name: str) -> None:
        """What the window looks like now, numbered in the order of the day."""
        self._step += 1
        file = self.result.out / f"{self._step:02d}-{name}.png"
        self.hands.picture(self.window, file)
        self.result.files.append(file.name)
