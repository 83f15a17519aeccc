"""Words as the search compares them: letters, endings, slips of the finger, and what is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operator_app.domain.search_text import (
    STOP_WORDS,
    beginning,
    deletions,
    has_word,
    is_near,
    plain,
    query_words,
    searchable,
    snippet,
    telling,
    unfinished,
)
from operator_app.domain.text import fold, matches, words

KYRGYZ = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
AS_TYPED = {"ң": "н", "ө": "о", "ү": "у", "ё": "е", "й": "и"}
"""What a keyboard without the letter gives."""
SNIPPET_LETTERS = 90
LONGEST_SHOWN = SNIPPET_LETTERS + len("… ") + len(" …")

letters = st.sampled_from(KYRGYZ + KYRGYZ.upper() + "abcXYZ089")
word = st.text(letters, min_size=1, max_size=14)
signs = st.sampled_from(" \n\t\0.,-_'’ʼ«»()…😀İßﬁ²́") | letters
texts = st.text(signs, max_size=300) | st.text(max_size=120)


# --- letters ---


@pytest.mark.parametrize("letter", KYRGYZ)
def test_every_kyrgyz_letter_is_found_in_both_cases_and_both_ways(letter: str) -> None:
    written, plainly = f"ат{letter}ш", f"ат{AS_TYPED.get(letter, letter)}ш"
    for one in (written, plainly):
        for other in (written, plainly):
            for typed in (other, other.upper(), other.title()):
                assert query_words(typed) == words(one)
                assert matches(typed, f"бир {one} эки")
                assert searchable(one) == fold(typed)


def test_one_letter_alone_becomes_two_signs_when_small() -> None:
    longer = {c for c in map(chr, range(0x110000)) if len(c.lower()) != 1}
    assert longer == {"İ"}


def test_letters_that_are_not_alike_stay_apart() -> None:
    folded = {fold(letter) for letter in KYRGYZ}
    assert len(folded) == len(KYRGYZ) - len(AS_TYPED)


@settings(deadline=None)
@given(texts)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert words(fold(text)) == words(text)
    assert searchable(searchable(text)) == searchable(text)


def test_a_letter_of_two_signs_is_the_letter() -> None:
    assert searchable("Маи\u0306рам") == searchable("Майрам") == "маирам"
    assert query_words("е\u0308лка") == query_words("ёлка") == ["елка"]


@settings(deadline=None)
@given(texts)
def test_the_words_of_a_query_are_letters_and_digits_each_once(text: str) -> None:
    found = query_words(text)
    assert len(set(found)) == len(found)
    assert all(w.isalnum() for w in found)


# --- endings and words that say nothing ---


@settings(deadline=None)
@given(word.map(fold))
def test_the_beginning_of_a_word_is_a_beginning_and_not_nothing(one: str) -> None:
    for found in (beginning(one), unfinished(one)):
        assert found
        assert one.startswith(found)
    assert beginning(one).startswith(beginning(beginning(one)))
    assert unfinished(one).startswith(beginning(one))


@settings(deadline=None)
@given(word.map(fold), st.integers(1, 14))
def test_what_is_typed_so_far_finds_the_word(one: str, typed: int) -> None:
    assert has_word(f"бир {one} эки", [unfinished(one[:typed])])


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("пособие", "пособия"), ("пособие", "пособиями"), ("инвалидность", "инвалидности"),
        ("жөлөкпул", "жөлөкпулдарды"), ("жөлөкпулду", "жөлөкпул"), ("баланын", "баланы"),
        ("ордери", "ордер"), ("benefits", "benefit"), ("справка", "справку"),
    ],
)  # fmt: skip
def test_other_endings_of_a_word_begin_alike(typed: str, written: str) -> None:
    assert has_word(fold(written), [beginning(fold(typed))])


@pytest.mark.parametrize("digits", ["117", "0555123456", "2026000017"])
def test_digits_have_no_ending(digits: str) -> None:
    assert beginning(digits) == unfinished(digits) == digits


@settings(deadline=None)
@given(st.lists(word.map(fold) | st.sampled_from(sorted(STOP_WORDS)), max_size=8))
def test_what_says_nothing_is_left_out_unless_there_is_nothing_else(found: list[str]) -> None:
    left = telling(found)
    assert bool(left) == bool(found)
    assert left == [w for w in found if w in left]
    if any(w not in STOP_WORDS for w in found):
        assert not STOP_WORDS & set(left)


def test_the_words_that_say_nothing_are_folded_as_a_query_is() -> None:
    assert {w for one in STOP_WORDS for w in query_words(one)} == STOP_WORDS
    assert telling(query_words("Кандай жөлөкпул бар?")) == ["жолокпул"]


# --- slips of the finger ---


def edits(a: str, b: str) -> int:
    """Damerau's distance (a pair is swapped at most once), by the book."""
    table = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


