"""What the revisions of a record amount to, whatever the order they come in."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_app.domain.fold import Face, Revision, fold, force, show, stages
from operator_app.domain.wire import Kind, State, caution
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.samples import examples

DANGER = caution(Kind.CALL, {"danger_now": "Y"})
CALM = caution(Kind.CALL, {"danger_now": "N"})


class Family:
    """Revisions of one record, named by letters, sealed by one device."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.record_id = str(uuid.uuid4())
        self.made: dict[str, dict[str, Any]] = {}

    def make(self, name: str, bases: str = "", *, void: bool = False, **content: Any) -> Any:
        self.made[name] = self.device.revise(
            record_id=self.record_id,
            bases=tuple(self.id(base) for base in bases),
            kind=Kind.VOID if void else Kind.CALL,
            **content,
        )
        return self.made[name]

    def id(self, name: str) -> str:
        return self.made[name]["op_id"]

    def record(self) -> dict[str, Any]:
        return self.device.receiver.records()[self.record_id]

    def stage(self, name: str) -> str:
        return self.device.receiver.stages()[self.id(name)]


@pytest.fixture
def family(device: Device) -> Family:
    return Family(device)


def test_an_amendment_replaces_what_it_is_based_on(family, device) -> None:
    device.push(family.make("a", note="first"), family.make("b", "a", note="second"))
    record = family.record()
    assert (record["shown"], record["heads"]) == (family.id("b"), [family.id("b")])
    assert not record["conflict"]


def test_what_comes_before_its_base_is_held_and_then_applied(receiver, family, device) -> None:
    family.make("a"), family.make("b", "a"), family.make("c", "b", danger_now="Y")
    results = device.push(family.made["c"], family.made["b"])
    assert [(r["outcome"], r["code"]) for r in results] == [("held", "wire.base_missing")] * 2
    record = family.record()
    assert (record["shown"], record["held"]) == (None, 2)
    assert record["caution"] == DANGER, "a danger is shown although its history is not complete"
    assert device.outcomes(family.made["a"]) == ["applied"]
    assert set(receiver.stages().values()) == {"applied"}
    assert family.record()["shown"] == family.id("c")
    stages_signed = {
        name: [r.stage for r in device.receipts(device.push(family.made[name])[0])]
        for name in "abc"
    }
    assert stages_signed["a"] == ["stored", "applied"]
    assert stages_signed["b"] == stages_signed["c"] == ["stored", "held", "applied"]


def test_a_repeated_one_that_was_held_is_told_what_became_of_it(family, device) -> None:
    """Its base comes with it: the answer tells that it is applied now."""
    family.make("a"), family.make("b", "a")
    assert device.outcomes(family.made["b"]) == ["held"]
    _, again = device.push(family.made["a"], family.made["b"])
    assert again["outcome"] == "duplicate"
    assert [r.stage for r in device.receipts(again)] == ["stored", "held", "applied"]


def test_two_from_one_base_are_both_kept_and_the_cautious_danger_shows(family, device) -> None:
    device.push(family.make("a", danger_now="U"))
    assert device.outcomes(family.make("b", "a", danger_now="Y", at=5)) == ["applied"]
    (result,) = device.push(family.make("c", "a", danger_now="N", at=9))
    assert (result["outcome"], result["code"]) == ("conflict", "wire.conflict")
    record = family.record()
    assert record["heads"] == sorted([family.id("b"), family.id("c")])
    assert record["conflict"]
    assert (record["shown"], record["caution"]) == (family.id("c"), DANGER)


def test_a_person_merges_a_conflict(family, device) -> None:
    device.push(family.make("a"), family.make("b", "a"), family.make("c", "a", danger_now="Y"))
    assert (family.stage("b"), family.stage("c")) == ("applied", "conflict")
    assert device.outcomes(family.make("m", "bc", danger_now="N")) == ["applied"]
    record = family.record()
    assert (record["heads"], record["conflict"]) == ([family.id("m")], False)
    assert record["caution"] == CALM
    assert family.stage("c") == "applied"


@pytest.mark.parametrize("order", ["vm", "mv"])
def test_an_amendment_beats_a_void_in_any_order(family, device, order) -> None:
    device.push(family.make("a"))
    family.make("v", "a", void=True, at=9), family.make("m", "a", at=5)
    assert device.outcomes(*(family.made[n] for n in order)) == ["applied", "conflict"]
    record = family.record()
    assert (record["shown"], record["voided"], record["conflict"]) == (family.id("m"), False, True)


def test_a_void_voids(family, device) -> None:
    device.push(family.make("a"), family.make("v", "a", void=True))
    record = family.record()
    assert (record["shown"], record["voided"], record["conflict"]) == (family.id("v"), True, False)


def test_a_base_in_another_record_is_no_base(receiver, family, device) -> None:
    other = Family(device)
    device.push(family.make("a"))
    other.made["a"] = family.made["a"]
    assert device.outcomes(other.make("b", "a")) == ["held"]


