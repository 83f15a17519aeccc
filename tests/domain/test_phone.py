"""Phone numbers as callers give them: recognised where possible, never refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.calls import CallForm, phone_columns
from operator_app.domain.phone import HIDDEN_WORDS, PhoneKind, read_phone
from tests.samples import examples

HOME = "+996555123456"


@pytest.mark.parametrize(
    "typed",
    [
        "+996555123456",
        "0555123456",
        "0555 123-456",
        " 555-12-34-56 ",
        "996555123456",
        "00996555123456",
        "+996 (555) 12 34 56",
        "0555/123456",
    ],
)
def test_every_way_to_write_a_number_at_home_is_one_number(typed) -> None:
    phone = read_phone(typed)
    assert (phone.kind, phone.e164, phone.key) == (PhoneKind.NUMBER, HOME, HOME)
    assert phone.raw == typed.strip()
    assert phone.shown == "+996 555 12-34-56"


@pytest.mark.parametrize("typed", ["0312660000", "312 66 00 00", "+996312660000"])
def test_a_landline_is_a_number_at_home(typed) -> None:
    assert read_phone(typed).e164 == "+996312660000"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("+7 701 123 45 67", "+77011234567"),
        ("74951234567", "+74951234567"),
        ("+1 202 555 0123", "+12025550123"),
        ("0049 30 901820", "+4930901820"),
    ],
)
def test_a_foreign_number_keeps_its_country(typed, e164) -> None:
    phone = read_phone(typed)
    assert (phone.kind, phone.e164, phone.key, phone.shown) == (PhoneKind.FOREIGN, e164, e164, e164)


@pytest.mark.parametrize("typed", ["112", "117", "01", "102", "12345"])
def test_a_service_number_has_no_earlier_calls(typed) -> None:
    phone = read_phone(typed)
    assert (phone.kind, phone.e164, phone.key) == (PhoneKind.SHORT, None, "")


@pytest.mark.parametrize("typed", [*sorted(HIDDEN_WORDS), "Скрытый номер", " ЖАШЫРУУН "])
def test_a_hidden_number_has_no_earlier_calls(typed) -> None:
    phone = read_phone(typed)
    assert (phone.kind, phone.e164, phone.key) == (PhoneKind.HIDDEN, None, "")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("сосед Нурлан, 0555123456", "0555123456"),
        ("дом 7", ""),
        ("1234567", "1234567"),
        ("+112", ""),
        ("+", ""),
        ("٠٥٥٥١٢٣٤٥٦", ""),
        ("0555123456 доб. 12", "055512345612"),
    ],
)
def test_what_is_not_understood_is_kept_as_typed(typed, key) -> None:
    phone = read_phone(typed)
    assert (phone.kind, phone.raw, phone.e164, phone.key) == (PhoneKind.RAW, typed, None, key)
    assert phone.shown == typed


@pytest.mark.parametrize("typed", ["", "  ", "\n"])
def test_nothing_is_no_number(typed) -> None:
    assert read_phone(typed).kind is PhoneKind.NONE
    assert phone_columns(CallForm(started_at=0, phone=typed)) == ("none", None, "")


_LIKE_A_NUMBER = st.text("0123456789+-() /.;#*ext=доб,№٠１", max_size=80)


@settings(max_examples=examples(500), deadline=None)
@given(typed=st.text(max_size=100) | _LIKE_A_NUMBER)
def test_reading_never_raises_and_never_loses_what_was_typed(typed) -> None:
    phone = read_phone(typed)
    assert phone.raw == typed.strip()[:64]
    assert (phone.raw == "") == (phone.kind is PhoneKind.NONE)
    assert (phone.e164 is not None) == (phone.kind in (PhoneKind.NUMBER, PhoneKind.FOREIGN))
    # A key that many unrelated calls share would show strangers' calls.
    assert phone.key == "" or len(phone.key) >= 5
    assert bool(phone.shown) == bool(phone.raw)
    # The form itself keeps the whole text, whatever was understood of it.
    assert CallForm(started_at=0, phone=typed).as_dict()["phone"] == typed


@settings(max_examples=examples(200), deadline=None)
@given(number=st.integers(500_000_000, 999_999_999), cut=st.lists(st.integers(1, 8), max_size=3))
def test_blanks_and_dashes_never_make_it_another_number(number, cut) -> None:
    plain = str(number)
    spread = plain
    for at in sorted(set(cut), reverse=True):
        spread = f"{spread[:at]} {spread[at:]}"
    assert read_phone("0" + spread).key == read_phone("0" + plain).key
