"""The row of questions above the audit log."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.i18n import _
from operator_app.services.audit_log import GLASS, AuditFilter
from operator_app.ui.audit_wording import groups
from operator_app.ui.widgets.basic import GRID, Card, button, set_state, text
from operator_app.ui.widgets.period_field import (
    BETWEEN,
    choice_box,
    day_field,
    day_in,
    period_days,
    periods,
    show_last_days,
)

_ONE_ROW = 150
"""From how many letters of width on all fields stand in one row."""
_NOT_PEOPLE = 2
"""The first entries of the people: everybody, and nobody."""


class FilterBar(Card):
    """`changed()`: something else is wanted. `left()`: Enter in the number, go on to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._quiet = False
        self.period = choice_box(_("Period"), periods())
        self.first_day, self.last_day = day_field(_("First day")), day_field(_("Last day"))
        self.person = choice_box(_("Who"), [(_("Everybody"), None), (_("Nobody signed in"), "")])
        self._groups = [(), *(actions for _name, actions in groups())]
        names = [_("All acts"), *(name for name, _actions in groups())]
        self.group = choice_box(
            _("What was done"), list(zip(names, range(len(names)), strict=True))
        )
        self.number = QLineEdit()
        self.number.setPlaceholderText(_("No. of call or case") + "   F3")
        self.number.setAccessibleName(_("Number of a call or a case"))
        self.clear_button = button(_("Clear"))
        self.clear_button.setToolTip("Shift+F3")
        self.glass_button = button(_("Opened with a reason"), key="F7")
        self.body.setContentsMargins(GRID, GRID, GRID, GRID)
        for field in (self.period, self.person, self.group, self.number):
            field.setMinimumWidth(80)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._upper, self._lower = QHBoxLayout(), QHBoxLayout()
        for row in (self._upper, self._lower):
            row.setSpacing(GRID)
            self.body.addLayout(row)
        for choice, share in ((self.period, 10), (self.person, 13), (self.group, 15)):
            self._upper.addWidget(choice, share)
        self._second = ((self.number, 14), (self.clear_button, 0), (self.glass_button, 0))
        self._put_second(self._upper)
        self._days = self._days_row()
        self.body.addWidget(self._days)
        self._typed_number = ""
        show_last_days(self.first_day, self.last_day, local_day(to_ms(clock())))
        self._connect()
        self._on_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.fontMetrics().averageCharWidth() * _ONE_ROW > event.size().width()
        self._put_second(self._lower if narrow else self._upper)

    def wanted(self) -> AuditFilter:
        """What is asked for now; "today" is the day of the clock at this moment."""
        first, last = self._period_days()
        return AuditFilter(
            first_day=first,
            last_day=last,
            user_id=self.person.currentData(),
            actions=self._groups[self.group.currentIndex()],
            number=self._typed_number,
        )

    def clear(self) -> None:
        """Ask for everything."""
        self._quiet = True
        for box in (self.period, self.person, self.group):
            box.setCurrentIndex(0)
        self.number.clear()
        self._typed_number = ""
        self._quiet = False
        self._on_changed()

    def set_people(self, names: dict[str, str]) -> None:
        """The people to choose from: full name by user id. The choice stays."""
        chosen = self.person.currentData()
        self.person.blockSignals(True)
        while self.person.count() > _NOT_PEOPLE:
            self.person.removeItem(_NOT_PEOPLE)
        for user_id, name in sorted(names.items(), key=lambda item: item[1].lower()):
            self.person.addItem(name, user_id)
        self.person.setCurrentIndex(max(0, self.person.findData(chosen)))
        self.person.blockSignals(False)

    def _put_second(self, row: QHBoxLayout) -> None:
        """Where the second half of the fields stands: beside the first, or below it."""
        if row.indexOf(self.number) < 0:
            for field, share in self._second:
                row.addWidget(field, share)

    def _connect(self) -> None:
        for box in (self.period, self.person, self.group):
            box.currentIndexChanged.connect(self._on_changed)
        for day in (self.first_day, self.last_day):
            day.dateChanged.connect(self._on_changed)
        self.number.editingFinished.connect(self._on_number)
        self.number.returnPressed.connect(self._on_entered)
        self.clear_button.clicked.connect(self.clear)
        self.glass_button.clicked.connect(self._on_glass)
        QShortcut(QKeySequence("F3"), self).activated.connect(self._on_find)
        QShortcut(QKeySequence("Shift+F3"), self).activated.connect(self.clear)

    def _on_changed(self) -> None:
        self._days.setVisible(self.period.currentData() == BETWEEN)
        for box in (self.period, self.person, self.group):
            set_state(box, "active", box.currentIndex() > 0)
        set_state(self.number, "active", bool(self._typed_number))
        self.clear_button.setEnabled(self.wanted() != AuditFilter())
        if not self._quiet:
            self.changed.emit()

    def _on_number(self) -> None:
        if self.number.text().strip() != self._typed_number:
            self._typed_number = self.number.text().strip()
            self._on_changed()

    def _on_entered(self) -> None:
        self._on_number()
        self.left.emit()

    def _on_glass(self) -> None:
        self.group.setCurrentIndex(self._groups.index(GLASS))
        self.left.emit()

    def _on_find(self) -> None:
        self.number.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.number.selectAll()

    def _period_days(self) -> tuple[date | None, date | None]:
        today = local_day(to_ms(self._clock()))
        between = day_in(self.first_day), day_in(self.last_day)
        return period_days(self.period.currentData(), today, between)

    def _days_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for label, field in ((_("From"), self.first_day), (_("to"), self.last_day)):
            layout.addWidget(text(label, "muted"))
            layout.addWidget(field)
        layout.addStretch(1)
        return row
