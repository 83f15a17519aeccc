"""What the search found, in a panel under its field that never takes the focus."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QVBoxLayout, QWidget

from operator_app.domain.search import Found
from operator_app.i18n import _
from operator_app.ui import search_wording
from operator_app.ui.models.search_model import Kind, Row, SearchModel
from operator_app.ui.widgets.basic import GRID, text
from operator_app.ui.widgets.search_delegate import SearchDelegate, height_of

WIDTH = 640
_BORDER = 1
_EDGE = 8
"""Pixels that stay free between the panel and the edge of the window."""


class SearchPanel(QFrame):
    """A child of the window and not a popup. `chosen(Row)`: somebody clicked on a line."""

    chosen = Signal(object)

    def __init__(self, window: QWidget, model: SearchModel) -> None:
        super().__init__(window)
        self.setObjectName("searchPanel")
        # What is clicked here is not a click beside it.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._model = model
        self.note = text("", "hint", wrap=True)
        self.foot = text("", "hint", wrap=True)
        self.list = QListView()
        self.list.setObjectName("searchList")
        self.list.setAccessibleName(_("Results of the search"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(SearchDelegate(self.list))
        self.list.setModel(model)
        self.list.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, GRID, 1, GRID)
        layout.setSpacing(GRID)
        for label in (self.note, self.foot):
            label.setContentsMargins(12, 0, 12, 0)
        layout.addWidget(self.note)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.foot)
        self.hide()

    @property
    def current(self) -> Row | None:
        """The line that Enter opens."""
        return self._model.row_at(self.list.currentIndex().row())

    def say(self, sentence: str, below: str = "", *, problem: bool = False) -> None:
        """A sentence or two, without results."""
        self._model.clear()
        self._show_labels(sentence, below, problem=problem)

    def say_above(self, sentence: str) -> None:
        """A sentence above the results that are there."""
        self._show_labels(sentence, self.foot.text())

    def show_found(self, found: Found, query: str, *, expanded: bool, same: bool) -> None:
        """Put these results in the place of those before, in one step.

        `same`: they answer the same words as before, so the line that was marked stays it.
        """
        before = self.current if same else None
        first_new = self._model.results_of(before.group) + 1 if before else 0
        self._model.show(found, expanded=expanded)
        if before is not None and before.kind is Kind.MORE and expanded:
            # One group alone under its heading: on with what was not there yet.
            line: int | None = min(first_new, self._model.rowCount() - 1)
        else:
            line = self._model.line_of(before.key) if before else None
        self.mark(self._model.next_line(-1, 1) if line is None else line)
        remark = search_wording.remark(found, query, expanded=expanded)
        self._show_labels(remark, search_wording.gap(found.behind))

    def go(self, step: int) -> None:
        """Mark another line; headings are left out."""
        self.mark(self._model.next_line(self.list.currentIndex().row(), step))

    def mark(self, line: int) -> None:
        """This line is the one that Enter opens."""
        self.list.setCurrentIndex(self._model.index(line))
        self.keep_in_view()

    def place(self, field: QWidget) -> None:
        """Under the field, inside the window; as high as what is in it, as far as there is room."""
        window = field.window()
        below = field.mapTo(window, QPoint(0, field.height() + 4))
        width = min(max(WIDTH, field.width()), window.width() - 2 * _EDGE)
        left = max(_EDGE, min(below.x(), window.width() - width - _EDGE))
        wanted = self._height_at(width)
        self.setGeometry(left, below.y(), width, min(wanted, window.height() - below.y() - _EDGE))

    def keep_in_view(self) -> None:
        """The marked line can be seen, and the heading if it is the first under it."""
        marked = self.list.currentIndex().row()
        above = self._model.row_at(marked - 1)
        if above is not None and above.kind is Kind.HEADING:
            self.list.scrollTo(self._model.index(marked - 1))
        self.list.scrollTo(self._model.index(marked))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _height_at(self, width: int) -> int:
        labels = [label for label in (self.note, self.foot) if not label.isHidden()]
        parts = [label.heightForWidth(width - 2 * _BORDER) for label in labels]
        if self._model.rowCount():
            rows = (self._model.row_at(i) for i in range(self._model.rowCount()))
            parts.append(sum(height_of(row) for row in rows) + 2 * _BORDER)
        return sum(parts) + GRID * (len(parts) + 1) + 2 * _BORDER

    def _show_labels(self, note: str, foot: str, *, problem: bool = False) -> None:
        self.note.setObjectName("problem" if problem else "hint")
        self.note.style().polish(self.note)
        for label, words in ((self.note, note), (self.foot, foot)):
            label.setText(words)
            label.setVisible(bool(words))
        self.list.setVisible(self._model.rowCount() > 0)

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._model.row_at(index.row())
        if row is not None and row.kind is not Kind.HEADING:
            self.chosen.emit(row)
