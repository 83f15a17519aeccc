"""From a record that did not pass to its screen, at the field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from operator_app.domain.calls import Call
from operator_app.domain.wire import Kind
from operator_app.errors import Fault
from operator_app.services.refusals import Refused
from operator_app.ui.events import Events
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.journal_screen import JournalScreen

SECTIONS = {
    "affected": 1,
    "offender": 1,
    "incidents": 1,
    "orders": 2,
    "referrals": 3,
    "contact": 4,
    "plan": 4,
    "consents": 4,
    "tasks": 5,
    "notes": 5,
}
"""Where in a case the parts of its snapshot are mended; everything else is in the overview."""


def lead_to_mending(
    events: Events,
    journal: JournalScreen,
    call_screen: CallScreen,
    open_case: Callable[[str, int], None],
    amend: Callable[[Call], bool],
) -> None:
    """`amend` brings a call onto the call screen, unless one is in progress there."""
    _Mending(events, journal, call_screen, open_case, amend)


class _Mending(QObject):
    """A call is opened in the journal first, by its rights; once it is open, the screen changes."""

    def __init__(
        self,
        events: Events,
        journal: JournalScreen,
        call_screen: CallScreen,
        open_case: Callable[[str, int], None],
        amend: Callable[[Call], bool],
    ) -> None:
        super().__init__(events)
        self._events = events
        self._journal = journal
        self._call_screen = call_screen
        self._open_case = open_case
        self._amend = amend
        self._wanted: Refused | None = None
        events.mend_asked.connect(self._on_asked)
        events.open_call_asked.connect(self._on_other_call)
        journal.shown.connect(self._on_shown)

    def _on_asked(self, row: Refused) -> None:
        if row.kind is Kind.CASE:
            self._open_case(row.record_id, section_of(row.faults))
            return
        self._events.open_call_asked.emit(row.record_id)
        self._wanted = row

    def _on_other_call(self, _call_id: str) -> None:
        self._wanted = None

    def _on_shown(self, call: Call) -> None:
        row, self._wanted = self._wanted, None
        if row is None or row.record_id != call.call_id or not self._journal.may_amend:
            return
        if self._amend(call) and row.faults:
            self._call_screen.fields.mark(list(row.faults))
            self._call_screen.fields.focus_first(list(row.faults))


def section_of(faults: Sequence[Fault]) -> int:
    """The section of the case page that holds the first field that is wrong."""
    parts = (fault.where.split(".")[0].split("[")[0] for fault in faults)
    return next((SECTIONS[part] for part in parts if part in SECTIONS), 0)