def test_what_waits_five_days_for_its_base_is_forced_and_marked(
    receiver, family, device, clock
) -> None:
    family.make("a"), family.make("b", "a", note="b"), family.make("c", "b")
    device.push(family.made["b"], family.made["c"])
    clock.forward(days=4, hours=23)
    receiver.receiver.housekeeping()
    assert family.stage("b") == "held"
    clock.forward(hours=2)
    receiver.receiver.housekeeping()
    assert (family.stage("b"), family.stage("c")) == ("applied", "applied")
    record = family.record()
    assert (record["forced"], record["shown"]) == (True, family.id("c"))
    receipts = device.receipts(device.push(family.made["b"])[0])
    assert [(r.stage, r.code) for r in receipts] == [
        ("stored", None), ("held", "wire.base_missing"), ("applied", "wire.forced")
    ]  # fmt: skip
    # The base comes after all: the record is what it would have been, and the mark stays.
    assert device.outcomes(family.made["a"]) == ["applied"]
    assert family.record() == record


def test_a_circle_of_bases_ends_in_heads_not_in_a_loop(receiver, device, clock) -> None:
    family = Family(device)
    one, two = device.next_header(), device.next_header()
    for header, base in ((one, two.op_id), (two, one.op_id)):
        plain = device.plaintext(header, record_id=family.record_id, bases=(base,))
        assert device.outcomes(device.seal(header, plain)) == ["held"]
    clock.forward(days=6)
    receiver.receiver.housekeeping()
    record = receiver.records()[family.record_id]
    assert record["heads"] == sorted([one.op_id, two.op_id])
    assert set(receiver.stages().values()) <= {"applied", "conflict"}


@dataclass(frozen=True)
class Plan:
    """A revision of a made-up history: bases by number, always smaller than its own."""

    bases: tuple[int, ...]
    void: bool
    danger: str | None
    at: int


@st.composite
def histories(draw: st.DrawFn) -> list[Plan]:
    plans = []
    for number in range(draw(st.integers(1, 7))):
        bases = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        plans.append(
            Plan(
                tuple(sorted(bases)),
                draw(st.booleans()) and number > 0,
                draw(st.sampled_from(["Y", "N", "U", "X", "R", None, "?"])),
                draw(st.integers(0, 3)),
            )
        )
    return plans


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    folder: Path = tmp_path_factory.mktemp("shared")
    with RunningReceiver(folder, FrozenClock()) as running:
        device = Device(running).enrol()
        yield device
        device.close()


def _build(device: Device, plans: list[Plan]) -> Family:
    family = Family(device)
    for number, plan in enumerate(plans):
        family.made[str(number)] = device.revise(
            record_id=family.record_id,
            bases=tuple(family.id(str(base)) for base in plan.bases),
            kind=Kind.VOID if plan.void else Kind.CALL,
            danger_now=plan.danger,
            at=plan.at,
        )
    return family


def _state(family: Family, stages_now: dict[str, str]) -> Any:
    """The record with its ids replaced by their places in the history."""
    place = {envelope["op_id"]: name for name, envelope in family.made.items()}
    record = family.record()
    settled = {name: stages_now.get(family.id(name)) for name in family.made}
    return {
        **record,
        "heads": sorted(place[h] for h in record["heads"]),
        "shown": place[record["shown"]] if record["shown"] else None,
    }, {name: "there" if s in ("applied", "conflict") else s for name, s in settled.items()}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plans=histories(), data=st.data())
def test_any_order_of_arrival_over_http_gives_the_same_record(shared, plans, data) -> None:
    order = data.draw(st.permutations([str(n) for n in range(len(plans))]))
    # Ids are made so that ties are broken alike in both.
    plans = [replace(plan, at=number * 4 + plan.at) for number, plan in enumerate(plans)]
    straight, mixed = _build(shared, plans), _build(shared, plans)
    shared.push(*(straight.made[str(n)] for n in range(len(plans))))
    for name in order:
        shared.push(mixed.made[name])
    stages_now = shared.receiver.stages()
    assert _state(mixed, stages_now) == _state(straight, stages_now)
    assert set(_state(mixed, stages_now)[1].values()) == {"there"}


@settings(max_examples=examples(300), deadline=None)
@given(plans=histories(), missing=st.sets(st.integers(0, 6)), seed=st.integers(0, 999))
def test_folding_is_blind_to_order_with_gaps_and_forcing(plans, missing, seed) -> None:
    revisions = [
        Revision(str(n), tuple(str(b) for b in plan.bases), n) for n, plan in enumerate(plans)
    ]
    faces = {
        str(n): Face(p.void, p.at, caution(Kind.CALL, {"danger_now": p.danger}))
        for n, p in enumerate(plans)
    }
    here = [r for r in revisions if int(r.op_id) not in missing]
    if not here:
        return
    shuffled = here[:]
    random.Random(seed).shuffle(shuffled)
    assert fold(shuffled) == fold(here)
    assert show(fold(shuffled), faces) == show(fold(here), faces)
    forced = force(here, {r.op_id for r in here})
    assert fold(forced).held == ()
    assert {r.op_id for r in forced if r.forced} == {
        r.op_id for r in force(shuffled, {r.op_id for r in here}) if r.forced
    }
    assert all(set(r.bases) & {str(m) for m in missing} for r in forced if r.forced)
    # Nothing is applied before its base (I11).
    assert all(set(r.bases) <= fold(here).ready for r in here if r.op_id in fold(here).ready)
    settled = stages(here, fold(here))
    assert {n for n, s in settled.items() if s is State.HELD} == set(fold(here).held)
    # Signing the same stages again changes nothing.
    again = [replace(r, stage=settled[r.op_id]) for r in here]
    assert stages(again, fold(again)) == settled
