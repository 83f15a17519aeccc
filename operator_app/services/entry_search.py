"""Services and articles by what people type or say: ranked, and forgiving of one wrong letter."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from operator_app.db.search_entries import (
    ARTICLE,
    SERVICE,
    is_spelled_so,
    nearest_spellings,
    ranked,
)
from operator_app.domain.articles import Article
from operator_app.domain.directory import NOWHERE_NEAR, Service, distance
from operator_app.domain.reference import Reference
from operator_app.domain.search import Group, Hit, Piece
from operator_app.domain.search_text import beginning, has_word, plain, snippet, telling, unfinished
from operator_app.domain.text import fold
from operator_app.services.directory import Directory
from operator_app.services.entries import Entry
from operator_app.services.knowledge import Knowledge

MOST_CANDIDATES = 40
LEAST_SHARE = 0.25
"""Of the best score: what is far below it only shares a common word."""
_NEARER = {0: 1.2, 1: 1.15, 2: 1.1}
_FAR_AWAY = 0.8


@dataclass(frozen=True)
class EntryHits:
    """What was found, the best first over both groups, and what was read for a mistyped word."""

    hits: tuple[Hit, ...] = ()
    spelled: tuple[tuple[str, str], ...] = ()

    def of(self, group: Group) -> tuple[Hit, ...]:
        """Those of one group."""
        return tuple(hit for hit in self.hits if hit.group is group)


class EntrySearch:
    """Ranks entries by the index; their texts come from the directory and the articles."""

    def __init__(self, directory: Directory, knowledge: Knowledge, reference: Reference) -> None:
        self._directory = directory
        self._knowledge = knowledge
        self._reference = reference

    def find(
        self,
        index: Any,
        connection: Connection,
        words: Sequence[str],
        language: str,
        *,
        division: str | None = None,
        still_typing: bool = False,
        limit: int = MOST_CANDIDATES,
    ) -> EntryHits:
        """`connection`: the office, to look at; `words` as `query_words` gives them; `still_typing`: the last one may go on.

        At most `limit` of each group are made ready to be shown.
        """
        sought: list[list[str]] = []
        spelled: list[tuple[str, str]] = []
        for word in telling(words):
            goes_on = still_typing and word == words[-1]
            stem = unfinished(word) if goes_on else beginning(word)
            if len(stem) < 2 and not stem.isdecimal():
                continue
            if is_spelled_so(index, stem):
                sought.append([stem])
            elif near := nearest_spellings(index, word):
                sought.append([*dict.fromkeys(beginning(w) for w in near)])
                spelled.append((word, near[0]))
        if not sought:
            return EntryHits()
        beginnings = tuple(b for each in sought for b in each)
        services = self._directory.entries.all_in(connection)
        articles = self._knowledge.entries.all_in(connection)
        scored = [
            (score * self._nearness(services.get(entry_id), division), kind, entry_id)
            for kind, entry_id, score in ranked(index, sought, MOST_CANDIDATES)
        ]
        scored.sort(key=lambda s: -s[0])
        least = scored[0][0] * LEAST_SHARE if scored else 0.0
        left = {SERVICE: limit, ARTICLE: limit}
        hits = []
        for score, kind, entry_id in scored:
            if score < least or not left[kind]:
                continue
            hit: Hit | None = None
            if kind == ARTICLE:
                hit = _article_hit(articles, entry_id, language, beginnings)
            elif service := services.get(entry_id):
                hit = _service_hit(service.value, language, beginnings)
            if hit is not None:
                hits.append(hit)
                left[kind] -= 1
        return EntryHits(tuple(hits), tuple(spelled))

    def _nearness(self, service: Entry[Service] | None, division: str | None) -> float:
        if service is None or division is None:
            return 1.0
        far = distance(service.value, division, self._reference)
        return _FAR_AWAY if far == NOWHERE_NEAR else _NEARER.get(far, 1.0)


def _article_hit(
    articles: dict[str, Entry[Article]],
    article_id: str,
    language: str,
    beginnings: tuple[str, ...],
) -> Hit | None:
    versions = [
        entry.value
        for code in dict.fromkeys((language, "ru", "ky", "en"))
        if (entry := articles.get(f"{article_id}.{code}"))
    ]
    if not versions:
        return None
    # In the language of the person, unless only another one has the words.
    shown = next((v for v in versions if has_word(_folded(_said(v)), beginnings)), None)
    shown = shown or next((v for v in versions if has_word(_folded(v.body), beginnings)), None)
    shown = shown or next(
        (v for v in versions if has_word(_folded(v.keywords), beginnings)), versions[0]
    )
    found = _snippet(shown.summary, beginnings) or _snippet(shown.body, beginnings)
    return Hit(
        Group.ARTICLES,
        shown.entry_id,
        shown.title,
        found or plain(shown.summary),
        tuple(("topic_l2", topic) for topic in shown.topics[:1]),
    )


def _service_hit(service: Service, language: str, beginnings: tuple[str, ...]) -> Hit:
    description = service.descriptions.get(language) or service.descriptions.get("ru", "")
    phones = ", ".join(phone.number for phone in service.phones)
    told = f"{phones} · {description}" if phones and description else phones or description
    return Hit(
        Group.SERVICES,
        service.service_id,
        service.name(language),
        _snippet(told, beginnings) or plain(told),
        (("service_type", service.service_type),),
    )


def _said(article: Article) -> str:
    return f"{article.title} {article.summary}"


def _snippet(text: str, beginnings: tuple[str, ...]) -> tuple[Piece, ...]:
    return snippet(text, beginnings, _folded(text))


@functools.lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Folding takes longer than finding, and entries are the same from key to key. They are no
    secret: nothing of a call or a case is kept here."""
    return fold(text)
