"""What a checked file would change, before it does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from operator_app.i18n import _
from operator_app.services.reference_import import ImportPlan
from operator_app.ui.reference_wording import counted, file_kind
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text


class PlanCard(Card):
    """Hidden until there is a plan. `taken()`: carry it out; `left()`: do not."""

    taken = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = text("", "cardTitle", wrap=True)
        self.kind = text("", wrap=True)
        self.counts = text("", "strong", wrap=True)
        self.compare = Notice("warning")
        self.sign = text("", "figure")
        self.take_button = button(_("Take over"), "primary", "Ctrl+Enter")
        self.leave_button = button(_("Leave it"), key="Esc")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.take_button)
        line.addWidget(self.leave_button)
        line.addStretch(1)
        for part in (self.title, self.kind, self.counts, self.compare, self.sign):
            self.body.addWidget(part)
        self.body.addLayout(line)
        self.take_button.setAutoDefault(True)
        self.leave_button.setAutoDefault(True)
        self.take_button.clicked.connect(self.taken)
        self.leave_button.clicked.connect(self.left)
        self.hide()

    def show_plan(self, name: str, plan: ImportPlan) -> None:
        """Say what would change, and put the keyboard on the answer."""
        self.title.setText(name)
        self.kind.setText(file_kind(plan.kind))
        self.counts.setText(counted(plan.new, plan.changed, plan.removed))
        self.compare.show_text(_compare(plan.fingerprint))
        self.sign.setText(_in_fours(plan.fingerprint))
        self.sign.setVisible(bool(plan.fingerprint))
        different = bool(plan.new or plan.changed or plan.removed)
        self.take_button.setEnabled(different)
        self.show()
        # A key to be compared is not taken by an Enter that was meant for something else.
        at_once = different and not plan.fingerprint
        first = self.take_button if at_once else self.leave_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)


def _compare(fingerprint: str) -> str:
    if not fingerprint:
        return ""
    return _(
        "This PC does not know the ministry's server yet. Ask the ministry by telephone for the "
        "signs of its key, and take the file over only if they are these:"
    )


def _in_fours(fingerprint: str) -> str:
    return "-".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))
