"""The strip that tells people of a review of their work, calmly and never during a call."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, ngettext
from operator_app.services.reviews import Reviews
from operator_app.ui import problems
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button

READ_KEY, LATER_KEY = "Ctrl+F12", "Ctrl+Shift+F12"


class ReviewBar(QWidget):
    """Says how many, never about what. `read_asked(review_id)`: show the oldest that is unread.

    `counted(n)`: how many unread reviews, and for a supervisor cases that wait, there are.
    """

    read_asked = Signal(str)
    counted = Signal(int)

    def __init__(self, reviews: Reviews, actor: Actor, tasks: Tasks, events: Events) -> None:
        super().__init__()
        self._reviews = reviews
        self._actor = actor
        self._tasks = tasks
        self._unread: list[str] = []
        self._later: frozenset[str] = frozenset()
        self._in_call = False
        self.strip = Notice("notice")
        self.read_button = button(_("Read"), key=READ_KEY)
        self.later_button = button(_("Later"), key=LATER_KEY)
        for made in (self.read_button, self.later_button):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.strip.line.addWidget(made)
        layout = QVBoxLayout(self)
        # The margin goes with the strip: a layout would keep the room while it is hidden.
        layout.setContentsMargins(20, 12, 20, 0)
        layout.addWidget(self.strip)
        self.read_button.clicked.connect(self._on_read)
        self.later_button.clicked.connect(self._on_later)
        if actor.may(Right.REVIEW):
            events.cases_changed.connect(lambda _case_id: self.refresh())
            events.calls_changed.connect(lambda _call_id: self.refresh())
        self.hide()

    def refresh(self) -> None:
        """Ask what there is to read, and how much waits."""

        def work() -> tuple[list[str], int]:
            reviews, actor = self._reviews, self._actor
            waiting = reviews.count_urgent(actor) if actor.may(Right.REVIEW) else 0
            return reviews.unread(actor), waiting

        self._tasks.database(self, work, self._on_counted, self._on_failed)

    def set_in_call(self, in_call: bool) -> None:
        """While a call is in progress the caller comes first."""
        self._in_call = in_call
        self._show()

    def _on_counted(self, found: tuple[list[str], int]) -> None:
        self._unread, waiting = found
        self._show()
        self.counted.emit(len(self._unread) + waiting)

    def _show(self) -> None:
        number = len(self._unread)
        shown = bool(number) and not self._in_call and not self._later.issuperset(self._unread)
        words = ngettext(
            "A supervisor has looked at your work: {n} review to read.",
            "A supervisor has looked at your work: {n} reviews to read.",
            number,
        ).format(n=number)
        self.strip.show_text(words if shown else "")
        self.setVisible(shown)

    def _on_read(self) -> None:
        if self._unread:
            self.read_asked.emit(self._unread[0])

    def _on_later(self) -> None:
        self._later = frozenset(self._unread)
        self._show()

    def _on_failed(self, error: Exception) -> None:
        # The strip is no place for trouble of its own; the page tells it, too.
        self.setToolTip(problems.sentence(error))
