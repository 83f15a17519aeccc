"""Announcements of the ministry: all that were published, and whether one has confirmed them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.days import iso_day
from operator_app.domain.directory import label
from operator_app.domain.people import Actor
from operator_app.errors import NotFound
from operator_app.i18n import _, language
from operator_app.services.announcements import Announcements, AnnouncementView
from operator_app.ui import problems, wording
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, text


class AnnouncementsPage(EntryPage):
    """See EntryPage. `seen(announcement_id)`: it counts as shown or confirmed now."""

    seen = Signal(str)

    def __init__(
        self, announcements: Announcements, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        self._announcements = announcements
        self._actor = actor
        self._clock = clock
        self._view: AnnouncementView | None = None
        nothing_to_ask = QWidget()
        choose = _("Choose an announcement in the list at the left.")
        super().__init__(tasks, nothing_to_ask, _("Announcements"), choose)
        self.title = text("", "screenTitle", wrap=True)
        self.dates = text("", "muted", wrap=True)
        self.words = text("", "reading", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.area = QScrollArea()
        self.area.setObjectName("entryArea")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(_("The announcement"))
        self.standing = text("", "muted", wrap=True)
        self.confirm_button = button(_("I have read it"), "primary", "Ctrl+Enter")
        self.confirm_button.clicked.connect(self._on_confirm)
        self.build(self._card())

    # What EntryPage asks

    def key(self, item: AnnouncementView) -> str:
        return item.announcement.announcement_id

    def row(self, item: AnnouncementView) -> EntryRow:
        said = item.announcement
        title = label(said.titles, language())
        state = None
        if said.important:
            state = (
                wording.Wording(_("confirmed"), "calm", "✓")
                if item.confirmed_at is not None
                else wording.Wording(_("not confirmed"), "danger", "!")
            )
        return EntryRow(
            key=said.announcement_id,
            title=title,
            line=_published(item, self._today()),
            state=state,
            tip="\n".join((title, _dates(item), self._standing(item))).strip(),
        )

    def list_work(self) -> Callable[[], Sequence[AnnouncementView]]:
        return lambda: self._announcements.page(self._actor)

    def nothing_listed(self) -> tuple[str, str]:
        return _("No announcements."), _("What the ministry announces is kept here.")

    def entry_work(self, key: str, content: str) -> Callable[[], AnnouncementView]:
        del content
        return partial(_find, self._announcements, self._actor, key)

    def show_entry(self, key: str, content: str, found: AnnouncementView) -> None:
        del content
        self._view = found
        said = found.announcement
        self.title.setText(label(said.titles, language()))
        self.dates.setText(_dates(found))
        self.words.setText(label(said.texts, language()))
        self.area.setAccessibleDescription(self.words.text())
        self.standing.setText(self._standing(found))
        self.confirm_button.setVisible(said.important and found.confirmed_at is None)
        if found.shown_at is None and self.isVisible():
            self._tasks.database(
                self,
                lambda: self._announcements.shown(self._actor, key),
                lambda _nothing: self.seen.emit(key),
                self._on_failed,
            )

    def read_again(self) -> None:
        """Something was confirmed elsewhere."""
        self.refresh()
        if self.opened[0]:
            self.reopen()

    def focus_entry(self) -> None:
        target = self.confirm_button if self.confirm_button.isVisible() else self.area
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _card(self) -> Card:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, GRID, 0)
        inside.addWidget(self.words)
        inside.addStretch(1)
        self.area.setWidget(page)
        card = Card()
        for widget in (self.title, self.dates):
            card.body.addWidget(widget)
        card.body.addWidget(self.area, 1)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.standing, 1)
        line.addWidget(self.confirm_button)
        card.body.addLayout(line)
        return card

    def _on_confirm(self) -> None:
        if self._view is None:
            return
        key = self._view.announcement.announcement_id
        self._tasks.database(
            self,
            lambda: self._announcements.confirm(self._actor, key),
            lambda _nothing: self._on_confirmed(key),
            self._on_failed,
        )

    def _on_confirmed(self, key: str) -> None:
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read_again()
        self.seen.emit(key)

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(problems.sentence(error))

    def _standing(self, view: AnnouncementView) -> str:
        if view.confirmed_at is not None:
            said = wording.day_and_time(view.confirmed_at, self._today())
            return _("You confirmed it: {when}").format(when=wording.inside(said))
        if view.announcement.important:
            return _("Important: please confirm that you have read it.")
        return ""

    def _today(self) -> dt.date:
        return local_day(to_ms(self._clock()))


def _find(announcements: Announcements, actor: Actor, key: str) -> AnnouncementView:
    for view in announcements.page(actor):
        if view.announcement.announcement_id == key:
            return view
    raise NotFound("announcement.unknown")


def _published(view: AnnouncementView, today: dt.date) -> str:
    day = iso_day(view.announcement.published_on)
    return wording.day(day, today) if day else ""


def _dates(view: AnnouncementView) -> str:
    first, last = iso_day(view.announcement.published_on), iso_day(view.announcement.valid_to)
    said = wording.whole_day(first) if first else ""
    if last:
        until = _("holds until {day}").format(day=wording.whole_day(last))
        said = f"{said} · {until}"
    return said
