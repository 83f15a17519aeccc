"""What is refused holds nothing else up, and may be taken later after all."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from ministry_server import opener as opener_module
from ministry_server.cli import main
from operator_app.domain.fold import Revision, fold, stages
from operator_app.domain.wire import State
from tests.ministry_server.test_records import Family


@pytest.fixture
def family(device) -> Family:
    return Family(device)


def _bad(family: Family, name: str, bases: str = "", **content) -> None:
    """A revision of the right form that the opener refuses: its call has no number."""
    family.make(name, bases, number=7, **content)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_what_is_based_on_a_refused_one_is_applied_in_any_order(family, device, order) -> None:
    family.make("a", note="first")
    _bad(family, "b", "a")
    family.make("c", "b", note="third")
    for name in order:
        device.push(family.made[name])
    assert [family.stage(n) for n in "abc"] == ["applied", "rejected", "applied"]
    record = family.record()
    assert (record["shown"], record["heads"]) == (family.id("c"), [family.id("c")])
    assert (record["conflict"], record["held"], record["forced"]) == (False, 0, False)


def test_the_receipts_tell_it(family, device) -> None:
    family.make("a")
    _bad(family, "b", "a")
    family.make("c", "b")
    assert device.outcomes(family.made["c"], family.made["a"]) == ["held", "applied"]
    assert device.outcomes(family.made["b"]) == ["rejected"]
    (result,) = device.push(family.made["c"])
    assert [r.stage.value for r in device.receipts(result)] == ["stored", "held", "applied"]
    assert device.receipts(result)[-1].code is None


def test_several_refused_ones_in_a_row_hold_nobody_up(family, device) -> None:
    family.make("a")
    _bad(family, "b", "a")
    _bad(family, "c", "b")
    family.make("d", "c")
    device.push(*(family.made[n] for n in "dcba"))
    assert family.stage("d") == "applied"
    assert family.record()["heads"] == [family.id("d")]


def test_who_waits_for_what_a_refused_one_waits_for_waits_on(family, device) -> None:
    family.make("a")
    _bad(family, "b", "a")
    family.make("c", "b")
    device.push(family.made["b"], family.made["c"])
    assert family.stage("c") == "held"
    device.push(family.made["a"])
    assert family.stage("c") == "applied"


def test_a_refused_one_is_taken_by_a_mended_program(
    family, device, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    family.make("a")
    family.make("b", "a")
    family.make("c", "a")
    honest = opener_module.check_payload
    monkeypatch.setattr(
        opener_module,
        "check_payload",
        lambda data: (
            honest({**data, "at": -(10**16)}) if data["op_id"] == family.id("b") else honest(data)
        ),
    )
    device.push(family.made["a"], family.made["b"])
    assert family.stage("b") == "rejected"
    where = device.receiver.where
    assert main(["rejected", *where]) == 0
    listed = capsys.readouterr().out
    assert f"{device.dev}  0412  {device.inc}  2  wire.out_of_range" in listed
    assert main(["rejected", *where, "--code", "wire.other"]) == 0
    assert device.dev not in capsys.readouterr().out
    opener = device.receiver.receiver.opener
    assert opener.look_again(device.receiver.receiver.now(), "wire.out_of_range") == 0
    monkeypatch.undo()
    assert main(["look-again", *where]) == 0
    assert family.stage("b") == "rejected"
    assert main(["look-again", *where, "--code", "wire.out_of_range"]) == 0
    assert "settled 1" in capsys.readouterr().out
    assert family.stage("b") == "applied"
    (result,) = device.push(family.made["b"])
    assert [r.stage.value for r in device.receipts(result)] == ["stored", "rejected", "applied"]


def test_what_took_its_place_stays_when_it_is_taken_after_all(family, device, clock) -> None:
    for seen in (["a", "b", "c"], ["a", "c", "b"], ["b", "c", "a"], ["c", "b", "a"]):
        fresh = Family(device)
        fresh.make("a")
        fresh.make("b", "a")
        header = device.next_header()
        plain = device.plaintext(
            header, record_id=fresh.record_id, bases=(fresh.id("a"),), over=(fresh.id("b"),)
        )
        fresh.made["c"] = device.seal(header, plain)
        device.push(*(fresh.made[name] for name in seen))
        assert {fresh.stage(n) for n in "abc"} == {"applied"}
        assert fresh.record()["heads"] == [fresh.id("c")]
        assert not fresh.record()["conflict"]


def test_it_does_not_wait_for_what_it_takes_the_place_of(family, device, clock) -> None:
    family.make("a")
    header = device.next_header()
    plain = device.plaintext(
        header, record_id=family.record_id, bases=(family.id("a"),), over=("never-arrives",)
    )
    family.made["c"] = device.seal(header, plain)
    assert device.outcomes(family.made["a"], family.made["c"]) == ["applied", "applied"]
    clock.forward(days=6)
    device.receiver.receiver.housekeeping()
    assert not family.record()["forced"]


@pytest.mark.parametrize("over", ["x", ["own"], [7], ["not a word"], ["x"] * 65])
def test_what_it_says_it_replaces_is_checked(family, device, over) -> None:
    header = device.next_header()
    if over == ["own"]:
        over = [header.op_id]
    family.made["a"] = device.seal(header, _with_over(device, header, over))
    assert device.outcomes(family.made["a"]) == ["rejected"]


def _with_over(device, header, over) -> bytes:
    import json

    return json.dumps({**json.loads(device.plaintext(header)), "over": over}).encode()


def test_a_refused_one_without_readable_bases_holds_nobody_up_either() -> None:
    made = [
        Revision("a", (), 1),
        Revision("b", (), 2, stage=State.REJECTED),
        Revision("c", ("b",), 3),
    ]
    for order in itertools.permutations(made):
        folded = fold(order)
        assert folded.held == ()
        assert stages(order, folded)["b"] is State.REJECTED
    circle = [replace(made[1], bases=("d",)), Revision("d", ("b",), 4, stage=State.REJECTED)]
    assert fold([made[2], *circle]).heads == ("c",)
