"""Key slots: who can open the database, and what a slot that was touched answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_app.db import keyring as keyring_module
from operator_app.db.key_bridge import build, cross, new_pair
from operator_app.db.keyring import (
    RECOVERY_LOGIN,
    KdfCost,
    Keyring,
    new_keyring,
    new_recovery_key,
    read_keyring,
    recovery_fingerprint,
    write_keyring,
)
from operator_app.errors import EnvironmentProblem, NotAllowed
from tests.conftest import CHEAP, PASSWORD, PRODUCT_MEMORY_KIB
from tests.db.conftest import code_of, edit_json
from tests.samples import examples

OTHER = "another-tulip-2026"
NEW_KEY = b"n" * 32


@pytest.fixture(scope="module")
def made() -> tuple[Keyring, bytes]:
    """Slots of two people, and the database key."""
    keyring, key = new_keyring()
    keyring = keyring.with_slot("aida", PASSWORD, key, CHEAP)
    return keyring.with_slot("bakyt", OTHER, key, CHEAP), key


@pytest.fixture
def file(tmp_path: Path, made: tuple[Keyring, bytes]) -> Path:
    path = tmp_path / "keyring.json"
    write_keyring(made[0], path)
    return path


def test_each_login_opens_with_its_own_password_only(file, made) -> None:
    keyring = read_keyring(file)
    assert keyring == made[0]
    assert keyring.open("aida", PASSWORD) == keyring.open("bakyt", OTHER) == made[1]
    for login, password in (("aida", OTHER), ("bakyt", PASSWORD), ("cholpon", PASSWORD)):
        assert code_of(keyring.open, login, password) == "sign_in.refused"


def test_the_database_key_is_in_no_form_in_the_file(file, made) -> None:
    import base64

    content = file.read_bytes()
    for form in (made[1], made[1].hex().encode(), base64.b64encode(made[1])):
        assert form not in content
    assert PASSWORD.encode() not in content


def test_a_swapped_slot_does_not_open(file) -> None:
    """The slot of one person under the name of another."""

    def swap(data) -> None:
        one, two = data["slots"]
        one["login"], two["login"] = two["login"], one["login"]

    edit_json(file, swap)
    keyring = read_keyring(file)
    for login in ("aida", "bakyt"):
        for password in (PASSWORD, OTHER):
            assert code_of(keyring.open, login, password) == "sign_in.refused"


@pytest.mark.parametrize(
    ("field", "value"),
    [("login", "admin"), ("slot_id", "00000000-0000-4000-8000-000000000000")],
)
def test_an_edited_slot_does_not_open(file, field, value) -> None:
    edit_json(file, lambda data: data["slots"][0].update({field: value}))
    login = value if field == "login" else "aida"
    assert code_of(read_keyring(file).open, login, PASSWORD) == "sign_in.refused"


@pytest.mark.parametrize(
    ("field", "value"), [("iterations", 2), ("lanes", 2), ("memory_kib", 128 * 1024)]
)
def test_a_slot_of_edited_cost_does_not_open(file, field, value) -> None:
    edit_json(file, lambda data: data["slots"][0]["kdf"].update({field: value}))
    assert code_of(read_keyring(file).open, "aida", PASSWORD) == "sign_in.refused"


def test_a_slot_of_another_database_does_not_open(file) -> None:
    edit_json(file, lambda data: data.update(database_id="another"))
    assert code_of(read_keyring(file).open, "aida", PASSWORD) == "sign_in.refused"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_kib", 8),
        ("memory_kib", 2**40),
        ("memory_kib", 1e999),
        ("iterations", 0),
        ("iterations", 10**9),
        ("lanes", 0),
        ("lanes", 10**6),
        ("salt", ""),
        ("salt", "ключ"),
        ("name", "scrypt"),
    ],
)
def test_a_cost_that_is_weak_or_would_hang_the_pc_is_damage(file, field, value) -> None:
    edit_json(file, lambda data: data["slots"][0]["kdf"].update({field: value}))
    assert code_of(read_keyring, file) == "keyring.damaged"


def test_the_program_makes_and_takes_no_slot_below_64_mib(file, monkeypatch) -> None:
    """The other tests are let off with less (tests/conftest.py)."""
    assert KdfCost().memory_kib == PRODUCT_MEMORY_KIB == 64 * 1024
    monkeypatch.setattr(keyring_module, "LEAST_MEMORY_KIB", PRODUCT_MEMORY_KIB)
    keyring, key = new_keyring()
    write_keyring(keyring.with_slot("aida", PASSWORD, key, KdfCost()), file)
    assert read_keyring(file).open("aida", PASSWORD) == key
    edit_json(file, lambda data: data["slots"][0]["kdf"].update(memory_kib=64 * 1024 - 1))
    assert code_of(read_keyring, file) == "keyring.damaged"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonce", ""),
        ("wrapped", "AAAA"),
        ("wrapped", 7),
        ("public", ""),
        ("public", "AAAA"),
        ("bridges", ["AAAA"]),
        ("bridges", 7),
    ],
)
def test_a_slot_of_wrong_sizes_is_damage(file, field, value) -> None:
    edit_json(file, lambda data: data["slots"][0].update({field: value}))
    assert code_of(read_keyring, file) == "keyring.damaged"


@pytest.mark.parametrize(("field", "value"), [("generation", "1"), ("pending", True)])
def test_a_file_that_tells_no_generation_is_damage(file, field, value) -> None:
    edit_json(file, lambda data: data.update({field: value}))
    assert code_of(read_keyring, file) == "keyring.damaged"


def test_a_bridge_opens_for_its_slot_alone(made) -> None:
    keyring, key = made
    bridged = keyring.bridged(key, NEW_KEY).settled(NEW_KEY)
    assert bridged.open("aida", PASSWORD) == bridged.open("bakyt", OTHER) == NEW_KEY
    aida, bakyt = bridged.slots
    others = replace(bridged, slots=(replace(aida, bridges=bakyt.bridges), bakyt))
    edited = replace(aida, bridges=(bytes(32) + aida.bridges[0][32:],))
    for wrong in (others, replace(bridged, slots=(edited, bakyt))):
        assert code_of(wrong.open, "aida", PASSWORD) == "sign_in.refused"
        assert wrong.open("bakyt", OTHER) == NEW_KEY


def test_who_knows_the_old_key_alone_crosses_no_bridge(made) -> None:
    keyring, key = made
    slot = keyring.bridged(key, NEW_KEY).slots[0]
    bound = keyring._bound(slot)
    private, _public = new_pair()
    for known, half in ((key, private), (bytes(32), private)):
        with pytest.raises(InvalidTag):
            cross(slot.bridges[0], known, half, bound)


def test_nobody_builds_a_bridge_without_the_key_before(made) -> None:
    """Else a database of somebody else could be put in front of a person."""
    keyring = made[0]
    slot = keyring.slots[0]
    foreign = build(bytes(32), NEW_KEY, slot.public, keyring._bound(slot))
    forged = replace(keyring, slots=(replace(slot, bridges=(foreign,)), keyring.slots[1]))
    assert code_of(forged.open, "aida", PASSWORD) == "sign_in.refused"


@pytest.mark.parametrize("new", [True, False])
def test_a_pending_change_is_settled_by_the_key_that_fits(made, file, new) -> None:
    keyring, key = made
    write_keyring(keyring.bridged(key, NEW_KEY), file)
    pending = read_keyring(file)
    assert pending.keys("aida", PASSWORD) == (NEW_KEY, key)
    for form in (NEW_KEY, NEW_KEY.hex().encode()):
        assert form not in file.read_bytes()
    write_keyring(pending.settled(NEW_KEY if new else key), file)
    settled = read_keyring(file)
    assert settled.keys("aida", PASSWORD) == ((NEW_KEY,) if new else (key,))
    assert new or settled == keyring
    assert (settled.pending, settled.generation) == ("", 2 if new else 1)


def test_a_file_cut_at_any_byte_is_damage_and_never_half_the_slots(file) -> None:
    content = file.read_bytes()
    for length in range(0, len(content) - 1, 7):
        file.write_bytes(content[:length])
        assert code_of(read_keyring, file) == "keyring.damaged"


def test_missing_newer_and_unreadable_files_are_told_apart(file, tmp_path) -> None:
    assert code_of(read_keyring, tmp_path / "nothing.json") == "keyring.missing"
    edit_json(file, lambda data: data.update(v=3))
    assert code_of(read_keyring, file) == "keyring.newer"
    assert code_of(read_keyring, tmp_path) == "keyring.damaged"


def test_a_new_password_replaces_the_old_one(made) -> None:
    keyring, key = made
    changed = keyring.with_slot("aida", OTHER, key, CHEAP)
    assert changed.open("aida", OTHER) == key
    assert code_of(changed.open, "aida", PASSWORD) == "sign_in.refused"
    assert len(changed.slots) == len(keyring.slots)


def test_the_recovery_key_opens_however_it_is_typed() -> None:
    keyring, key = new_keyring()
    recovery = new_recovery_key()
    keyring = keyring.with_slot(RECOVERY_LOGIN, recovery, key, CHEAP)
    typed = recovery.lower().replace("-", "  ") + "\n"
    assert keyring.open(RECOVERY_LOGIN, typed) == key
    assert recovery_fingerprint(typed) == recovery_fingerprint(recovery)
    wrong = ("B" if recovery[0] == "A" else "A") + recovery[1:]
    assert code_of(keyring.open, RECOVERY_LOGIN, wrong) == "sign_in.refused"


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["argon2id", "AAAAAAAAAAAAAAAAAAAAAA==", 65536, 1]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_KDF = st.fixed_dictionaries(
    {"name": st.just("argon2id") | _JSON},
    optional=dict.fromkeys(("memory_kib", "iterations", "lanes", "salt"), _JSON),
)
_SLOT = st.fixed_dictionaries(
    {"kdf": _KDF | _JSON},
    optional=dict.fromkeys(("slot_id", "login", "nonce", "wrapped", "public", "bridges"), _JSON),
)
_FILE = st.fixed_dictionaries(
    {"v": st.sampled_from([1, 2]) | _JSON},
    optional={
        "database_id": _JSON,
        "generation": st.just(1) | _JSON,
        "pending": st.just("") | _JSON,
        "slots": st.lists(_SLOT | _JSON, max_size=2) | _JSON,
    },
)


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    content=st.binary(max_size=200)
    | (_FILE | _JSON).map(lambda v: json.dumps(v).encode())
    | st.integers(1, 200_000).map(lambda n: b"[" * n)
)
def test_no_bytes_make_reading_fail_otherwise_than_as_a_damaged_file(tmp_path, content) -> None:
    file = tmp_path / "keyring.json"
    file.write_bytes(content)
    try:
        keyring = read_keyring(file)
    except EnvironmentProblem as problem:
        assert problem.code in ("keyring.damaged", "keyring.newer")
    else:
        # Whatever was read can be tried, and nothing opens by chance.
        for slot in keyring.slots:
            with pytest.raises(NotAllowed):
                keyring.open(slot.login, "anything")
