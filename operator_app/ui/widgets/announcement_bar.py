"""The strip under the top bar that brings what the ministry announced, one thing at a time."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.directory import label
from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, language
from operator_app.services.announcements import Announcements, AnnouncementView
from operator_app.ui import problems
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button

SHOWN_AFTER_MS = 3_000
"""On an active window for so long: the person could read it."""
READ_KEY, PUT_AWAY_KEY = "F12", "Shift+F12"
_SENTENCE = re.compile(r".+?[.!?…](?=\s|$)", re.DOTALL)
LONGEST = 220
"""Characters of the first sentence that have room on the strip."""


class AnnouncementBar(QWidget):
    """Waits while a call is in progress; never takes the keyboard by itself.

    An important one stays until it is confirmed. `read_asked(announcement_id)`: show the whole.
    `confirmed(announcement_id)`: the person has read it.
    """

    read_asked = Signal(str)
    confirmed = Signal(str)

    def __init__(
        self, announcements: Announcements, actor: Actor, tasks: Tasks, events: Events
    ) -> None:
        super().__init__()
        self._announcements = announcements
        self._actor = actor
        self._tasks = tasks
        self._due: list[AnnouncementView] = []
        self._in_call = False
        self._put_away: set[str] = set()
        self.strips = {"notice": Notice("notice"), "danger": Notice("danger")}
        self.read_button = button(_("Read"), key=READ_KEY)
        self.close_button = button(_("Close"), key=PUT_AWAY_KEY)
        self.confirm_button = button(_("I have read it"), key=PUT_AWAY_KEY)
        self._buttons = QWidget()
        line = QHBoxLayout(self._buttons)
        line.setContentsMargins(0, 0, 0, 0)
        for made in (self.read_button, self.close_button, self.confirm_button):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            line.addWidget(made)
        layout = QVBoxLayout(self)
        # The margin goes with the strip: a layout would keep the room while it is hidden.
        layout.setContentsMargins(20, 12, 20, 0)
        for strip in self.strips.values():
            layout.addWidget(strip)
        self._reading = QTimer(self, interval=SHOWN_AFTER_MS, singleShot=True)
        self._reading.timeout.connect(self._on_shown)
        self.read_button.clicked.connect(self._on_read)
        self.close_button.clicked.connect(self._on_close)
        self.confirm_button.clicked.connect(self._on_confirm)
        events.feeds_changed.connect(lambda _names: self.refresh())
        self.hide()

    @property
    def shown(self) -> AnnouncementView | None:
        """The announcement on the strip, or None while it is hidden."""
        return self._first if self.isVisible() else None

    def refresh(self) -> None:
        """Ask what is to be brought before this person; nothing for those who see no directory."""
        if not self._actor.may(Right.SEE_DIRECTORY):
            return
        self._tasks.database(
            self, lambda: self._announcements.due(self._actor), self._on_due, self._on_failed
        )

    def put_away(self, announcement_id: str) -> None:
        """The person has it before them elsewhere; an important one stays until it is confirmed."""
        self._due = [v for v in self._due if v.announcement.important or _id(v) != announcement_id]
        self.refresh()

    def set_in_call(self, in_call: bool) -> None:
        """While a call is in progress the caller comes first."""
        self._in_call = in_call
        self._show()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        # Qt hands these two on from the window to everything in it.
        if event.type() in (QEvent.Type.WindowActivate, QEvent.Type.WindowDeactivate):
            self._count_reading()
        return handled

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count_reading()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._count_reading()

    @property
    def _first(self) -> AnnouncementView | None:
        waiting = (v for v in self._due if _id(v) not in self._put_away)
        return next(waiting, None)

    def _on_due(self, due: list[AnnouncementView]) -> None:
        known = {_id(view) for view in due}
        # What counts as shown by now stays until the person closes it.
        kept = [
            view
            for view in self._due
            if not view.announcement.important and view is self.shown and _id(view) not in known
        ]
        self._due = kept + due
        self._show()

    def _show(self) -> None:
        view = None if self._in_call else self._first
        if view is None:
            self.hide()
            return
        said = view.announcement
        tone = "danger" if said.important else "notice"
        for name, strip in self.strips.items():
            if name == tone and self._buttons.parentWidget() is not strip:
                strip.line.addWidget(self._buttons)
            strip.show_text(_words(view) if name == tone else "")
        self.close_button.setVisible(not said.important)
        self.confirm_button.setVisible(said.important)
        self.show()
        self._count_reading()

    def _count_reading(self) -> None:
        """Count the seconds in which it can be read; they begin anew after every break."""
        view = self.shown
        counts = view is not None and view.shown_at is None and self.isActiveWindow()
        if not counts:
            self._reading.stop()
        elif not self._reading.isActive():
            self._reading.start()

    def _on_shown(self) -> None:
        view = self.shown
        if view is not None:
            self._do(partial(self._announcements.shown, self._actor, _id(view)))

    def _on_read(self) -> None:
        view = self.shown
        if view is None:
            return
        if not view.announcement.important:
            self._leave(view)
        self.read_asked.emit(_id(view))

    def _on_close(self) -> None:
        view = self.shown
        if view is not None:
            self._do(partial(self._announcements.shown, self._actor, _id(view)))
            self._leave(view)

    def _on_confirm(self) -> None:
        view = self.shown
        if view is not None:
            self._tasks.database(
                self,
                partial(self._announcements.confirm, self._actor, _id(view)),
                lambda _nothing: self._on_confirmed(view),
                self._on_failed,
            )

    def _on_confirmed(self, view: AnnouncementView) -> None:
        self._leave(view)
        self.confirmed.emit(_id(view))

    def _leave(self, view: AnnouncementView) -> None:
        self._put_away.add(_id(view))
        self._reading.stop()
        self._show()

    def _do(self, work: partial[None]) -> None:
        self._tasks.database(self, work, lambda _nothing: None, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        # The strip is no place for trouble of its own; the tab tells it, too.
        self.setToolTip(problems.sentence(error))


def _id(view: AnnouncementView) -> str:
    return view.announcement.announcement_id


def _words(view: AnnouncementView) -> str:
    title = label(view.announcement.titles, language())
    body = " ".join(label(view.announcement.texts, language()).split())
    found = _SENTENCE.match(body)
    first = found[0] if found else body
    if len(first) > LONGEST:
        first = first[: LONGEST - 1].rstrip() + "…"
    stop = "" if title.endswith((".", "!", "?")) else "."
    return f"{title}{stop} {first}"
