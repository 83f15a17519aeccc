"""Comparing notes, audit heads, epochs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ministry_server.have import joined, subtract
from ministry_server.schema import alarm
from tests.ministry_server.device import GENESIS
from tests.ministry_server.test_push import alarms


def test_both_sides_learn_what_the_other_lacks(receiver, device) -> None:
    envelopes = [device.revise() for _ in range(7)]
    device.push(*(envelopes[n] for n in (0, 1, 3, 6)))
    answer = device.have([[1, 1], [3, 5], [9, 9]])
    assert answer["missing"] == [[3, 3], [5, 5], [9, 9]]
    assert answer["unknown"] == [[2, 2], [7, 7]]
    assert (answer["dev"], answer["inc"]) == (device.dev, device.inc)
    assert device.have([], inc="other")["unknown"] == []
    assert device.have([])["unknown"] == [[1, 2], [4, 4], [7, 7]]


def test_receipts_are_told_again_page_by_page(receiver, device) -> None:
    for _ in range(3):
        device.push(*(device.revise() for _ in range(100)))
    first = device.have([[1, 300]])
    second = device.have([[1, 300]], cursor=first["next"])
    assert (len(first["receipts"]), len(second["receipts"])) == (500, 100)
    numbers = [r["server_seq"] for r in first["receipts"] + second["receipts"]]
    assert numbers == list(range(1, 601))
    assert second["next"] == 600
    third = device.have([[1, 300]], cursor=600)
    assert (third["receipts"], third["next"]) == ([], 600)


def test_nobody_learns_of_another_device(receiver, device) -> None:
    from tests.ministry_server.device import Device

    device.push(device.revise())
    other = Device(receiver).enrol()
    other.inc = device.inc
    answer = other.have([])
    assert (answer["unknown"], answer["receipts"]) == ([], [])
    other.close()


def test_a_new_epoch_is_told_everywhere(receiver, device) -> None:
    (before,) = device.push(device.revise())
    epoch = receiver.new_epoch()
    (after,) = device.push(device.revise())
    assert before["receipts"][0]["epoch"] != epoch
    assert {r["epoch"] for r in after["receipts"]} == {epoch}
    assert {device.hello()["epoch"], device.have([])["epoch"]} == {epoch}


def head(device, seq: int, mark: str, since: int = 0, since_mark: str = GENESIS) -> None:
    device.audit = {"seq": seq, "hash": mark, "since_seq": since, "since_hash": since_mark}
    device.push()


def test_an_audit_chain_that_grows_raises_nothing(receiver, device) -> None:
    head(device, 3, "a3")
    head(device, 5, "a5", 3, "a3")
    head(device, 5, "a5", 5, "a5")
    head(device, 9, "a9", 3, "a3")
    head(device, 12, "ac", 9, "a9")
    head(device, 5, "a5", 3, "a3")  # a late copy of an earlier request
    assert alarms(receiver) == []


def test_a_rewritten_audit_chain_raises_an_alarm_and_refuses_nothing(receiver, device) -> None:
    head(device, 3, "a3")
    head(device, 6, "b6", 3, "b3")
    assert alarms(receiver) == ["audit"]
    assert device.outcomes(device.revise()) == ["applied"]
    head(device, 6, "b6", 3, "b3")
    with receiver.store.read() as connection:
        assert connection.execute(select(alarm.c.dev)).scalars().all() == [device.dev]


def test_other_ways_to_hide_a_rewritten_chain(receiver, device) -> None:
    head(device, 8, "a8")
    head(device, 8, "b8")  # the same row, rewritten
    head(device, 5, "a5")  # rows cut off
    head(device, 9, "a9", 8, "a8")
    head(device, 12, "c12", 0, GENESIS)  # an older since, to keep the rewritten part out of sight
    head(device, 13, "c13", 20, "c20")  # since beyond the end
    assert alarms(receiver) == ["audit"] * 4


def test_old_audit_heads_are_forgotten_without_false_alarms(receiver, device, clock) -> None:
    head(device, 3, "a3")
    head(device, 5, "a5", 3, "a3")
    clock.forward(days=8)
    receiver.receiver.housekeeping()
    head(device, 7, "a7", 5, "a5")
    assert alarms(receiver) == []
    head(device, 9, "b9", 5, "b5")
    assert alarms(receiver) == ["audit"]


ranges = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 8)).map(lambda r: (r[0], r[0] + r[1])), max_size=8
)


def numbers(runs) -> set[int]:
    return {n for first, last in runs for n in range(first, last + 1)}


@given(ranges, ranges)
def test_subtracting_runs_is_subtracting_numbers(whole, part) -> None:
    result = subtract(joined(whole), joined(part))
    assert numbers(result) == numbers(whole) - numbers(part)
    assert joined(result) == result
    assert numbers(joined(whole)) == numbers(whole)