few = st.text("абв", max_size=6)


@settings(deadline=None)
@given(few, few)
@example("", "а")
@example("аб", "ба")
@example("абв", "бва")
def test_near_is_one_edit_by_the_book(a: str, b: str) -> None:
    assert is_near(a, b) == (edits(a, b) <= 1)
    assert is_near(a, b) == is_near(b, a)


@settings(deadline=None)
@given(few, few)
def test_words_that_are_near_have_something_left_in_common(a: str, b: str) -> None:
    """The index looks for near words by what is left of them."""
    if is_near(a, b):
        assert deletions(a) & deletions(b)


@settings(deadline=None)
@given(word)
def test_what_is_left_of_a_word(one: str) -> None:
    left = deletions(one)
    assert one in left
    assert {len(one) - len(rest) for rest in left} == {0, 1}
    assert all(edits(one, rest) <= 1 for rest in left)
    assert len(left) <= len(one) + 1


# --- what is shown of a text ---


def shown(text: str) -> str:
    return re.sub(r"[\s\0]+", " ", text)


def without_marks(joined: str, text: str) -> str:
    """The snippet without the marks that it is not the whole."""
    if joined.startswith("… ") and not text.startswith("… "):
        joined = joined[2:]
    if joined.endswith(" …") and not text.endswith(" …"):
        joined = joined[:-2]
    return joined


@settings(deadline=None)
@given(texts, st.lists(word, min_size=1, max_size=3))
@example("ё" * 400, ["е"])
@example("слово " * 60, ["сло"])
@example("'İх паспорт", ["пас"])
def test_a_snippet_is_a_part_of_the_text_and_short(text: str, typed: list[str]) -> None:
    wanted = [w for one in typed for w in query_words(one)]
    pieces = snippet(text, wanted)
    joined = "".join(p.text for p in pieces)
    assert len(joined) <= LONGEST_SHOWN
    assert shown(without_marks(joined, text)) in shown(text)
    assert all(p.text for p in pieces)
    for piece in pieces:
        if piece.hit:
            assert searchable(piece.text).startswith(tuple(wanted))


@settings(deadline=None)
@given(st.lists(word, min_size=1, max_size=30), st.data())
def test_a_word_of_the_text_is_marked_where_it_stands(
    found: list[str], data: st.DataObject
) -> None:
    wanted = data.draw(st.sampled_from(found))
    pieces = snippet(" ".join(found), query_words(wanted))
    first = next(p.text for p in pieces if p.hit)
    assert fold(first).startswith(fold(wanted))


@pytest.mark.parametrize(
    ("text", "wanted", "hit"),
    [
        ("говорит Жаңыл О’Коннор из Оша", "оконнор", "О’Коннор"),
        ("'İx' потерян паспорт", "паспорт", "паспорт"),
        ("\nпервая строка\n\n" + "вторая " * 20 + "үй-бүлө", "було", "бүлө"),
    ],
)
def test_the_hit_is_what_was_written(text: str, wanted: str, hit: str) -> None:
    assert [p.text for p in snippet(text, [wanted]) if p.hit] == [hit]


def test_a_hit_that_is_too_long_is_shown_in_part() -> None:
    pieces = snippet("а" * 400, ["ааа"])
    assert [(len(p.text), p.hit) for p in pieces] == [(SNIPPET_LETTERS, True), (2, False)]


def test_no_word_no_snippet() -> None:
    assert snippet("пособие", ["собие"]) == ()
    assert snippet("пособие", []) == ()
    assert snippet("", ["пособие"]) == ()


@settings(deadline=None)
@given(texts)
def test_the_beginning_of_a_text_in_one_line(text: str) -> None:
    pieces = plain(text)
    joined = "".join(p.text for p in pieces)
    assert len(joined) <= SNIPPET_LETTERS + len(" …")
    assert shown(text).startswith(without_marks(joined, text).rstrip())
    assert not any(p.hit for p in pieces)
