"""One office that sits for its pictures: its program, the hands at it, the camera."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget

from build.hands import Hands
from build.invented_office import InventedOffice
from operator_app.app import Application
from operator_app.config import Paths, paths
from operator_app.db.keyring import KdfCost
from operator_app.desk import Desk
from operator_app.domain.office import Office, OfficeSetup
from operator_app.domain.people import Actor, Role
from operator_app.domain.policy import NOTHING_HELD, InForce, for_training
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from operator_app.training.invented import MovableClock, office_morning, save_invented_calls
from operator_app.training.invented_cases import InventedCases
from operator_app.ui.dialogs import QtDialogs, ReasonDialog

PASSWORD = "tulip-mountain-2026"  # noqa: S105 - of an office that lives for its pictures only
PIXELS = (1366, 768)
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
RECOVERY_KEY = "-".join(["PCTR"] * 8)
PEOPLE = {
    "bakyt": ("Бакыт Примеров", Role.OPERATOR),
    "gulnara": ("Гүлнара Тестова", Role.OPERATOR),
    "nurlan": ("Нурлан Мисалов", Role.OPERATOR),
    "vera": ("Вера Примерова", Role.AUDITOR),
    "ulan": ("Улан Тестов", Role.ANALYST),
    "mirbek": ("Мирбек Мисалов", Role.ADMINISTRATOR),
}
"""Nurlan has nothing to do yet."""


def _holds(found: list[None]) -> bool:
    return bool(found)


class PicturedDialogs(QtDialogs):
    """A question for a reason is pictured, and not answered: nobody waits for it."""

    def __init__(self, picture: Callable[[str, QWidget], None], files: Path) -> None:
        """`files`: where what is saved goes, under the name that was proposed."""
        self._picture = picture
        self._files = files
        self.name = "reason"
        """Of the next picture."""
        self.asked = 0

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        dialog = ReasonDialog(parent, question, yes)
        dialog.show()
        self._picture(self.name, dialog)
        dialog.close()
        dialog.deleteLater()
        self.asked += 1
        return None

    def tell(self, parent: QWidget, message: str) -> None:
        raise RuntimeError(message)

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        del parent, title, file_type
        self._files.mkdir(exist_ok=True)
        return self._files / proposed.name


class Sitting:
    """What all pictures of one language and dress have in common."""

    def __init__(self, work: Path, out: Path, language: str, appearance: str) -> None:
        self.out = out
        self._qt = QApplication(["shots"])
        self.hands = Hands(self._qt)
        self.clock = MovableClock(office_morning())
        self._count = 0
        self._language = language
        self._appearance = appearance
        self._office = paths(work / "office-pc")
        self._new = paths(work / "new-pc")
        self._training = paths(work / "training")
        self.files = work / "files"
        self.dialogs = PicturedDialogs(self.picture, self.files)
        self.whole_case = self.disputed_case = ""
        self.app = self._application(self._new)

    @property
    def desk(self) -> Desk:
        """What the person signed in works at."""
        return self.app.desk_now

    @property
    def focused(self) -> QWidget | None:
        """What has the keyboard."""
        return self._qt.focusWidget()

    def move_in(self) -> None:
        """From the new PC to the one of an office with calls and cases of five days."""
        self.app.shut_down()
        self._fill()
        self.app = self._application(self._office)

    def move_into_training(self) -> None:
        """From the office to its sandbox."""
        self.app.shut_down()
        self.app = self._application(self._training, for_training(NOTHING_HELD))

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """At the door, whatever login it remembers."""
        focused = self.focused
        if not isinstance(focused, QLineEdit) or focused.echoMode() != QLineEdit.EchoMode.Normal:
            self.hands.press(Qt.Key.Key_Backtab, SHIFT)
        self.hands.press(Qt.Key.Key_A, CONTROL)
        self.type(login)
        self.type(password)

    def type(self, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
        """Free text and the key after it."""
        self.hands.write(text)
        self.hands.press(key)

    def go_to(self, key: Qt.Key) -> None:
        """To the place of that digit."""
        self.hands.press(key, CONTROL)
        QTest.qWait(300)

    def focus(self, widget: QWidget) -> None:
        """Put the keyboard there, as Tab would."""
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.qWait(50)

    def scroll_to(self, area: QScrollArea, widget: QWidget) -> None:
        """Bring the upper edge of the widget to that of the view."""
        bar = area.verticalScrollBar()
        below = widget.mapTo(area.viewport(), widget.rect().topLeft()).y()
        bar.setValue(bar.value() + below - 8)
        QTest.qWait(50)

    def settle(self) -> None:
        """Until what the pages asked for was read and drawn; twice, as one thing asks for another."""
        for _round in range(2):
            QTest.qWait(100)
            done: list[None] = []
            self.app.tasks.database(self.app, lambda: None, done.append, lambda _error: None)
            self.hands.wait(partial(_holds, done), "an idle worker")
        QTest.qWait(50)

    def phone(self) -> None:
        """The duty officer was phoned about what is urgent and unsent: there is no server here."""
        button = self.desk.window.phoned_button
        self.hands.wait(button.isVisible, "the strip about urgent records")
        button.click()
        self.hands.wait(lambda: not button.isVisible(), "the strip is gone")

    def later(self, *, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass; less than the office's own lock allows."""
        self.clock.now += timedelta(minutes=minutes, seconds=seconds)

    def picture(self, name: str, window: QWidget | None = None) -> None:
        """What the window looks like now, numbered in the order of taking."""
        self._count += 1
        file = self.out / f"{self._count:03d}-{name}.png"
        if window is not None:
            self.hands.picture(window, file)
            return
        front = self.window
        scale = front.devicePixelRatioF()
        front.resize(round(PIXELS[0] / scale), round(PIXELS[1] / scale))
        self.hands.picture(front, file)

    @property
    def window(self) -> QWidget:
        """The window in front."""
        if self.app.window is None:
            raise RuntimeError("there is no window")
        return self.app.window

    def close(self) -> None:
        """Take everything down."""
        self.app.shut_down()

    def _application(self, where: Paths, policy: InForce = NOTHING_HELD) -> Application:
        application = Application(
            self._qt, where, self.clock, self.dialogs, cost=KdfCost(), policy=policy
        )
        application.preferences.language = self._language
        application.preferences.appearance = self._appearance
        return application

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
        end = self.clock.now
        setup = OfficeSetup(office, "aida", "Аида Тестова", self._language)
        set_up_office(self._office, setup, PASSWORD, RECOVERY_KEY, self.clock, KdfCost())
        database, aida = SignIn(self._office, self.clock).open("aida", PASSWORD)
        accounts = Accounts(database, self._office, self.clock, KdfCost())
        people = {}
        for login, (name, role) in PEOPLE.items():
            added = accounts.add(aida, login, name, role, PASSWORD)
            people[login] = Actor(added.user_id, added.login, added.full_name, added.role)
        operators = people["bakyt"], people["gulnara"]
        reference = self.app.reference
        whole = InventedOffice(database, self._office, reference, self.clock, aida, operators)
        whole.before(end)
        cases = InventedCases(database, reference, self.clock, aida, operators)
        cases.make(end)
        self.whole_case, self.disputed_case = cases.whole, cases.disputed
        calls = Calls(database, reference, self.clock)
        save_invented_calls(calls, self.clock, reference, [aida, *operators], 60)
        whole.of_late(end)
        database.close()
