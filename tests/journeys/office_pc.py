"""An office PC with the real program on it, and a person's hands at its keyboard."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QWidget,
)
from sqlalchemy import select

from build.hands import Hands
from operator_app.app import Application
from operator_app.config import paths
from operator_app.db import revisions, settings
from operator_app.db.engine import Database
from operator_app.db.keyring import new_recovery_key
from operator_app.db.models import revision
from operator_app.desk import Desk
from operator_app.domain.clock import Clock
from operator_app.domain.people import Role
from operator_app.domain.wire import State
from operator_app.services.accounts import Accounts
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from operator_app.ui.screens.call_screen import CallScreen
from tests.conftest import CHEAP, PASSWORD, FrozenClock, office_setup

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PEOPLE = {
    "aida": ("Aida Testova", Role.SUPERVISOR),
    "bek": ("Bek Testov", Role.OPERATOR),
    "cholpon": ("Cholpon Testova", Role.ADMINISTRATOR),
}


def make_office(
    folder: Path, url: str = "", code: str = "", supervisor: str = PEOPLE["aida"][0]
) -> bytes:
    """An office in `folder` with one person of each role; returns the database key.

    Set up once and copied; each copy is a PC of its own.
    """
    files, key = _set_up(supervisor)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    database = Database(paths(folder).database, key)
    with database.write() as connection:
        settings.new_device(connection)
        settings.write_server(connection, settings.Server(url, code))
    database.close()
    return key


@functools.cache
def _set_up(supervisor: str) -> tuple[dict[str, bytes], bytes]:
    """The files of the office, by their names, and the database key."""
    clock = FrozenClock()
    with tempfile.TemporaryDirectory() as folder:
        where = paths(Path(folder))
        setup = office_setup(supervisor_name=supervisor)
        set_up_office(where, setup, PASSWORD, new_recovery_key(), clock, CHEAP)
        database, aida = SignIn(where, clock).open("aida", PASSWORD)
        accounts = Accounts(database, where, clock, CHEAP)
        for login, (name, role) in PEOPLE.items():
            if login != "aida":
                accounts.add(aida, login, name, role, PASSWORD)
        key = database.key
        database.close()
        root = Path(folder)
        files = {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}
    return files, key


@dataclass
class Answers:
    """Stands for the dialogs: answers as told beforehand, remembers what was said."""

    yes: bool = True
    reason: str | None = None
    folder: Path | None = None
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        self.asked.append(question)
        return self.yes

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        self.asked.append(question)
        return self.reason

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        self.asked.append(title)
        return self.folder / proposed.name if self.folder else None

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        raise AssertionError(title)

    def tell(self, parent: QWidget, message: str) -> None:
        self.told.append(message)


class OfficePC:
    """Starts the program over a data folder; `end` closes it as the window's cross does."""

    def __init__(self, qt: QApplication, folder: Path, clock: Clock, language: str = "en") -> None:
        self._qt = qt
        self.folder = folder
        self.clock = clock
        self.hands = Hands(qt)
        self.dialogs = Answers()
        self.app = Application(qt, paths(folder), clock, self.dialogs, cost=CHEAP)
        if not self.app.preferences.geometry.size():
            self.app.preferences.language = language
            self.app.preferences.appearance = "light"

    def start(self) -> bool:
        started = self.app.start()
        if started:
            self._in_front()
        return started

    def _in_front(self) -> None:
        window = self.app.window
        assert window is not None
        window.resize(1366, 768)
        window.activateWindow()
        self.hands.wait(window.isActiveWindow, "the window is in front")

    def end(self) -> None:
        self.app.shut_down()

    def copy(self, folder: Path) -> Path:
        """The data folder as a power cut would leave it."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("instance.lock*"))
        return folder

    @property
    def desk(self) -> Desk:
        return self.app.desk_now

    @property
    def screen(self) -> CallScreen:
        assert self.desk.call_screen is not None
        return self.desk.call_screen

    @property
    def database(self) -> Database:
        return self.desk.database

    @property
    def pill(self) -> str:
        return self.desk.window.pill.text()

    def sign_in(self, login: str = "aida", password: str = PASSWORD) -> None:
        """By the keyboard, whatever login the door remembers."""
        self._type_login(login, password)
        self.hands.wait(lambda: self.app.desk is not None, "signed in")
        self._in_front()

    def unlock(self, login: str = "aida", password: str = PASSWORD) -> None:
        before = self.desk
        self._type_login(login, password)
        self.hands.wait(lambda: self.app.desk is not before or not before.window.locked, "unlocked")
        self._in_front()

    def _type_login(self, login: str, password: str) -> None:
        focused = self._qt.focusWidget()
        if not isinstance(focused, QLineEdit) or focused.echoMode() != QLineEdit.EchoMode.Normal:
            self.press(Qt.Key.Key_Backtab, SHIFT)
        self.press(Qt.Key.Key_A, CONTROL)
        self.hands.write(login)
        self.press(Qt.Key.Key_Return)
        focused = self._qt.focusWidget()
        if isinstance(focused, QLineEdit) and focused.echoMode() == QLineEdit.EchoMode.Normal:
            self.press(Qt.Key.Key_Tab)
        self.hands.write(password)
        self.press(Qt.Key.Key_Return)

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.hands.press(key, modifier)

    def start_call(self) -> None:
        self.press(Qt.Key.Key_F2)
        self.hands.wait(lambda: self.screen.in_progress, "a call in progress")
        self.hands.presses = 0

    def answer_core(self, danger: str = "2", topic: str = "uy-b", action: str = "1") -> None:
        """Own matter, danger, woman, adult; the place is preset; a topic, an action."""
        for key in ("1", danger, "1", "2"):
            self.hands.answer(key)
        self.hands.answer(topic)
        self.press(Qt.Key.Key_Return)
        if self.screen.fields.benefit_issue.isVisible():
            self.hands.answer("1")
        else:
            self.press(Qt.Key.Key_Return)
        self.hands.answer(action)

    def write_note(self, note: str) -> None:
        self.press(Qt.Key.Key_F6)
        self.hands.write(note)

    def save(self) -> None:
        self.press(Qt.Key.Key_Return, CONTROL)
        self.saved()

    def saved(self) -> None:
        self.hands.wait(lambda: not self.screen.in_progress, "the call is saved")

    def record(self, note: str = "", danger: str = "2") -> None:
        """A whole information call."""
        self.start_call()
        self.answer_core(danger, "али")
        if note:
            self.write_note(note)
        self.save()

    def go_to(self, key: Qt.Key, name: str) -> None:
        self.press(key, CONTROL)
        self.hands.wait(lambda: self.desk.window.current_place == name, f"the place {name}")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        self.hands.wait(condition, what)

    def all_at_ministry(self, count: int) -> None:
        self.wait(
            lambda: [r.state for r in self.revisions()] == [State.APPLIED] * count,
            f"{count} verified receipts",
        )

    def settle(self) -> None:
        """Let the database worker finish what it was given."""
        done: list[None] = []
        self.app.tasks.database(self.app, lambda: None, done.append, lambda _error: None)
        self.wait(lambda: bool(done), "an idle database worker")
        QTest.qWait(0)

    def revisions(self) -> list[revisions.Revision]:
        with self.database.read() as connection:
            rows = connection.execute(select(revision).order_by(revision.c.seq)).mappings()
            return [revisions.from_row(row) for row in rows]

    def words(self, within: QWidget | None = None) -> str:
        """Every word a person can read there now."""
        root = within or self.app.window
        assert root is not None
        shown = [
            w.toPlainText() if isinstance(w, QPlainTextEdit) else w.text()
            for kind in (QLabel, QLineEdit, QPushButton, QPlainTextEdit)
            for w in root.findChildren(kind)
            if w.isVisible()
        ]
        shown += [
            bar.tabText(tab)
            for bar in root.findChildren(QTabBar)
            if bar.isVisible()
            for tab in range(bar.count())
        ]
        return "\n".join(shown)
