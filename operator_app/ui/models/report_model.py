"""The rows of the ministry's report for a table view: headings bold, figures to the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from operator_app.domain.report_parts import Line, Report
from operator_app.export.report_words import ReportRow, RowKind, period_text
from operator_app.i18n import _
from operator_app.ui import theme

Index = QModelIndex | QPersistentModelIndex
INDENT = "      "
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ReportModel(QAbstractTableModel):
    """One report at a time. Columns: figure, now, share, the period before, a year ago."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[ReportRow] = ()
        self._headings = [_("Figure"), "", _("Share"), "", ""]

    def show_rows(self, report: Report | None, rows: Sequence[ReportRow]) -> None:
        """Show these rows; none where there is no report."""
        self.beginResetModel()
        self._rows = rows
        periods = ("", "", "")
        if report is not None:
            both = (report.period, report.before, report.year_ago)
            periods = tuple(period_text(one).replace(" – ", " –\n") for one in both)  # type: ignore[assignment]
        self._headings = [_("Figure"), periods[0], _("Share"), periods[1], periods[2]]
        self.endResetModel()

    def row(self, number: int) -> ReportRow | None:
        """The row of that number, or None."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def line(self, number: int) -> Line | None:
        """The figure of a row; None for a heading."""
        row = self.row(number)
        return row.line if row else None

    def is_heading(self, number: int) -> bool:
        """Whether the row is a heading over the whole width."""
        row = self.row(number)
        return row is not None and row.line is None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            label = INDENT + row.label if row.kind is RowKind.PART else row.label
            return (label, row.now, row.share, row.before, row.year_ago)[column]
        if role == Qt.ItemDataRole.ToolTipRole and column == 0:
            return row.label
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return _RIGHT
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(row.line is None or (row.kind is RowKind.LINE and column == 1))
            return font
        if role == Qt.ItemDataRole.ForegroundRole and row.kind is RowKind.SECTION:
            return QColor(theme.current().accent)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
