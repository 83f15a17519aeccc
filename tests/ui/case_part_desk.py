"""A section of a case page on the screen of a test office, and hands at its keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.cases import Case
from operator_app.domain.people import Actor
from operator_app.services.accounts import Accounts
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.ui.screens.case_parts import make_parts
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.part import CasePart
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import TestOffice
from tests.ui.case_office import case_of, services
from tests.ui.door import AnsweringDialogs, press, show, words_on

CONTROL = Qt.KeyboardModifier.ControlModifier
EMOJI = "👩‍👧‍👦"
RIGHT_TO_LEFT = "\u202bשלום عليكم\u202c"

P = TypeVar("P", bound=CasePart)


@dataclass
class Hands:
    """The sections of one office; each may be put on the screen."""

    qtbot: QtBot
    office: TestOffice
    tasks: Tasks = field(default_factory=InlineTaskRunner)
    actor: Actor | None = None
    with_letters: bool = True
    letters: list[tuple[str, str]] = field(default_factory=list)
    fronts: list[QWidget] = field(default_factory=list)
    unsaved: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        office = self.office
        self.cases: Cases = services(office)[0]
        self.work: CaseWork = services(office)[1]
        names = Accounts(office.database, office.paths, office.clock).names
        self.parts = make_parts(
            self.cases,
            self.work,
            names,
            office.reference,
            self.actor or office.actor,
            self.tasks,
            AnsweringDialogs(),
            office.clock,
            (lambda case, referral: self.letters.append((case.case_id, referral)))
            if self.with_letters
            else None,
            CaseDrafts(office.database, office.clock),
        )
        for title, part in self.parts:
            part.part_asked.connect(self.fronts.append)
            part.unsaved_changed.connect(lambda on, t=title: self.unsaved.update({t: on}))
            part.changed.connect(self._on_changed)

    def open(self, kind: type[P], case_id: str, *, may_change: bool = True) -> P:
        """The section on the screen, with the case in it."""
        for _title, part in self.parts:
            part.show_case(self.case(case_id), may_change)
        found = next(part for _title, part in self.parts if isinstance(part, kind))
        show(self.qtbot, found)
        return found

    def case(self, case_id: str) -> Case:
        """As it is in the database."""
        return case_of(self.office, case_id)

    def _on_changed(self, case: Case) -> None:
        # What the page does: every section shows the new version.
        for _title, part in self.parts:
            part.show_case(case, True)


def save() -> None:
    """Ctrl+Enter in whatever has the focus."""
    press(Qt.Key.Key_Return, CONTROL)


def go_to(block: EditBlock, where: str) -> None:
    """Put the keyboard into a field."""
    block.boxes[where].field.setFocus(Qt.FocusReason.TabFocusReason)


def paste(text: str) -> None:
    """Paste into whatever has the focus, over what stands there."""
    mime = QMimeData()
    mime.setText(text)
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_A, CONTROL)
    press(Qt.Key.Key_V, CONTROL)


def problems(block: EditBlock) -> dict[str, str]:
    """What is said to be wrong, by field; "" for what stands below all of them."""
    said = {where: box.problem for where, box in block.boxes.items() if box.problem}
    if block.notice.isVisible():
        said[""] = block.notice.label.text()
    return said


def all_words(window: QWidget) -> str:
    """Every word of labels, fields and buttons that is seen."""
    buttons = [b.text() for b in window.findChildren(QPushButton) if b.isVisible()]
    return words_on(window) + "\n" + "\n".join(buttons)
