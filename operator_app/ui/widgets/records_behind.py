"""The calls and cases behind a figure, as a list beside it; by right, else a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QStackedWidget, QTableView, QWidget

from operator_app.domain.call_figures import Cell
from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.figures import Period
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language, ngettext
from operator_app.services.figures import Behind, FigureBook, Record
from operator_app.ui import problems, wording
from operator_app.ui.models.plain_table import PlainTable, dress_table
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, text

DAYS_AT_ONCE = 31
"""Read in one go: a save that is asked for meanwhile waits no longer than that takes."""
MOST = 1000
"""Records that are listed; who wants more than that wants the journal."""


class RecordsBehind(Card):
    """`open_asked(kind, record_id)`: show this record; the kind is a `Behind`. `closed()`: the
    person is done with the list. Esc closes, Enter or a double click opens."""

    open_asked = Signal(str, str)
    closed = Signal()

    def __init__(
        self, book: FigureBook, reference: Reference, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        super().__init__()
        self._book = book
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._asked = 0
        self._records: list[Record] = []
        self.title = text("", "cardTitle", wrap=True)
        self.close_button = button(_("Close"), "link", "Esc")
        self.close_button.clicked.connect(self.closed)
        self.counter = text("", "muted", wrap=True)
        self.notice = Notice("warning")
        self.model = PlainTable([_("No."), _("Begun"), _("Kind")])
        self.table = _Table(self.model)
        self.table.entered_on.connect(self._open)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(QWidget())
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(head)
        self.body.addWidget(self.counter)
        self.body.addWidget(self.notice)
        self.body.addWidget(self._stack, 1)

    def show_behind(self, title: str, period: Period, *cells: Cell) -> None:
        """List what one of the cells counts in the period; `title` says in words what that is."""
        if not self._begin(title):
            return
        self.counter.setText(_("Looking…"))
        self._read(self._asked, cells, _slices(period), {})

    def show_records(self, title: str, records: Sequence[Record]) -> None:
        """List these records, which somebody has read already."""
        if self._begin(title):
            self._show(records)

    def focus_list(self) -> None:
        """Put the keyboard on the list, or on the way out when there is none."""
        shown = self._stack.currentWidget() is self.table
        target: QWidget = self.table if shown else self.close_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self, title: str) -> bool:
        """Whether the role sees records at all; else that is said."""
        self._asked += 1
        self._records = []
        self.title.setText(title)
        self.table.setAccessibleName(title)
        self.notice.show_text("")
        self.counter.setText("")
        self.model.show_rows([])
        self._stack.setCurrentIndex(1)
        self.show()
        if self._actor.may(Right.SEE_CALLS):
            return True
        self._say(_("Your role sees figures, not the calls and cases behind them."))
        return False

    def _read(
        self,
        asked: int,
        cells: Sequence[Cell],
        slices: list[Period],
        found: dict[tuple[str, str], Record],
    ) -> None:
        def done(records: list[Record]) -> None:
            if asked != self._asked:
                return
            # A case may be behind the same figure in several slices.
            found.update({(record.kind, record.record_id): record for record in records})
            if slices and len(found) <= MOST:
                self._read(asked, cells, slices, found)
            else:
                order = sorted(found.values(), key=lambda r: (r.at, r.record_id), reverse=True)
                self._show(order)

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self._say(problems.sentence(error))

        book, actor, period = self._book, self._actor, slices.pop(0)
        self._tasks.database(self, lambda: book.records(actor, period, *cells), done, failed)

    def _show(self, records: Sequence[Record]) -> None:
        self._records = list(records[:MOST])
        self.model.show_rows(self._row(record) for record in self._records)
        counted = ngettext("{n} record", "{n} records", len(self._records)).format(
            n=len(self._records)
        )
        if len(records) > MOST:
            counted = _("The {n} latest records of more").format(n=MOST)
        self.counter.setText(counted if records else _("None."))
        self._stack.setCurrentIndex(0 if records else 1)
        if records:
            self.table.selectRow(0)
        self._follow_focus()

    def _say(self, sentence: str) -> None:
        self.counter.setText("")
        self.notice.show_text(sentence)
        self._follow_focus()

    def _follow_focus(self) -> None:
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.focus_list()

    def _row(self, record: Record) -> tuple[str, str, str]:
        case = record.kind is Behind.CASE
        entry = self._reference.find("case_kind" if case else "contact_kind", record.code)
        label = entry.short_label(language()) if entry else record.code
        what = _("Case: {kind}").format(kind=wording.inside(label)) if case else label
        begun = local(record.at)
        same_year = begun.year == local(to_ms(self._clock())).year
        day = f"{begun:%d.%m}" if same_year else f"{begun:%d.%m.%y}"
        return record.number, f"{day} {wording.time_of_day(record.at)}", what

    def _open(self, line: int) -> None:
        if 0 <= line < len(self._records):
            record = self._records[line]
            self.open_asked.emit(record.kind.value, record.record_id)


class _Table(QTableView):
    """`entered_on(row)`: Enter or a double click."""

    entered_on = Signal(int)

    def __init__(self, model: PlainTable) -> None:
        super().__init__()
        self.setModel(model)
        dress_table(self, "")
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.entered_on.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_on.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


def _slices(period: Period) -> list[Period]:
    """The period in pieces, the latest first."""
    pieces: list[Period] = []
    last = period.last
    while last >= period.first:
        first = max(period.first, last - timedelta(days=DAYS_AT_ONCE - 1))
        pieces.append(Period(first, last))
        last = first - timedelta(days=1)
    return pieces
