"""A desk with the search in its top bar, answers as a test wants them, and a slow worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.domain.search import Found, Group, Hit, Piece
from operator_app.ui.main_window import MainWindow, Place
from operator_app.ui.models.search_model import ROW_ROLE, Row
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from operator_app.ui.widgets.search_field import SearchField
from tests.conftest import FrozenClock
from tests.ui.door import focused, press, show, write

CONTROL = Qt.KeyboardModifier.ControlModifier
BEK = Actor("1", "bek", "Bek Testov", Role.OPERATOR)


def hit(group: Group, record_id: str, **values: Any) -> Hit:
    """Something found; its title is its id unless it is told."""
    return Hit(group, record_id, **{"title": record_id, **values})


def marked(before: str, found: str, after: str) -> tuple[Piece, ...]:
    return Piece(before), Piece(found, True), Piece(after)


SEZIM = hit(Group.SERVICES, "sezim", title="Crisis centre Sezim", codes=(("service_type", "SHE"),))
BIRTH = hit(
    Group.ARTICLES,
    "balaga-suyunchu.en",
    title="Payment at birth",
    snippet=marked("Once for each ", "child", " that is born"),
    codes=(("topic_l2", "BEN.UBK"),),
)
CALL = hit(
    Group.CALLS,
    "call-1",
    title="0412-2026-003187",
    snippet=marked("asks for her ", "child", ", two years old"),
    codes=(("contact_kind", "SELF"),),
    at=1_795_489_200_000,
)
CASE = hit(Group.CASES, "case-1", title="0412-2026-C0017", at=1_795_489_200_000, protected=True)
ALL = (SEZIM, BIRTH, CALL, CASE)


@dataclass
class Answers:
    """Answers every query alike, or as told; remembers what it was asked."""

    usual: Found = field(default_factory=lambda: Found("", ALL))
    told: dict[str, Found] = field(default_factory=dict)
    fault: Exception | None = None
    asked: list[str] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    def find(
        self,
        actor: Actor,
        query: str,
        language: str,
        *,
        division: str | None = None,
        limit: int = 5,
    ) -> Found:
        assert actor is BEK
        assert language == "en"
        self.asked.append(query)
        self.limits.append(limit)
        if self.fault is not None:
            raise self.fault
        return self.told.get(query, self.usual)


class SlowWorker(InlineTaskRunner):
    """Holds work back until it is told to do it, and its result until it is told to bring it."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def database(
        self, receiver: QObject, work: Callable[[], Any], done: Callable[[Any], None], failed: Any
    ) -> None:
        self._waiting.append((work, done))

    def work(self) -> Callable[[], None]:
        """Do the oldest piece of work; the result is brought by calling what is returned."""
        work, done = self._waiting.pop(0)
        result = work()
        return lambda: done(result)

    @property
    def waiting(self) -> int:
        return len(self._waiting)


class Page(QWidget):
    """A place with a line and a note in it."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.note = QLineEdit(), QPlainTextEdit()
        layout = QVBoxLayout(self)
        layout.addWidget(self.line)
        layout.addWidget(self.note)


@dataclass
class SearchDesk:
    """The window, and what a person sees and does there."""

    qtbot: QtBot
    window: MainWindow
    field: SearchField
    answers: Answers
    page: Page

    def come(self) -> None:
        press(Qt.Key.Key_K, CONTROL)
        assert focused() is self.field

    def type(self, words: str) -> None:
        """Type and wait until it was asked for."""
        write(words)
        wanted = " ".join(self.field.text().split())
        self.qtbot.waitUntil(lambda: self.answers.asked[-1:] == [wanted])

    @property
    def rows(self) -> list[Row]:
        panel = self.field.results
        if panel is None or not panel.list.isVisible():
            return []
        model = panel.list.model()
        return [model.index(i, 0).data(ROW_ROLE) for i in range(model.rowCount())]

    @property
    def titles(self) -> list[str]:
        return [row.title for row in self.rows]

    @property
    def current(self) -> str:
        panel = self.field.results
        assert panel is not None
        assert panel.current is not None
        return panel.current.title

    @property
    def note(self) -> str:
        panel = self.field.results
        return panel.note.text() if panel is not None and panel.note.isVisible() else ""

    @property
    def foot(self) -> str:
        panel = self.field.results
        return panel.foot.text() if panel is not None and panel.foot.isVisible() else ""


def search_desk(
    qtbot: QtBot, reference: Reference, clock: FrozenClock, tasks: Tasks | None = None
) -> SearchDesk:
    answers = Answers()
    made = SearchField(answers, reference, BEK, tasks or InlineTaskRunner(), clock)
    page = Page()
    places = [
        Place("call", "Call", "call", "Ctrl+1", page),
        Place("journal", "Journal", "journal", "Ctrl+2", QLineEdit()),
        Place("administration", "Sending", "sync", "Ctrl+4", QLineEdit()),
    ]
    window = MainWindow(BEK, "Alamudun office", places, "light", made)
    show(qtbot, window)
    page.line.setFocus()
    return SearchDesk(qtbot, window, made, answers, page)
