"""Where answers come from: directory, articles, announcements, search. Part of the composition root."""

from __future__ import annotations

from operator_app.db.engine import Database
from operator_app.domain.clock import Clock
from operator_app.domain.reference import Reference
from operator_app.services.announcements import Announcements
from operator_app.services.calendar import Calendar
from operator_app.services.call_advice import CallAdvice
from operator_app.services.directory import Directory
from operator_app.services.entry_search import EntrySearch
from operator_app.services.knowledge import Knowledge
from operator_app.services.search import Search
from operator_app.services.search_index import SearchIndex
from operator_app.services.suggestions import Suggestions


class Answers:
    """The services around what the ministry publishes, over one open office."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self.calendar = Calendar(database, reference, clock)
        self.directory = Directory(database, reference, self.calendar, clock)
        self.knowledge = Knowledge(database, clock)
        self.announcements = Announcements(database, clock)
        self.suggestions = Suggestions(database, clock)
        self.index = SearchIndex(database, self.directory, self.knowledge, clock)
        entries = EntrySearch(self.directory, self.knowledge, reference)
        self.search = Search(database, self.index, entries, clock)
        self.advice = CallAdvice(database, self.directory, self.knowledge, entries, self.index)
