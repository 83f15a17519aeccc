"""The office that sits for its pictures: see build/shots.py."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from build.hands import Hands
from build.invented import MovableClock, office_morning, save_invented_calls
from operator_app.app import Application
from operator_app.config import paths
from operator_app.db.keyring import KdfCost
from operator_app.domain.office import Office, OfficeSetup
from operator_app.domain.people import Actor, Role
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from operator_app.ui.dialogs import QtDialogs

PASSWORD = "tulip-mountain-2026"  # noqa: S105 - of an office that lives for its pictures only
PIXELS = (1366, 768)
CONTROL = Qt.KeyboardModifier.ControlModifier


class Studio:
    """Goes through all screens as a person does, and takes a picture of each."""

    def __init__(self, work: Path, out: Path, language: str, appearance: str) -> None:
        self._out = out
        self._qt = QApplication(["shots"])
        self._hands = Hands(self._qt)
        self._clock = MovableClock(office_morning())
        self._count = 0
        self._language = language
        self._appearance = appearance
        self._paths = paths(work / "office-pc")
        self._new = paths(work / "new-pc")
        self._app = self._application(self._new.data)

    def set_up(self) -> None:
        """The wizard of a new PC, page by page as far as typing leads."""
        self._app.start()
        self._picture("set-up")
        self._app.shut_down()
        self._fill()
        self._app = self._application(self._paths.data)

    def sign_in(self) -> None:
        """The door, with a wrong password first."""
        self._app.start()
        self._picture("sign-in")
        self._type("aida", Qt.Key.Key_Return)
        self._type("not the password", Qt.Key.Key_Return)
        self._hands.wait(lambda: isinstance(self._qt.focusWidget(), QLineEdit), "refused")
        self._picture("sign-in-refused")
        self._type(PASSWORD, Qt.Key.Key_Return)
        self._hands.wait(lambda: self._app.desk is not None, "signed in")
        QTest.qWait(300)
        self._picture("ready")

    def call(self) -> None:
        """A call from its first question to the danger strip, and what is missing."""
        screen = self._app.desk_now.call_screen
        if screen is None:
            raise RuntimeError("no call screen")
        self._hands.press(Qt.Key.Key_F2)
        self._hands.wait(lambda: screen.in_progress, "a call")
        self._picture("call-new")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.answer("2")
        self._picture("call-about-another")
        for answer in ("1", "2", "2"):
            self._hands.answer(answer)
        self._picture("call-topics")
        self._hands.answer("бал")
        self._picture("call-topic-typed")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.answer("үй-б")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.press(Qt.Key.Key_Return)
        self._picture("call-benefit")
        self._hands.answer("4")
        self._picture("call-actions")
        self._hands.answer("1")
        self._hands.press(Qt.Key.Key_F4)
        self._hands.write("0555 12 34 56")
        self._hands.press(Qt.Key.Key_F6)
        self._hands.write("Соседка слышит крики, дети дома. Спрашивает, куда обращаться.")
        QTest.qWait(300)
        self._picture("call-danger")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: not screen.in_progress, "saved")
        QTest.qWait(300)
        self._picture("call-saved")

    def journal(self) -> None:
        """The list, an opened call, its history."""
        self._go_to(Qt.Key.Key_2)
        self._picture("journal")
        screen = self._app.desk_now.journal_screen
        if screen is None:
            raise RuntimeError("no journal")
        self._hands.wait(lambda: screen.model.rowCount() > 0, "rows")
        self._hands.press(Qt.Key.Key_Home)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: screen.opened_call is not None, "an opened call")
        self._picture("journal-call")
        self._hands.press(Qt.Key.Key_F7)
        self._hands.wait(lambda: screen.pages.currentIndex() == 2, "its history")
        self._picture("journal-history")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(Qt.Key.Key_Escape)

    def reports(self) -> None:
        """The daily log."""
        self._go_to(Qt.Key.Key_5)
        screen = self._app.desk_now.reports_screen
        if screen is None:
            raise RuntimeError("no reports")
        self._hands.wait(screen.panel.excel_button.isEnabled, "the daily log")
        self._picture("daily-log")

    def administration(self) -> None:
        """The way to the ministry, and people."""
        self._go_to(Qt.Key.Key_6)
        QTest.qWait(300)
        self._picture("sync-page")
        self._app.desk_now.administration.tabs.setCurrentIndex(1)
        QTest.qWait(300)
        self._picture("people")

    def lock(self) -> None:
        """Nothing is to be seen."""
        self._hands.press(Qt.Key.Key_L, CONTROL)
        QTest.qWait(200)
        self._picture("locked")

    def close(self) -> None:
        """Take everything down."""
        self._app.shut_down()

    def _fill(self) -> None:
        office = Office(
            "0412",
            {
                "ky": "Аламүдүн районунун башкармалыгы",
                "ru": "Управление Аламудунского района",
                "en": "Alamudun district office",
            },
            "41708203000000",
        )
        setup = OfficeSetup(office, "aida", "Аида Тестова", self._language)
        set_up_office(self._paths, setup, PASSWORD, "K" * 39, self._clock, KdfCost())
        database, aida = SignIn(self._paths, self._clock).open("aida", PASSWORD)
        accounts = Accounts(database, self._paths, self._clock, KdfCost())
        added = accounts.add(aida, "bakyt", "Бакыт Примеров", Role.OPERATOR, PASSWORD)
        bakyt = Actor(added.user_id, added.login, added.full_name, added.role)
        calls = Calls(database, self._app.reference, self._clock)
        save_invented_calls(calls, self._clock, self._app.reference, [aida, bakyt], 60)
        database.close()

    def _application(self, data: Path) -> Application:
        application = Application(self._qt, paths(data), self._clock, QtDialogs(), cost=KdfCost())
        application.preferences.language = self._language
        application.preferences.appearance = self._appearance
        return application

    def _type(self, text: str, key: Qt.Key) -> None:
        self._hands.write(text)
        self._hands.press(key)

    def _go_to(self, key: Qt.Key) -> None:
        self._hands.press(key, CONTROL)
        QTest.qWait(300)

    def _picture(self, name: str) -> None:
        self._count += 1
        window = self._window()
        scale = window.devicePixelRatioF()
        window.resize(round(PIXELS[0] / scale), round(PIXELS[1] / scale))
        self._hands.picture(window, self._out / f"{self._count:02d}-{name}.png")

    def _window(self) -> QWidget:
        if self._app.window is None:
            raise RuntimeError("there is no window")
        return self._app.window
