"""Follow-ups and notes of a case."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from operator_app.domain.cases import Case, Task, find_part
from operator_app.domain.follow_ups import OFFICE_OPENS
from operator_app.domain.moments import read_moment
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.follow_up_wording import due_at, what
from operator_app.ui.screens.case_parts.choices import label
from operator_app.ui.screens.case_parts.fields import focus
from operator_app.ui.screens.case_parts.notes_card import NotesCard
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.screens.case_parts.records import Record, RecordsCard
from operator_app.ui.screens.case_parts.task_cards import (
    DONE,
    FIELD_OF,
    GIVE,
    MOVE,
    NewTaskCard,
    TaskCard,
    task_mark,
)
from operator_app.ui.wording import person

NEW = ""


class TasksPart(CasePart):
    """The list, the follow-up that is chosen or a new one, and the notes."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.records = RecordsCard(
            _("Follow-ups"), _("New follow-up"), _("Nothing has to be done here now.")
        )
        self.task = TaskCard(tools.reference)
        self.new = NewTaskCard(tools.reference)
        self.notes = NotesCard()
        self.task.save_asked.connect(self._save_task)
        self.new.save_asked.connect(self._save_new)
        self.notes.save_asked.connect(self._save_note)
        self.records.list.chosen.connect(lambda _key: self._show_chosen())
        self.records.list.digit.connect(self.task.pick)
        self.records.list.entered.connect(lambda: focus(self.task.boxes["act"]))
        self.records.new_asked.connect(self._on_new)
        self._came = NEW
        cards: list[QWidget] = [self.records, self.task, self.new, self.notes]
        self.fill(cards, {"task": self.task, "new_task": self.new, "note": self.notes})

    def refresh(self) -> None:
        case = self.case
        if case is None:
            return
        another = self.new.key.split("/")[0] != case.case_id
        self.retell()
        if another and case.open_tasks:
            self._came = case.open_tasks[0].task_id
        if self._came:
            self.records.list.select(self._came)
            self._came = NEW
        self.new.show_case(case, self.people.colleagues)
        self.notes.show_case(case, self.people.names, self.moment)
        for block in (self.task, self.new):
            block.set_read_only(not self.may_change)
        # A closed case still takes words on it.
        self.notes.set_read_only(not self.may_note)
        self.records.new_button.setVisible(self.may_change)
        self._show_chosen()

    def retell(self) -> None:
        if self.case is None:
            return
        done = sorted(
            (t for t in self.case.tasks if not t.is_open),
            key=lambda t: t.done_at or t.dropped_at or 0,
            reverse=True,
        )
        shown = []
        for task in (*self.case.open_tasks, *done):
            way = label(self.tools.reference, "task_way", task.way)
            said = [person(self.people.names, task.assignee_id), way]
            if task.done_at is not None:
                said = [self.moment(task.done_at), task.result]
            kind = label(self.tools.reference, "task_kind", task.kind)
            about = what(self.tools.reference, task, self.today)
            below = " · ".join(w.replace("\n", " ") for w in said if w)
            shown.append(
                Record(
                    task.task_id,
                    kind,
                    below if about == kind else f"{about}\n{below}",
                    task_mark(task, self.now),
                    not task.is_open,
                )
            )
        self.records.show_records(shown)

    def _show_chosen(self) -> None:
        case = self.case
        if case is None:
            return
        task = find_part(case.tasks, "task_id", self.records.list.key)
        self.task.setVisible(task is not None)
        self.new.setVisible(task is None and self.may_change)
        if task is not None:
            title = what(self.tools.reference, task, self.today)
            self.task.show_task(case, task, (title, self._facts(task)), self.people.colleagues)

    def _facts(self, task: Task) -> str:
        names = self.people.names
        said = [
            _("Due: {moment}").format(moment=due_at(task.due_at, self.now)),
            person(names, task.assignee_id)
            + " · "
            + label(self.tools.reference, "task_way", task.way),
            _("Made by a rule") if task.rule else "",
            task.text,
        ]
        if task.done_at is not None:
            said.append(
                _("Done: {moment}").format(moment=self.moment(task.done_at))
                + f" · {person(names, task.done_by)}\n{task.result}"
            )
        return "\n".join(words for words in said if words)

    def _on_new(self) -> None:
        self.records.list.select(NEW)
        self._show_chosen()
        focus(self.new.boxes["kind"])

    def _save_task(self) -> None:
        values, task_id, tools = self.task.values(), self.records.list.key, self.tools
        act = values["act"]
        when = read_moment(values["due_at"], self.now, otherwise=OFFICE_OPENS)
        fault = None
        if act is None:
            fault = Fault("act", "call.missing")
        elif act == MOVE and when is None:
            fault = Fault("due_at", "task.due_not_understood")
        elif not values[FIELD_OF[act]] and act != DONE:
            fault = Fault(FIELD_OF[act], "call.missing")
        if fault is not None:
            self.task.show_faults([fault])
            return

        def work(case_id: str) -> Case:
            actor, verbs = tools.actor, tools.work
            if act == DONE:
                return verbs.finish_task(actor, case_id, task_id, values["result"])
            if act == MOVE and when is not None:
                return verbs.move_task(actor, case_id, task_id, when)
            if act == GIVE:
                return verbs.give_task(actor, case_id, task_id, values["assignee"])
            return verbs.set_task_way(actor, case_id, task_id, values["way"])

        self.save(self.task, work)

    def _save_new(self) -> None:
        values, tools = self.new.values(), self.tools
        when = read_moment(values["due_at"], self.now, otherwise=OFFICE_OPENS)
        faults = [
            Fault(where, "call.missing") for where in ("kind", "way") if values[where] is None
        ]
        if when is None:
            faults.append(Fault("due_at", "task.due_not_understood"))
        if faults or when is None:
            self.new.show_faults(faults)
            return
        self.save(
            self.new,
            lambda case_id: tools.work.add_task(
                tools.actor,
                case_id,
                kind=values["kind"],
                way=values["way"],
                due_at=when,
                assignee_id=values["assignee"] or "",
                text=values["text"],
            ),
            self._on_saved,
        )

    def _on_saved(self, case: Case) -> None:
        known = {t.task_id for t in self.case.tasks} if self.case else set()
        self._came = next((t.task_id for t in case.tasks if t.task_id not in known), NEW)

    def _save_note(self) -> None:
        tools, note = self.tools, self.notes.values()["note"]
        self.save(self.notes, lambda case_id: tools.cases.add_note(tools.actor, case_id, note))
