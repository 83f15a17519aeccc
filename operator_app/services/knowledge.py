"""Knowledge articles: found by topic, opened in the language of the person or the caller."""

from __future__ import annotations

from dataclasses import dataclass

from operator_app.db.engine import Database
from operator_app.domain.articles import Article
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.feeds import ARTICLES
from operator_app.domain.office import LANGUAGES
from operator_app.domain.people import Actor, Right
from operator_app.domain.text import matches
from operator_app.errors import NotFound
from operator_app.services.entries import Entries, Entry


@dataclass(frozen=True)
class ArticleView:
    """An article as it is shown. `valid`: it holds today; `languages`: in which it can be read.
    `outdated`: it was asked for as it was once, and says something else, or nothing, today."""

    article: Article
    content: str
    valid: bool
    languages: tuple[str, ...]
    outdated: bool
    source: str


class Knowledge:
    """Verbs over the articles."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self.entries: Entries[Article] = Entries(database, ARTICLES, Article)

    def page(
        self, actor: Actor, language: str, *, topic: str | None = None, text: str = ""
    ) -> list[ArticleView]:
        """One language of every article asked for, by title: the wanted one where there is it.

        `topic` of level 2 or 1; `text`: beginnings of words of the title in any language. An
        article that does not hold yet, or no more, is listed and says so.
        """
        actor.require(Right.SEE_DIRECTORY)
        found = []
        for versions in self._by_article().values():
            spoken = " ".join(f"{e.value.title} {e.value.keywords}" for e in versions.values())
            if text and not matches(text, spoken):
                continue
            entry = _best(versions, language)
            if topic and not _has_topic(entry.value, topic):
                continue
            found.append(self._view(entry, versions))
        return sorted(found, key=lambda view: view.article.title.lower())

    def open(self, actor: Actor, article_id: str, language: str, content: str = "") -> ArticleView:
        """An article in the language, or in Russian, or in any there is.

        `article_id` may carry a language ("bala-yrysy.ky"): with `content` it is the version that
        an old record names. Raises NotFound("article.unknown").
        """
        actor.require(Right.SEE_DIRECTORY)
        name, _dot, written_in = article_id.partition(".")
        versions = self._by_article().get(name, {})
        if content:
            entry = self.entries.find(f"{name}.{written_in or language}", content)
        else:
            entry = _best(versions, written_in or language) if versions else None
        if entry is None:
            raise NotFound("article.unknown")
        return self._view(entry, versions)

    def _view(self, entry: Entry[Article], versions: dict[str, Entry[Article]]) -> ArticleView:
        today = local_day(to_ms(self._clock()))
        now = versions.get(entry.value.language)
        return ArticleView(
            article=entry.value,
            content=entry.content,
            valid=entry.value.is_valid_on(today),
            languages=tuple(code for code in LANGUAGES if code in versions),
            outdated=now is None or now.content != entry.content,
            source=entry.source,
        )

    def _by_article(self) -> dict[str, dict[str, Entry[Article]]]:
        found: dict[str, dict[str, Entry[Article]]] = {}
        for entry in self.entries.all().values():
            article = entry.value
            found.setdefault(article.article_id, {})[article.language] = entry
        return found


def _best(versions: dict[str, Entry[Article]], language: str) -> Entry[Article]:
    order = (language, "ru", *LANGUAGES)
    return next(versions[code] for code in order if code in versions)


def _has_topic(article: Article, wanted: str) -> bool:
    return any(t == wanted or t.startswith(f"{wanted}.") for t in article.topics)
