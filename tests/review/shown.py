"""The pages of reviews on the screen of a test office, and a keyboard."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor
from operator_app.services.accounts import Accounts
from operator_app.services.review_subjects import Subjects
from operator_app.ui.events import Events
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.my_reviews_page import MyReviewsPage
from operator_app.ui.screens.review_page import ReviewPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.finder import finder_of
from tests.review.conftest import ReviewOffice
from tests.ui.door import show

PAGE = (1242, 610)
"""What the window leaves to a page in the place of reports."""


@dataclass
class Shown:
    """A page in a window of its own."""

    window: QWidget
    page: EntryPage
    events: Events

    @property
    def rows(self) -> list[EntryRow]:
        model = self.page.list.model
        return [row for i in range(model.rowCount()) if (row := model.row_at(i))]

    @property
    def words(self) -> str:
        return "\n".join(
            w.text()
            for kind in (QLabel, QPushButton)
            for w in self.window.findChildren(kind)
            if w.isVisible()
        )


def subjects_of(desk: ReviewOffice) -> Subjects:
    office = desk.office
    accounts = Accounts(office.database, office.paths, office.clock)
    return Subjects(office.calls, desk.cases, finder_of(office).advice, accounts.names)


def show_review(qtbot: QtBot, desk: ReviewOffice, actor: Actor | None = None) -> Shown:
    events, office = Events(), desk.office
    page = ReviewPage(
        desk.reviews,
        subjects_of(desk),
        desk.cases,
        office.reference,
        actor or desk.aida,
        InlineTaskRunner(),
        events,
        office.clock,
    )
    return _shown(qtbot, page, events)


def show_mine(qtbot: QtBot, desk: ReviewOffice, actor: Actor | None = None) -> Shown:
    events, office = Events(), desk.office
    page = MyReviewsPage(
        desk.reviews,
        subjects_of(desk),
        office.reference,
        actor or desk.bermet,
        InlineTaskRunner(),
        events,
        office.clock,
    )
    return _shown(qtbot, page, events)


def _shown(qtbot: QtBot, page: EntryPage, events: Events) -> Shown:
    window = QWidget()
    window.setObjectName("page")
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(page)
    show(qtbot, window)
    window.resize(*PAGE)
    page.focus_list()
    return Shown(window, page, events)
