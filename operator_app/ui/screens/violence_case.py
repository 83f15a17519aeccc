"""Which case a violence call belongs to: a new one, or a known one that the operator joins."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.cases import CLOSED
from operator_app.domain.clock import Clock, local, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_list import CaseList, CaseRow, Suggestion
from operator_app.ui import wording
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

KEY = "F11"
NEW = ""
CHOSEN = "chosen"
"""How a case came to be shown: as a `Suggestion`, or because it was chosen or given before."""


@dataclass(frozen=True)
class KnownCases:
    """Where known cases are looked up, and for whom."""

    case_list: CaseList
    actor: Actor
    tasks: Tasks


@dataclass(frozen=True)
class Found:
    """`belongs_to`: the case a saved call is in; `suggestions`: those it may be joined to, also
    instead of a case that has nothing but this call."""

    belongs_to: CaseRow | None
    suggestions: list[Suggestion]


class CaseChoice(QWidget):
    """A new case unless the operator joins a known one; F11 takes the next one in turn."""

    changed = Signal()
    passed = Signal()
    taken = Signal()
    """A case was taken by F11, from wherever the focus is."""

    def __init__(self, known: KnownCases | None, reference: Reference, clock: Clock) -> None:
        """`known` is None where no cases can be looked up."""
        super().__init__()
        self._known = known if known and known.actor.may(Right.SEE_CASES) else None
        self._reference = reference
        self._clock = clock
        self._asked: tuple[str, ...] = ()
        self._suggestions: list[Suggestion] = []
        self._value: str | None = None
        self._decided = False
        self.words = text("", wrap=True)
        self.comes_after: QWidget | None = None
        """The tab stop before this one."""
        self.chips: ChipGroup | None = None
        self._box: QWidget | None = None
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)
        self._lines.addWidget(self.words)
        QShortcut(QKeySequence(KEY), self).activated.connect(self.take_next)
        self._show(None)

    @property
    def value(self) -> str | None:
        """The id of the case to join, None for a new one."""
        return self._value

    @property
    def is_open(self) -> bool:
        """Whether there are known cases and the operator has not decided yet."""
        return self.chips is not None and self._value is None and not self._decided

    def begin(self, joins: str | None) -> None:
        """Another form: forget what was found for the one before."""
        self._asked = ()
        self._suggestions = []
        self._value = joins
        self._decided = False
        self._show(None)

    def look_up(self, phone: str, name: str, call_id: str) -> None:
        """Search by number and name; `call_id`: the saved call that is being amended, or ""."""
        known, joins = self._known, self._value
        asked = (phone.strip(), name.strip(), call_id, joins or "")
        if known is None or asked == self._asked:
            return
        self._asked = asked

        def search() -> Found:
            of_call = known.case_list.of_call(known.actor, call_id) if call_id else None
            row = known.case_list.row(known.actor, of_call) if of_call else None
            if of_call and not known.case_list.holds_only(known.actor, of_call, call_id):
                return Found(row, [])
            found = known.case_list.suggestions(known.actor, phone, name)
            found = [s for s in found if s.row.case_id != of_call]
            if joins and all(s.row.case_id != joins for s in found):
                chosen = known.case_list.row(known.actor, joins)
                found = [*found, Suggestion(chosen, CHOSEN)] if chosen else found
            return Found(row, found)

        def show(found: Found) -> None:
            if self._asked == asked:
                self._suggestions = found.suggestions
                self._show(found.belongs_to)

        known.tasks.database(self, search, show, lambda error: self.words.setText(sentence(error)))

    def take_next(self) -> None:
        """Join the next of the known cases; after the last one a new case again."""
        if self.chips is None:
            return
        codes = list(self.chips.buttons)
        now = self.chips.value
        self._decided = True
        self.chips.set_value(codes[(codes.index(now) + 1) % len(codes) if now in codes else 0])
        self.taken.emit()

    def _on_picked(self) -> None:
        self._decided = True
        self.passed.emit()

    def _on_chosen(self) -> None:
        chosen = self.chips.value if self.chips is not None else None
        if (chosen or None) != self._value:
            self._value = chosen or None
            self.changed.emit()

    def _show(self, belongs_to: CaseRow | None) -> None:
        had_focus = self.chips is not None and self.chips.hasFocus()
        if self._box is not None:
            self._box.hide()
            self._box.deleteLater()
        self._box = self.chips = None
        self.words.setVisible(not self._suggestions)
        if belongs_to is not None and not self._suggestions:
            self.words.setText(_("Case {words}").format(words=self._words(belongs_to, CHOSEN)))
            return
        self.words.setText(
            _("Case chosen before") if self._value else _("A new case will be opened")
        )
        if not self._suggestions:
            return
        own = self._words(belongs_to, CHOSEN) if belongs_to else _("New case")
        chips = [Chip(NEW, own, "1")]
        chips += [
            Chip(s.row.case_id, self._words(s.row, s.by), str(number))
            for number, s in enumerate(self._suggestions, start=2)
        ]
        self.chips = ChipGroup(chips, _("Case"))
        self.chips.set_value(self._value or NEW)
        self.chips.changed.connect(self._on_chosen)
        self.chips.picked.connect(lambda _code: self._on_picked())
        self.chips.passed.connect(self.passed)
        self._box = labelled(_("Case") + f"  {KEY}", self.chips)
        self._lines.addWidget(self._box)
        if self.comes_after is not None:
            QWidget.setTabOrder(self.comes_after, self.chips)
        self.setFocusProxy(self.chips)
        if had_focus:
            self.chips.setFocus(Qt.FocusReason.OtherFocusReason)

    def _words(self, row: CaseRow, by: str) -> str:
        """ "0412-2026-C00031 · high · 12 Nov · by number"."""
        today = local_day(to_ms(self._clock()))
        found_by = {"phone": _("by number"), "name": _("by name")}.get(by, "")
        parts = [
            row.number,
            self._reference.label("risk_level", row.risk, language()).lower(),
            _("opened {day}").format(
                day=wording.inside(wording.day(local(row.opened_at).date(), today))
            ),
            self._reference.label("case_status", CLOSED, language()).lower()
            if row.status == CLOSED
            else "",
            found_by,
        ]
        return " · ".join(part for part in parts if part)
