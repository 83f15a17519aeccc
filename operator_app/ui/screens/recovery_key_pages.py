"""The last pages of the set-up wizard: the recovery key, and the proof that it is on paper."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from operator_app.db.keyring import check_recovery_part, recovery_fingerprint
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.screens.set_up_pages import Draft, FormPage, Page
from operator_app.ui.widgets.basic import GRID, Notice, text
from operator_app.ui.widgets.form import FormField


class RecoveryKeyPage(Page):
    """The recovery key, shown to be written down by hand: it cannot be copied or printed."""

    def __init__(self, recovery_key: str) -> None:
        super().__init__()
        self.title = _("Recovery key")
        self.lead = _(
            "If nobody knows a password any more, only this key opens the records. Write it on paper and keep the paper in the safe. It is shown only now."
        )
        self.action = _("I have written it down")
        self.body.addWidget(RecoveryPaper(recovery_key))
        self.body.addStretch(1)


class RecoveryCheckPage(FormPage):
    """Two groups typed back from the paper, then the work itself."""

    def __init__(self, draft: Draft, recovery_key: str, positions: tuple[int, ...]) -> None:
        """`positions`: of the groups asked for, from 0."""
        super().__init__(draft)
        self.title = _("Is it on the paper?")
        self.lead = _("Type these two groups from the paper. To see the key again, go back.")
        self.action = _("Set up this PC")
        self._recovery_key = recovery_key
        self.positions = positions
        groups = []
        for position in self.positions:
            label = _("Group {number}").format(number=position + 1)
            groups.append(FormField(f"recovery.{position}", label, QLineEdit()))
        self.form.add(*groups)
        self.working = text(
            _("The encrypted database is being made. This takes a few seconds…"), "muted", wrap=True
        )
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.failed = Notice("danger")
        for widget in (self.working, self.progress, self.failed):
            self.form.rows.addWidget(widget)
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """Show that the work goes on."""
        self.working.setVisible(busy)
        self.progress.setVisible(busy)
        for field in self.form.fields.values():
            field.setEnabled(not busy)

    def faults(self) -> list[Fault]:
        return [
            Fault(f"recovery.{position}", fault.code)
            for position in self.positions
            for fault in check_recovery_part(
                self._recovery_key, (position,), self.form.value(f"recovery.{position}")
            )
        ]

    def _keep(self, where: str) -> None:
        """What is typed here is a test, not an input."""


class RecoveryPaper(QWidget):
    """The groups of a recovery key and its fingerprint, to be written down from the screen."""

    def __init__(self, recovery_key: str) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        grid = QGridLayout()
        grid.setSpacing(GRID)
        for number, group in enumerate(recovery_key.split("-")):
            grid.addWidget(_group(number + 1, group), number // 4, number % 4)
        layout.addLayout(grid)
        said = _("Fingerprint, to be written on the same paper: {fingerprint}").format(
            fingerprint=recovery_fingerprint(recovery_key)
        )
        layout.addWidget(text(said, "strong", wrap=True))


def _group(number: int, signs: str) -> QWidget:
    frame = QFrame()
    frame.setObjectName("notice")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(12, GRID, 12, GRID)
    layout.setSpacing(0)
    layout.addWidget(text(str(number), "hint"))
    label = text(signs, "figure")
    label.setAccessibleName(_("Group {number}").format(number=number) + ": " + " ".join(signs))
    layout.addWidget(label, alignment=Qt.AlignmentFlag.AlignHCenter)
    return frame
