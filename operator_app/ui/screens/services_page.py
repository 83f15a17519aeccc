"""The services of the directory: found by place, topic and hours, read, printed, put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.directory import label, without_addresses
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.suggestions import SERVICE
from operator_app.export.entry_sheet import SheetPhone, service_sheet
from operator_app.i18n import _, language
from operator_app.services.calendar import Calendar
from operator_app.services.directory import Directory, Listed, ServiceView
from operator_app.services.suggestions import Suggestions
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.printing import PrintPage
from operator_app.ui.screens import service_words as words
from operator_app.ui.screens.correction_panel import CorrectionPanel
from operator_app.ui.screens.correction_side import CorrectionSide
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.own_corrections import OwnCorrections
from operator_app.ui.screens.service_filters import ServiceFilters
from operator_app.ui.screens.service_view import ServiceCard
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, FlowLayout, Notice, button

HOLIDAYS_AHEAD = dt.timedelta(days=14)
MINUTE_MS = 60_000


@dataclass(frozen=True)
class _Read:
    """A service and the public holidays of the next days."""

    view: ServiceView
    ahead: list[tuple[dt.date, str]]


class ServicesPage(EntryPage):
    """See EntryPage."""

    def __init__(
        self,
        directory: Directory,
        calendar: Calendar,
        suggestions: Suggestions,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
        division: str,
        print_page: PrintPage,
    ) -> None:
        self._directory = directory
        self._calendar = calendar
        self._reference = reference
        self._actor = actor
        self._clock = clock
        self._print_page = print_page
        self._view: ServiceView | None = None
        self.filters = ServiceFilters(reference, division)
        choose = _("Choose a service in the list at the left.")
        super().__init__(tasks, self.filters, _("Services"), choose)
        self.card = ServiceCard(reference)
        self.outdated = Notice("warning")
        self.today_button = button(_("Show today's"), key="F8")
        self.outdated.line.addWidget(self.today_button)
        self.done = Notice()
        self.panel = CorrectionPanel(suggestions, actor, tasks, SERVICE)
        self.own = OwnCorrections(suggestions, actor, tasks, clock, SERVICE, self._title_of)
        self.copy_button = button(_("Copy the number"), key="Ctrl+Shift+C")
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.suggest_button = button(_("Suggest a correction"), key="F6")
        self.suggest_button.setVisible(actor.may(Right.SUGGEST_CORRECTION))
        self.card.body.insertWidget(0, self.outdated)
        actions = self._actions()
        self.card.body.addWidget(actions)
        self.build(self.card, below=(self.done, self.panel, self.own))
        self._side = CorrectionSide(
            self, self.panel, self.own, actions, self.done, self._on_suggest
        )
        self._minute = QTimer(self, interval=MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        self._connect()

    # What EntryPage asks

    def key(self, item: Listed) -> str:
        return item.service.service_id

    def row(self, item: Listed) -> EntryRow:
        return words.service_row(item, self._reference, self._now())

    def list_work(self) -> Callable[[], Sequence[Listed]]:
        actor, wanted, spoken = self._actor, self.filters.wanted(), language()
        return lambda: self._directory.page(actor, wanted, spoken)

    def nothing_listed(self) -> tuple[str, str]:
        if not self.filters.narrowed:
            return _("The directory is empty."), _("It comes with the next connection.")
        hint = _("Ask with fewer words, for everywhere, or for all topics.")
        return _("No service matches."), hint

    def entry_work(self, key: str, content: str) -> Callable[[], _Read]:
        actor, today, spoken = self._actor, self._now().date(), language()

        def work() -> _Read:
            last = today + HOLIDAYS_AHEAD
            ahead = [
                (holiday.day, holiday.name)
                for year in range(today.year, last.year + 1)
                for holiday in self._calendar.year(year, spoken)
                if holiday.closed and today <= holiday.day <= last
            ]
            return _Read(self._directory.open(actor, key, content), ahead)

        return work

    def show_entry(self, key: str, content: str, found: _Read) -> None:
        view = self._view = found.view
        self._side.begin()
        self.card.show_view(view, self._now(), found.ahead)
        self.copy_button.setEnabled(bool(self.card.number))
        self.today_button.setVisible(bool(content))
        self.outdated.show_text(_outdated(view, asked=bool(content)))
        self._side.shown(key)

    def opens_by_itself(self, item: Any) -> bool:
        # A confidential address is shown, and that it was is recorded, only when somebody asks.
        return not item.service.is_confidential

    def focus_entry(self) -> None:
        self.card.area.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _title_of(self, key: str, content: str) -> str:
        entry = self._directory.entries.find(key, content)
        return entry.value.name(language()) if entry else key

    def _actions(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line, GRID)
        for made in (
            self.copy_button,
            self.print_button,
            self.suggest_button,
            self.own.button,
        ):
            flow.addWidget(made)
        return line

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.filters.left.connect(self.focus_list)
        self.card.copied.connect(
            lambda number: self.done.show_text(_("Copied: {number}").format(number=number))
        )
        self.copy_button.clicked.connect(self.card.copy_number)
        self.print_button.clicked.connect(self._on_print)
        self.suggest_button.clicked.connect(self._on_suggest)
        self.today_button.clicked.connect(lambda: self.open_entry(self.opened[0]))
        self.add_key("Ctrl+F", self._on_find)
        self.add_key("F9", self.filters.open_now.click)

    def _on_find(self) -> None:
        self.filters.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.find_field.selectAll()

    def _on_minute(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_suggest(self) -> None:
        if self._view is not None:
            self._side.make_room()
            self.panel.ask(self._view.service.service_id, self._view.content)

    def _on_print(self) -> None:
        view = self._view
        if view is None:
            return
        now = self._now()
        # Paper lies about: a confidential address is never on it.
        shown = ServiceView(
            without_addresses(view.service), view.content, view.openness, view.stale,
            view.service.is_confidential, view.outdated, view.source,
        )  # fmt: skip
        service, spoken = shown.service, language()
        hours = [
            (f"{table.caption} {name}".strip(), times)
            for table in words.hours_tables(service, now.date())
            for name, _days, times in table.lines
        ]
        facts = words.facts(shown, self._reference)
        places = [(_("Where"), said) for said, _kept in words.place_lines(shown, self._reference)]
        sheet = service_sheet(
            title=service.name(spoken),
            lead=label(service.organization_names, spoken),
            phones=[
                SheetPhone(p.number, words.phone_note(p.kind, label(p.notes, spoken)))
                for p in service.phones
            ],
            hours=hours,
            facts=[*places, *facts],
            note="" if service.confirmed else words.not_confirmed(),
            printed_at=now,
        )
        if self._print_page(self, sheet):
            self.done.show_text(_("Sent to the printer."))

    def _now(self) -> dt.datetime:
        return local(to_ms(self._clock()))


def _outdated(view: ServiceView, *, asked: bool) -> str:
    if view.outdated and asked:
        return _("This is what it said then. Today it says something else, or is offered no more.")
    if view.outdated:
        return _("This service is offered no more. It is kept because old calls name it.")
    if not view.service.is_active:
        return _("This service is not offered at present.")
    return ""
