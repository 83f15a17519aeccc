"""Answers at hand in the demo: what the ministry published, told, looked up, found, corrected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from build.ministry_news import (
    ANNOUNCEMENT_ID,
    ARTICLE_ID,
    FEEDS,
    FIRST_WORDS,
    LATER_WORDS,
    SERVICE_ID,
    SERVICE_NAME,
    TOPIC,
    MinistryNews,
)
from build.stage import CONTROL, Stage
from operator_app.db import feeds
from operator_app.domain.calls import Advice
from operator_app.domain.clock import local_day, system_clock, to_ms
from operator_app.domain.search import Group
from operator_app.domain.wire import Kind
from operator_app.services.reference import with_feeds
from operator_app.ui.models.search_model import ROW_ROLE, Row
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.help_card import HelpCard
from operator_app.ui.screens.journal_screen import JournalScreen
from operator_app.ui.widgets.search_results import SearchPanel

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MOST_TABS = 12
PHONE, PART_OF_IT = "0555 00 01 17", "000117"
MISSPELT = "Ромажка"
LOOKED_UP = "күбөлүк"
CORRECTION = "Обед с 12 до 13 часов, в это время закрыто."


class Answers:
    """The day's work with directory, articles, search and announcements, by the keyboard."""

    def __init__(self, stage: Stage, news: MinistryNews) -> None:
        self._stage = stage
        self._news = news
        self._hands = stage.hands
        self._result = stage.result
        self._told: tuple[Advice, ...] = ()
        self._call_id = ""
        self._number = ""

    def publish(self) -> None:
        """The ministry publishes before the office opens."""
        self._news.publish_all(local_day(to_ms(system_clock())))

    def arrive(self) -> None:
        """All of it is here after the first round, while the program runs; the strip is read and
        confirmed."""
        desk = self._stage.app.desk_now
        bar = desk.announcement_bar
        self._hands.wait(bar.isVisible, "the announcement")
        self._hands.wait(lambda: self._taken() == sorted(FEEDS), "the feeds of the ministry")
        self._result.expect("feeds of the first round", self._taken(), sorted(FEEDS))
        today = local_day(to_ms(system_clock()))
        known = with_feeds(self._stage.app.reference, desk.database, today)
        self._result.expect(
            "topic of the ministry is known", known.find("topic_l2", TOPIC) is not None, True
        )
        self._stage.picture("announcement")
        self._stage.count("announcement", self._confirm)
        said = {
            v.announcement.announcement_id: v for v in desk.answers.announcements.page(desk.actor)
        }
        confirmed = said[ANNOUNCEMENT_ID].confirmed_at is not None
        self._result.expect("announcement is confirmed", confirmed, True)
        self._stage.go_to(Qt.Key.Key_1)

    def look_up(self) -> None:
        """F5 in a call: words, Enter reads, Esc to the list, Esc again to the offers of before.

        Not counted with the call: it is told without it, too.
        """
        before, self._hands.presses = self._hands.presses, 0
        card = self._help
        self._hands.wait(lambda: bool(card.rows), "offers for the topic")
        offered = [row.accessibleName() for row in card.rows]
        self._hands.press(Qt.Key.Key_F5)
        self._hands.write(LOOKED_UP)
        self._hands.wait(
            lambda: bool(card.rows) and [r.accessibleName() for r in card.rows] != offered,
            "answers for the words",
        )
        self._result.facts["answers for a word in a call"] = len(card.rows)
        self._stage.picture("help-looked-up")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(card.reading.hasFocus, "the answer can be read")
        self._stage.picture("help-answer")
        for _step in ("list", "offers"):
            self._hands.press(Qt.Key.Key_Escape)
        self._hands.wait(
            lambda: [r.accessibleName() for r in card.rows] == offered, "the offers of before"
        )
        self._stage.note_presses("looking up in a call")
        self._hands.presses = before

    def tell(self) -> None:
        """Alt+1: the first answer was given."""
        self._hands.wait(lambda: bool(self._help.rows), "offers for the topic")
        self._hands.press(Qt.Key.Key_1, ALT)
        form = self._calls.fields.form()
        self._told = form.advice
        self._result.expect("told", [a.entry_id for a in form.advice], [ARTICLE_ID])
        self._result.expect("action noted with it", list(form.actions), ["INF"])

    def remember_call(self) -> None:
        """The call that was saved just now is the one to be found later."""
        (saved,) = [r for r in self._stage.revisions() if r.body.get("advice")]
        self._call_id, self._number = saved.record_id, saved.body["number"]

    def search(self) -> None:
        """Ctrl+K in the middle of a call; Esc leads back to where the cursor was. Not counted
        with the call."""
        before, self._hands.presses = self._hands.presses, 0
        where = QApplication.focusWidget()
        self._hands.wait(
            lambda: self._stage.app.desk_now.answers.index.behind() == 0, "an index up to date"
        )
        found = self._found(MISSPELT, Group.SERVICES)
        self._result.expect("found by a misspelt name", found[:1], [SERVICE_NAME])
        self._stage.picture("search-misspelt")
        found = self._found(PART_OF_IT, Group.CALLS)
        self._result.expect("found by a part of a telephone", found, [self._number])
        self._stage.picture("search-telephone")
        self._hands.press(Qt.Key.Key_Escape)
        back = QApplication.focusWidget() is where and self._stage.in_call
        self._result.expect("back where the cursor was", back, True)
        self._stage.note_presses("searching in a call")
        self._hands.presses = before

    def what_was_told(self) -> None:
        """The article is published anew; the call still opens the version that was told."""
        desk = self._stage.app.desk_now
        self._news.publish_article(LATER_WORDS)
        self._stage.go_to(Qt.Key.Key_7)
        self._hands.press(Qt.Key.Key_F9)
        self._hands.wait(lambda: self._version("articles") == 2, "the newer article")
        today = desk.answers.knowledge.open(desk.actor, ARTICLE_ID, "ky")
        self._result.expect("today's article is another", LATER_WORDS in today.article.body, True)
        self._open_call()
        self._tab_to_link(today.article.title)
        self._hands.press(Qt.Key.Key_Space)
        page = desk.directory_screen.articles
        self._hands.wait(lambda: page.card.view is not None, "the article that was told")
        self._hands.wait(page.outdated.isVisible, "the mark that it is not today's")
        said = page.card.text.toPlainText()
        self._result.expect(
            "the words of that day", (FIRST_WORDS in said, LATER_WORDS in said), (True, False)
        )
        self._result.facts["marked as not today's"] = page.outdated.label.text()
        self._stage.picture("article-of-that-day")

    def correct(self) -> None:
        """One correction of a service; it is at the ministry once."""
        self._stage.go_to(Qt.Key.Key_5)
        self._hands.press(Qt.Key.Key_1, ALT)
        page = self._stage.app.desk_now.directory_screen.services
        self._hands.press(Qt.Key.Key_F, CONTROL)
        self._hands.write("Ромашка")
        self._hands.wait(lambda: page.list.model.rowCount() == 1, "one service")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: SERVICE_NAME in page.card.title.text(), "the service")
        self._hands.press(Qt.Key.Key_F6)
        self._hands.answer("2")  # the hours
        self._hands.write(CORRECTION)
        self._stage.picture("correction")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: not page.panel.isVisible(), "the correction is saved")
        self._stage.picture("correction-saved")

    def conclude(self) -> None:
        """What the ministry's editors have of it."""
        here = [r for r in self._stage.revisions() if r.kind is Kind.SUGGESTION]
        listed = [
            (s["office"], s["entry_kind"], s["entry_id"], s["field"], s["text"])
            for s in self._news.suggestions()
        ]
        wanted = [("0412", "service", SERVICE_ID, "hours", CORRECTION)]
        self._result.expect("suggestions saved", len(here), 1)
        self._result.expect("suggestions at the ministry", listed, wanted)

    # Eyes and hands

    @property
    def _calls(self) -> CallScreen:
        screen = self._stage.app.desk_now.call_screen
        if screen is None:
            raise RuntimeError("this role takes no calls")
        return screen

    @property
    def _journal(self) -> JournalScreen:
        screen = self._stage.app.desk_now.journal_screen
        if screen is None:
            raise RuntimeError("this role has no journal")
        return screen

    @property
    def _help(self) -> HelpCard:
        return self._calls.page.help.answers

    def _version(self, feed: str) -> int:
        with self._stage.app.desk_now.database.read() as connection:
            return feeds.read_state(connection, feed).version

    def _taken(self) -> list[str]:
        return sorted(feed for feed in FEEDS if self._version(feed))

    def _confirm(self) -> None:
        desk = self._stage.app.desk_now
        page = desk.directory_screen.announcements
        self._hands.press(Qt.Key.Key_F12)
        self._hands.wait(page.confirm_button.isVisible, "the whole announcement")
        self._stage.picture("announcement-read")
        self._hands.press(Qt.Key.Key_F12, SHIFT)
        self._hands.wait(lambda: not desk.announcement_bar.isVisible(), "the strip is gone")

    def _found(self, words: str, group: Group) -> list[str]:
        field = self._stage.app.desk_now.search_field
        self._hands.press(Qt.Key.Key_K, CONTROL)
        self._hands.write(words)
        self._hands.wait(lambda: field.answered == words, "what was searched for")
        rows = _rows(field.results)
        return [row.title for row in rows if row.hit is not None and row.hit.group is group]

    def _open_call(self) -> None:
        """Down the journal to the call, Enter."""
        journal = self._journal
        table = journal.list_page.table
        self._stage.go_to(Qt.Key.Key_2)
        self._hands.wait(table.hasFocus, "the journal has the keyboard")
        self._hands.press(Qt.Key.Key_Home)
        for _row in range(journal.model.rowCount()):
            if table.current_call == self._call_id:
                break
            self._hands.press(Qt.Key.Key_Down)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: journal.opened_call is not None, "the call is open")
        opened = journal.opened_call
        kept = opened is not None and opened.form.advice == self._told
        self._result.expect("the call tells what was told", kept, True)
        self._stage.picture("call-with-advice")

    def _tab_to_link(self, title: str) -> None:
        for _tab in range(MOST_TABS):
            focused = QApplication.focusWidget()
            if _is_link(focused, title):
                return
            self._hands.press(Qt.Key.Key_Tab)
        raise TimeoutError("Tab does not lead to what was told")


def _rows(panel: SearchPanel | None) -> list[Row]:
    if panel is None:
        return []
    model = panel.list.model()
    return [model.index(line, 0).data(ROW_ROLE) for line in range(model.rowCount())]


def _is_link(widget: QWidget | None, title: str) -> bool:
    return isinstance(widget, QPushButton) and widget.accessibleName() == title
