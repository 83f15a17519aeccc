"""The list page of the journal: the filters, how many rows are shown, the table."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.reference import Reference
from operator_app.i18n import _, ngettext
from operator_app.services.journal import JournalFilter
from operator_app.ui import problems
from operator_app.ui.models.journal_model import JournalModel
from operator_app.ui.screens.journal_filters import JournalFilters
from operator_app.ui.screens.journal_table import JournalTable
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text


class JournalList(QWidget):
    """`opened(call_id)`: a call is to be shown. Reads again when shown, if something changed."""

    opened = Signal(str)

    def __init__(self, model: JournalModel, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._model = model
        self._outdated = True
        self._focus_list = False
        self._reading_failed = False
        self.counter = text("", "muted")
        self.refresh_button = button(_("Refresh"), key="F5")
        self.filters = JournalFilters(reference, clock)
        self.notice = Notice("warning")
        self.table = JournalTable(model)
        self.empty_text = text("", "strong")
        self.empty_hint = text("", "muted")
        self.empty_button = button(_("Clear filter"), "primary")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty_page())
        self._build()
        self._connect()

    @property
    def is_empty(self) -> bool:
        """Whether the page says that there is nothing to list."""
        return self._stack.currentIndex() == 1

    def refresh(self) -> None:
        """Read the list again, now or as soon as somebody looks at it."""
        if self.isVisible():
            self._outdated = False
            self._model.show(self.filters.wanted())
        else:
            self._outdated = True

    def find_number(self, number: str) -> None:
        """List the call of this number alone."""
        self.filters.find_number(number)

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong; an empty sentence takes it away."""
        self._reading_failed = False
        self.notice.show_text(sentence)

    def focus_list(self) -> None:
        """Put the keyboard on the list, or on the way out of an empty one."""
        target = self.empty_button if self.is_empty else self.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_list = True
        if self._outdated:
            self.refresh()
        else:
            self._on_left()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(text(_("Journal"), "screenTitle"))
        top.addWidget(self.counter)
        top.addStretch(1)
        top.addWidget(self.refresh_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.filters)
        layout.addWidget(self.notice)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._model.loaded.connect(self._on_loaded)
        self._model.failed.connect(self._on_failed)
        self._model.names_read.connect(self.filters.set_operators)
        self._model.seats_read.connect(self.filters.set_seats)
        self.filters.changed.connect(self._on_filter)
        self.filters.left.connect(self._on_left)
        self.table.opened.connect(self.opened)
        self.refresh_button.clicked.connect(self.refresh)
        self.empty_button.clicked.connect(self._on_clear)
        find = QShortcut(QKeySequence("F3"), self)
        find.activated.connect(self._on_find)

    def _empty_page(self) -> QWidget:
        card = Card()
        card.body.addStretch(2)
        for widget in (self.empty_text, self.empty_hint, self.empty_button):
            card.body.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        card.body.addStretch(3)
        return card

    def _on_filter(self) -> None:
        self.table.start_over()
        self.refresh()

    def _on_left(self) -> None:
        # An answer may still be on its way: the list gets the keyboard when it is there.
        self._focus_list = self._model.reading
        if not self._model.reading:
            self.focus_list()

    def _on_clear(self) -> None:
        self._focus_list = True
        self.filters.clear()

    def _on_find(self) -> None:
        self.filters.number.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.number.selectAll()

    def _on_loaded(self) -> None:
        if self._reading_failed:
            self.show_problem("")
        shown, filtered = self._model.rowCount(), self._model.wanted != JournalFilter()
        counted = ngettext("{n} call shown", "{n} calls shown", shown).format(n=shown)
        more = _("{counted}, more below").format(counted=counted)
        self.counter.setText(more if self._model.more_below else counted)
        if not shown:
            self.empty_text.setText(
                _("No call matches the filter.") if filtered else _("No calls yet.")
            )
            hint = "" if filtered else _("F2 starts the first one. It appears here once saved.")
            self.empty_hint.setText(hint)
            self.empty_hint.setVisible(bool(hint))
            self.empty_button.setVisible(filtered)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentIndex(0 if shown else 1)
        if self.isVisible() and (self._focus_list or had_focus):
            self._focus_list = False
            self.focus_list()

    def _on_failed(self, error: Exception) -> None:
        self._focus_list = False
        self.show_problem(problems.sentence(error))
        self._reading_failed = True
