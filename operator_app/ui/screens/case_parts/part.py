"""What the sections of a case page have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.problems import sentence
from operator_app.ui.screens.case_parts.columns import columns
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice
from operator_app.ui.wording import day_and_time

KEPT_AFTER_MS = 2_000
"""How soon what is typed is on the disk."""
RETOLD_AFTER_MS = 30_000
"""How often what depends on the present moment is worded anew."""

DRAFT = "part."
"""Begins the names of the drafts of sections."""


@dataclass(frozen=True)
class Tools:
    """What the sections work with. `names`: full name by user id, read on the worker."""

    cases: Cases
    work: CaseWork
    names: Callable[[], dict[str, str]]
    reference: Reference
    actor: Actor
    tasks: Tasks
    dialogs: Dialogs
    clock: Clock
    drafts: CaseDrafts


@dataclass(frozen=True)
class People:
    """Who is called what, and who may be given a follow-up: full name by user id."""

    names: dict[str, str]
    colleagues: dict[str, str]


class CasePart(QWidget):
    """A section. `changed(Case)`: a service returned this version. `unsaved_changed(bool)`:
    something typed here is not saved. `part_asked(QWidget)`: show that section."""

    changed = Signal(object)
    unsaved_changed = Signal(bool)
    part_asked = Signal(object)

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self.tools = tools
        self.case: Case | None = None
        self.may_change = False
        self.may_note = False
        self.people = People({}, {})
        self._blocks: dict[str, EditBlock] = {}
        self._touched: set[str] = set()
        self._on_disk: dict[tuple[str, str], str] = {}
        self._drafts_read: set[str] = set()
        self.notice = Notice("danger")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self._layout.addWidget(self.notice)
        self._timer = QTimer(self)
        self._timer.setInterval(RETOLD_AFTER_MS)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(KEPT_AFTER_MS)
        self._typing.timeout.connect(self.keep_typed)

    def show_case(self, case: Case, may_change: bool) -> None:
        """Show the case; of the same case, what is being edited stays as it is typed."""
        another = self.case is None or self.case.case_id != case.case_id
        self.case = case
        # A closed case takes nothing but words on it.
        self.may_note = self.tools.actor.may(Right.WORK_ON_CASES)
        self.may_change = may_change and not case.is_closed
        if another:
            self.notice.show_text("")
            self.tools.tasks.database(self, self._read_people, self._on_people, self._on_failed)
        self.refresh()
        if case.case_id not in self._drafts_read:
            tools, case_id = self.tools, case.case_id
            tools.tasks.database(
                self,
                lambda: tools.drafts.read(tools.actor, case_id),
                partial(self._on_drafts, case_id),
                self._on_failed,
            )
        self._on_unsaved()

    @property
    def has_unsaved(self) -> bool:
        """Whether something typed for the case shown is not saved."""
        return self.case is not None and any(
            block.has_unsaved(self.case.case_id) for block in self._blocks.values()
        )

    def refresh(self) -> None:
        """Show `self.case`."""
        raise NotImplementedError

    def retell(self) -> None:
        """Word anew what depends on the present moment."""

    def fill(self, cards: list[QWidget], blocks: dict[str, EditBlock]) -> None:
        """Lay the cards out; watch the blocks among them, named as their drafts are."""
        self._layout.addWidget(columns(cards), 1)
        self._blocks = blocks
        for block in blocks.values():
            block.unsaved_changed.connect(self._on_unsaved)

    def keep_typed(self) -> None:
        """Put what is typed and not saved on the disk, encrypted."""
        touched, self._touched = self._touched, set()
        for case_id in touched:
            for name, block in self._blocks.items():
                self._keep(case_id, name, block)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Locking and leaving hide the section.
        self.keep_typed()

    def save(
        self,
        block: EditBlock,
        work: Callable[[str], Case],
        after: Callable[[Case], None] | None = None,
    ) -> None:
        """Bring the words of the block to the service: `work` of the id of the case. `after`: what
        to do when it took them, before the new version is shown."""
        case = self.case
        if case is None:
            return
        key, sent = block.begin_save()

        def done(saved: Case) -> None:
            block.saved(key, sent)
            if after is not None and block.key == key:
                after(saved)
            self.take(saved)

        self.tools.tasks.database(self, lambda: work(case.case_id), done, block.refused)

    def take(self, case: Case) -> None:
        """A service returned this version."""
        if self.case is not None and self.case.case_id == case.case_id:
            self.show_case(case, self.may_change)
        self.changed.emit(case)

    @property
    def now(self) -> int:
        """UTC milliseconds."""
        return to_ms(self.tools.clock())

    @property
    def today(self) -> date:
        """The day in Bishkek."""
        return local_day(self.now)

    def moment(self, at: int) -> str:
        """ "Today, 09:14"."""
        return day_and_time(at, self.today)

    def key(self, *ids: str) -> str:
        """Names a record of the case shown."""
        return "/".join((self.case.case_id if self.case else "", *ids))

    def _read_people(self) -> People:
        return People(self.tools.names(), self.tools.cases.colleagues(self.tools.actor))

    def _on_people(self, people: People) -> None:
        self.people = people
        if self.case is not None:
            self.refresh()

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(sentence(error))

    def _on_unsaved(self) -> None:
        self.unsaved_changed.emit(self.has_unsaved)
        if self.case is not None:
            self._touched.add(self.case.case_id)
            if not self._typing.isActive():
                self._typing.start()

    def _keep(self, case_id: str, name: str, block: EditBlock) -> None:
        typed = block.typed(case_id)
        words = json.dumps(typed) if typed else ""
        if case_id not in self._drafts_read or self._on_disk.get((case_id, name), "") == words:
            return
        self._on_disk[case_id, name] = words
        tools = self.tools
        self.tools.tasks.database(
            self,
            lambda: tools.drafts.keep(tools.actor, case_id, DRAFT + name, words),
            lambda _nothing: None,
            self._on_failed,
        )

    def _on_drafts(self, case_id: str, drafts: dict[str, str]) -> None:
        self._drafts_read.add(case_id)
        for name, block in self._blocks.items():
            if words := drafts.get(DRAFT + name):
                self._on_disk[case_id, name] = words
                block.give_back(json.loads(words))
        if self.case is not None:
            self.refresh()

    def _on_time(self) -> None:
        if self.case is not None and self.isVisible():
            self.retell()
