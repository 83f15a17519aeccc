"""The table of cases: how a line is painted, and how it keeps its place when it is read again."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.ui import theme
from operator_app.ui.models.case_model import ROW_ROLE, WORDING_ROLE, CaseModel, Column
from operator_app.ui.screens.journal_delegate import PADDING, ROW_HEIGHT, mark_width, paint_mark
from operator_app.ui.wording import Wording, risk_wording

_LEAST_PLACE = 96
_GIVE_WAY = (Column.KIND, Column.OPENED, Column.OWNER, Column.STATUS)
"""Columns that leave, in this order, when the window is too narrow; the opened case has it all."""

NAME_LETTERS = 19
"""Of a name that is not cut in the list."""


class CaseTable(QTableView):
    """`opened(case_id)`: Enter or a double click on a line."""

    opened = Signal(str)

    def __init__(self, model: CaseModel, reference: Reference) -> None:
        super().__init__()
        self._model = model
        self._reference = reference
        self._kept: tuple[str, int, int] | None = None
        self.setModel(model)
        self.setItemDelegate(_CaseDelegate(self))
        self.setAccessibleName(_("List of cases"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_widths()
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)
        model.loaded.connect(self._on_loaded)
        self.doubleClicked.connect(lambda _index: self._open_current())

    @property
    def current_case(self) -> str | None:
        """The id of the selected case."""
        row = self._model.row_at(self.currentIndex().row())
        return row.case_id if row else None

    def select_case(self, case_id: str) -> None:
        """Select the case, if it is in the list."""
        line = self._model.line_of(case_id)
        if line is not None:
            self.setCurrentIndex(self._model.index(line, 0))

    def start_over(self) -> None:
        """Forget the place: the next list begins at its first line."""
        self.setCurrentIndex(QModelIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_current()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            line = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.setCurrentIndex(self._model.index(line, 0))
        else:
            super().keyPressEvent(event)

    def _open_current(self) -> None:
        if case_id := self.current_case:
            self.opened.emit(case_id)

    def _share_room(self) -> None:
        widths = dict(self._widths)
        if not self._model.any_conflict:
            widths.pop(Column.VERSIONS)
        self.setColumnHidden(Column.VERSIONS, Column.VERSIONS not in widths)
        room = self.viewport().width() - _LEAST_PLACE - sum(widths.values())
        for column in _GIVE_WAY:
            self.setColumnHidden(column, room < 0)
            room += widths[column] if room < 0 else 0

    def _set_widths(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        bold = self.font()
        bold.setBold(True)
        headings = QFontMetrics(bold)
        self._widths: dict[Column, int] = {}
        for column, width in self._widest().items():
            heading = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            wide = max(width, headings.horizontalAdvance(heading)) + 2 * PADDING
            self._widths[column] = wide
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, wide)
        header.setSectionResizeMode(Column.PLACE, QHeaderView.ResizeMode.Stretch)

    def _widest(self) -> dict[Column, int]:
        """What each column should just hold; the place takes the rest."""
        measure = self.fontMetrics()
        spoken = language()

        def labels(list_name: str) -> int:
            codes = self._reference.codes(list_name)
            return max(measure.horizontalAdvance(c.label(spoken)) for c in codes)

        risks = [risk_wording(self._reference, c.code) for c in self._reference.codes("risk_level")]
        late = Wording(_("Late: {when}").format(when="00 нояб., 00:00"), "danger", "!")
        two = Wording(_("Two versions"), "waiting", "⇄")
        return {
            Column.NUMBER: measure.horizontalAdvance("0000-0000-C00000") + PADDING,
            Column.RISK: max(mark_width(measure, risk) for risk in risks),
            Column.KIND: labels("case_kind"),
            Column.STATUS: labels("case_status"),
            Column.OWNER: NAME_LETTERS * measure.averageCharWidth(),
            Column.OPENED: measure.horizontalAdvance("00.00.0000"),
            Column.NEXT: mark_width(measure, late),
            Column.VERSIONS: mark_width(measure, two),
        }

    def _keep_place(self) -> None:
        line = self.currentIndex().row()
        row = self._model.row_at(line)
        top = self.verticalScrollBar().value()
        self._kept = (row.case_id, line, line - top) if row else None

    def _find_place(self) -> None:
        if not self._model.rowCount():
            return
        if self._kept is None:
            self.scrollToTop()
            return
        case_id, line, below_top = self._kept
        found = self._model.line_of(case_id)
        # A case that is gone leaves the selection where it stood.
        line = min(line, self._model.rowCount() - 1) if found is None else found
        self.selectRow(line)
        self.verticalScrollBar().setValue(max(0, line - below_top))

    def _on_loaded(self) -> None:
        self._share_room()
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.selectRow(0)


class _CaseDelegate(QStyledItemDelegate):
    """Marks as pills where they ask for attention, quiet words with a sign where they do not."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        self.initStyleOption(option, index)
        colours = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        rect = QRect(option.rect)
        painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.card))
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), QColor(colours.line))
        first = index.column() == Column.NUMBER
        if selected and first and option.widget is not None and option.widget.hasFocus():
            edge = QRect(rect.left(), rect.top() + 1, 3, rect.height())
            painter.fillRect(edge, QColor(colours.accent))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        mark = index.data(WORDING_ROLE)
        if mark is not None:
            asks = mark.tone in ("danger", "waiting")
            paint_mark(painter, inner, option.font, mark, pill=asks and row.closed_at is None)
        else:
            quiet = row.closed_at is not None or index.column() in (Column.OWNER, Column.KIND)
            ink = colours.accent_text if selected else colours.muted if quiet else colours.text
            painter.setFont(option.font)
            painter.setPen(QColor(ink))
            measure = QFontMetrics(option.font)
            shown = measure.elidedText(option.text, Qt.TextElideMode.ElideRight, inner.width())
            middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(inner, int(middle), shown)
        painter.restore()
