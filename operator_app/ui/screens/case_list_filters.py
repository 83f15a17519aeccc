"""The one line of filters above the list of cases."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from operator_app.i18n import _
from operator_app.services.case_list import CaseCounts, CaseFilter
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout

_PADDING = 20
"""Of a chip, left and right, with its border."""


class CaseFilters(Card):
    """Chips that a digit picks from anywhere on the page. `changed()`: something else is wanted."""

    changed = Signal()

    def __init__(self, page: QWidget, user_id: str, *, mine: bool) -> None:
        """`page`: where the digits work; `mine`: whether to begin with one's own cases."""
        super().__init__()
        self._user_id = user_id
        self._labels = {
            "mine": _("Mine"),
            "all": _("All"),
            "acute": _("High risk"),
            "late": _("Late"),
            "conflict": _("Two versions"),
            "closed": _("Closed too"),
        }
        self.chips: dict[str, QPushButton] = {}
        line = QWidget()
        flow = FlowLayout(line, GRID)
        for number, name in enumerate(self._labels, start=1):
            if name in ("acute", "closed"):
                # A little room between what is one choice and what adds up.
                gap = QWidget()
                gap.setFixedWidth(GRID)
                flow.addWidget(gap)
            made = QPushButton()
            made.setObjectName("chip")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.clicked.connect(partial(self._on_clicked, name))
            QShortcut(QKeySequence(str(number)), page).activated.connect(made.click)
            flow.addWidget(made)
            self.chips[name] = made
        self.body.setContentsMargins(12, GRID, 12, GRID)
        self.body.addWidget(line)
        self.show_counts(CaseCounts(0, 0, 0))
        self._set_whose(mine=mine)

    def wanted(self) -> CaseFilter:
        """What is asked for now."""
        on = {name: chip.isChecked() for name, chip in self.chips.items()}
        return CaseFilter(
            owner_id=self._user_id if on["mine"] else None,
            acute=on["acute"],
            open=not on["closed"],
            late=on["late"],
            conflict=on["conflict"],
        )

    @property
    def narrowed(self) -> bool:
        """Whether more than whose cases is asked for."""
        return any(self.chips[name].isChecked() for name in ("acute", "late", "conflict"))

    def show_counts(self, counts: CaseCounts) -> None:
        """How many open cases each chip would list."""
        figures = {"acute": counts.acute, "late": counts.late, "conflict": counts.conflict}
        for number, (name, label) in enumerate(self._labels.items(), start=1):
            counted = f"{label} · {figures[name]}" if figures.get(name) else label
            chip = self.chips[name]
            chip.setText(f"{number}  {counted}")
            chip.setAccessibleName(counted)
            # The chosen one is bold: its room is there from the beginning, so nothing moves.
            bold = chip.font()
            bold.setBold(True)
            chip.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(chip.text()) + _PADDING)

    def clear(self) -> None:
        """Ask for all open cases."""
        for name in ("acute", "late", "conflict", "closed"):
            self.chips[name].setChecked(False)
        self._set_whose(mine=False)
        self.changed.emit()

    def _set_whose(self, *, mine: bool) -> None:
        self.chips["mine"].setChecked(mine)
        self.chips["all"].setChecked(not mine)

    def _on_clicked(self, name: str) -> None:
        if name in ("mine", "all"):
            self._set_whose(mine=name == "mine")
        self.changed.emit()
