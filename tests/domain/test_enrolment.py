"""The enrolment code as it is read aloud and typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.enrolment import (
    new_enrolment_code,
    read_enrolment_code,
    server_fingerprint,
)
from operator_app.errors import BadInput

KEY = bytes(range(32))


@given(
    st.data(),
    st.sampled_from([str.upper, str.lower, str.swapcase]),
    st.sampled_from(["", "-", " ", " - ", "–", "—", "\n", "\u00a0"]),
)
def test_a_code_is_understood_however_it_is_typed(data, case, between) -> None:
    code = new_enrolment_code(KEY)
    typed = case(str(code)).replace("-", between)
    at = data.draw(st.integers(0, len(typed)))
    assert read_enrolment_code(typed[:at] + between + typed[at:]) == code


def test_the_code_pins_the_server() -> None:
    code = new_enrolment_code(KEY)
    assert code.server_fingerprint == server_fingerprint(KEY)
    assert code.server_fingerprint != server_fingerprint(bytes(32))
    assert len(str(code)) == 24


def test_codes_are_not_repeated_and_not_shown_in_logs() -> None:
    codes = [new_enrolment_code(KEY) for _ in range(200)]
    assert len({c.secret for c in codes}) == 200
    assert codes[0].secret not in repr(codes[0])
    assert not set("".join(c.secret for c in codes)) & set("01IO")


@given(typed=st.text(max_size=40))
def test_anything_else_is_refused_with_a_fault_at_the_field(typed) -> None:
    try:
        code = read_enrolment_code(typed)
    except BadInput as bad:
        assert bad.code == "enrolment.code_form"
        assert [f.where for f in bad.faults] == ["enrolment_code"]
    else:
        assert (len(code.secret), len(code.server_fingerprint)) == (12, 8)


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + "A", lambda s: s[:-1] + "1"])
def test_a_sign_too_few_too_many_or_impossible_is_noticed(change) -> None:
    with pytest.raises(BadInput):
        read_enrolment_code(change(str(new_enrolment_code(KEY))))
