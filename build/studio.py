"""The office that sits for its pictures: see build/shots.py."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from build.administration_pictures import AdministrationPictures
from build.case_pictures import CasePictures
from build.sitting import ALT, CONTROL, PASSWORD, Sitting
from build.supervision_pictures import SupervisionPictures
from build.training_pictures import TrainingPictures
from build.violence_pictures import ViolencePictures
from operator_app.domain.calls import Advice
from operator_app.ui.screens.journal_screen import JournalScreen
from operator_app.ui.widgets.search_field import SearchField


class Studio:
    """Goes through all screens as a person does, and takes a picture of each."""

    def __init__(self, work: Path, out: Path, language: str, appearance: str) -> None:
        self._sitting = Sitting(work, out, language, appearance)
        self._hands = self._sitting.hands
        self._picture = self._sitting.picture
        self._cases = CasePictures(self._sitting)
        self._administration = AdministrationPictures(self._sitting)

    def set_up(self) -> None:
        """The wizard of a new PC, page by page as far as typing leads."""
        self._sitting.app.start()
        self._picture("set-up")
        self._sitting.move_in()

    def sign_in(self) -> None:
        """The door, with a wrong password first."""
        self._sitting.app.start()
        self._picture("sign-in")
        self._sitting.type("aida")
        self._sitting.type("not the password")
        self._hands.wait(lambda: isinstance(self._sitting.focused, QLineEdit), "refused")
        self._picture("sign-in-refused")
        self._sitting.type(PASSWORD)
        self._hands.wait(lambda: self._sitting.app.desk is not None, "signed in")
        QTest.qWait(300)
        self._picture("ready")
        self._sitting.phone()

    def call(self) -> None:
        """A call from its first question to the danger strip, and what is missing."""
        screen = self._sitting.desk.call_screen
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
        self._sitting.later(minutes=2, seconds=14)
        QTest.qWait(1100)
        self._picture("call-danger")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: not screen.in_progress, "saved")
        QTest.qWait(300)
        self._picture("call-saved")

    def violence_call(self) -> None:
        """Danger right now, a case that is known, the block."""
        self._sitting.later(minutes=3)
        ViolencePictures(self._sitting).take()

    def journal(self) -> None:
        """The list, an opened violence call, another call, its history."""
        self._sitting.go_to(Qt.Key.Key_2)
        self._picture("journal")
        screen = self._sitting.desk.journal_screen
        if screen is None:
            raise RuntimeError("no journal")
        self._hands.wait(lambda: screen.model.rowCount() > 0, "rows")
        self._hands.press(Qt.Key.Key_Home)
        self._open_call(screen)
        self._picture("journal-violence-call")
        bar = screen.call_view.area.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._picture("journal-violence-call-below")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(Qt.Key.Key_Down)
        self._open_call(screen)
        self._picture("journal-call")
        self._hands.press(Qt.Key.Key_F7)
        self._hands.wait(lambda: screen.pages.currentIndex() == 2, "its history")
        self._picture("journal-history")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(Qt.Key.Key_Escape)

    def cases(self) -> None:
        """The cases of the office, and what is to be done."""
        self._cases.cases()
        self._cases.follow_ups()

    def directory(self) -> None:
        """A service, a correction of it, an article with a marked paragraph."""
        self._sitting.go_to(Qt.Key.Key_5)
        screen = self._sitting.desk.directory_screen
        self._hands.wait(lambda: screen.services.list.model.rowCount() > 0, "services")
        self._sitting.desk.open_advice(Advice("service", "ministry-1966", ""))
        self._hands.wait(lambda: screen.services.card.number == "1966", "a service")
        self._picture("directory-service")
        self._hands.press(Qt.Key.Key_F6)
        self._picture("directory-correction")
        self._hands.press(Qt.Key.Key_Escape)
        self._sitting.desk.open_advice(Advice("article", "uy-bulogo-komok", ""))
        self._hands.wait(lambda: screen.articles.card.view is not None, "an article")
        for _paragraph in range(3):
            self._hands.press(Qt.Key.Key_Down, ALT)
        self._picture("directory-article")

    def search(self) -> None:
        """Words of articles, calls and cases; a telephone; a name with a wrong letter."""
        field = self._sitting.desk.search_field
        for name, words in (("words", "дет"), ("telephone", "0400"), ("spelling", "Сезин")):
            self._hands.press(Qt.Key.Key_K, CONTROL)
            if name == "words":
                self._picture("search-empty")
            self._hands.write(words)
            self._hands.wait(partial(_is_answered, field, words), "an answer")
            self._picture(f"search-{name}")
        self._hands.press(Qt.Key.Key_Escape)

    def reports(self) -> None:
        """The overview, the daily log, the ministry's report, reviews, and the pages of paper."""
        SupervisionPictures(self._sitting).take()

    def administration(self) -> None:
        """The way to the ministry, people, shifts, backups, the audit log."""
        self._administration.take()

    def lock(self) -> None:
        """Nothing is to be seen."""
        self._hands.press(Qt.Key.Key_L, CONTROL)
        QTest.qWait(200)
        self._picture("locked")

    def newcomer(self) -> None:
        """Another person takes over at the lock, who has nothing to do yet."""
        before = self._sitting.desk
        self._sitting.sign_in("nurlan")
        self._hands.wait(lambda: self._sitting.app.desk not in (None, before), "another person")
        QTest.qWait(300)
        self._sitting.phone()
        self._cases.newcomer()

    def others(self) -> None:
        """The desks of the other roles."""
        self._administration.others()

    def restore(self) -> None:
        """The office once more, from its backup."""
        self._administration.restore()

    def training(self) -> None:
        """The sandbox beside the office."""
        TrainingPictures(self._sitting).take()

    def close(self) -> None:
        """Take everything down."""
        self._sitting.close()

    def _open_call(self, screen: JournalScreen) -> None:
        before = screen.opened_call
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: screen.opened_call not in (None, before), "an opened call")


def _is_answered(field: SearchField, words: str) -> bool:
    return field.answered == words
