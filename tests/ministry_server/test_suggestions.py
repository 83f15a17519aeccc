"""Suggested corrections at the ministry: records of their own that are neither calls nor cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ministry_server.cli import main
from ministry_server.overview import overview
from ministry_server.suggestions import suggestions
from ministry_server.tally import Tally, read_tally, recount
from operator_app.domain.wire import Kind
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver

WORDS = "The number is another one now"


def tally_of(receiver: RunningReceiver) -> Tally | None:
    assert receiver.receiver.opener is not None
    vault = receiver.receiver.opener.vault
    found = overview(receiver.store, vault, receiver.receiver.now()).tally
    with receiver.store.read() as connection:
        assert recount(connection, vault) == found
    return found


def listed(receiver: RunningReceiver) -> list[Any]:
    assert receiver.receiver.opener is not None
    return suggestions(receiver.store, receiver.receiver.opener.vault)


def test_it_is_applied_once_and_counted_as_nothing_else(receiver, device) -> None:
    envelope = device.revise_suggestion()
    assert device.outcomes(envelope) == ["applied"]
    assert device.outcomes(envelope, envelope) == ["duplicate", "duplicate"]
    assert len(listed(receiver)) == 1
    assert tally_of(receiver) == Tally()
    device.push(device.revise(), device.revise_case())
    assert tally_of(receiver) == Tally(calls=1, cases=1)
    record = receiver.records()[receiver.payloads()[envelope["op_id"]]["record_id"]]
    assert (record["kind"], record["caution"], record["conflict"]) == ("suggestion", 0, False)


def test_they_are_listed_the_newest_first(receiver, device, clock, capsys) -> None:
    device.push(device.revise(), device.revise_suggestion(text="First\x1b[2J\nline", field=""))
    clock.forward(minutes=5)
    other = Device(receiver, office="0413").enrol()
    other.push(other.revise_suggestion(entry_kind="article", entry_id="bala.ru", office="0413"))
    assert [(s.office, s.entry_id, s.text) for s in listed(receiver)] == [
        ("0413", "bala.ru", WORDS),
        ("0412", "police-102", "First\x1b[2J\nline"),
    ]
    assert main(["suggestions", *receiver.where]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines() == [
        "2026-11-24 03:05 UTC  office 0413  article bala.ru phones (0123456789abcdef)",
        f"    {WORDS}",
        "",
        "2026-11-24 03:00 UTC  office 0412  service police-102 (0123456789abcdef)",
        "    First�[2J",
        "    line",
        "",
    ]
    assert main(["suggestions", "--json", *receiver.where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [s["office"] for s in found] == ["0413", "0412"]
    assert found[0]["dev"] == other.dev
    other.close()


def test_without_the_openers_key_nobody_lists_them(receiver, device, capsys) -> None:
    device.push(device.revise_suggestion())
    (receiver.folder / "opener.key").unlink()
    assert main(["suggestions", *receiver.where]) == 1
    assert WORDS not in "".join(capsys.readouterr())
    receiver.stop()
    for file in receiver.folder.iterdir():
        assert WORDS.encode() not in file.read_bytes()


def test_one_with_the_id_of_a_call_is_a_record_of_its_own(receiver, device) -> None:
    assert device.outcomes(device.revise(record_id="same")) == ["applied"]
    assert device.outcomes(device.revise_suggestion(record_id="same")) == ["applied"]
    assert tally_of(receiver) == Tally(calls=1)
    assert len(listed(receiver)) == 1


def test_nobody_else_in_the_office_is_given_it(receiver, device) -> None:
    colleague = Device(receiver).enrol()
    device.push(device.revise_suggestion(), case := device.revise_case())
    assert set(colleague.all_changes()) == {case["op_id"]}
    colleague.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "suggestion.empty"),
        ({"text": "x" * 2_001}, "call.too_long"),
        ({"text": None}, "wire.wrong_type"),
        ({"entry_kind": "call"}, "suggestion.unknown_kind"),
        ({"entry_id": "../x"}, "wire.bad_id"),
        ({"content": ""}, "wire.bad_id"),
        ({"operator": "a b"}, "wire.bad_id"),
        ({"office": "0413"}, "wire.other_office"),
        ({"bases": ("some-other",)}, "wire.bad_base"),
    ],
)
def test_what_is_not_in_order_is_refused(receiver, device, changes, code) -> None:
    (result,) = device.push(device.revise(kind=Kind.SUGGESTION, **changes))
    assert (result["outcome"], result["code"]) == ("rejected", code)
    assert listed(receiver) == []


def test_a_newer_program_may_say_more(receiver, device) -> None:
    assert device.outcomes(device.revise_suggestion(mood="hopeful")) == ["applied"]
    assert len(listed(receiver)) == 1


def test_it_is_not_tallied_before_a_recount_either(receiver, device) -> None:
    device.push(device.revise_suggestion(), device.revise())
    with receiver.store.read() as connection:
        from ministry_server.store import get_all

        vault = receiver.receiver.opener.vault
        assert read_tally(get_all(connection), vault) == Tally(calls=1)
