"""What a colleague could not see is not taken for what they did not want to say."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.completion import completed

KNOWN: dict[str, Any] = {
    "number": "1",
    "affected": {"name": "Invented Name", "age": 34, "sex": None, "vulnerabilities": ["A b", "C"]},
    "notes": [{"note_id": "n1", "text": "first words"}, {"note_id": "n2", "text": "second words"}],
    "referrals": [
        {
            "referral_id": "r1",
            "steps": [{"status": "SENT", "at": 1, "by": "x", "reason": "why"}],
        }
    ],
    "consents": [{"purpose": "SHARE", "recipient": "POL", "value": "E", "at": 1, "reason": "life"}],
    "division": "41708203000117",
}
SENT: dict[str, Any] = {
    "number": "1",
    "affected": {"name": "", "age": None, "sex": None, "vulnerabilities": ["", "C"]},
    "notes": [{"note_id": "n1", "text": ""}, {"note_id": "n2", "text": ""}],
    "referrals": [
        {"referral_id": "r1", "steps": [{"status": "SENT", "at": 1, "by": "x", "reason": ""}]}
    ],
    "consents": [{"purpose": "SHARE", "recipient": "POL", "value": "E", "at": 1, "reason": ""}],
    "division": "41708203000000",
    "withheld": ["affected.name"],
}


def their_version() -> dict[str, Any]:
    """As a colleague's program reads it and saves it again."""
    theirs = copy.deepcopy(SENT)
    del theirs["withheld"]
    return theirs


def test_what_was_held_back_comes_back() -> None:
    assert completed(their_version(), SENT, KNOWN) == KNOWN


def test_what_they_said_counts() -> None:
    theirs = their_version()
    theirs["affected"] |= {"name": "Another Name", "sex": "F"}
    theirs["division"] = "41702000000000"
    theirs["notes"].insert(0, {"note_id": "n3", "text": "their words"})
    theirs["referrals"][0]["steps"].append({"status": "ACC", "at": 2, "by": "y", "reason": ""})
    found = completed(theirs, SENT, KNOWN)
    assert found["affected"]["name"] == "Another Name"
    assert (found["affected"]["age"], found["affected"]["sex"]) == (34, "F")
    assert found["division"] == "41702000000000"
    assert [n["text"] for n in found["notes"]] == ["their words", "first words", "second words"]
    assert [s["reason"] for s in found["referrals"][0]["steps"]] == ["why", ""]


def test_what_they_took_out_stays_out() -> None:
    theirs = their_version()
    theirs["consents"] = []
    theirs["notes"] = theirs["notes"][1:]
    found = completed(theirs, SENT, KNOWN)
    assert found["consents"] == []
    assert found["notes"] == [{"note_id": "n2", "text": "second words"}]


def test_what_went_whole_and_came_back_blank_is_blank() -> None:
    seen = {"affected": {"name": "Invented Name", "age": None}}
    known = {"affected": {"name": "Invented Name", "age": 34}}
    theirs = {"affected": {"name": "", "age": None}}
    assert completed(theirs, seen, known) == {"affected": {"name": "", "age": 34}}


def test_fields_of_another_program_are_left_as_they_are() -> None:
    theirs = their_version() | {"invented_later": [1]}
    assert completed(theirs, SENT, KNOWN)["invented_later"] == [1]
    older = their_version()
    del older["notes"]
    assert "notes" not in completed(older, SENT, KNOWN)


values = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=8,
)


@given(values, values)
def test_nothing_held_back_changes_nothing_and_nothing_said_brings_all(one, other) -> None:
    assert completed(one, other, other) == one
    assert completed(one, one, other) == other
