"""The head of a case: number, risk, status, and the facts that every visit begins with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from operator_app.domain.cases import CLOSED, Case
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.ui import wording
from operator_app.ui.widgets.basic import GRID, Card, button, labelled, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

_FACTS = (("gbv_type", 4), ("contexts", 5), ("owner", 4), ("next_action", 4), ("phoning", 5))
"""The facts from left to right, with their share of the room."""


class CaseHead(QWidget):
    """`status_picked(code)`: a person chose another status. `back_asked()`."""

    status_picked = Signal(str)
    back_asked = Signal()

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self.title = text("", "screenTitle")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.risk_pill = text("", "pill")
        self.kind = text("", "muted")
        self.closed_pill = text("", "pill")
        self.back_button = button(_("Back"), key="Esc")
        self.facts: dict[str, QLabel] = {name: text("", wrap=True) for name, _share in _FACTS}
        chips = [
            Chip(code.code, code.label(language()), str(number))
            for number, code in enumerate(reference.codes("case_status"), start=1)
            if code.code != CLOSED
        ]
        self.status = ChipGroup(chips, _("Status"))
        self._status_box = QWidget()
        self._build()
        self.back_button.clicked.connect(self.back_asked)
        self.status.picked.connect(self.status_picked)

    def show_case(self, case: Case, names: dict[str, str], *, may_change: bool) -> None:
        """Show what is known now."""
        self.title.setText(_("Case {number}").format(number=case.number))
        kind = self._one("case_kind", case.kind)
        self.kind.setText(kind)
        _show_mark(self.risk_pill, wording.risk_wording(self._reference, case.risk))
        self.closed_pill.setVisible(case.is_closed)
        closed = self._one("case_status", CLOSED)
        _show_mark(self.closed_pill, wording.Wording(closed, "calm", "✓"))
        self._status_box.setVisible(not case.is_closed)
        self.status.setEnabled(may_change)
        self.status.set_value(case.status)
        contexts = dict.fromkeys(code for i in case.incidents for code in i.contexts)
        phoning = (
            _("Yes: {hours}").format(hours=case.contact.hours.strip())
            if case.may_be_phoned
            else _("No: consent or a safe time is missing")
        )
        said = {
            "gbv_type": self._one("gbv_type", case.gbv_type) or _("not known yet"),
            "contexts": ", ".join(self._one("case_context", c) for c in contexts) or "–",
            "owner": wording.person(names, case.owner_id),
            "next_action": self._next_action(case),
            "phoning": phoning,
        }
        captions = _captions()
        for name, label in self.facts.items():
            label.setText(said[name])
            label.setAccessibleName(f"{captions[name]}: {said[name]}")
        set_state(self.facts["next_action"], "tone", "danger" if self._is_late(case) else "")
        set_state(self.facts["phoning"], "tone", "" if case.may_be_phoned else "waiting")

    def _is_late(self, case: Case) -> bool:
        due = case.next_action_at
        return due is not None and due < to_ms(self._clock())

    def _next_action(self, case: Case) -> str:
        if case.is_closed:
            why = self._one("close_reason", case.close_reason)
            return _("Closed: {reason}").format(reason=why)
        if not case.open_tasks:
            return _("nothing planned")
        task = case.open_tasks[0]
        when = wording.day_and_time(task.due_at, local_day(to_ms(self._clock())))
        if self._is_late(case):
            when = _("Late: {when}").format(when=wording.inside(when))
        return f"{when} · {self._one('task_kind', task.kind)}"

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        for widget in (self.title, self.risk_pill, self.kind, self.closed_pill):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.back_button)
        card = Card()
        card.body.setContentsMargins(16, GRID, 16, GRID)
        facts = QHBoxLayout()
        facts.setSpacing(16)
        captions = _captions()
        for name, share in _FACTS:
            label = self.facts[name]
            label.setObjectName("fact")
            label.setMinimumWidth(1)
            facts.addWidget(labelled(captions[name], label), share, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(facts)
        line = QHBoxLayout(self._status_box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        caption = text(_("Status"), "fieldLabel")
        caption.setBuddy(self.status)
        line.addWidget(caption)
        line.addWidget(self.status, 1)
        card.body.addWidget(self._status_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(card)

    def _one(self, list_name: str, code: str | None) -> str:
        return self._reference.label(list_name, code, language())


def _captions() -> dict[str, str]:
    return {
        "gbv_type": _("Type of violence"),
        "contexts": _("Context"),
        "owner": _("Owner"),
        "next_action": _("Next action"),
        "phoning": _("May we phone?"),
    }


def _show_mark(pill: QLabel, mark: wording.Wording) -> None:
    pill.setText(f"{mark.sign}  {mark.words}")
    pill.setAccessibleName(mark.words)
    set_state(pill, "tone", mark.tone)
