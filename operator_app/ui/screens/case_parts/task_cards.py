"""One follow-up and what became of it, and the form of a new one."""

from __future__ import annotations

from collections.abc import Mapping

from operator_app.domain.cases import Case, Task
from operator_app.domain.follow_ups import DAY_MS
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui.follow_up_wording import due
from operator_app.ui.screens.case_parts.choices import chips, entries, people
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, ChoiceBox, LineBox, TextBox
from operator_app.ui.widgets.basic import text
from operator_app.ui.widgets.chips import Chip
from operator_app.ui.wording import Wording

DONE, MOVE, GIVE, WAY = "done", "move", "give", "way"
FIELD_OF = {DONE: "result", MOVE: "due_at", GIVE: "assignee", WAY: "way"}
NOTHING = {"act": None, "result": "", "due_at": "", "assignee": None, "way": None}


class TaskCard(EditBlock):
    """What is known of the follow-up chosen; chips: done, another time, person or way."""

    def __init__(self, reference: Reference) -> None:
        super().__init__("", _("Save"))
        self._task: Task | None = None
        self.facts = text("", "muted", wrap=True)
        self.body.addWidget(self.facts)
        acts = {
            DONE: _("Done"),
            MOVE: _("Other time"),
            GIVE: _("Other person"),
            WAY: _("Other way"),
        }
        shown = [Chip(code, words, str(n)) for n, (code, words) in enumerate(acts.items(), start=1)]
        self.add(ChipsBox("act", _("What next"), shown))
        self.add(TextBox("result", _("What came of it"), lines=3))
        self.add(LineBox("due_at", _("When"), _("25.11 10:00, or 14:30")))
        self.add(ChoiceBox("assignee", _("Who"), []))
        self.add(ChipsBox("way", _("How"), chips(reference, "task_way")))
        self.finish()
        self.body.addStretch(1)
        self.boxes["act"].edited.connect(self._show_asked)

    def show_task(
        self, case: Case, task: Task, words: tuple[str, str], colleagues: Mapping[str, str]
    ) -> None:
        """Show it; `words` say what is to be done, and what else is known of it."""
        self._task = task
        title, facts = words
        self.title.setText(title)
        self.facts.setText(facts)
        _offer(self.boxes["assignee"], colleagues)
        self.show_values(f"{case.case_id}/{task.task_id}", NOTHING)
        self._show_asked()

    def pick(self, number: int) -> None:
        """The n-th thing to do with it."""
        act = self.boxes["act"]
        if isinstance(act, ChipsBox) and act.isVisible() and number <= len(act.group.buttons):
            act.group.set_value(list(act.group.buttons)[number - 1])
            act.group.setFocus()

    def set_read_only(self, read_only: bool) -> None:
        super().set_read_only(read_only)
        self._show_asked()

    def _show_asked(self) -> None:
        values = self.values()
        changeable = self._task is not None and self._task.is_open and not self.read_only
        self.boxes["act"].setVisible(changeable)
        self.save_button.setVisible(changeable)
        for act, where in FIELD_OF.items():
            # What was typed stays in sight, even when the chip beside it was pressed.
            typed = where == "result" and bool(values[where])
            self.boxes[where].setVisible(changeable and (values["act"] == act or typed))


class NewTaskCard(EditBlock):
    """A follow-up by hand."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(_("New follow-up"), _("Save"))
        self.add(ChoiceBox("kind", _("What"), entries(reference, "task_kind")))
        self.add(ChipsBox("way", _("How"), chips(reference, "task_way")))
        self.add(
            LineBox("due_at", _("When"), _("25.11 10:00, or 14:30")),
            ChoiceBox("assignee", _("Who"), []),
        )
        self.add(TextBox("text", _("Words"), lines=3))
        self.finish()
        self.body.addStretch(1)

    def show_case(self, case: Case, colleagues: Mapping[str, str]) -> None:
        """The form of this case: for its owner, or as far as it was filled in."""
        _offer(self.boxes["assignee"], colleagues)
        values = {"kind": None, "way": None, "due_at": "", "assignee": case.owner_id, "text": ""}
        self.show_values(f"{case.case_id}/new", values)


def _offer(box: object, colleagues: Mapping[str, str]) -> None:
    if isinstance(box, ChoiceBox):
        box.set_entries(people(colleagues))


def task_mark(task: Task, now: int) -> Wording:
    """When it is due or by how much it is late, or that nothing has to be done any more."""
    if task.done_at is not None:
        return Wording(_("Done"), "calm", "●")
    if task.dropped_at is not None:
        return Wording(_("Not needed any more"), "", "○")
    late = task.due_at < now
    soon = task.due_at - now < DAY_MS
    return Wording(
        due(task, now), "danger" if late else "waiting" if soon else "", "!" if late else "◐"
    )
