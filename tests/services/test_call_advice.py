"""What is offered to a call: by topic, danger, place, hours and language; few, the best first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.domain.articles import Article
from operator_app.domain.calls import CallForm
from operator_app.domain.danger import HIGH, MEDIUM
from operator_app.domain.directory import Hours, Service, ServicePlace
from operator_app.domain.feeds import ARTICLES, DIRECTORY
from operator_app.domain.violence import ViolenceForm
from operator_app.services.call_advice import MOST, MOST_ARTICLES, is_acute, with_action
from tests.conftest import ALAMUDUN, TestOffice
from tests.finder import Finder, finder_of
from tests.ui.directory_office import clear, publish

SOKULUK, OSH = "41708219000000", "41706000000000"
OPEN = (Hours(tuple(range(7)), "00:00", "24:00", on_holidays=True),)
SHUT = (Hours((0,), "09:00", "10:00"),)


def article(name: str, *topics: str, language: str = "ru", **changes: object) -> Article:
    made = Article(name, language, topics, f"Статья {name}", "Текст\n")
    return replace(made, **changes)  # type: ignore[arg-type]


def service(name: str, *topics: str, place: str = "", **changes: object) -> Service:
    places = (ServicePlace(f"{name}.p", place),) if place else ()
    made = Service(name, {"ru": f"Служба {name}"}, "org", {"ru": "Орган"}, topics=topics)
    return replace(made, places=places, **changes)  # type: ignore[arg-type]


@pytest.fixture
def finder(office: TestOffice):
    clear(office)
    made = finder_of(office)
    yield made
    made.index.close()


def form(finder: Finder, *topics: str, **changes: object) -> CallForm:
    start = finder.office.calls.start(finder.office.actor).form
    return replace(start, topics=topics, **{"language": "ru", **changes})  # type: ignore[arg-type]


def offered(finder: Finder, wanted: CallForm, query: str = "", language: str = "ru") -> list[str]:
    if query:
        while finder.index.step():
            pass
    found = finder.advice.suggest(finder.office.actor, wanted, language, query)
    return [s.advice.entry_id for s in found]


def test_nothing_is_offered_before_anything_is_known(finder: Finder) -> None:
    publish(finder.office, ARTICLES, article("a", "BEN.UBK"))
    publish(finder.office, DIRECTORY, service("s", "BEN.UBK"))
    assert offered(finder, form(finder)) == []
    assert offered(finder, form(finder, "DIS.GRP")) == []
    assert offered(finder, form(finder, "BEN.UBK")) == ["a.ru", "s"]


def test_what_is_about_the_main_topic_comes_before_what_names_it(finder: Finder) -> None:
    publish(
        finder.office,
        ARTICLES,
        article("other", "BEN.BYR", "DOC"),
        article("names-it", "DOC", "BEN.UBK"),
        article("about-it", "BEN.UBK"),
    )
    assert offered(finder, form(finder, "BEN.UBK", "BEN.BYR")) == [
        "about-it.ru", "names-it.ru", "other.ru"
    ]  # fmt: skip


def test_danger_comes_first_whatever_the_topic(finder: Finder) -> None:
    publish(
        finder.office,
        ARTICLES,
        article("benefit", "BEN.UBK"),
        article("danger", "VIO.DOM", for_danger=True),
    )
    publish(
        finder.office,
        DIRECTORY,
        service("office", "BEN.UBK", place=ALAMUDUN),
        service("police", "VIO.DOM", for_danger=True),
    )
    calm = form(finder, "BEN.UBK", danger_now="N")
    assert offered(finder, calm) == ["benefit.ru", "office"]
    acute = replace(calm, danger_now="Y")
    assert offered(finder, acute) == ["danger.ru", "benefit.ru", "police", "office"]
    assert offered(finder, replace(acute, topics=())) == ["danger.ru", "police"]


@pytest.mark.parametrize(
    ("danger", "level", "acute"),
    [("Y", None, True), ("N", HIGH, True), ("U", None, False), ("N", MEDIUM, False)],
)
def test_the_moment_of_danger(danger: str, level: str | None, acute: bool) -> None:
    violence = ViolenceForm(raised_to=level) if level else None
    assert is_acute(CallForm(0, danger_now=danger, violence=violence)) is acute


def test_the_nearer_the_sooner_and_what_is_closed_later(finder: Finder) -> None:
    publish(
        finder.office,
        DIRECTORY,
        service("near-shut", "BEN.UBK", place=ALAMUDUN, hours=SHUT),
        service("far-open", "BEN.UBK", place=SOKULUK, hours=OPEN),
        service("near-open", "BEN.UBK", place=ALAMUDUN, hours=OPEN),
        service("unknown-hours", "BEN.UBK", place=SOKULUK, names={"ru": "Я последняя"}),
        service("of-osh", "BEN.UBK", place=OSH, areas=(OSH,)),
        service("no-more", "BEN.UBK", place=ALAMUDUN, status="inactive"),
    )
    here = form(finder, "BEN.UBK", division=ALAMUDUN)
    assert offered(finder, here) == ["near-open", "far-open", "unknown-hours", "near-shut"]
    in_osh = offered(finder, replace(here, division=OSH))
    assert in_osh[0] == "of-osh"
    assert "of-osh" not in offered(finder, here)


def test_never_more_than_there_is_room_for_and_room_for_both(finder: Finder) -> None:
    articles = [article(f"a{n}", "BEN.UBK") for n in range(6)]
    publish(finder.office, ARTICLES, *articles)
    wanted = form(finder, "BEN.UBK", division=ALAMUDUN)
    assert len(offered(finder, wanted)) == MOST
    publish(finder.office, DIRECTORY, service("s0", "BEN.UBK"))
    assert offered(finder, wanted)[-1] == "s0"
    assert len(offered(finder, wanted)) == MOST
    publish(finder.office, DIRECTORY, *(service(f"s{n}", "BEN.UBK") for n in range(6)))
    found = offered(finder, wanted)
    assert sum(name.startswith("a") for name in found) == MOST_ARTICLES
    assert len(found) == MOST
    publish(finder.office, ARTICLES, gone=tuple(a.entry_id for a in articles))
    assert offered(finder, wanted) == ["s0", "s1", "s2", "s3"]


def test_answers_come_in_the_language_of_the_caller(finder: Finder) -> None:
    publish(
        finder.office,
        ARTICLES,
        article("both", "BEN.UBK"),
        article("both", "BEN.UBK", language="ky"),
        article("english", "BEN.UBK", language="en"),
    )
    ky = form(finder, "BEN.UBK", language="ky")
    assert set(offered(finder, ky)) == {"both.ky", "english.en"}
    # A caller who speaks another language is answered in that of the person who answers.
    uzbek = replace(ky, language="uz")
    assert set(offered(finder, uzbek, language="ru")) == {"both.ru", "english.en"}
    assert set(offered(finder, uzbek, language="ky")) == {"both.ky", "english.en"}
    assert set(offered(finder, uzbek, language="en")) == {"both.ru", "english.en"}


def test_an_answer_that_does_not_hold_is_not_offered(finder: Finder) -> None:
    """Neither by topic nor by words: one key tells it to the caller."""
    publish(
        finder.office,
        ARTICLES,
        article("now", "BEN.UBK", title="Размер пособия"),
        article("was", "BEN.UBK", title="Размер пособия прежний", valid_to="2026-11-23"),
        article("will-be", "BEN.UBK", title="Размер пособия новый", valid_from="2026-11-25"),
    )
    assert offered(finder, form(finder, "BEN.UBK")) == ["now.ru"]
    assert offered(finder, form(finder, "BEN.UBK"), "размер пособия") == ["now.ru"]


def test_words_find_beyond_the_topic_and_the_place_decides(finder: Finder) -> None:
    publish(finder.office, ARTICLES, article("pension", "PEN", title="Пенсия по возрасту"))
    publish(
        finder.office,
        DIRECTORY,
        service("fund-far", "PEN", place=SOKULUK, names={"ru": "Пенсионный отдел"}),
        service("fund-near", "PEN", place=ALAMUDUN, names={"ru": "Пенсионный отдел"}),
        service("fund-shut", "PEN", status="defunct", names={"ru": "Пенсионный отдел"}),
    )
    wanted = form(finder, "BEN.UBK", division=ALAMUDUN)
    assert offered(finder, wanted, "пенсионный отдел") == ["fund-near", "fund-far"]
    assert offered(finder, wanted, "пенсия возр") == ["pension.ru"]
    assert offered(finder, wanted, "такогонет") == []


def test_a_broken_index_offers_what_belongs_to_the_topic(finder: Finder) -> None:
    publish(finder.office, ARTICLES, article("a", "BEN.UBK"))
    finder.index.file.connection().execute("DROP TABLE entry_words")
    assert offered(finder, form(finder, "BEN.UBK")) == ["a.ru"]
    assert finder.advice.suggest(finder.office.actor, form(finder), "ru", "статья") == []
    assert finder.index.problem == "search.index_fault"


def test_what_was_given_is_an_action_once(finder: Finder) -> None:
    publish(finder.office, ARTICLES, article("a", "BEN.UBK"))
    publish(finder.office, DIRECTORY, service("s", "BEN.UBK"))
    told, named = finder.advice.suggest(finder.office.actor, form(finder, "BEN.UBK"), "ru")
    assert with_action((), told) == ("INF",)
    assert with_action(("INF",), told) == ("INF",)
    assert with_action(("CON",), told) == ("CON",)
    assert with_action(("INF",), named) == ("INF", "REFC")
    assert with_action(("REFT",), named) == ("REFT",)
