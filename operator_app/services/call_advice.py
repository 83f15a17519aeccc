"""What may help in a call: answers and services for its topic, place, language and danger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from operator_app.db.engine import Database
from operator_app.domain.articles import Article
from operator_app.domain.calls import ARTICLE, SERVICE, Advice, CallForm
from operator_app.domain.danger import ACUTE
from operator_app.domain.directory import Service
from operator_app.domain.people import Actor, Right
from operator_app.domain.search import Group
from operator_app.domain.search_text import query_words
from operator_app.errors import NotFound
from operator_app.services.directory import Directory, DirectoryFilter, Listed, ServiceView
from operator_app.services.entry_search import EntrySearch
from operator_app.services.knowledge import ArticleView, Knowledge
from operator_app.services.search_index import SearchIndex

INFORMED = "INF"
CONTACTS_GIVEN = "REFC"
_SAYS_AS_MUCH = {INFORMED: (INFORMED, "CON"), CONTACTS_GIVEN: (CONTACTS_GIVEN, "REFT")}
MOST = 4
MOST_ARTICLES = 2
"""Of a suggestion without words: there is room for a service too."""


@dataclass(frozen=True)
class Suggestion:
    """An answer or a service to offer: what is noted of it, and what is shown."""

    advice: Advice
    article: Article | None = None
    listed: Listed | None = None

    @property
    def is_service(self) -> bool:
        """Whether somebody may be sent there; else it is something to say."""
        return self.listed is not None


class CallAdvice:
    """Finds what belongs to a call as it is filled in."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        knowledge: Knowledge,
        entries: EntrySearch,
        index: SearchIndex,
    ) -> None:
        self._database = database
        self._directory = directory
        self._knowledge = knowledge
        self._entries = entries
        self._index = index

    def suggest(
        self, actor: Actor, form: CallForm, language: str, query: str = ""
    ) -> list[Suggestion]:
        """At most MOST suggestions, the best first; by words where some were typed.

        Articles come in the caller's language where there is one in it, else in `language`.
        """
        actor.require(Right.SEE_DIRECTORY)
        spoken = form.language if form.language in ("ky", "ru") else language
        if words := query_words(query):
            return self._by_words(actor, words, spoken, form.division)
        danger = is_acute(form)
        if not form.topics and not danger:
            return []
        articles = self._articles(actor, form, spoken, danger=danger)
        services = self._services(actor, form, spoken, danger=danger)
        first = articles[: max(MOST_ARTICLES, MOST - len(services))]
        return [*first, *services[: MOST - len(first)]]

    def titles(self, actor: Actor, told: Iterable[Advice], language: str) -> dict[Advice, str]:
        """What each piece of advice is called, in the version that was told."""
        actor.require(Right.SEE_DIRECTORY)
        found = {}
        for advice in told:
            if advice.kind == ARTICLE:
                article = self._knowledge.entries.find(advice.entry_id, advice.content)
                title = article.value.title if article else ""
            else:
                service = self._directory.entries.find(advice.entry_id, advice.content)
                title = service.value.name(language) if service else ""
            found[advice] = title or advice.entry_id
        return found

    def read(self, actor: Actor, advice: Advice, language: str) -> ArticleView | ServiceView:
        """The article or service itself, in that version. Raises NotFound."""
        if advice.kind == ARTICLE:
            return self._knowledge.open(actor, advice.entry_id, language, advice.content)
        if advice.kind == SERVICE:
            return self._directory.open(actor, advice.entry_id, advice.content)
        raise NotFound("article.unknown")

    def _by_words(
        self, actor: Actor, words: list[str], language: str, division: str | None
    ) -> list[Suggestion]:
        try:
            with self._database.read() as connection:
                hits = self._entries.find(
                    self._index.file.connection(),
                    connection,
                    words,
                    language,
                    division=division,
                    still_typing=True,
                ).hits
        except Exception as error:  # noqa: BLE001 - derived data: the index is made anew
            self._index.note_fault(error)
            return []
        named = {hit.record_id for hit in hits if hit.group is Group.SERVICES}
        listed = {
            x.service.service_id: x
            for x in self._directory.page(
                actor, DirectoryFilter(), language, lambda s: s.service_id in named
            )
        }
        found = []
        for hit in hits:
            if hit.group is Group.ARTICLES:
                view = self._knowledge.open(actor, hit.record_id, language)
                if view.valid:
                    found.append(_of_article(view))
            elif hit.record_id in listed:
                found.append(_of_service(listed[hit.record_id]))
            if len(found) == MOST:
                break
        return found

    def _articles(
        self, actor: Actor, form: CallForm, language: str, *, danger: bool
    ) -> list[Suggestion]:
        ranked = []
        for view in self._knowledge.page(actor, language):
            rank = _rank(view.article.topics, form.topics)
            if danger and view.article.for_danger:
                rank = -1
            if rank is not None and view.valid:
                ranked.append((rank, view.article.title, view))
        return [_of_article(view) for _rank_, _title, view in sorted(ranked, key=lambda r: r[:2])]

    def _services(
        self, actor: Actor, form: CallForm, language: str, *, danger: bool
    ) -> list[Suggestion]:
        def fits(service: Service) -> bool:
            return (danger and service.for_danger) or _rank(service.topics, form.topics) is not None

        ranked = []
        wanted = DirectoryFilter(form.division)
        for listed in self._directory.page(actor, wanted, language, fits):
            rank = _rank(listed.service.topics, form.topics)
            if danger and listed.service.for_danger:
                rank = -1
            if rank is not None:
                closed = listed.openness.is_open is False
                ranked.append(((rank, closed, listed.distance), listed))
        return [_of_service(listed) for _key, listed in sorted(ranked, key=lambda r: r[0])]


def is_acute(form: CallForm) -> bool:
    """Whether the moment of danger decides what is offered first."""
    return form.danger_now == "Y" or (form.violence is not None and form.violence.level in ACUTE)


def with_action(taken: tuple[str, ...], given: Suggestion) -> tuple[str, ...]:
    """The actions of a call, with the one that the advice is, unless they say as much already."""
    done = CONTACTS_GIVEN if given.is_service else INFORMED
    return taken if any(a in taken for a in _SAYS_AS_MUCH[done]) else (*taken, done)


def _rank(offered: tuple[str, ...], asked: tuple[str, ...]) -> int | None:
    """How well topics fit those of a call: 0 its main one is the entry's main one, 1 its main one,
    2 another of them; None for none."""
    if asked and offered and offered[0] == asked[0]:
        return 0
    if asked and asked[0] in offered:
        return 1
    return 2 if any(topic in offered for topic in asked) else None


def _of_article(view: ArticleView) -> Suggestion:
    advice = Advice(ARTICLE, view.article.entry_id, view.content)
    return Suggestion(advice, article=view.article)


def _of_service(listed: Listed) -> Suggestion:
    advice = Advice(SERVICE, listed.service.service_id, listed.content)
    return Suggestion(advice, listed=listed)
