"""The list page of the cases: filters, how many, the table, what the supervisor should look at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _, ngettext
from operator_app.services.case_list import CaseFilter
from operator_app.ui import problems
from operator_app.ui.models.case_model import CaseModel
from operator_app.ui.screens.case_list_filters import CaseFilters
from operator_app.ui.screens.case_list_table import CaseTable
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text


class CaseListPage(QWidget):
    """`opened(case_id)`: a case is to be shown. `accesses_asked()`: show who stated a reason.

    Reads again when shown, if something changed. `refreshed()`: it is reading again.
    """

    opened = Signal(str)
    accesses_asked = Signal()
    refreshed = Signal()

    def __init__(self, model: CaseModel, reference: Reference, actor: Actor) -> None:
        super().__init__()
        self._model = model
        self._outdated = True
        self._focus_list = False
        self._reading_failed = False
        self.counter = text("", "muted")
        self.refresh_button = button(_("Refresh"), key="F5")
        supervises = actor.may(Right.OPEN_ANY_CASE)
        self.filters = CaseFilters(self, actor.user_id, mine=not supervises)
        self.accesses = Notice("notice")
        self.accesses_button = button(_("Show"), key="F4")
        self.accesses.line.addWidget(self.accesses_button)
        self.notice = Notice("warning")
        self.table = CaseTable(model, reference)
        self.empty_text = text("", "strong")
        self.empty_hint = text("", "muted")
        self.empty_button = button(_("Show all open cases"), "primary")
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
            self.refreshed.emit()
        else:
            self._outdated = True

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong; an empty sentence takes it away."""
        self._reading_failed = False
        self.notice.show_text(sentence)

    def show_accesses(self, number: int) -> None:
        """How many openings with a stated reason nobody has looked at."""
        self.accesses.show_text(
            ngettext(
                "{n} opening with a stated reason", "{n} openings with a stated reason", number
            ).format(n=number)
            if number
            else ""
        )

    def focus_list(self) -> None:
        """Put the keyboard on the list, or on the way out of an empty one."""
        target: QWidget = self.table
        if self.is_empty:
            target = self.empty_button if self.empty_button.isVisible() else self.refresh_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_list = True
        if self._outdated:
            self.refresh()
        else:
            self.focus_list()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(text(_("Cases"), "screenTitle"))
        top.addWidget(self.counter)
        top.addStretch(1)
        top.addWidget(self.refresh_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.filters)
        layout.addWidget(self.accesses)
        layout.addWidget(self.notice)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._model.loaded.connect(self._on_loaded)
        self._model.failed.connect(self._on_failed)
        self._model.counted.connect(self.filters.show_counts)
        self.filters.changed.connect(self._on_filter)
        self.table.opened.connect(self.opened)
        self.refresh_button.clicked.connect(self.refresh)
        self.accesses_button.clicked.connect(self.accesses_asked)
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

    def _on_clear(self) -> None:
        self._focus_list = True
        self.filters.clear()

    def _on_find(self) -> None:
        checked = next(chip for chip in self.filters.chips.values() if chip.isChecked())
        checked.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_loaded(self) -> None:
        if self._reading_failed:
            self.show_problem("")
        shown = self._model.rowCount()
        counted = ngettext("{n} case shown", "{n} cases shown", shown).format(n=shown)
        more = _("{counted}, more below").format(counted=counted)
        self.counter.setText(more if self._model.more_below else counted)
        if not shown:
            self._show_empty(self._model.wanted)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentIndex(0 if shown else 1)
        if self.isVisible() and (self._focus_list or had_focus):
            self._focus_list = False
            self.focus_list()

    def _show_empty(self, wanted: CaseFilter) -> None:
        hint = ""
        if self.filters.narrowed:
            sentence = _("No case matches the filter.")
        elif wanted.owner_id:
            sentence = _("You have no open case.") if wanted.open else _("You have no case.")
        else:
            sentence = _("No open case.") if wanted.open else _("No cases yet.")
            hint = _("A violence call opens one as soon as it is saved.")
        self.empty_text.setText(sentence)
        self.empty_hint.setText(hint)
        self.empty_hint.setVisible(bool(hint))
        self.empty_button.setVisible(wanted != CaseFilter())

    def _on_failed(self, error: Exception) -> None:
        self._focus_list = False
        self.show_problem(problems.sentence(error))
        self._reading_failed = True
