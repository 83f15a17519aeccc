"""The overview: what is wrong, how much there was, how it is spread over hours, days and places."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.figures import Figures
from operator_app.domain.overview import Concern, Shown, days_shown
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.chart_files import ChartFiles, PictureFormat
from operator_app.services.figures import Behind, FigureBook
from operator_app.services.overview import Counted, Overview, Overviews
from operator_app.sync.status import SyncStatus
from operator_app.ui import problems
from operator_app.ui.chart_saving import ChartSaving
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.figure_asking import FigureAsking
from operator_app.ui.overview_charts import KINDS, Drawn, Kind, charts
from operator_app.ui.overview_wording import CASE_LISTS, NAMES, definition, tiles
from operator_app.ui.screens.overview_bar import OverviewBar
from operator_app.ui.screens.overview_side import OverviewSide
from operator_app.ui.screens.overview_tiles import Tiles, Troubles
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice
from operator_app.ui.widgets.chart_view import ChartView
from operator_app.ui.widgets.fitting_scroll import FittingScroll

MINUTE_MS = 60_000
PAUSE_MS = 400
"""After a change, before the figures are read again: calls come in bursts."""
_WIDE = 1000
"""From here on three charts stand beside each other."""


class OverviewPage(QWidget):
    """Reads again when something changes, when it is shown, and each minute while it is; what is
    on the screen stays until the new figures are there.

    `reviews_asked()`: somebody wants the cases that wait for a review.
    """

    reviews_asked = Signal()

    def __init__(
        self,
        *,
        overviews: Overviews,
        book: FigureBook,
        files: ChartFiles,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._overviews = overviews
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._asking = FigureAsking(book, actor, tasks, self)
        self.overview: Overview | None = None
        self._drawn: dict[str, Drawn] = {}
        self._waiting: tuple[int, int | None] | None = None
        self._came_from: QWidget | None = None
        self._saving = ChartSaving(files, actor, tasks, dialogs, self)
        self.bar = OverviewBar(self)
        self.notice = Notice("warning")
        self.troubles, self.tiles = Troubles(), Tiles()
        may_save = actor.may(Right.EXPORT_FIGURES)
        self.charts = {
            kind.name: ChartView(_(kind.title), _(kind.what), tasks, may_save=may_save)
            for kind in KINDS
        }
        self.side = OverviewSide(book, reference, actor, tasks, clock)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.refresh)
        self._minute = QTimer(self, interval=MINUTE_MS)
        self._minute.timeout.connect(self.refresh)
        self._minute.start()
        self._build()
        self._wire()

    def refresh(self) -> None:
        """Read the figures again, if somebody looks at them."""
        if not self.isVisible():
            return
        today = local_day(to_ms(self._clock()))
        shown = days_shown(self.bar.asked, today, self.bar.chosen)
        self.bar.show_days(shown, today)
        self._asking.ask(shown.periods, partial(self._read, shown), self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for part in (self.notice, self.troubles, self.tiles):
            column.addWidget(part)
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID)
        column.addLayout(self._grid, 1)
        self._columns = 0
        self._content = content
        main = QHBoxLayout()
        main.setSpacing(2 * GRID)
        main.addWidget(FittingScroll(content, 900), 1)
        main.addWidget(self.side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.bar)
        layout.addLayout(main, 1)
        self.setFocusProxy(self.bar.days)
        self._arrange()

    def _wire(self) -> None:
        self.bar.changed.connect(self.refresh)
        self._asking.progressed.connect(self._on_progress)
        self.troubles.asked.connect(self._on_trouble)
        self.tiles.asked.connect(self._on_tile)
        self.tiles.definition_asked.connect(self._define)
        for kind in KINDS:
            view = self.charts[kind.name]
            view.behind_asked.connect(partial(self._on_behind, kind))
            view.definition_asked.connect(partial(self._define, kind.indicator))
            view.save_asked.connect(partial(self._on_save, kind))
        self.side.closed.connect(self._on_side_closed)
        self.side.records.open_asked.connect(self._open)
        self._events.calls_changed.connect(lambda _id: self._pause.start())
        self._events.cases_changed.connect(lambda _id: self._pause.start())
        self._events.sync_changed.connect(self._on_sync)

    def _arrange(self) -> None:
        columns = (
            3 if self.width() - (self.side.width() if self.side.isVisible() else 0) >= _WIDE else 2
        )
        if columns == self._columns:
            return
        self._columns = columns
        for number, kind in enumerate(KINDS):
            self._grid.addWidget(self.charts[kind.name], number // columns, number % columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _read(self, shown: Shown, figures: list[Figures]) -> None:
        overviews, actor = self._overviews, self._actor
        now, before = figures[:2]

        def done(overview: Overview) -> None:
            if days_shown(self.bar.asked, shown.period.last, self.bar.chosen) == shown:
                self._show(overview)

        self._tasks.database(
            self, lambda: overviews.read(actor, shown, now, before), done, self._on_failed
        )

    def _show(self, overview: Overview) -> None:
        self.overview = overview
        self.bar.state.setText("")
        self.notice.show_text("")
        standing = overview.standing
        self.troubles.show_numbers({c: found.number for c, found in standing.troubles.items()})
        self.tiles.show_words(tiles(overview, to_ms(self._clock())))
        self._drawn = charts(overview, self._reference)
        for name, drawn in self._drawn.items():
            self.charts[name].show_chart(drawn.chart)

    def _on_progress(self, done: int, every: int) -> None:
        self.bar.state.setText(_("Counting: {done} of {all} days").format(done=done, all=every))

    def _on_failed(self, error: Exception) -> None:
        self.bar.state.setText("")
        sentence = problems.sentence(error)
        self.notice.show_text(sentence)
        if self.overview is None:
            for view in self.charts.values():
                view.show_message("–")

    def _on_sync(self, status: SyncStatus) -> None:
        waiting = (status.waiting, status.oldest_waiting_at)
        if waiting != self._waiting:
            self._waiting = waiting
            self._pause.start()

    def _on_trouble(self, concern: Concern) -> None:
        if concern is Concern.FOLLOW_UPS:
            self._lead_to_follow_ups()
        elif concern is Concern.UNSENT:
            self._events.sync_state_asked.emit()
        elif concern is Concern.REVIEW:
            self.reviews_asked.emit()
        elif self.overview is not None:
            self._list(_(CASE_LISTS[concern]), self.overview.standing.troubles[concern])

    def _on_tile(self, name: str) -> None:
        if self.overview is None:
            return
        standing, alarms = self.overview.standing, self.overview.alarms
        lists = {
            "danger": alarms.in_danger,
            "response": alarms.all,
            "acute": standing.acute,
            "referrals": standing.referrals_overdue,
        }
        if name in lists:
            self._list(_(NAMES[name]), lists[name])
        elif name == "follow_ups":
            self._lead_to_follow_ups()
        elif name in ("waiting", "oldest"):
            self._events.sync_state_asked.emit()
        else:
            self._keep_focus()
            self.side.records.show_behind(_(NAMES[name]), self.overview.shown.period, (name,))
            self._show_records()

    def _on_behind(self, kind: Kind, index: int) -> None:
        drawn = self._drawn.get(kind.name)
        if drawn is None or not 0 <= index < len(drawn.behind):
            return
        behind = drawn.behind[index]
        self._keep_focus()
        title = f"{_(kind.title)}: {drawn.chart.labels[index]}"
        self.side.records.show_behind(title, behind.period, *behind.cells)
        self._show_records()

    def _lead_to_follow_ups(self) -> None:
        if self._actor.may(Right.SEE_CASES):
            self._events.risen_follow_ups_asked.emit()
            return
        if self.overview is not None:
            # It says that this role sees figures only.
            self._keep_focus()
            name, period = NAMES["follow_ups"], self.overview.shown.period
            self.side.records.show_behind(_(name), period, ("follow_up_due",))
            self._show_records()

    def _list(self, title: str, found: Counted) -> None:
        self._keep_focus()
        self.side.records.show_records(title, found.records)
        self._show_records()

    def _show_records(self) -> None:
        self.side.show_records()
        self._arrange()

    def _define(self, name: str) -> None:
        self._keep_focus()
        self.side.show_definition(*definition(name))
        self._arrange()

    def _keep_focus(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self._content.isAncestorOf(focused):
            self._came_from = focused

    def _on_side_closed(self) -> None:
        self.side.hide()
        self._arrange()
        back = self._came_from or self.bar.days
        back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, kind: str, record_id: str) -> None:
        case = kind == Behind.CASE
        opened = self._events.open_case_asked if case else self._events.open_call_asked
        opened.emit(record_id)

    def _on_save(self, kind: Kind, wanted: PictureFormat) -> None:
        if (drawn := self._drawn.get(kind.name)) is not None:
            self._saving.save(kind, drawn, wanted, self._on_saved, self._on_save_failed)

    def _on_saved(self, file: Path) -> None:
        self.side.outcome.say_written(file)
        self.side.show_outcome()
        self._arrange()

    def _on_save_failed(self, error: Exception) -> None:
        self.side.outcome.say(problem=problems.sentence(error))
        self.side.show_outcome()
        self._arrange()
