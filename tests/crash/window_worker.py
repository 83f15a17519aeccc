"""Workers at the level of the window: an operator's hours by key events, sending included."""

from __future__ import annotations

import random
import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from build.hands import Hands
from operator_app.app import Application
from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.desk import Desk
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor, Role
from operator_app.ui.garbage import GarbageTimer
from operator_app.ui.screens.call_screen import CallScreen
from tests.conftest import CHEAP
from tests.crash.harness import Life
from tests.crash.workers import REVISIONS, digest

CONTROL = Qt.KeyboardModifier.ControlModifier
QUICK_DRAFT_MS = 60
MOST_QUESTIONS = 20


class TellingDialogs:
    """Nothing may be asked or told while nothing goes wrong."""

    def __init__(self, life: Life) -> None:
        self._life = life

    def tell(self, parent: QWidget, message: str) -> None:
        self._life.say("failed", error=message)

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


class Operator:
    """Opens the program as it is started by a person, with the key at hand, and works."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._chance = random.Random(life.seed)
        self._act = 0
        self._qt = QApplication([])
        self._hands = Hands(self._qt)
        where = paths(Path(life.facts["folder"]))
        self._app = Application(
            self._qt,
            where,
            system_clock,
            TellingDialogs(life),
            cost=CHEAP,  # type: ignore[arg-type]
        )
        if not self._app.start():
            raise RuntimeError("the lock of a dead process was not taken over")
        GarbageTimer(self._app)
        actor = Actor(life.facts["user_id"], "aida", "Aida Testova", Role.SUPERVISOR)
        database = Database(where.database, bytes.fromhex(life.facts["key"]))
        self._app._on_signed_in(database, actor)
        assert self._app.window is not None
        self._app.window.activateWindow()
        kept = self.desk.calls.draft(actor)
        life.say("found", draft=kept.form.note if kept else None)
        life.say("ready")
        self._offered = kept is not None
        self.screen.saved.connect(self._on_saved)

    @property
    def desk(self) -> Desk:
        return self._app.desk_now

    @property
    def screen(self) -> CallScreen:
        assert self.desk.call_screen is not None
        return self.desk.call_screen

    def work(self) -> None:
        """Calls, and now and then an amendment of the last one, until killed."""
        self.screen._autosave.setInterval(QUICK_DRAFT_MS)
        self._last: str | None = None
        while True:
            if self._last is not None and self._chance.random() < 0.3:
                self._amend(self._last)
            else:
                self._begin()
            self._answer_what_is_open()
            self._type(self._words())
            self._save()

    def type_on(self) -> None:
        """One call whose note grows until the kill: for the age of the draft."""
        self._begin()
        self._hands.press(Qt.Key.Key_F6)
        # What an earlier life left is replaced: the length tells the age then.
        self._hands.press(Qt.Key.Key_A, CONTROL)
        while True:
            self._hands.write(self._chance.choice("абвгдежзиклмнөпрстуүң "))
            self._life.say("typed", text=self._note, at=time.monotonic())
            QTest.qWait(10)

    @property
    def _note(self) -> str:
        return self.screen.fields.note.toPlainText()

    def _words(self) -> str:
        self._act += 1
        letters = self._chance.choices("абвгдежзиклмнөпрстуүң ", k=self._chance.randint(1, 25))
        return f"life {self._life.number} act {self._act} " + "".join(letters) + "."

    def _begin(self) -> None:
        """Go on with what was left, or take the next call."""
        if self._offered:
            self._offered = False
            self._hands.wait(self.screen.ready.resume_button.hasFocus, "the draft is offered")
            self._hands.press(Qt.Key.Key_Return)
        else:
            self._hands.press(Qt.Key.Key_F2)
        self._hands.wait(lambda: self.screen.in_progress, "a call in progress")

    def _amend(self, call_id: str) -> None:
        call = self.desk.calls.open(self.desk.actor, call_id)
        # Once it is open, a slow PC may keep it as a draft before the first letter.
        self._life.say("typing", before=call.form.note, onto=call.form.note, words="")
        assert self.desk.journal_screen is not None
        self.desk.journal_screen.amend_asked.emit(call)
        self._hands.press(Qt.Key.Key_F6)
        self._hands.press(Qt.Key.Key_A, CONTROL)

    def _answer_what_is_open(self) -> None:
        fields = self.screen.fields
        keys = {
            fields.kind: "1",
            fields.danger: "1" if self._chance.random() < 0.2 else "2",
            fields.language: "2",
            fields.sex: "1",
            fields.age: "2",
            fields.benefit_issue: "1",
            fields.actions_taken.field: "1",
        }
        for _question in range(MOST_QUESTIONS):
            focused = self._qt.focusWidget()
            if focused is fields.topics.field:
                self._hands.answer("али")
                self._hands.press(Qt.Key.Key_Return)
                self._hands.press(Qt.Key.Key_Return)
            elif focused in keys:
                self._hands.answer(keys[focused])  # type: ignore[index]
            else:
                return

    def _type(self, words: str) -> None:
        """Letter by letter; at each one the draft may be what is there then."""
        if self._qt.focusWidget() is not self.screen.fields.note:
            self._hands.press(Qt.Key.Key_F6)
        selected = self.screen.fields.note.textCursor().hasSelection()
        before = self._note
        self._life.say("typing", before=before, onto="" if selected else before, words=words)
        self._hands.write(words)

    def _save(self) -> None:
        self._life.say("doing", act="save", text=self._note)
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: not self.screen.in_progress, "saved")
        if self.desk.window.current_place != "call":
            self._hands.press(Qt.Key.Key_1, CONTROL)

    def _on_saved(self, call_id: str) -> None:
        """The screen says "Saved here" now."""
        self._last = call_id
        with self.desk.database.read() as connection:
            row = connection.execute(
                REVISIONS.where(revision.c.record_id == call_id)
                .order_by(revision.c.seq.desc())
                .limit(1)
            ).one()
        saved = digest(row)
        note = self._note
        self._life.say(
            "done", act="save", text=note, op_id=row.op_id, call_id=call_id, sha256=saved
        )


def operator_at_window(life: Life) -> None:
    """Works until killed. Facts: folder, key, user_id.

    Says "found" with the draft at the start, "typing" before words are typed, "doing" before each
    save with the note, and "done" when the screen said that it is saved.
    """
    Operator(life).work()


def operator_typing_on(life: Life) -> None:
    """Types one long note until killed. Says "typed" with the note so far and the time."""
    Operator(life).type_on()
