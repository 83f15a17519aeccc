"""The shifts themselves: names in three languages, from when to when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.office import LANGUAGES
from operator_app.domain.people import Actor
from operator_app.domain.shifts import LONGEST_NAME, MOST_SHIFTS, Shift, TypedShift, time_text
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _
from operator_app.services.shifts import Shifts
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, set_state, text
from operator_app.ui.wording import LANGUAGE_NAMES

TIME_WIDTH = 90


class ShiftRow:
    """The fields of one shift. A fault is said under them and marks the fields it is about."""

    def __init__(self, shift: Shift | None, number: int) -> None:
        self.code = shift.code if shift else ""
        self.names = {
            language: QLineEdit(shift.names.get(language, "") if shift else "")
            for language in LANGUAGES
        }
        self.begins = QLineEdit(time_text(shift.begins) if shift else "")
        self.ends = QLineEdit(time_text(shift.ends) if shift else "")
        self.remove = button(_("Take away"))
        self.remove.setAccessibleName(_("Take shift {number} away").format(number=number))
        self.problem = text("", "problem", wrap=True)
        self.problem.hide()
        for language, edit in self.names.items():
            edit.setMaxLength(LONGEST_NAME + 1)
            edit.setAccessibleName(
                _("Shift {number}, name in {language}").format(
                    number=number, language=LANGUAGE_NAMES[language]
                )
            )
        for label, edit in ((_("Begins"), self.begins), (_("Ends"), self.ends)):
            edit.setMaxLength(8)
            edit.setFixedWidth(TIME_WIDTH)
            edit.setAccessibleName(_("Shift {number}: {what}").format(number=number, what=label))
        for edit in self.edits:
            edit.textEdited.connect(lambda _text: self.show_faults([]))

    @property
    def edits(self) -> list[QLineEdit]:
        """All fields, in their order."""
        return [*self.names.values(), self.begins, self.ends]

    @property
    def typed(self) -> TypedShift:
        """The shift as it is typed now."""
        names = {language: edit.text() for language, edit in self.names.items()}
        return TypedShift(self.code, names, self.begins.text(), self.ends.text())

    def show_faults(self, faults: Sequence[tuple[str, str]]) -> None:
        """Say them: each is a field ("names", "begins", "ends", "code") and its sentence."""
        wrong = {field for field, _said in faults}
        for field, edits in (
            ("names", list(self.names.values())),
            ("begins", [self.begins]),
            ("ends", [self.ends]),
        ):
            for edit in edits:
                set_state(edit, "missing", field in wrong)
        said = " ".join(dict.fromkeys(words for _field, words in faults))
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def first_wrong(self) -> QLineEdit | None:
        """The first marked field."""
        return next((edit for edit in self.edits if edit.property("missing")), None)


class ShiftsPart(QWidget):
    """A row of fields for each shift; what holds from today on."""

    def __init__(self, shifts: Shifts, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._shifts = shifts
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self.rows: list[ShiftRow] = []
        self.add_button = button(_("Add a shift"))
        self.save_button = button(_("Save the shifts"), "primary", "Ctrl+Enter")
        for made in (self.add_button, self.save_button):
            made.setAutoDefault(True)
        self.told = Notice()
        self.problem = Notice("danger")
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        self._lay_out()
        self.add_button.clicked.connect(self._add)
        self.save_button.clicked.connect(self._save)
        self.setFocusProxy(self.add_button)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.rows:
            self.refresh()

    def refresh(self) -> None:
        """Read the shifts of today; what was typed and not saved is gone."""
        today = local_day(to_ms(self._clock()))
        self._tasks.database(self, lambda: self._shifts.of(today), self._on_read, self._on_failed)

    def _on_read(self, shifts: tuple[Shift, ...]) -> None:
        self._show([ShiftRow(shift, n) for n, shift in enumerate(shifts, start=1)])

    def _show(self, rows: Sequence[ShiftRow]) -> None:
        self._table.setParent(None)
        self._table.deleteLater()
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        headings = [*(LANGUAGE_NAMES[language] for language in LANGUAGES), _("Begins"), _("Ends")]
        for column, heading in enumerate(headings):
            self._grid.addWidget(text(heading, "fieldLabel"), 0, column)
        for number, row in enumerate(rows):
            for column, edit in enumerate(row.edits):
                self._grid.addWidget(edit, 2 * number + 1, column)
                edit.returnPressed.connect(lambda row=row, edit=edit: self._go_on(row, edit))
            self._grid.addWidget(row.remove, 2 * number + 1, len(row.edits))
            self._grid.addWidget(row.problem, 2 * number + 2, 0, 1, len(row.edits) + 1)
            row.remove.clicked.connect(lambda _checked=False, row=row: self._take_away(row))
        self.rows = list(rows)
        self._card.body.insertWidget(1, self._table)
        self.add_button.setEnabled(len(self.rows) < MOST_SHIFTS)

    def _go_on(self, row: ShiftRow, edit: QLineEdit) -> None:
        """Enter: the next field, after the last one saving."""
        every = [each for one in self.rows for each in one.edits]
        after = every.index(edit) + 1
        if after < len(every):
            every[after].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._save()

    def _add(self) -> None:
        kept = [*self.rows, ShiftRow(None, len(self.rows) + 1)]
        self._again(kept)
        self.rows[-1].edits[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_away(self, row: ShiftRow) -> None:
        self._again([each for each in self.rows if each is not row])
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _again(self, kept: Sequence[ShiftRow]) -> None:
        """The same rows in a new table, with what is typed in them."""
        made = []
        for number, row in enumerate(kept, start=1):
            typed, new = row.typed, ShiftRow(None, number)
            new.code = typed.code
            for language, edit in new.names.items():
                edit.setText(typed.names[language])
            new.begins.setText(typed.begins)
            new.ends.setText(typed.ends)
            made.append(new)
        self._say()
        self._show(made)

    def _save(self) -> None:
        typed = [row.typed for row in self.rows]
        self._say()
        self._tasks.database(
            self,
            lambda: self._shifts.set_shifts(self._actor, typed),
            self._on_saved,
            self._on_failed,
        )

    def _on_saved(self, shifts: tuple[Shift, ...]) -> None:
        self._on_read(shifts)
        self._say(_("The shifts are saved. They hold from today on; earlier days stay."))
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        rest: list[Fault] = []
        if isinstance(error, BadInput):
            rest = self._show_faults(error.faults)
        if isinstance(error, BadInput) and not rest:
            self._say(problem=sentence(BadInput("shifts.faults", [])))
        else:
            self._say(problem=sentence(error))

    def _show_faults(self, faults: Sequence[Fault]) -> list[Fault]:
        of_rows: dict[str, list[tuple[str, str]]] = {}
        rest = []
        for fault in faults:
            number, _dot, field = fault.where.partition(".")
            if field:
                of_rows.setdefault(number, []).append((field, fault_sentence(fault)))
            else:
                rest.append(fault)
        for place, row in enumerate(self.rows):
            row.show_faults(of_rows.get(str(place), []))
        wrong = next((row.first_wrong() for row in self.rows if row.first_wrong()), None)
        if wrong is not None:
            wrong.setFocus(Qt.FocusReason.OtherFocusReason)
            wrong.selectAll()
        return rest

    def _say(self, told: str = "", problem: str = "") -> None:
        self.told.show_text(told)
        self.problem.show_text(problem)

    def _lay_out(self) -> None:
        self._card = Card(_("The shifts of this office"))
        hint = _(
            "One name is enough. A shift that ends before it begins goes on after midnight; from 0:00 to 24:00 is round the clock."
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        self._card.body.addWidget(self._table)
        self._card.body.addLayout(buttons)
        self._card.body.addWidget(text(hint, "hint", wrap=True))
        self._card.body.addWidget(self.told)
        self._card.body.addWidget(self.problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._card)
        layout.addStretch(1)
