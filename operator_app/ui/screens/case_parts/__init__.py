"""The sections of a case page. Each shows a case, saves its own parts, and says what changed."""

from __future__ import annotations

from collections.abc import Callable

from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.screens.case_parts.contact_part import ContactPart
from operator_app.ui.screens.case_parts.orders_part import OrdersPart
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.screens.case_parts.person_part import PersonPart
from operator_app.ui.screens.case_parts.referrals_part import ReferralsPart
from operator_app.ui.screens.case_parts.tasks_part import TasksPart
from operator_app.ui.tasks import Tasks


def make_parts(
    cases: Cases,
    work: CaseWork,
    names: Callable[[], dict[str, str]],
    reference: Reference,
    actor: Actor,
    tasks: Tasks,
    dialogs: Dialogs,
    clock: Clock,
    letter_asked: Callable[[Case, str], None] | None,
    drafts: CaseDrafts,
) -> list[tuple[str, CasePart]]:
    """The sections with their titles, in the order of work. The page shows them as tabs.

    `names`: full name by user id, read on the worker. `letter_asked` (the case, the id of a
    referral) leads to the letter; None hides its button. `drafts` keeps what is typed and not
    saved, across a crash and a power cut. The page brings the section to the front
    that `part_asked(QWidget)` names, marks the title of one that says `unsaved_changed(True)`, and
    gives the version that `changed(Case)` brings to the others by `show_case`.
    """
    tools = Tools(cases, work, names, reference, actor, tasks, dialogs, clock, drafts)
    contact = ContactPart(tools)
    return [
        (_("Person and incident"), PersonPart(tools)),
        (_("Orders"), OrdersPart(tools)),
        (_("Referrals"), ReferralsPart(tools, letter_asked, contact.ask_consent)),
        (_("Contact and consent"), contact),
        (_("Tasks and notes"), TasksPart(tools)),
    ]
