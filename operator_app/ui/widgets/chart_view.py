"""A chart in its card, and the same numbers as a table; the keys that both have."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QWidget,
)

from operator_app.export.chart_data import Chart
from operator_app.i18n import _
from operator_app.services.chart_files import PictureFormat
from operator_app.ui import problems
from operator_app.ui.models.plain_table import PlainTable, dress_table
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, ShortenedLabel, text
from operator_app.ui.widgets.chart_canvas import ChartCanvas

_TABLE_LETTERS = ("t", "е")
"""The same key on a Latin and on a Cyrillic keyboard."""
_MOST_NAMED = 3
_HEAD_PIXELS = 26


class ChartView(Card):
    """`behind_asked(index)`: what is behind this value of the first series. `definition_asked()`:
    what exactly is counted. `save_asked(PictureFormat)`: the chart as a file."""

    behind_asked = Signal(int)
    definition_asked = Signal()
    save_asked = Signal(object)

    def __init__(self, title: str, what: str, tasks: Tasks, *, may_save: bool) -> None:
        """`what`: the heading of the labels in the table."""
        super().__init__()
        self._title = title
        self._what = what
        self.chart: Chart | None = None
        self.canvas = ChartCanvas(tasks)
        self.canvas.name(title)
        self.table = _Table(title)
        self.message = text("", "muted", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        # As high as the page has room for; what the table would like is no reason to scroll.
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumHeight(self.canvas.minimumSizeHint().height())
        for page in (self.canvas, self.table, self.message):
            self._stack.addWidget(page)
        self.table_button = _head_button(_("Table"), _("Show as table: T"), self.flip)
        self.help_button = _head_button("?", _("What is counted: F1"), self.definition_asked.emit)
        self.help_button.setAccessibleName(_("What is counted"))
        self.save_button = self._save_button()
        if not may_save:
            self.save_button.hide()
        self._may_save = may_save
        head_line = QWidget()
        head_line.setFixedHeight(_HEAD_PIXELS)
        head = QHBoxLayout(head_line)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(ShortenedLabel(title, "cardTitle"), 1)
        for made in (self.table_button, self.save_button, self.help_button):
            head.addWidget(made)
        self.body.setContentsMargins(12, 6, 8, 6)
        self.body.setSpacing(2)
        self.body.addWidget(head_line)
        self.body.addWidget(self._stack, 1)
        self.canvas.chosen.connect(self.behind_asked)
        self.canvas.failed.connect(lambda error: self.show_message(problems.sentence(error)))
        self.table.chosen.connect(self.behind_asked)
        self.show_message(_("Counting…"))

    @property
    def as_table(self) -> bool:
        """Whether the numbers are shown as a table."""
        return self._stack.currentWidget() is self.table

    def show_chart(self, chart: Chart) -> None:
        """Show these numbers, as chart or table as the person left it."""
        self.chart = chart
        if chart.is_empty:
            self.show_message(_("No calls in these days."))
            return
        self.canvas.setAccessibleDescription(description(chart))
        self.canvas.show_chart(chart)
        self.table.show_chart(chart, self._what)
        if self._stack.currentWidget() is self.message:
            self._stack.setCurrentWidget(self.canvas)
        self._allow(True)

    def show_message(self, sentence: str) -> None:
        """A sentence in the place of the chart."""
        self.message.setText(sentence)
        self._stack.setCurrentWidget(self.message)
        self._allow(False)

    def flip(self) -> None:
        """From the chart to its table, and back."""
        if self._stack.currentWidget() is self.message:
            return
        page = self.canvas if self.as_table else self.table
        self._stack.setCurrentWidget(page)
        self.table_button.setText(_("Chart") if self.as_table else _("Table"))
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_S and self._may_save and self.save_button.isEnabled():
                shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
                self.save_asked.emit(PictureFormat.SVG if shift else PictureFormat.PNG)
                return
        elif event.text().lower() in _TABLE_LETTERS:
            self.flip()
            return
        elif key == Qt.Key.Key_F1 or event.text() == "?":
            self.definition_asked.emit()
            return
        super().keyPressEvent(event)

    def _allow(self, allowed: bool) -> None:
        self.table_button.setEnabled(allowed)
        self.save_button.setEnabled(allowed)

    def _save_button(self) -> QToolButton:
        made = _head_button(_("Save"), _("Save as picture: Ctrl+S"), None)
        menu = QMenu(made)
        for label, wanted in (
            (_("Picture (PNG)") + "\tCtrl+S", PictureFormat.PNG),
            (_("Drawing (SVG)") + "\tCtrl+Shift+S", PictureFormat.SVG),
        ):
            action = menu.addAction(label)
            action.triggered.connect(lambda _checked=False, w=wanted: self.save_asked.emit(w))
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made


class _Table(QTableView):
    """`chosen(index)`: Enter or a double click on a line."""

    chosen = Signal(int)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        dress_table(self, _("{title}, as a table").format(title=title))
        self.verticalHeader().setDefaultSectionSize(24)
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.row()))

    def show_chart(self, chart: Chart, what: str) -> None:
        """The numbers of the chart, a line for each label."""
        headings = [what, *(one.title for one in chart.series)]
        model = self.model()
        if not isinstance(model, PlainTable) or model.headings != headings:
            model = PlainTable(headings)
            model.setParent(self)
            self.setModel(model)
            header = self.horizontalHeader()
            header.setStretchLastSection(False)
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        kept = max(0, self.currentIndex().row())
        model.show_rows(
            (label, *(str(one.values[line]) for one in chart.series))
            for line, label in enumerate(chart.labels)
        )
        self.selectRow(min(kept, len(chart.labels) - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.currentIndex().row())
        elif event.text().isprintable() and event.text():
            # Not a search among the lines: the letters are keys of the chart.
            event.ignore()
        else:
            super().keyPressEvent(event)


def description(chart: Chart) -> str:
    """The main numbers of a chart in words: the sum of each series and its largest values."""
    said = []
    for one in chart.series:
        known = [(v, label) for v, label in zip(one.values, chart.labels, strict=True) if v]
        largest = sorted(known, key=lambda pair: -pair[0])[:_MOST_NAMED]
        named = ", ".join(f"{label} {value}" for value, label in largest)
        said.append(
            _("{series}: {total} in all; most: {named}.").format(
                series=one.title, total=sum(value for value, _label in known), named=named
            )
        )
    return " ".join(said)


def _head_button(label: str, tip: str, act: Callable[[], object] | None) -> QToolButton:
    made = QToolButton()
    made.setObjectName("link")
    made.setText(label)
    made.setToolTip(tip)
    made.setAccessibleName(label)
    # Not one of the stops of Tab: all of them have a key where the chart has the focus.
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if act is not None:
        made.clicked.connect(act)
    return made
