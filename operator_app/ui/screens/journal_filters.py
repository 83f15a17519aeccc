"""The one row of questions above the journal."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.reference import Reference
from operator_app.domain.search import LEAST_LETTERS
from operator_app.i18n import _
from operator_app.services.journal import JournalFilter
from operator_app.ui import wording
from operator_app.ui.screens.journal_choices import (
    dangers,
    kinds,
    places,
    states,
    topics,
)
from operator_app.ui.widgets.basic import GRID, Card, button, set_state, text
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.period_field import (
    BETWEEN,
    choice_box,
    day_field,
    day_in,
    period_days,
    periods,
    show_last_days,
)

_LEAST_FOR_ONE_ROW = 1080
TYPED_MS = 150
"""After the last key the list follows what was typed."""


class JournalFilters(Card):
    """`changed()`: something else is wanted. `left()`: Enter in a field, go on to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._quiet = False
        self._names: dict[str, str] = {}
        self._seats: tuple[int, ...] = ()
        self.period = choice_box(_("Period"), periods())
        self.first_day, self.last_day = day_field(_("First day")), day_field(_("Last day"))
        self.operator = choice_box(_("Operator"), [(_("All operators"), None)])
        self.topic = ChoiceField(topics(reference), _("Topic"), _("All topics"))
        self.place = ChoiceField(places(reference), _("Place"), _("All places"))
        self.kind = choice_box(_("Kind of contact"), kinds(reference))
        self.danger = choice_box(_("Danger"), dangers())
        self.state = choice_box(_("State"), states())
        self.number = QLineEdit()
        self.number.setPlaceholderText(_("No., phone, words") + "   F3")
        self.number.setAccessibleName(_("Number of the call, phone number, or words"))
        self.number.setToolTip(
            _("The number of a call, a phone number, a part of either, or words of the call")
        )
        self.clear_button = button(_("Clear"))
        self.clear_button.setToolTip("Shift+F3")
        self.clear_button.setShortcut("Shift+F3")
        self._days = self._days_row()
        self._rows = (QHBoxLayout(), QHBoxLayout())
        self.body.setContentsMargins(GRID, GRID, GRID, GRID)
        for row in self._rows:
            row.setSpacing(GRID)
            self.body.addLayout(row)
        self.body.addWidget(self._days)
        self._split: bool | None = None
        self._arrange(split=False)
        self._typed_number = ""
        self._typing = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._connect()
        self._reset_days()
        self._on_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(split=self.width() < _LEAST_FOR_ONE_ROW)

    def wanted(self) -> JournalFilter:
        """What is asked for now; "today" is the day of the clock at this moment."""
        first, last = self._period_days()
        kind, who = self.kind.currentData(), self.operator.currentData()
        return JournalFilter(
            first_day=first,
            last_day=last,
            operator_id=who if isinstance(who, str) else None,
            seat=who if isinstance(who, int) else None,
            topic=self.topic.value,
            division=self.place.value,
            contact_kind=kind if isinstance(kind, str) else None,
            nuisance=kind if isinstance(kind, bool) else None,
            danger=self.danger.currentData(),
            states=self.state.currentData() or (),
            text=self._typed_number,
        )

    def clear(self) -> None:
        """Ask for everything."""
        self._quiet = True
        for box in (self.period, self.operator, self.kind, self.danger, self.state):
            box.setCurrentIndex(0)
        for field in (self.topic, self.place):
            field.set_value(None)
        self.number.clear()
        self._typed_number = ""
        self._quiet = False
        self._on_changed()

    def find_number(self, number: str) -> None:
        """Ask for this number alone."""
        self.clear()
        self.number.setText(number)
        self._on_number()

    def set_operators(self, names: dict[str, str]) -> None:
        """The people to choose from: full name by user id. The choice stays."""
        self._names = names
        self._fill_operators()

    def set_seats(self, numbers: tuple[int, ...]) -> None:
        """The office's other PCs, chosen from among the people: whoever took a call there."""
        self._seats = numbers
        self._fill_operators()

    def _fill_operators(self) -> None:
        chosen = self.operator.currentData()
        self.operator.blockSignals(True)
        while self.operator.count() > 1:
            self.operator.removeItem(1)
        for user_id, name in sorted(self._names.items(), key=lambda item: item[1].lower()):
            self.operator.addItem(name, user_id)
        for number in (0, *self._seats) if self._seats else ():
            words = wording.seat_wording(number).words if number else _("This PC")
            self.operator.addItem(words, number)
        self.operator.setCurrentIndex(max(0, self.operator.findData(chosen)))
        self.operator.blockSignals(False)

    def set_sends(self, sends: bool) -> None:
        """Whether there is a server to send to; the words for what waits follow."""
        for index, (label, _group) in enumerate(states(sends=sends)):
            self.state.setItemText(index, label)

    def _connect(self) -> None:
        for box in (self.period, self.operator, self.kind, self.danger, self.state):
            box.currentIndexChanged.connect(self._on_changed)
        for field in (self.topic, self.place):
            field.changed.connect(self._on_changed)
            field.passed.connect(lambda field=field: self._on_passed(field))
        for day in (self.first_day, self.last_day):
            day.dateChanged.connect(self._on_changed)
        self.number.editingFinished.connect(self._on_number)
        self.number.textEdited.connect(self._on_number_edited)
        self._typing.timeout.connect(self._on_number)
        self.number.returnPressed.connect(self._on_number_entered)
        self.clear_button.clicked.connect(self.clear)

    def _on_changed(self) -> None:
        self._days.setVisible(self.period.currentData() == BETWEEN)
        for box in (self.period, self.operator, self.kind, self.danger, self.state):
            set_state(box, "active", box.currentIndex() > 0)
        for field in (self.topic, self.place):
            set_state(field, "active", field.value is not None)
        set_state(self.number, "active", bool(self._typed_number))
        self.clear_button.setEnabled(self.wanted() != JournalFilter())
        if not self._quiet:
            self.changed.emit()

    def _on_number(self) -> None:
        if self.number.text().strip() != self._typed_number:
            self._typed_number = self.number.text().strip()
            self._on_changed()

    def _on_number_entered(self) -> None:
        self._on_number()
        self.left.emit()

    def _on_number_edited(self, typed: str) -> None:
        if not typed:
            self._on_number()
        elif len(typed.strip()) >= LEAST_LETTERS:
            self._typing.start()

    def _on_passed(self, field: ChoiceField) -> None:
        if not field.text().strip():
            field.set_value(None)
        self.left.emit()

    def _period_days(self) -> tuple[date | None, date | None]:
        today = local_day(to_ms(self._clock()))
        between = day_in(self.first_day), day_in(self.last_day)
        return period_days(self.period.currentData(), today, between)

    def _reset_days(self) -> None:
        show_last_days(self.first_day, self.last_day, local_day(to_ms(self._clock())))

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

    def _arrange(self, *, split: bool) -> None:
        """One row; two in a narrow window, or where everything is shown larger."""
        if split == self._split:
            return
        self._split = split
        shares = (
            (self.period, 10),
            (self.operator, 13),
            (self.topic, 15),
            (self.place, 14),
            (self.kind, 12),
            (self.danger, 12),
            (self.state, 12),
            (self.number, 14),
        )
        for number, (field, share) in enumerate(shares):
            # The row shares out what there is; what a field cannot show is in its list.
            field.setMinimumWidth(80)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._rows[split and number >= 4].addWidget(field, share)
        self._rows[split].addWidget(self.clear_button)
