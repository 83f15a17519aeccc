"""Articles as people find and open them: in their language, of the day, and as they once were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.db import feeds
from operator_app.domain.articles import Article
from operator_app.domain.feeds import ARTICLES, FeedEntry, entry_body
from operator_app.domain.people import Role
from operator_app.errors import NotFound
from operator_app.services.knowledge import ArticleView, Knowledge
from tests.conftest import TestOffice
from tests.ui.directory_office import clear

RU = Article("bala", "ru", ("BEN.BYR", "DOC"), "Пособие на ребёнка", "Текст\n", keywords="декрет")
KY = replace(RU, language="ky", title="Балага жөлөкпул", keywords="бөбөк")
EN_ONLY = Article("order", "en", ("VIO.DOM",), "Protection order", "Text\n")
OLD = Article("old", "ru", ("BEN.UBK",), "Было", "Текст\n", valid_to="2026-11-23")
SOON = Article("soon", "ru", ("BEN.UBK",), "Будет", "Текст\n", valid_from="2026-11-25")


def take(office: TestOffice, *articles: Article, gone: tuple[str, ...] = ()) -> None:
    entries = [FeedEntry(a.entry_id, entry_body(a)) for a in articles]
    entries += [FeedEntry(entry_id, None) for entry_id in gone]
    with office.database.write() as connection:
        feeds.take(connection, ARTICLES, entries, feeds.MINISTRY, 1)


@pytest.fixture
def knowledge(office: TestOffice) -> Knowledge:
    clear(office)
    take(office, RU, KY, EN_ONLY, OLD, SOON)
    return Knowledge(office.database, office.clock)


def titles(found: list[ArticleView]) -> list[str]:
    return [view.article.title for view in found]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ky", ["Protection order", "Балага жөлөкпул", "Будет", "Было"]),
        ("ru", ["Protection order", "Будет", "Было", "Пособие на ребёнка"]),
        ("en", ["Protection order", "Будет", "Было", "Пособие на ребёнка"]),
    ],
)
def test_each_article_once_in_the_best_language_there_is(
    office: TestOffice, knowledge: Knowledge, language: str, shown: list[str]
) -> None:
    found = knowledge.page(office.actor, language)
    assert titles(found) == shown
    assert {v.article.article_id: v.languages for v in found}["bala"] == ("ky", "ru")


@pytest.mark.parametrize(
    ("topic", "text", "found"),
    [
        ("BEN", "", {"bala", "old", "soon"}),
        ("BEN.BYR", "", {"bala"}),
        ("DOC", "", {"bala"}),
        ("BE", "", set()),
        ("BEN.B", "", set()),
        (None, "ребенка посо", {"bala"}),
        (None, "болок", set()),
        (None, "бобок", {"bala"}),  # a keyword of the Kyrgyz version
        (None, "жолокпул", {"bala"}),
        ("VIO", "prot", {"order"}),
        ("BEN", "prot", set()),
    ],
)
def test_by_topic_and_by_words_of_any_language(
    office: TestOffice, knowledge: Knowledge, topic: str | None, text: str, found: set[str]
) -> None:
    page = knowledge.page(office.actor, "ru", topic=topic, text=text)
    assert {view.article.article_id for view in page} == found


def test_what_does_not_hold_today_says_so(office: TestOffice, knowledge: Knowledge) -> None:
    def valid() -> dict[str, bool]:
        page = knowledge.page(office.actor, "ru")
        return {v.article.article_id: v.valid for v in page}

    assert valid() == {"bala": True, "order": True, "old": False, "soon": False}
    # 18:00 UTC is the next day in Bishkek.
    office.clock.forward(hours=15)
    assert valid()["soon"]


@pytest.mark.parametrize(
    ("asked", "language", "shown"),
    [
        ("bala", "ky", "ky"),
        ("bala", "en", "ru"),
        ("bala.ky", "ru", "ky"),
        ("bala.en", "ky", "ru"),
        ("order", "ky", "en"),
        ("order.en", "ru", "en"),
    ],
)
def test_an_article_opens_in_the_language_or_the_nearest(
    office: TestOffice, knowledge: Knowledge, asked: str, language: str, shown: str
) -> None:
    view = knowledge.open(office.actor, asked, language)
    assert (view.article.language, view.outdated) == (shown, False)


@pytest.mark.parametrize("asked", ["nothing", "nothing.ru", "", ".", "bala.ky.ru" * 20, "../bala"])
def test_an_article_nobody_knows(office: TestOffice, knowledge: Knowledge, asked: str) -> None:
    if asked.startswith("bala"):
        assert knowledge.open(office.actor, asked, "ky").article.article_id == "bala"
        return
    with pytest.raises(NotFound) as caught:
        knowledge.open(office.actor, asked, "ru")
    assert caught.value.code == "article.unknown"


def test_a_version_of_the_past_is_what_was_told_then(
    office: TestOffice, knowledge: Knowledge
) -> None:
    before = knowledge.open(office.actor, "bala.ru", "ru")
    take(office, replace(RU, body="Новый текст\n"))
    now = knowledge.open(office.actor, "bala.ru", "ru")
    assert (now.article.body, now.outdated) == ("Новый текст\n", False)
    then = knowledge.open(office.actor, "bala.ru", "ky", before.content)
    assert (then.article.body, then.outdated) == ("Текст\n", True)
    take(office, gone=("bala.ru", "bala.ky"))
    then = knowledge.open(office.actor, "bala.ru", "ky", before.content)
    assert (then.article.body, then.outdated, then.languages) == ("Текст\n", True, ())
    with pytest.raises(NotFound):
        knowledge.open(office.actor, "bala.ru", "ru")
    with pytest.raises(NotFound):
        knowledge.open(office.actor, "bala.ru", "ru", "0" * 16)


def test_one_language_taken_back_leaves_the_others(
    office: TestOffice, knowledge: Knowledge
) -> None:
    take(office, gone=("bala.ru",))
    view = knowledge.open(office.actor, "bala", "ru")
    assert (view.article.language, view.languages) == ("ky", ("ky",))


def test_everybody_who_works_here_may_read(office: TestOffice, knowledge: Knowledge) -> None:
    for role, login in ((Role.OPERATOR, "ainura"), (Role.ADMINISTRATOR, "itman")):
        assert knowledge.page(office.person(role, login), "ru")
