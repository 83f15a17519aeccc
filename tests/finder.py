"""The search, the directory and the help of a call over one office, as the program builds them."""

from __future__ import annotations

from dataclasses import dataclass

from operator_app.domain.calls import CallForm
from operator_app.domain.people import Actor
from operator_app.domain.search import Found, Group, Hit
from operator_app.services.calendar import Calendar
from operator_app.services.call_advice import CallAdvice
from operator_app.services.directory import Directory
from operator_app.services.entry_search import EntrySearch
from operator_app.services.knowledge import Knowledge
from operator_app.services.search import Search
from operator_app.services.search_index import SearchIndex
from tests.conftest import TestOffice, information_call


@dataclass
class Finder:
    """The search of one office; `find` brings the index up first, as the program does."""

    office: TestOffice
    directory: Directory
    knowledge: Knowledge
    entries: EntrySearch
    index: SearchIndex
    search: Search
    advice: CallAdvice

    def find(self, query: str, actor: Actor | None = None, **wanted: object) -> Found:
        while self.index.step():
            pass
        return self.search.find(actor or self.office.actor, query, "ru", **wanted)

    def hits(self, group: Group, query: str, actor: Actor | None = None) -> list[Hit]:
        return [hit for hit in self.find(query, actor).hits if hit.group is group]

    def calls(self, query: str, actor: Actor | None = None) -> list[str]:
        return [hit.record_id for hit in self.hits(Group.CALLS, query, actor)]

    def save(self, actor: Actor | None = None, **changes: object) -> str:
        """Save a call with these fields; its id."""
        by = actor or self.office.actor
        form: CallForm = information_call(self.office.calls.start(by).form, **changes)
        return self.office.calls.save(by, form).call_id


def finder_of(office: TestOffice) -> Finder:
    calendar = Calendar(office.database, office.reference, office.clock)
    directory = Directory(office.database, office.reference, calendar, office.clock)
    knowledge = Knowledge(office.database, office.clock)
    index = SearchIndex(office.database, directory, knowledge, office.clock)
    entries = EntrySearch(directory, knowledge, office.reference)
    search = Search(office.database, index, entries, office.clock)
    advice = CallAdvice(office.database, directory, knowledge, entries, index)
    return Finder(office, directory, knowledge, entries, index, search, advice)
