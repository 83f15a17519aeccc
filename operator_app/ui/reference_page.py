"""Administration: what comes from the ministry, files, holidays, the search index."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.feeds import HOLIDAYS
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.calendar import Calendar
from operator_app.services.feed_states import FeedStates
from operator_app.services.reference_import import ReferenceImport
from operator_app.services.search_index import SearchIndex
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.reference_parts.export_card import ExportCard
from operator_app.ui.reference_parts.feeds_part import FeedsPart
from operator_app.ui.reference_parts.holidays_part import HolidaysPart
from operator_app.ui.reference_parts.import_part import ImportPart
from operator_app.ui.reference_parts.search_part import SearchPart
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.fitting_scroll import FittingScroll

SIDE_WIDTH = 320


class ReferencePage(QWidget):
    """Three sections behind chips; Alt+1 to Alt+3 go to them from anywhere on the page."""

    def __init__(
        self,
        states: FeedStates,
        imports: ReferenceImport,
        calendar: Calendar,
        index: SearchIndex,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.feeds = FeedsPart(states, actor, tasks, events, clock)
        self.search = SearchPart(index, tasks, clock)
        self.imports = ImportPart(imports, actor, tasks, dialogs)
        self.export = ExportCard(imports, actor, tasks, dialogs, SIDE_WIDTH)
        self.holidays = HolidaysPart(calendar, actor, tasks, clock)
        titles = {
            "state": _("What is here"),
            "files": _("Files"),
            "holidays": _("Holidays"),
        }
        self.sections = ChipGroup(
            [
                Chip(name, label, str(number), f"{label} (Alt+{number})")
                for number, (name, label) in enumerate(titles.items(), start=1)
            ],
            _("Sections"),
        )
        self.stack = QStackedWidget()
        self._pages = {
            "state": _above_each_other(self.feeds, self.search),
            "files": _beside_each_other(self.imports, self.export),
            "holidays": self.holidays,
        }
        for number, (name, page) in enumerate(self._pages.items(), start=1):
            self.stack.addWidget(page)
            go = QShortcut(QKeySequence(f"Alt+{number}"), self)
            go.activated.connect(partial(self.go_to, name))
        self.holidays.changed.connect(lambda: events.feeds_changed.emit((HOLIDAYS,)))
        self.imports.changed.connect(events.feeds_changed)
        self.imports.occupied.connect(lambda full: self.export.setVisible(not full))
        self.sections.changed.connect(self._on_section)
        self.sections.set_value("state")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.sections)
        layout.addWidget(self.stack, 1)

    def go_to(self, section: str) -> None:
        """Show a section ("state", "files", "holidays") with the keyboard on the chips."""
        self.sections.set_value(section)
        self.sections.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_section(self) -> None:
        self.stack.setCurrentWidget(self._pages[self.sections.value or "state"])


def _above_each_other(large: QWidget, small: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    column.addWidget(large, 1)
    column.addWidget(small)
    return page


def _beside_each_other(left: QWidget, right: QWidget) -> QWidget:
    page = QWidget()
    line = QHBoxLayout(page)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(2 * GRID)
    scroll = FittingScroll(left, SIDE_WIDTH)
    scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    line.addWidget(scroll, 1)
    right.setFixedWidth(SIDE_WIDTH)
    line.addWidget(right, 0, Qt.AlignmentFlag.AlignTop)
    return page
