"""The strip that tells whoever looks after the PC of a newer version. Never while a call goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.feeds import PROGRAM
from operator_app.domain.people import Actor
from operator_app.errors import AppError
from operator_app.i18n import _
from operator_app.services.program_updates import ProgramUpdates, UpdateState
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks
from operator_app.ui.update_wording import bar_words
from operator_app.ui.widgets.basic import Notice, button

log = logging.getLogger(__name__)


class UpdateBar(QWidget):
    """Does not take the keyboard; its buttons are reached by Tab. `read_asked()`: show the whole."""

    read_asked = Signal()

    def __init__(self, updates: ProgramUpdates, actor: Actor, tasks: Tasks, events: Events) -> None:
        super().__init__()
        self._updates = updates
        self._actor = actor
        self._tasks = tasks
        self._state: UpdateState | None = None
        self._in_call = False
        self.strip = Notice("notice")
        self.read_button = button(_("What is new"))
        self.close_button = button(_("I know"))
        for made in (self.read_button, self.close_button):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.strip.line.addWidget(made)
        layout = QVBoxLayout(self)
        # The margin goes with the strip: a layout would keep the room while it is hidden.
        layout.setContentsMargins(20, 12, 20, 0)
        layout.addWidget(self.strip)
        self.read_button.clicked.connect(self.read_asked)
        self.close_button.clicked.connect(self._on_close)
        events.feeds_changed.connect(self._on_feeds_changed)
        self.hide()

    def refresh(self) -> None:
        """Ask whether there is something to tell this person."""
        self._tasks.database(
            self, lambda: self._updates.due(self._actor), self._on_due, self._on_failed
        )

    def set_in_call(self, in_call: bool) -> None:
        """While a call is in progress the caller comes first."""
        self._in_call = in_call
        self._show()

    def _on_feeds_changed(self, names: Sequence[str]) -> None:
        if PROGRAM in names:
            self.refresh()

    def _on_due(self, state: UpdateState | None) -> None:
        self._state = state
        self._show()

    def _show(self) -> None:
        shown = self._state is not None and not self._in_call
        if self._state is not None:
            self.strip.show_text(bar_words(self._state))
        self.setVisible(shown)

    def _on_close(self) -> None:
        state, self._state = self._state, None
        self._show()
        if state is not None and state.newer is not None:
            version = state.newer.version
            self._tasks.database(
                self,
                lambda: self._updates.put_away(self._actor, version),
                lambda _none: None,
                self._on_failed,
            )

    def _on_failed(self, error: Exception) -> None:
        # The strip is no place for trouble of its own; the page of this PC tells it, too.
        log.warning("update: %s", error if isinstance(error, AppError) else type(error).__name__)
