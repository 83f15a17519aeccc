"""The form of personal numbers, and of questions and answers, whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.lookup import Answer, Benefit, read_answer, read_question, write_answer
from operator_app.domain.pin import read_pin


@pytest.mark.parametrize(
    ("typed", "pin"),
    [
        ("21503198800117", "21503198800117"),
        (" 2 15-03-1988 00117 ", "21503198800117"),
        ("12902200000001", "12902200000001"),
        ("12902200100001", None),  # no leap year
        ("23103218800117", None),  # the year 2188
        ("31503198800117", None),
        ("21513198800117", None),
        ("2150319880011", None),
        ("215031988001177", None),
        ("٢1503198800117", None),
        ("", None),
        ("2150319880011x", None),
    ],
)
def test_what_can_be_a_personal_number(typed: str, pin: str | None) -> None:
    assert read_pin(typed) == pin


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_but_a_question_or_an_answer_is_read(plain: bytes) -> None:
    for read in (read_question, read_answer):
        with pytest.raises(ValueError):
            read(plain)


def test_an_answer_survives_its_way() -> None:
    answer = Answer("found", (Benefit("Пособие", "paid", "2026-01-01"),))
    assert read_answer(write_answer(answer)) == answer
    for wrong in (
        Answer("slow", answer.benefits),
        Answer("found", (Benefit("Пособие", "lost"),)),
        Answer("odd"),
    ):
        with pytest.raises(ValueError):
            read_answer(write_answer(wrong))
