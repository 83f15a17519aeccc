"""The fast encoder gives the bytes of RFC 8785 for everything the program writes itself."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.wire import canonical, canonical_plain

TEXTS = st.text() | st.text(alphabet='\x00\x1f\x7f\x80\\"/\u2028\ufeffңөү😀\n\t')
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet=string.printable[:95]), inner),
    max_leaves=20,
)


@given(VALUES)
def test_same_bytes(value: object) -> None:
    assert canonical_plain(value) == canonical(value)
