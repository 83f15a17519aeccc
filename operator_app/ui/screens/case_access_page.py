"""Who opened cases of other people, and why: for the supervisor to read and tick off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.case_access import Access, Accesses
from operator_app.ui import problems, wording
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text


class CaseAccessPage(QWidget):
    """Oldest first. `ticked_off()`: the supervisor has read one. `open_asked(case_id)`: show it."""

    back_asked = Signal()
    ticked_off = Signal()
    open_asked = Signal(str)

    def __init__(
        self,
        accesses: Accesses,
        names: Callable[[], dict[str, str]],
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        """`names`: full name by user id, read on the worker."""
        super().__init__()
        self._accesses = accesses
        self._names = names
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self.counter = text("", "muted")
        self.back_button = button(_("Back"), key="Esc")
        self.notice = Notice("warning")
        self.seen_buttons: list[QPushButton] = []
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(text(_("Openings with a stated reason"), "screenTitle"))
        top.addWidget(self.counter)
        top.addStretch(1)
        top.addWidget(self.back_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self.notice)
        layout.addWidget(self._area, 1)
        self.back_button.clicked.connect(self.back_asked)

    def read(self) -> None:
        """List what was not seen yet; the keyboard goes to the first "Seen", or to the way back."""

        def work() -> tuple[list[Access], dict[str, str]]:
            return self._accesses.unseen(self._actor), self._names()

        self._tasks.database(self, work, lambda read: self._show(*read), self._on_failed)

    def _show(self, accesses: list[Access], names: dict[str, str]) -> None:
        self.notice.show_text("")
        self.seen_buttons = []
        self.counter.setText(str(len(accesses)) if accesses else "")
        page = QWidget()
        lines = QVBoxLayout(page)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(GRID)
        for access in accesses:
            lines.addWidget(self._line(access, names))
        if not accesses:
            lines.addWidget(text(_("All of them were seen."), "muted"))
        lines.addStretch(1)
        self._area.setWidget(page)
        first: QWidget = self.seen_buttons[0] if self.seen_buttons else self.back_button
        if self.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tick_off(self, access_id: str) -> None:
        def done(_nothing: None) -> None:
            self.read()
            self.ticked_off.emit()

        self._tasks.database(
            self, lambda: self._accesses.mark_seen(self._actor, access_id), done, self._on_failed
        )

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(problems.sentence(error))

    def _line(self, access: Access, names: dict[str, str]) -> Card:
        today = local_day(to_ms(self._clock()))
        who = wording.person(names, access.user_id)
        when = wording.day_and_time(access.at, today)
        card = Card()
        line = QHBoxLayout()
        line.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(text(f"{who}  ·  {when}  ·  {access.case_number}", "strong", wrap=True))
        reason = text(access.reason, wrap=True)
        reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A word without end must not push the buttons out of the page.
        reason.setMinimumWidth(1)
        words.addWidget(reason)
        line.addLayout(words, 1)
        look = button(_("Open the case"))
        look.clicked.connect(lambda _checked=False: self.open_asked.emit(access.case_id))
        tick = button(_("Seen"))
        for made in (look, tick):
            made.setAccessibleName(f"{made.text()}: {who}, {access.case_number}")
            line.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        tick.clicked.connect(lambda _checked=False: self._tick_off(access.access_id))
        self.seen_buttons.append(tick)
        card.body.addLayout(line)
        return card
