"""From what the search found to the place that shows it."""

from __future__ import annotations

from functools import partial

from operator_app.domain.search import Group, Hit
from operator_app.ui.events import Events
from operator_app.ui.main_window import MainWindow
from operator_app.ui.screens.directory_screen import DirectoryScreen
from operator_app.ui.screens.journal_screen import JournalScreen
from operator_app.ui.widgets.search_field import SearchField


def lead_from_search(
    field: SearchField,
    window: MainWindow,
    events: Events,
    directory: DirectoryScreen,
    journal: JournalScreen | None,
) -> None:
    """Open what is chosen in the field; a call in progress stays as it is on its own screen.

    `journal` is None for those who see no calls: the search finds none for them either.
    """
    field.opened.connect(partial(_open, window, events, directory))
    field.more_asked.connect(partial(_list, window, directory, journal))


def _open(window: MainWindow, events: Events, directory: DirectoryScreen, hit: Hit) -> None:
    match hit.group:
        case Group.CALLS:
            events.open_call_asked.emit(hit.record_id)
        case Group.CASES:
            events.open_case_asked.emit(hit.record_id)
        case Group.SERVICES:
            window.go_to("directory")
            directory.open_service(hit.record_id)
        case Group.ARTICLES:
            window.go_to("directory")
            directory.open_article(hit.record_id)


def _list(
    window: MainWindow,
    directory: DirectoryScreen,
    journal: JournalScreen | None,
    group: Group,
    words: str,
) -> None:
    if group is Group.CALLS and journal is not None:
        window.go_to("journal")
        journal.list_calls_of(words)
    elif group in (Group.SERVICES, Group.ARTICLES):
        window.go_to("directory")
        directory.list_matching(words, articles=group is Group.ARTICLES)
