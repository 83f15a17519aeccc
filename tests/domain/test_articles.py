"""Reading articles; and the articles that come with the program."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operator_app.config import paths
from operator_app.domain.articles import Article, Fact, check_article, read_article
from operator_app.domain.hsds import read_hsds
from operator_app.domain.office import LANGUAGES
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput

RESOURCES = paths().resources
FILES = sorted((RESOURCES / "articles").glob("*.md"))
NUMBERS = {
    # research/domain.md 2.1, "Numbers to show on the operator screen".
    "101", "102", "103",  # phonenumbers 9.0.43, short numbers
    "112",  # 24.kg/english/153005
    "111",  # super.kg/kabar/news/162811
    "115",  # vb.kg/doc/400248
    "117",  # this helpline
    "119", "08008005510", "996312624140",  # grs.gov.kg, registration service
    "1966", "0312660107",  # mts.kg
}  # fmt: skip
_PHONE = re.compile(r"\+?\(?\d[\d ()\-–]*\d")

HEAD = """article_id = "bala"
language = "ru"
topics = ["BEN.BYR"]
title = "Пособие"
"""


def source(head: str = HEAD, body: str = "Текст.") -> str:
    return f"+++\n{head}+++\n\n{body}\n"


def faults(text: str) -> list[tuple[str, str, int | None]]:
    with pytest.raises(BadInput) as caught:
        read_article(text)
    assert caught.value.code == "article.faults"
    return [(f.where, f.code, f.line) for f in caught.value.faults]


def test_an_article_as_it_is_written() -> None:
    head = HEAD + (
        'summary = "Сколько"\nkeywords = "бала"\nvalid_from = "2026-01-01"\n'
        'valid_to = "2026-12-31"\nlegal_basis = "Закон"\napproved_by = "А. Тестова"\n'
        'for_danger = true\n\n[[facts]]\ntext = "Сумма"\ndate = "2026"\nsource = "https://x"\n'
    )
    assert read_article(source(head, "## Кому\n\nВсем.\n")) == Article(
        "bala", "ru", ("BEN.BYR",), "Пособие", "## Кому\n\nВсем.\n", "Сколько", "бала",
        "2026-01-01", "2026-12-31", "Закон", "А. Тестова", True, (Fact("Сумма", "2026", "https://x"),),
    )  # fmt: skip


def test_marks_of_order_and_lines_of_windows_do_no_harm() -> None:
    text = source()
    assert read_article("\ufeff" + text.replace("\n", "\r\n")) == read_article(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("Текст\n", 1), (f"\n+++\n{HEAD}+++\nТекст", 1), (f"+++\n{HEAD}Текст", 6)],
)
def test_without_a_head_it_is_no_article(text: str, line: int) -> None:
    assert faults(text) == [("file", "article.no_head", line)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("title = \n", 2),
        (HEAD + "for_danger = да\n", 6),
        (HEAD + 'title = "снова"\n', 6),
        (HEAD + 'summary = "не закрыто\n', 6),
        (HEAD + 'summary = """не закрыто\nи дальше\n', 7),
    ],
)
def test_a_fault_of_the_syntax_names_its_line(head: str, line: int) -> None:
    assert faults(source(head)) == [("file", "toml.syntax", line)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (HEAD.replace('"Пособие"', "5"), "title"),
        (HEAD.replace('["BEN.BYR"]', '"BEN.BYR"'), "topics"),
        (HEAD.replace('["BEN.BYR"]', "[1]"), "topics"),
        (HEAD + 'for_danger = "yes"\n', "for_danger"),
        (HEAD + "valid_from = 2026-01-01\n", "valid_from"),
        (HEAD + '[[facts]]\ntext = "x"\ndate = "2026"\n', "facts"),
    ],
)
def test_a_wrong_type_names_its_field(changed: str, field: str) -> None:
    assert faults(source(changed)) == [(field, "article.wrong_type", None)]


@pytest.mark.parametrize("name", ["article_id", "language", "topics", "title"])
def test_what_is_missing_is_named(name: str) -> None:
    left = "".join(line for line in HEAD.splitlines(True) if not line.startswith(name))
    assert faults(source(left)) == [(name, "article.missing", None)]


def test_fields_nobody_knows_are_named() -> None:
    found = faults(source(HEAD + 'zzz = 1\nauthor = "x"\n'))
    assert found == [
        ("author", "article.unknown_field", None),
        ("zzz", "article.unknown_field", None),
    ]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"article_id": "Bala"}, ("article_id", "article.bad_id")),
        ({"article_id": "a" * 41}, ("article_id", "article.bad_id")),
        ({"article_id": "../etc"}, ("article_id", "article.bad_id")),
        ({"language": "de"}, ("language", "article.unknown_language")),
        ({"topics": ()}, ("topics", "article.missing")),
        ({"title": " "}, ("title", "article.missing")),
        ({"body": "\n"}, ("body", "article.missing")),
        ({"valid_from": "1.1.2026"}, ("valid_from", "article.bad_day")),
        ({"valid_to": "2026-02-30"}, ("valid_to", "article.bad_day")),
        (
            {"valid_from": "2026-02-01", "valid_to": "2026-01-31"},
            ("valid_to", "article.ends_before_it_begins"),
        ),
    ],
)
def test_what_is_wrong_with_an_article(changes: dict[str, Any], found: tuple[str, str]) -> None:
    article = read_article(source())
    assert check_article(article) == []
    assert [(f.where, f.code) for f in check_article(replace(article, **changes))] == [found]


