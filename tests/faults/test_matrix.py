"""Every fault of the matrix, in both directions, between a real PC and a real receiver: nothing is
believed without its receipt (I2), nothing is lost or doubled (I3, I4), all arrives in the end (I6)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults import proxy as faults
from tests.faults.matrix import DIRECTIONS, MATRIX
from tests.faults.proxy import Exchange, Fault, FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_nothing_lost

EVERYTHING = "/sync/v1/"
RECORDS = 500
CELLS = [(name, way) for name in MATRIX for way in DIRECTIONS]


def _fault(name: str, way: str) -> Fault:
    return MATRIX[name][DIRECTIONS.index(way)]


def _all_is_well(desk: Desk, receiver: RunningReceiver, saved: set[str]) -> None:
    assert sorted(arrived(receiver.store)) == sorted(saved)
    assert receiver.stages() == dict.fromkeys(saved, "applied")
    assert set(desk.states().values()) == {"applied"}
    check_client(desk)
    check_nothing_lost(desk, receiver.store)


def test_a_push_meets_each_fault(
    far_desk: Desk,
    proxy: FaultProxy,
    receiver: RunningReceiver,
    impatience: Callable[[Desk], None],
) -> None:
    impatience(far_desk)
    far_desk.cycle = far_desk._new_cycle()
    saved: set[str] = set()
    for name, way in CELLS:
        saved |= {far_desk.save_urgent().op_id, far_desk.save().op_id}
        proxy.plan(_fault(name, way), times=2)
        far_desk.run()
        # The planned faults were met, or the run gave up before.
        assert proxy.count() > 0, (name, way)
        check_client(far_desk)
        check_nothing_lost(far_desk, receiver.store)
        proxy.heal()
        far_desk.cycle.send_now()
        far_desk.run()
        assert far_desk.status().waiting == 0, (name, way, far_desk.status())
        far_desk.office.clock.forward(hours=7)
    far_desk.run()
    _all_is_well(far_desk, receiver, saved)


@pytest.mark.long
@pytest.mark.parametrize(("name", "way"), CELLS)
def test_five_hundred_records_through_each_fault(
    name: str,
    way: str,
    far_desk: Desk,
    proxy: FaultProxy,
    receiver: RunningReceiver,
    impatience: Callable[[Desk], None],
) -> None:
    """Every other exchange of any kind meets the fault, until nine in ten have arrived."""
    impatience(far_desk)
    far_desk.cycle = far_desk._new_cycle()
    chance, fault = random.Random(f"{name} {way}"), _fault(name, way)
    met = 0

    def sometimes(exchange: Exchange) -> None:
        nonlocal met
        spoilt = chance.random() < 0.5
        met += spoilt
        (fault if spoilt else faults.passing)(exchange)

    saved = {far_desk.save().op_id for _ in range(RECORDS)}
    proxy.plan(sometimes, times=1_000_000, path=EVERYTHING)
    for _ in range(400):
        far_desk.cycle.send_now()
        far_desk.run()
        if far_desk.status().waiting < RECORDS / 10:
            break
    check_client(far_desk)
    check_nothing_lost(far_desk, receiver.store)
    proxy.heal()
    far_desk.settle()
    far_desk.office.clock.forward(hours=7)
    far_desk.run()
    assert met >= 2
    _all_is_well(far_desk, receiver, saved)
