"""The audit log: who did what when; whether it is whole; its way out as a file."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _, ngettext
from operator_app.services.audit_check import AuditCheck
from operator_app.services.audit_export import AuditExport, AuditFormat
from operator_app.services.audit_log import AuditFilter, AuditLog
from operator_app.services.exports import Export
from operator_app.ui.audit_parts.chain_part import ChainPart
from operator_app.ui.audit_parts.filter_bar import FilterBar
from operator_app.ui.audit_parts.line_card import LineCard
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.models.audit_model import AuditModel, Column
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.problems import sentence
from operator_app.ui.saving import documents_folder
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.outcome import Outcome

SIDE_WIDTH = 300
_WIDEST = {
    Column.NUMBER: "0000000",
    Column.TIME: "00.00.0000, 00:00",
    Column.WHO: "Токтогулова Айгүл",
    Column.DONE: "Открыт звонок с указанием причины",
    Column.ABOUT: "0000-0000-C000000",
}
"""What a column should just hold; the last one takes the rest."""
_PADDING = 24


class AuditPage(QWidget):
    """A tab of the administration screen. Reads again whenever it is shown."""

    def __init__(
        self,
        log: AuditLog,
        check: AuditCheck,
        export: AuditExport,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._export = export
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._folder = documents_folder()
        self._to_list = False
        self.model = AuditModel(log, reference, actor, tasks, clock)
        self.chain = ChainPart(check, actor, tasks, clock)
        self.filters = FilterBar(clock)
        self.card = LineCard(reference, sees_reasons=actor.may(Right.SEE_ACCESS_REASONS))
        self.counter = text("", "muted")
        self.refresh_button = button(_("Refresh"), key="F5")
        self.excel_button = button(_("Excel"), key="Ctrl+E")
        self.csv_button = button("CSV", key="Ctrl+Shift+E")
        self.notice = Notice("warning")
        self.outcome = Outcome(SIDE_WIDTH)
        self.outcome.hide()
        self.table = _table(self.model)
        self.empty_text = text("", "strong", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty_page())
        self._build()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the newest rows of the filter again."""
        self.notice.show_text("")
        self.model.show(self.filters.wanted())

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.counter, 1)
        for made, kind in (
            (self.excel_button, AuditFormat.XLSX),
            (self.csv_button, AuditFormat.CSV),
        ):
            if not self._actor.may(Right.EXPORT_AUDIT):
                made.hide()
            made.setToolTip(_("Save the rows of the filter, with their hashes"))
            made.clicked.connect(lambda _checked=False, kind=kind: self._on_export(kind))
            top.addWidget(made)
        top.addWidget(self.refresh_button)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.card, 1)
        column.addWidget(self.outcome)
        scroll = FittingScroll(side, SIDE_WIDTH + SCROLL_BAR)
        scroll.setFixedWidth(SIDE_WIDTH + SCROLL_BAR)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._stack, 1)
        row.addWidget(scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.chain)
        layout.addWidget(self.filters)
        layout.addLayout(top)
        layout.addWidget(self.notice)
        layout.addLayout(row, 1)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.model.loaded.connect(self._on_loaded)
        self.model.failed.connect(self._on_failed)
        self.model.names_read.connect(self.filters.set_people)
        self.filters.changed.connect(self.refresh)
        self.filters.left.connect(self._on_left)
        self.refresh_button.clicked.connect(self.refresh)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)

    def _empty_page(self) -> QWidget:
        card = Card()
        card.body.addStretch(2)
        card.body.addWidget(self.empty_text, 0, Qt.AlignmentFlag.AlignHCenter)
        card.body.addStretch(3)
        return card

    def _on_left(self) -> None:
        # An answer may still be on its way: the list gets the keyboard when it is there.
        self._to_list = True
        if not self.model.reading:
            self._focus_list()

    def _focus_list(self) -> None:
        self._to_list = False
        if self.isVisible() and self._stack.currentIndex() == 0:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_loaded(self) -> None:
        shown = self.model.rowCount()
        counted = ngettext("{n} row shown", "{n} rows shown", shown).format(n=shown)
        if self.model.reading:
            counted = _("{counted}, older ones are looked through …").format(counted=counted)
        elif self.model.more_below:
            counted = _("{counted}, more below").format(counted=counted)
        self.counter.setText(counted)
        if self.model.reading and not shown:
            self.empty_text.setText(_("Older rows are looked through …"))
        else:
            filtered = self.model.wanted != AuditFilter()
            self.empty_text.setText(
                _("No row matches the filter. Shift+F3 clears it.") if filtered else _("No rows.")
            )
        had_focus = self._stack.isAncestorOf(QApplication.focusWidget() or self)
        self._stack.setCurrentIndex(0 if shown else 1)
        if shown and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        elif not shown:
            self.card.show_line(None, {})
        if self._to_list or had_focus:
            self._focus_list()

    def _on_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.card.show_line(self.model.line_at(now.row()), self.model.names)

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(sentence(error))

    def _on_export(self, kind: AuditFormat) -> None:
        today = local_day(to_ms(self._clock()))
        proposed = self._folder / f"117-audit-{today.isoformat()}.{kind.value}"
        file_type = {
            AuditFormat.XLSX: _("Excel file (*.xlsx)"),
            AuditFormat.CSV: _("CSV file (*.csv)"),
        }[kind]
        file = self._dialogs.ask_save_path(self, _("Save the audit log"), proposed, file_type)
        if file is None:
            return
        self._folder = file.parent
        self._allow(False)
        self.outcome.show()
        self.outcome.say()
        actor, wanted, export = self._actor, self.filters.wanted(), self._export
        self._tasks.database(
            self,
            lambda: export.write(actor, wanted, kind, file),
            self._on_exported,
            self._on_export_failed,
        )

    def _on_exported(self, written: Export) -> None:
        self._allow(True)
        self.outcome.say_written(written.file)
        self.refresh()

    def _on_export_failed(self, error: Exception) -> None:
        self._allow(True)
        self.outcome.say(problem=sentence(error))

    def _allow(self, allowed: bool) -> None:
        for made in (self.excel_button, self.csv_button):
            made.setEnabled(allowed)


def _table(model: AuditModel) -> QTableView:
    view = QTableView()
    view.setModel(model)
    dress_table(view, _("Audit log"))
    view.setWordWrap(False)
    header = view.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    measure = view.fontMetrics()
    for column, sample in _WIDEST.items():
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        view.setColumnWidth(column, measure.horizontalAdvance(sample) + _PADDING)
    return view
