"""A directory on the screen of a test office, and what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from operator_app.db import feeds
from operator_app.domain.articles import Article, Fact
from operator_app.domain.clock import to_ms
from operator_app.domain.directory import DirectoryPhone, Hours, Service, ServicePlace
from operator_app.domain.feeds import (
    ANNOUNCEMENTS,
    ARTICLES,
    DIRECTORY,
    Announcement,
    FeedEntry,
    entry_body,
    entry_id_of,
)
from operator_app.domain.people import Actor
from operator_app.export.html import Page
from operator_app.services.announcements import Announcements
from operator_app.services.calendar import Calendar
from operator_app.services.directory import Directory
from operator_app.services.knowledge import Knowledge
from operator_app.services.suggestions import Suggestions
from operator_app.ui.events import Events
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.screens.directory_screen import DirectoryScreen
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import ALAMUDUN, TestOffice

BISHKEK = "41711000000000"
OSH = "41706000000000"
WORKDAYS = (0, 1, 2, 3, 4)

CENTRE = Service(
    "centre",
    {"en": "Family support centre", "ru": "Центр поддержки семьи"},
    "office",
    {"en": "Office of social development"},
    topics=("BEN.UBK",),
    descriptions={"en": "Helps families."},
    phones=(DirectoryPhone("117", "hotline", {"en": "free of charge"}), DirectoryPhone("102")),
    hours=(Hours(WORKDAYS, "09:00", "18:00"),),
    places=(ServicePlace("p-centre", ALAMUDUN, {"en": "Example street 1"}),),
    languages=("ky", "ru"),
    documents={"en": "Passport"},
    cost={"en": "Free"},
    eligibility={"en": "Families with children"},
    how_to_apply={"en": "Come with the passport"},
    url="https://example.kg/centre",
    assured_on="2026-11-02",
    assured_by="A. Testova",
    source="A letter of the office",
    confirmed=True,
)
SHELTER = Service(
    "shelter",
    {"en": "Shelter"},
    "ngo",
    {"en": "Association"},
    service_type="SHE",
    topics=("VIO.DOM",),
    phones=(DirectoryPhone("111"),),
    places=(ServicePlace("p-shelter", ALAMUDUN, {"en": "Hidden lane 7"}, confidential=True),),
    assured_on="2025-01-10",
)
LAWYER = Service(
    "lawyer",
    {"en": "Free lawyer"},
    "lawyers",
    {"en": "Free lawyer"},
    topics=("VIO.DOM", "BEN.UBK"),
    hours=(Hours((1,), "14:00", "16:00"), Hours((3,), "10:00", "12:00")),
    places=(ServicePlace("p-lawyer", BISHKEK),),
)
IN_OSH = Service("osh", {"en": "Help in Osh"}, "osh", {"en": "Osh"}, areas=(OSH,))
SERVICES = (CENTRE, SHELTER, LAWYER, IN_OSH)

BENEFIT = Article(
    "benefit",
    "en",
    ("BEN.UBK",),
    "Benefit for families",
    "## Who gets it\n\nFamilies with **children**.\n\n- first point\n- second point\n\n"
    "| Group | Soms |\n|---|---|\n| one | 1200 |\n",
    summary="1,200 soms a month for each child.",
    valid_from="2026-01-01",
    valid_to="2026-12-31",
    legal_basis="Law [63] of 2017",
    facts=(Fact("1,200 soms", "2025-02", "https://example.kg/a_b"),),
)
BENEFIT_RU = Article("benefit", "ru", ("BEN.UBK",), "Пособие семьям", "Текст по-русски.\n")
OLD_RULE = Article(
    "old-rule", "en", ("VIO.DOM",), "An old rule", "It was so.\n", valid_to="2026-06-30",
    approved_by="The ministry",
)  # fmt: skip
ARTICLES_THERE = (BENEFIT, BENEFIT_RU, OLD_RULE)

IMPORTANT = Announcement(
    "form",
    "2026-11-20",
    {"en": "A new form of referrals"},
    {"en": "Referrals use the new form from 1 December. Old forms hold until then."},
    important=True,
)
PLAIN = Announcement(
    "news",
    "2026-11-23",
    {"en": "The directory was checked"},
    {"en": "Phones of Chui were checked. Tell us of mistakes."},
    valid_to="2026-12-31",
)


def publish(office: TestOffice, feed: str, *things: Any, gone: Sequence[str] = ()) -> None:
    """As the ministry does; `gone` are ids that it takes back."""
    entries = [FeedEntry(entry_id_of(feed, thing), entry_body(thing)) for thing in things]
    entries += [FeedEntry(entry_id, None) for entry_id in gone]
    with office.database.write() as connection:
        feeds.take(connection, feed, entries, feeds.MINISTRY, to_ms(office.clock()))


def clear(office: TestOffice) -> None:
    """Take back what came with the program."""
    for feed in (DIRECTORY, ARTICLES):
        with office.database.read() as connection:
            known = [kept.entry_id for kept in feeds.current(connection, feed)]
        publish(office, feed, gone=known)


def fill(office: TestOffice) -> None:
    """Four services, two articles, and nothing else."""
    clear(office)
    publish(office, DIRECTORY, *SERVICES)
    publish(office, ARTICLES, *ARTICLES_THERE)


def announce(office: TestOffice, *things: Announcement) -> None:
    publish(office, ANNOUNCEMENTS, *things)


def content_of(office: TestOffice, feed: str, entry_id: str) -> str:
    """The name of the version that is in use."""
    with office.database.read() as connection:
        kept = feeds.find(connection, feed, entry_id)
    assert kept is not None
    return kept.content


@dataclass
class ShownDirectory:
    screen: DirectoryScreen
    events: Events
    office: TestOffice
    actor: Actor
    printed: list[Page] = field(default_factory=list)

    def rows(self, page: EntryPage) -> list[EntryRow]:
        model = page.list.model
        return [row for n in range(model.rowCount()) if (row := model.row_at(n)) is not None]

    def titles(self, page: EntryPage) -> list[str]:
        return [row.title for row in self.rows(page)]

    def row(self, page: EntryPage, key: str) -> EntryRow:
        return next(row for row in self.rows(page) if row.key == key)


def make_directory(
    office: TestOffice, actor: Actor | None = None, tasks: Tasks | None = None
) -> ShownDirectory:
    calendar, events = Calendar(office.database, office.reference, office.clock), Events()
    printed: list[Page] = []

    def print_page(_parent: QWidget, page: Page) -> bool:
        printed.append(page)
        return True

    screen = DirectoryScreen(
        directory=Directory(office.database, office.reference, calendar, office.clock),
        knowledge=Knowledge(office.database, office.clock),
        announcements=Announcements(office.database, office.clock),
        calendar=calendar,
        suggestions=Suggestions(office.database, office.clock),
        reference=office.reference,
        division=ALAMUDUN,
        actor=actor or office.actor,
        tasks=tasks or InlineTaskRunner(),
        events=events,
        clock=office.clock,
        print_page=print_page,
    )
    return ShownDirectory(screen, events, office, actor or office.actor, printed)


def show_directory(
    qtbot: Any, office: TestOffice, actor: Actor | None = None, tasks: Tasks | None = None
) -> ShownDirectory:
    shown = make_directory(office, actor, tasks)
    qtbot.addWidget(shown.screen)
    shown.screen.resize(1282, 716)
    with qtbot.waitActive(shown.screen):
        shown.screen.show()
        shown.screen.activateWindow()
    return shown


def words_of(widget: QWidget) -> str:
    """Every word of its labels that can be read now."""
    return "\n".join(w.text() for w in widget.findChildren(QLabel) if w.isVisible())


CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
