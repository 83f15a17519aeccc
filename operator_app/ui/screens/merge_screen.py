"""Two versions of a case: what they disagree on, side by side, until a supervisor decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from operator_app.domain.case_merge import Difference, Merged
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.case_versions import Version
from operator_app.services.cases import Cases
from operator_app.ui import wording
from operator_app.ui.problems import sentence
from operator_app.ui.screens import merge_words
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

LONGEST = 400
"""Letters of a long text that are shown; the tip shows the rest."""


class MergeScreen(QWidget):
    """One row for each difference: a digit picks the version that is right.

    What is not picked keeps the more cautious value, which is marked. `merged` comes with the id
    of the case after it was saved; `closed` when the person goes back.
    """

    merged = Signal(str)
    closed = Signal()

    def __init__(
        self,
        cases: Cases,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._cases = cases
        self._names = names
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._case_id = ""
        self._bases: tuple[str, ...] = ()
        self.choices: dict[str, ChipGroup] = {}
        self.title = text("", "screenTitle")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = text("", "hint", wrap=True)
        self.problem = Notice("danger")
        self.back_button = button(_("Back"), key="Esc")
        self.save_button = button(_("Save as one version"), "primary", "Ctrl+Enter")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(_("What the versions disagree on"))
        self._lay_out()
        self.back_button.clicked.connect(self.closed)
        self.save_button.clicked.connect(self._on_save)

    def open_case(self, case_id: str) -> None:
        """Read the versions of the case and show where they disagree."""
        self._case_id = case_id
        self.problem.show_text("")
        self._tasks.database(
            self,
            lambda: (
                self._cases.merged(self._actor, case_id),
                self._cases.heads(self._actor, case_id),
                self._names(),
            ),
            self._on_read,
            self._on_failed,
        )

    def _on_read(self, found: tuple[Merged, list[Version], dict[str, str]]) -> None:
        merged, heads, names = found
        self._bases = tuple(v.op_id for v in merged.versions)
        self.title.setText(_("Two versions of case {number}").format(number=merged.case.number))
        several = len(merged.versions) > 1
        self.save_button.setEnabled(several)
        if not several:
            self.hint.setText(_("There is one version only: nothing has to be decided."))
        elif merged.differences:
            self.hint.setText(
                _(
                    "They were made on two PCs without knowledge of each other. What either "
                    "added is kept. For each line press the digit of the version that is right; "
                    "until then the marked, more cautious value counts."
                )
            )
        else:
            self.hint.setText(_("The versions contradict each other nowhere: save them as one."))
        by_id = {v.case.op_id: v for v in heads}
        authors = [self._author(by_id.get(op_id), names) for op_id in self._bases]
        self._show_rows(merged, authors if several else [], names)

    def _author(self, version: Version | None, names: dict[str, str]) -> str:
        if version is None:
            return ""
        where = _("this PC") if version.own else _("another PC")
        person = wording.person(names, version.author_id)
        return f"{person}, {wording.full_day_and_time(version.at)}, {where}"

    def _show_rows(self, merged: Merged, authors: list[str], names: dict[str, str]) -> None:
        self.choices = {}
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        if authors:
            rows.addWidget(_heads(authors))
        for difference in merged.differences:
            rows.addWidget(self._row(difference, merged, names))
        rows.addStretch(1)
        self.area.setWidget(content)
        first = next(iter(self.choices.values()), None)
        (first or self.save_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, difference: Difference, merged: Merged, names: dict[str, str]) -> QWidget:
        label = merge_words.label(difference.field, merged, self._reference)
        chips = [
            Chip(str(n), _("Version {n}").format(n=n + 1), str(n + 1))
            for n in range(len(difference.values))
        ]
        group = ChipGroup(chips, label)
        group.picked.connect(partial(self._on_picked, difference.field))
        group.passed.connect(partial(self._go_on, difference.field))
        self.choices[difference.field] = group
        card = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 260)
        grid.addWidget(text(label, "strong", wrap=True), 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(group, 1, 0, Qt.AlignmentFlag.AlignTop)
        matched = False
        for n, found in enumerate(difference.values):
            shown = merge_words.value(difference.field, found, self._reference, names)
            mark = found == difference.shown and not matched
            matched = matched or mark
            column = n + 1
            grid.setColumnStretch(column, 1)
            grid.addWidget(_value_label(shown), 0, column, Qt.AlignmentFlag.AlignTop)
            if mark:
                grid.addWidget(_counts_mark(_("counts until then")), 1, column)
        if not matched:
            shown = merge_words.value(difference.field, difference.shown, self._reference, names)
            until_then = _counts_mark(_("Until then: {value}").format(value=shown))
            # It is neither of the versions: it stands below all of them.
            grid.addWidget(until_then, 1, 1, 1, len(difference.values))
        card.body.addLayout(grid)
        return card

    def _on_picked(self, field: str, _code: str) -> None:
        self._go_on(field)

    def _go_on(self, field: str) -> None:
        names = list(self.choices)
        following = names[names.index(field) + 1 :]
        target: QWidget = self.choices[following[0]] if following else self.save_button
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(target)

    def _on_save(self) -> None:
        choices = {
            field: int(group.value)
            for field, group in self.choices.items()
            if group.value is not None
        }
        case_id, bases = self._case_id, self._bases
        self.save_button.setEnabled(False)
        self._tasks.database(
            self,
            lambda: self._cases.merge(self._actor, case_id, bases, choices),
            lambda _case: self.merged.emit(case_id),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        self.problem.show_text(sentence(error))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.back_button)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.hint)
        layout.addWidget(self.problem)
        layout.addWidget(self.area, 1)
        layout.addLayout(foot)


def _heads(authors: list[str]) -> QWidget:
    card = Card()
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    # Nothing stands in the first column: Qt leaves the spacing beside an empty one out.
    grid.setColumnMinimumWidth(0, 260 + 2 * GRID)
    for n, author in enumerate(authors):
        grid.setColumnStretch(n + 1, 1)
        grid.addWidget(text(_("Version {n}").format(n=n + 1), "strong"), 0, n + 1)
        grid.addWidget(text(author, "muted", wrap=True), 1, n + 1)
    card.body.addLayout(grid)
    return card


def _value_label(shown: str) -> QWidget:
    short = shown if len(shown) <= LONGEST else shown[:LONGEST].rstrip() + "…"
    label = text(short, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if short != shown:
        label.setToolTip(shown)
    return label


def _counts_mark(words: str) -> QWidget:
    mark = text(words, "pill", wrap=True)
    set_state(mark, "tone", "waiting")
    return mark