def test_an_article_holds_from_its_first_to_its_last_day() -> None:
    article = replace(read_article(source()), valid_from="2026-01-01", valid_to="2026-12-31")
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [article.is_valid_on(day) for day in days] == [False, True, True, False]


# --- what comes with the program ---


def delivered() -> list[Article]:
    return [read_article(file.read_text(encoding="utf-8")) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_delivered_article_can_be_read_and_says_what_it_is(
    file: Path, reference: Reference
) -> None:
    article = read_article(file.read_text(encoding="utf-8"))
    assert article.entry_id == file.stem
    assert article.summary and article.keywords
    assert all(reference.find("topic_l2", topic) for topic in article.topics)
    # Nobody approved them yet, and nothing is told without its date and where it was read.
    assert article.approved_by == ""
    for fact in article.facts:
        assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", fact.date)
        assert fact.text and "." in fact.source


def test_every_delivered_article_says_the_same_in_three_languages() -> None:
    by_id: dict[str, list[Article]] = defaultdict(list)
    for article in delivered():
        by_id[article.article_id].append(article)
    assert len(by_id) >= 20
    for name, versions in by_id.items():
        assert {v.language for v in versions} == set(LANGUAGES), name
        same = {
            (
                v.topics,
                v.for_danger,
                v.valid_from,
                v.valid_to,
                tuple((f.date, f.source) for f in v.facts),
                v.body.count("\n## "),
                v.body.count("\n- "),
            )
            for v in versions
        }
        assert len(same) == 1, name


def test_the_languages_of_an_article_tell_the_same_amounts() -> None:
    by_id: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for article in delivered():
        said = " ".join((article.body, *(fact.text for fact in article.facts)))
        # "6,300" in English is "6 300" in Russian and Kyrgyz.
        said = re.sub(r"(?<=\d)[,\s\u00a0](?=\d{3}\b)", "", said)
        by_id[article.article_id][article.language] = set(re.findall(r"\d{4,}", said))
    for name, amounts in by_id.items():
        assert amounts["ky"] == amounts["ru"] == amounts["en"], name


def test_no_delivered_number_is_one_that_nobody_confirmed(reference: Reference) -> None:
    services = (RESOURCES / "directory" / "services.json").read_bytes()
    texts = {
        article.entry_id: "\n".join(
            (article.title, article.summary, article.keywords, article.body,
             *(fact.text for fact in article.facts))
        )
        for article in delivered()
    }  # fmt: skip
    for service in read_hsds(services, "services.json", reference).services:
        told = (
            service.descriptions, service.how_to_apply, service.eligibility, service.documents,
            service.cost, *(phone.notes for phone in service.phones),
        )  # fmt: skip
        words = [text for labels in told for text in labels.values()]
        numbers = [phone.number for phone in service.phones]
        assert {re.sub(r"\D", "", number) for number in numbers} <= NUMBERS
        texts[service.service_id] = "\n".join((*words, service.keywords))
    found = {name: telephones(text) for name, text in texts.items()}
    assert {name: n - NUMBERS for name, n in found.items() if n - NUMBERS} == {}
    assert set().union(*found.values()) == NUMBERS


def telephones(text: str) -> set[str]:
    """The digits of what looks like a telephone number: long ones, and short ones that no amount,
    day or law is."""
    found = set()
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", re.sub(r"\(20\d\d$", "", match.group()))
        if len(digits) >= 7 or re.fullmatch(r"1[01][1-9]|1\d{3}", match.group()):
            found.add(digits)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Звоните 102, при ранах 103.", {"102", "103"}),
        ("тел. (0312) 66-01-07 (2025 г.)", {"0312660107"}),
        ("+996 555 12 34 56", {"996555123456"}),
        ("0555123456 и 1967", {"0555123456", "1967"}),
        ("6 300 сомов с 2026 года, 100 %", set()),
    ],
)
def test_what_looks_like_a_telephone_number(text: str, found: set[str]) -> None:
    assert telephones(text) == found


def test_no_address_of_a_confidential_place_is_delivered(reference: Reference) -> None:
    services = (RESOURCES / "directory" / "services.json").read_bytes()
    found = read_hsds(services, "services.json", reference)
    hidden = [p for s in found.services for p in s.places if p.confidential]
    assert hidden
    assert not any(place.address for place in hidden)
