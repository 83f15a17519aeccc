"""The version of the program: which one this is, which is the newest, how its file comes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from operator_app.db.program_state import FetchState
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.i18n import _
from operator_app.services.program_updates import FETCH, ProgramUpdates, UpdateState
from operator_app.ui import update_wording as words
from operator_app.ui.events import Events
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.update_driver import UpdateDriver
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.wording import day_and_time


class VersionPart(QWidget):
    """Read again whenever it is shown, when a version was announced, and as its file grows."""

    def __init__(
        self,
        updates: ProgramUpdates,
        driver: UpdateDriver | None,
        tasks: Tasks,
        events: Events,
        clock: Clock,
    ) -> None:
        """`driver`: where the program fetches by itself."""
        super().__init__()
        self._updates = updates
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._state: UpdateState | None = None
        self.problem = Notice("danger")
        self.done = Notice()
        self.running = _value("strong")
        self.newest = _value("strong")
        self.heard = _value()
        self.setting = _value()
        self.file = _value()
        self.place = _value()
        self.sum = _value()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("File of the newer version"))
        self.waits = text("", "hint", wrap=True)
        self.notes = text("", wrap=True)
        self.to_do = text("", wrap=True)
        self.ask_button = button(_("Ask now"), key="F9")
        self._lay_out()
        self.setFocusProxy(self.ask_button)
        self.ask_button.clicked.connect(self._on_ask)
        events.feeds_changed.connect(lambda _names: self._on_news())
        events.sync_changed.connect(lambda _status: self._on_news())
        if driver is not None:
            driver.changed.connect(self._on_piece)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.done.show_text("")
        self.refresh()

    def refresh(self) -> None:
        """Read how it stands."""
        self._tasks.database(self, self._updates.state, self._show, self._on_failed)

    def _on_news(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_piece(self, fetched: FetchState) -> None:
        state = self._state
        moving = not fetched.ready and fetched.problem is None
        if state is not None and state.fetched is not None and moving:
            # What is written of it tells of beginning and end only.
            self.file.setText(words.progress_words(fetched))
            self._show_bar(fetched)
        else:
            self._on_news()

    def _show(self, state: UpdateState) -> None:
        self._state = state
        self.problem.show_text("")
        today = local_day(to_ms(self._clock()))
        self.running.setText(state.running)
        self.newest.setText(words.newest_words(state))
        heard = "–" if state.heard_at is None else day_and_time(state.heard_at, today)
        self.heard.setText(heard)
        self.setting.setText(words.mode_words(state))
        self.file.setText(words.file_words(state))
        for label, said in (
            (self.place, words.place_words(state)),
            (self.sum, words.sum_words(state)),
            (self.waits, words.waits_words(state)),
            (self.to_do, words.to_do_words(state)),
        ):
            label.setText(said)
            label.setVisible(bool(said))
        for field in (self.place, self.sum):
            self._form.setRowVisible(field, bool(field.text()))
        self._show_bar(state.fetched if state.mode == FETCH else None)
        self.news.setVisible(state.newer is not None)
        if state.newer is not None:
            title = _("What is new in {version}").format(version=state.newer.version)
            self.news_title.setText(title)
            self.notes.setText(words.notes_words(state.newer))

    def _show_bar(self, fetched: FetchState | None) -> None:
        self.bar.setVisible(fetched is not None and not fetched.ready)
        if fetched is not None:
            self.bar.setRange(0, 1000)
            self.bar.setValue(1000 * fetched.done // max(fetched.size, 1))

    def _on_ask(self) -> None:
        self.done.show_text(_("The ministry is asked. What is shown here changes as answers come."))
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self.problem.show_text(sentence(error))

    def _lay_out(self) -> None:
        card = Card(_("Version of the program"))
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(3 * GRID)
        self._form.setVerticalSpacing(GRID)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for label, field in (
            (_("On this PC"), self.running),
            (_("Newest"), self.newest),
            (_("Ministry last asked"), self.heard),
            (_("Set by IT"), self.setting),
            (_("Its file"), self.file),
            (_("Lies in"), self.place),
            (_("SHA-256"), self.sum),
        ):
            caption = text(label, "muted")
            self._form.addRow(caption, field)
            field.setAccessibleName(label)
        card.body.addLayout(self._form)
        card.body.addWidget(self.bar)
        card.body.addWidget(self.waits)
        line = QHBoxLayout()
        line.addWidget(self.ask_button)
        line.addStretch(1)
        card.body.addLayout(line)
        self.news = Card()
        self.news_title = text("", "cardTitle")
        for widget in (
            self.news_title,
            self.notes,
            text(_("What to do"), "strong"),
            self.to_do,
        ):
            self.news.body.addWidget(widget)
        self.news.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for shown in (self.problem, self.done, card, self.news):
            layout.addWidget(shown)
        layout.addStretch(1)


def _value(name: str = "") -> QLabel:
    made = text("", name, wrap=True)
    flags = Qt.TextInteractionFlag
    # By the keyboard, too: a path is copied into another window.
    made.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    return made
