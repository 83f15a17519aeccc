"""What is wrong with a file: a list that does not mind ten thousand rows, and a way to keep it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableView

from operator_app.errors import Fault
from operator_app.i18n import _, ngettext
from operator_app.services.fault_list import save_fault_list
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.models.fault_model import FaultModel
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.problems import sentence
from operator_app.ui.saving import ask_where
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button
from operator_app.ui.widgets.outcome import Outcome

_WIDTHS = (170, 64, 270)
LEAST_HEIGHT = 200
"""Five rows and the heading, however low the screen."""


class FaultCard(Card):
    """Hidden until there are faults. `left()`: the person has seen them."""

    left = Signal()

    def __init__(self, tasks: Tasks, dialogs: Dialogs) -> None:
        super().__init__()
        self._tasks = tasks
        self._dialogs = dialogs
        self._folder = Path()
        self.head = Notice("warning")
        self.model = FaultModel()
        self.view = _table(self.model)
        self.save_button = button(_("Save this list"), key="Ctrl+S")
        self.outcome = Outcome(520)
        self.leave_button = button(_("Close"), key="Esc")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.save_button)
        line.addWidget(self.leave_button)
        line.addStretch(1)
        self.body.addWidget(self.head)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.outcome)
        self.save_button.clicked.connect(self._on_save)
        self.leave_button.clicked.connect(self.left)
        self.hide()

    def show_faults(self, file: Path, faults: Sequence[Fault]) -> None:
        """Name all that is wrong with the file."""
        self._folder = file.parent
        self.outcome.say()
        self.model.show(faults)
        said = ngettext(
            "{file}: {n} fault. Nothing was changed. Mend it and choose the file again.",
            "{file}: {n} faults. Nothing was changed. Mend them and choose the file again.",
            len(faults),
        )
        self.head.show_text(said.format(file=file.name, n=len(faults)))
        self.show()
        self.view.selectRow(0)

    def _on_save(self) -> None:
        self.outcome.say()
        proposed = self._folder / "117_faults.csv"
        title, file_type = _("Save the list of faults"), _("CSV file (*.csv)")
        file = ask_where(self._dialogs, self, title, proposed, file_type)
        if file is None:
            return
        headings, rows = self.model.headings, self.model.rows()
        self._tasks.database(
            self,
            lambda: save_fault_list(file, headings, rows),
            self.outcome.say_written,
            lambda error: self.outcome.say(problem=sentence(error)),
        )


def _table(model: FaultModel) -> QTableView:
    view = QTableView()
    view.setModel(model)
    dress_table(view, _("What is wrong with the file"))
    view.setWordWrap(False)
    view.setMinimumHeight(LEAST_HEIGHT)
    header = view.horizontalHeader()
    # Not by content: that would word thousands of rows to measure them.
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width in enumerate(_WIDTHS):
        header.resizeSection(column, width)
    return view
