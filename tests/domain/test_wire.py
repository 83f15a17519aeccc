"""The plaintext of an envelope: the same content always has the same bytes, and nothing that is
opened can make checking fail otherwise than by naming what is wrong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.calls import Call, new_form
from operator_app.domain.wire import (
    CONFIRMED,
    SCHEMA,
    WAITING,
    Header,
    Kind,
    State,
    call_body,
    call_from_body,
    canonical,
    check_payload,
    device_id_of,
    payload,
)
from tests.conftest import ALAMUDUN, information_call
from tests.samples import examples

AT = 1_790_000_000_000
FORM = information_call(
    new_form(AT, "ky", ALAMUDUN),
    topics=("BEN.UBK", "CHI.ABU"),
    phone="0555 123-456",
    caller_name="Айгүл Сынакова",
    note='Ñandú \u2028 \U0001f600 " \\ \x01',
    danger_at=AT + 5,
)
CALL = Call("c1", "0412-2026-000001", "0412", "u1", FORM, AT + 9, 9, AT + 10, 1, "o1")
HEADER = Header("o1", "d" * 16, "0a0b0c0d", 7)


def _payload(call: Call = CALL, kind: Kind = Kind.CALL) -> bytes:
    return payload(
        HEADER, record_id="c1", kind=kind, bases=(), author="u1", at=AT, body=call_body(call)
    )


def test_a_payload_of_this_program_is_in_order() -> None:
    assert check_payload(json.loads(_payload())) == []
    voided = replace(CALL, voided_at=AT, void_reason="twice")
    assert check_payload(json.loads(_payload(voided, Kind.VOID))) == []


def test_the_bytes_are_canonical_and_do_not_change_unnoticed() -> None:
    """The ministry compares tags of these bytes: a change of form is a change of the protocol."""
    data = _payload()
    assert canonical(json.loads(data)) == data
    assert canonical({"b": 1, "a": "ө", "ң": None}) == '{"a":"ө","b":1,"ң":null}'.encode()
    assert canonical({"\U0001f600": 1, "\ufb33": 2}) == '{"\U0001f600":1,"\ufb33":2}'.encode()
    assert hashlib.sha256(data).hexdigest() == (
        "94d5a4de9ef5f8a9b372ad6d01983707af2d5f00a54c9d2b43aee0bca55639d0"
    )


def test_a_snapshot_of_before_the_violence_block_is_in_order() -> None:
    """Offices are not updated on one day, and old revisions stay in the history."""
    data = json.loads(_payload())
    del data["body"]["violence"]
    assert check_payload(data) == []
    back = call_from_body(data["body"], call_id="c1", op_id="o1", saved_at=AT + 10)
    assert back == replace(CALL, revision=0)


def test_a_call_comes_back_from_its_snapshot() -> None:
    body = json.loads(_payload())["body"]
    back = call_from_body(body, call_id="c1", op_id="o1", saved_at=AT + 10)
    assert back == replace(CALL, revision=0)


def test_the_snapshot_tells_what_was_understood_of_the_number() -> None:
    body = call_body(CALL)
    assert (body["phone"], body["phone_kind"], body["phone_e164"]) == (
        "0555 123-456",
        "number",
        "+996555123456",
    )
    hidden = call_body(replace(CALL, form=replace(FORM, phone="скрыт", caller_name="")))
    assert (hidden["phone_kind"], hidden["phone_e164"], hidden["anonymous"]) == (
        "hidden",
        None,
        True,
    )


def _changed(path: str, value: object) -> list[tuple[str, str]]:
    data = json.loads(_payload())
    place = data["body"] if path.startswith("body.") else data
    place[path.removeprefix("body.")] = value
    return [(f.where, f.code) for f in check_payload(data)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "1"),
        ("schema", True),
        ("op_id", 7),
        ("seq", 1.5),
        ("bases", {}),
        ("body", []),
        ("at", None),
        ("body.topics", "BEN"),
        ("body.started_at", "now"),
        ("body.duration_seconds", True),
        ("body.note", None),
        ("body.division", 4),
    ],
)
def test_a_field_of_another_type_is_named(path, value) -> None:
    assert _changed(path, value) == [(path, "wire.wrong_type")]


def test_every_missing_field_is_named() -> None:
    data = json.loads(_payload())
    for name in ("schema", "op_id", "dev", "inc", "seq", "record_id", "kind", "bases", "author"):
        assert (name, "wire.wrong_type") in [
            (f.where, f.code) for f in check_payload({k: v for k, v in data.items() if k != name})
        ]


def test_the_rest_is_named_too() -> None:
    assert _changed("kind", "merge") == [("kind", "wire.unknown_kind")]
    assert _changed("bases", ["a", 7]) == [("bases", "wire.wrong_type")]
    assert _changed("schema", SCHEMA + 1) == [("schema", "wire.newer_schema")]
    assert _changed("kind", "void") == [("body.void_reason", "wire.reason_missing")]
    assert check_payload("text")[0].code == "wire.not_an_object"
    # A newer minor program may say more than we know.
    assert _changed("body.of_later", {"x": 1}) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(data=_JSON)
def test_checking_any_json_never_raises(data) -> None:
    assert check_payload(data) != []


@settings(max_examples=examples(300))
@given(changes=st.dictionaries(st.sampled_from(sorted(json.loads(_payload()))), _JSON, max_size=3),
       inside=st.dictionaries(st.sampled_from(sorted(call_body(CALL))), _JSON, max_size=3))  # fmt: skip
def test_checking_a_payload_with_any_json_in_it_never_raises(changes, inside) -> None:
    data = json.loads(_payload())
    data["body"] = {**data["body"], **inside}
    data.update(changes)
    for fault in check_payload(data):
        assert fault.code.startswith("wire.")


def test_states_are_either_waiting_confirmed_or_refused() -> None:
    assert WAITING | CONFIRMED | {State.REJECTED} == set(State)
    assert not WAITING & CONFIRMED


def test_a_device_is_named_by_its_key() -> None:
    assert device_id_of(bytes(32)) == hashlib.sha256(bytes(32)).hexdigest()[:16]
    assert device_id_of(bytes(32)) != device_id_of(bytes(31) + b"\1")
