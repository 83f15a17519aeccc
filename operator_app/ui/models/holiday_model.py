"""The holidays of a year, for a table view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from operator_app.i18n import _
from operator_app.services.calendar import OFFICE, Holiday
from operator_app.ui import theme
from operator_app.ui.models.plain_table import Index, PlainTable
from operator_app.ui.reference_wording import named_day, said_by, weekday_and_day

NAME = 1


class HolidayModel(PlainTable):
    """One row a day; what this office entered is set off."""

    def __init__(self) -> None:
        super().__init__((_("Day"), _("Name of the day"), _("Who says so")))
        self.holidays: list[Holiday] = []

    def show(self, holidays: Sequence[Holiday]) -> None:
        """Show these days."""
        self.holidays = list(holidays)
        self.show_rows(
            (weekday_and_day(holiday.day), named_day(holiday), said_by(holiday))
            for holiday in holidays
        )

    def is_ours(self, row: int) -> bool:
        """Whether this office entered the day of that row, so that it can take it back."""
        return 0 <= row < len(self.holidays) and self.holidays[row].source == OFFICE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole and self.is_ours(index.row()):
            return QBrush(QColor(theme.current().accent_text))
        return super().data(index, role)
