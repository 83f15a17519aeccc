"""The feeds of the ministry: which version of each is here, how much of it, how it last came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QBrush, QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.feed_states import FeedFacts, FeedStates
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui import theme
from operator_app.ui.events import Events
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.problems import sentence
from operator_app.ui.reference_wording import feed_name, feed_state
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.wording import day_and_time

Index = QModelIndex | QPersistentModelIndex
STATE = 5


class FeedModel(QAbstractTableModel):
    """One row a feed."""

    def __init__(self) -> None:
        super().__init__()
        self._headings = (
            _("Reference data"),
            _("Version"),
            _("Entries"),
            _("Taken"),
            _("Last asked for"),
            _("State"),
        )
        self._rows: list[tuple[str, ...]] = []
        self._tones: list[str] = []

    def show(self, feeds: Sequence[FeedFacts], now_ms: int) -> None:
        """Show these feeds as of that moment."""
        today = local_day(now_ms)
        states = [feed_state(facts) for facts in feeds]
        rows = [
            (
                feed_name(facts.state.feed),
                str(facts.state.version or "–"),
                str(facts.total or "–"),
                *(
                    "–" if at is None else day_and_time(at, today)
                    for at in (facts.state.taken_at, facts.state.checked_at)
                ),
                f"{state.sign}  {state.words}",
            )
            for facts, state in zip(feeds, states, strict=True)
        ]
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows, self._tones = rows, [state.tone for state in states]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == STATE:
            colours = {"calm": theme.current().good_text, "waiting": theme.current().warning_text}
            colour = colours.get(self._tones[index.row()])
            return QBrush(QColor(colour)) if colour else None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._headings[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class FeedsPart(QWidget):
    """A card with the table. It is read again when something came and whenever it is shown."""

    def __init__(
        self, states: FeedStates, actor: Actor, tasks: Tasks, events: Events, clock: Clock
    ) -> None:
        super().__init__()
        self._states = states
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._link = LinkState.ONLINE
        self.model = FeedModel()
        self.view = _table(self.model)
        self.ask_button = button(_("Ask now"), key="F9")
        self.done = Notice()
        self.problem = Notice("danger")
        title = QHBoxLayout()
        title.addWidget(text(_("What comes from the ministry"), "cardTitle"))
        title.addStretch(1)
        title.addWidget(self.ask_button)
        card = Card()
        card.body.addLayout(title)
        card.body.addWidget(self.done)
        card.body.addWidget(self.problem)
        card.body.addWidget(self.view, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card)
        self.ask_button.clicked.connect(self._on_ask)
        events.sync_changed.connect(self._on_sync_changed)
        events.feeds_changed.connect(lambda _names: self._on_news())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.done.show_text("")
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Read the states again."""
        self._tasks.database(
            self, lambda: self._states.all(self._actor), self._on_read, self._on_failed
        )

    def _on_read(self, feeds: list[FeedFacts]) -> None:
        self.problem.show_text("")
        self.model.show(feeds, to_ms(self._clock()))
        self._fit()

    def _fit(self) -> None:
        # Once the columns have their widths: a long sentence takes a second line.
        QTimer.singleShot(0, self.view, self.view.resizeRowsToContents)

    def _on_news(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_sync_changed(self, status: SyncStatus) -> None:
        self._link = status.state
        self._on_news()

    def _on_ask(self) -> None:
        if self._link in (LinkState.NOT_CONFIGURED, LinkState.NOT_ENROLLED):
            said = _(
                "This PC is not connected with the ministry yet: see “To the ministry”. Until then "
                "a package in a file brings the same."
            )
        else:
            said = _("The ministry is asked. The table changes as answers come.")
        self.done.show_text(said)
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self.problem.show_text(sentence(error))


def _table(model: FeedModel) -> QTableView:
    view = QTableView()
    view.setModel(model)
    dress_table(view, _("What comes from the ministry"))
    view.setWordWrap(True)
    view.verticalHeader().setMinimumSectionSize(4 * GRID)
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return view
