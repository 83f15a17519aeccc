"""Shifts and duty: who works when, and the shifts themselves."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.shifts import Shifts
from operator_app.ui.shift_parts.roster_part import RosterPart
from operator_app.ui.shift_parts.shifts_part import ShiftsPart
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.parts import Parts


class ShiftsPage(QWidget):
    """A tab of the administration screen, for who may set shifts and duty."""

    def __init__(self, shifts: Shifts, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self.roster = RosterPart(shifts, actor, tasks, clock)
        self.shifts = ShiftsPart(shifts, actor, tasks, clock)
        self.parts = Parts(
            (
                ("roster", _("Who is on duty"), self.roster),
                ("shifts", _("The shifts"), self.shifts),
            ),
            _("Part of this page"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.addWidget(self.parts)
        self.setFocusProxy(self.roster.grid)
