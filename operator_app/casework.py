"""The places of cases and of follow-ups. Part of the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operator_app.i18n import _
from operator_app.services.case_access import Accesses
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_list import CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.closures import Closures
from operator_app.services.follow_ups import FollowUps
from operator_app.services.letters import Letters
from operator_app.ui.late import Late
from operator_app.ui.main_window import Place
from operator_app.ui.printing import page_pdf
from operator_app.ui.screens.cases_screen import CasesScreen
from operator_app.ui.screens.follow_ups_screen import FollowUpsScreen
from operator_app.ui.ways_to_mending import lead_to_mending

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


class Casework:
    """What those who work on cases have on their desk; the screen of cases is made when it is
    first looked at: it is a third of all that there is to make."""

    def __init__(self, desk: Desk, application: Application) -> None:
        self._desk = desk
        self._application = application
        self.follow_ups = FollowUps(desk.database, application.clock)
        self.case_list = CaseList(desk.database, application.clock)
        self._work = CaseWork(desk.cases, desk.reference, application.clock)
        self._late = Late(self._make_cases)
        self.follow_ups_screen = self._make_follow_ups()

    @property
    def cases_screen(self) -> CasesScreen:
        """The screen of cases; made now if nobody looked at it yet."""
        return self._late.page

    def places(self) -> list[Place]:
        """Cases and follow-ups."""
        return [
            Place("cases", _("Cases"), "cases", "Ctrl+3", self._late),
            Place("follow-ups", _("Follow-ups"), "follow-ups", "Ctrl+4", self.follow_ups_screen),
        ]

    def open_case(self, case_id: str) -> None:
        """Show the case; a screen that is made for it did not hear that it was asked for."""
        if self._late.made is None:
            self._late.page.open_case(case_id)
        self._desk.window.go_to("cases")

    def lead_to_mending(self) -> None:
        """From now on a record that was refused opens on its screen, where it is wrong."""
        desk = self._desk
        if desk.journal_screen is not None and desk.call_screen is not None:
            lead_to_mending(
                desk.events, desk.journal_screen, desk.call_screen, self._mend_case, desk.amend
            )

    def _mend_case(self, case_id: str, section: int) -> None:
        self._late.page.open_case(case_id, section=section)
        self._desk.window.go_to("cases")

    def _make_cases(self) -> CasesScreen:
        desk, application = self._desk, self._application
        clock = application.clock
        return CasesScreen(
            desk.cases,
            self._work,
            self.case_list,
            Accesses(desk.database, clock),
            CaseDrafts(desk.database, clock),
            desk.accounts.names,
            desk.reference,
            desk.actor,
            application.tasks,
            desk.events,
            application.dialogs,
            clock,
            Letters(desk.database, desk.cases, desk.reference, clock, page_pdf),
            Closures(desk.database, desk.cases.files.read, desk.reference, clock),
        )

    def _make_follow_ups(self) -> FollowUpsScreen:
        desk, application = self._desk, self._application
        return FollowUpsScreen(
            self.follow_ups,
            desk.cases,
            self._work,
            desk.accounts.names,
            desk.reference,
            desk.actor,
            application.tasks,
            desk.events,
            application.dialogs,
            application.clock,
        )
