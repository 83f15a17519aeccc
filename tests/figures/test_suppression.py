"""What is hidden cannot be computed from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.suppression import LEAST, hide_part, hide_small

counts = st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=8)


@given(counts)
def test_no_small_cell_is_shown_and_every_other_is_as_it_was(cells) -> None:
    shown = hide_small(cells)
    assert shown.keys() == cells.keys()
    for key, number in shown.items():
        assert number is None or number == cells[key]
        assert number is None or number == 0 or number >= LEAST


@given(counts)
def test_the_sum_of_what_is_hidden_tells_no_cell(cells) -> None:
    shown = hide_small(cells)
    gone = [cells[key] for key, number in shown.items() if number is None]
    if not gone:
        return
    nothing_else_left = not any(shown.values())
    assert len(gone) > 1 or nothing_else_left
    assert sum(gone) >= LEAST or nothing_else_left


@given(counts)
def test_nothing_is_hidden_without_need(cells) -> None:
    if all(n == 0 or n >= LEAST for n in cells.values()):
        assert hide_small(cells) == cells


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_hidden_where_it_or_the_rest_is_small(part, rest) -> None:
    small = 0 < part < LEAST or 0 < rest < LEAST
    assert (hide_part(part, part + rest) is None) == small
