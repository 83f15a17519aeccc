"""The file of the checklists: as delivered, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.review_file import read_checklists
from operator_app.errors import EnvironmentProblem
from tests.review.conftest import CHECKLISTS
from tests.samples import examples

WHOLE = CHECKLISTS.read_text("utf-8")
POINT = '[[{kind}]]\ncode = "{code}"\nen = "Asked?"\nru = "Спросили?"\nky = "Сурадыбы?"\n'


def test_as_delivered() -> None:
    found = read_checklists(WHOLE)
    assert found.version
    assert [p.code for p in found.points["call"]][:3] == ["GREETED", "DANGER", "NEED"]
    assert [p.code for p in found.points["case"]][:2] == ["RISK", "PLAN"]
    for points in found.points.values():
        for point in points:
            assert len({point.label(spoken) for spoken in ("ky", "ru", "en")}) == 3


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("version = ", "toml.syntax"),
        (WHOLE.replace("version = ", "edition = "), "rules.version_missing"),
        ('version = "1"', "rules.no_questions"),
        ('version = "1"\ncall = 1', "rules.no_questions"),
        (WHOLE.replace("[[case]]", "[[cases]]"), "rules.no_questions"),
        (WHOLE + POINT.format(kind="call", code="greeted"), "rules.code_form"),
        (WHOLE + POINT.format(kind="call", code="GREETED"), "rules.code_twice"),
        (WHOLE.replace("ky = ", "kg = ", 1), "rules.words_missing"),
        (WHOLE.replace("Greeted", "G" * 80, 1), "rules.words_long"),
        (WHOLE + "".join(POINT.format(kind="call", code=f"C{n}") for n in range(9)),
         "rules.no_questions"),
        ("#" + "x" * 70_000, "rules.unreadable"),
    ],
)  # fmt: skip
def test_refused(source: str, fault: str) -> None:
    with pytest.raises(EnvironmentProblem) as error:
        read_checklists(source)
    assert error.value.code == "review_checklist.faulty"
    assert error.value.params["fault"] == fault


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_anything_else_is_refused_in_words(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE)))
    cut = data.draw(st.integers(0, 40))
    spoilt = WHOLE[:at] + data.draw(st.text(max_size=20)) + WHOLE[at + cut :]
    try:
        found = read_checklists(spoilt)
    except EnvironmentProblem:
        return
    assert set(found.points) == {"call", "case"}
