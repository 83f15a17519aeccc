"""On what a new revision stands when something before it is lost."""

from __future__ import annotations

import pytest

from operator_app.domain.mending import Made, footing


def _made(
    op_id: str, bases: str, *, over: str = "", lost: bool = False, there: bool = False
) -> Made:
    return Made(op_id, tuple(bases), tuple(over), lost, there)


A = _made("a", "", there=True)


@pytest.mark.parametrize(
    ("made", "bases", "expected"),
    [
        ([A], "a", ("a", "")),
        ([A, _made("b", "a")], "b", ("b", "")),
        ([A, _made("b", "a", lost=True)], "b", ("a", "b")),
        # What was saved on top before anybody knew is mended with it...
        ([A, _made("b", "a", lost=True), _made("c", "b")], "c", ("a", "cb")),
        # ...unless it arrived.
        ([A, _made("b", "a", lost=True), _made("c", "b", there=True)], "c", ("c", "")),
        # The first of a record was refused.
        ([_made("b", "", lost=True)], "b", ("", "b")),
        # The mending one is refused, too.
        ([A, _made("b", "a", lost=True), _made("c", "a", over="b", lost=True)], "c", ("a", "cb")),
        # Once mended, everything goes on as usual.
        ([A, _made("b", "a", lost=True), _made("c", "a", over="b")], "c", ("c", "")),
        # One of two versions that are brought together was refused.
        ([A, _made("b", "a", lost=True), _made("c", "a", there=True)], "bc", ("ca", "b")),
    ],
)
def test_footing(made: list[Made], bases: str, expected: tuple[str, str]) -> None:
    firm, over = footing(made, tuple(bases))
    assert (sorted(firm), sorted(over)) == (sorted(expected[0]), sorted(expected[1]))
