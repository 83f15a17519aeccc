"""The catalogues are current, complete and fit the source; so are the code lists."""

from __future__ import annotations

import ast
import csv
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from build import catalogues

DATA = catalogues.ROOT / "resources" / "data"
CYRILLIC = "А-Яа-яЁёҢңӨөҮү"
MIXED_WORD = re.compile(rf"[{CYRILLIC}][A-Za-z]|[A-Za-z][{CYRILLIC}]")
LETTER = re.compile(r"[^\W\d_]")
CYRILLIC_LETTER = re.compile(f"[{CYRILLIC}]")
languages = pytest.mark.parametrize("language", catalogues.LANGUAGES)


def messages(language: str) -> list[Message]:
    return [message for message in catalogues.read(language) if message.id]


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translated form with the source form it stands for."""
    sources, targets = catalogues.forms(message.id), catalogues.forms(message.string)
    for number, target in enumerate(targets):
        yield sources[min(number, len(sources) - 1)], target


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def extracted() -> set[tuple[str, ...]]:
    """Every marked string of the source, by its forms."""
    return {catalogues.forms(message.id) for message in catalogues.extract() if message.id}


def test_every_marked_string_is_extracted(extracted: set[tuple[str, ...]]) -> None:
    """The extractor is blind inside f-strings: what stands there would stay English."""
    files = [*(catalogues.ROOT / "operator_app").rglob("*.py"), catalogues.ROOT / "main.py"]
    unseen = [
        f"{file.name}:{call.lineno}"
        for file in files
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and (said := _marked(call)) and said not in extracted
    ]
    assert unseen == []


def _marked(call: ast.Call) -> tuple[str, ...]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in {"_", "N_", "ngettext"}:
        return ()
    literals = [a.value for a in call.args if isinstance(a, ast.Constant)]
    return tuple(str(text) for text in literals[: 2 if name == "ngettext" else 1])


@languages
def test_catalogue_is_current(language: str, extracted: set[tuple[str, ...]]) -> None:
    """Else: python build/dev.py strings"""
    assert {catalogues.forms(message.id) for message in messages(language)} == extracted


@languages
def test_everything_is_translated(language: str) -> None:
    missing = [
        message.id
        for message in messages(language)
        if message.fuzzy or not all(form.strip() for form in catalogues.forms(message.string))
    ]
    assert missing == []


@languages
def test_plural_forms_are_complete(language: str) -> None:
    catalogue = catalogues.read(language)
    wrong = [
        message.id
        for message in catalogue
        if message.pluralizable and len(catalogues.forms(message.string)) != catalogue.num_plurals
    ]
    assert wrong == []


@languages
def test_placeholders_are_kept(language: str) -> None:
    # The form for one thing may say "one" instead of the number.
    wrong = [
        (source, target)
        for message in messages(language)
        for source, target in pairs(message)
        if target and fields(target) != fields(source)
        if not (message.pluralizable and fields(target) == fields(source) - {"n"})
    ]
    assert wrong == []


@languages
def test_edges_are_kept(language: str) -> None:
    """Spaces at the ends and an ellipsis or colon at the end belong to the layout."""

    def edges(text: str) -> tuple[bool, bool, bool, bool]:
        return text[:1] == " ", text[-1:] == " ", text.endswith("…"), text.endswith(":")

    wrong = [
        (source, target)
        for message in messages(language)
        for source, target in pairs(message)
        if target and edges(source) != edges(target)
    ]
    assert wrong == []


@languages
def test_no_latin_letter_inside_a_cyrillic_word(language: str) -> None:
    texts = [
        form for message in messages(language) for form in catalogues.forms(message.string)
    ] + list(labels(language))
    assert [text for text in texts if MIXED_WORD.search(text)] == []


def test_kyrgyz_is_kyrgyz() -> None:
    text = "".join(f for m in messages("ky") for f in catalogues.forms(m.string)).lower()
    assert all(letter in text for letter in "ңөү")


def test_kyrgyz_is_not_a_copy_of_russian() -> None:
    """A long sentence that is the same in both was copied and forgotten."""
    russian = {catalogues.forms(message.id): message.string for message in messages("ru")}
    same = [
        message.id
        for message in messages("ky")
        if message.string == russian.get(catalogues.forms(message.id))
        and any(len(form.split()) >= 4 for form in catalogues.forms(message.string))
        and CYRILLIC_LETTER.search(str(message.string))
    ]
    assert same == []


TABLES = sorted(DATA.glob("*.csv"))


def columns(header: list[str], language: str) -> list[str]:
    """Columns of texts in a language: "label_ru", "name_ru" or just "ru"."""
    return [name for name in header if name == language or name.endswith(f"_{language}")]


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def labels(language: str) -> Iterator[str]:
    for table in TABLES:
        for row in rows(table):
            yield from (row[column] for column in columns(list(row), language))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_table_is_complete_in_three_languages(table: Path) -> None:
    entries = rows(table)
    assert entries
    named = {language: columns(list(entries[0]), language) for language in ("en", "ru", "ky")}
    assert len({len(names) for names in named.values()}) == 1
    assert named["en"], "a table of texts has a column for each language"
    empty = [
        (number, column)
        for number, row in enumerate(entries, start=2)
        for names in named.values()
        for column in names
        if not (row[column] or "").strip()
    ]
    assert empty == []
    wrong_script = [
        (number, column)
        for number, row in enumerate(entries, start=2)
        for column in named["ru"] + named["ky"]
        if LETTER.search(row[column]) and not CYRILLIC_LETTER.search(row[column])
    ]
    assert wrong_script == []


def test_the_tables_of_the_call_are_there() -> None:
    assert {"code_lists", "divisions"} <= {table.stem for table in TABLES}
