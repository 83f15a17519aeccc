"""The state machine of test_machine.py with a drawer of files beside the network: any bundle ever
written may be taken in, any receipts ever written may be read, by the right PC or a wrong one, once
or twice, in any order, also after the server was put back. The invariants hold all the same.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis.stateful import RuleBasedStateMachine, rule

from ministry_server.bundles import take_in
from ministry_server.keys import make_keys
from ministry_server.store import make_store
from operator_app.domain.reference import Reference
from operator_app.sync.bundle import BadBundle
from operator_app.sync.bundle_post import BundlePost
from tests.conftest import Template
from tests.sync.test_machine import OFFICE, STRANGER, SyncMachine, _run, seats, which


class BundleMachine(SyncMachine):
    def __init__(self) -> None:
        super().__init__()
        self.drawer = self.folder / "drawer"
        self.drawer.mkdir()
        self.ever_written: list[bytes] = []
        self.receipts: list[tuple[str, Path]] = []
        self.authors: list[str] = []

    def _post(self, name: str) -> BundlePost:
        desk = self.seats[name].desk
        return BundlePost(desk.database, desk.office.clock, "0.1.0")

    @rule(name=seats)
    def write_bundle(self, name: str) -> None:
        before = self.seats[name].desk.rows()
        written = self._post(name).write_into(self.seats[name].desk.office.actor, self.drawer)
        assert self.seats[name].desk.rows() == before
        self.ever_written.append((self.drawer / written.name).read_bytes())
        self.authors.append(name)

    @rule(n=which)
    def take_in(self, n: int) -> None:
        """Any of them: the newest, an old one, one that came already."""
        if self.ever_written:
            index = n % len(self.ever_written)
            answered = take_in(self.receiver, self.ever_written[index])
            assert not {"mismatch", "rejected"} & set(answered.outcomes)
            file = self.drawer / f"{len(self.receipts)}.receipts.117"
            file.write_bytes(answered.receipts)
            self.receipts.append((self.authors[index], file))

    @rule(n=which, name=seats)
    def read_receipts(self, n: int, name: str) -> None:
        """By the one they are for, or by whom they are not for."""
        if not self.receipts:
            return
        author, file = self.receipts[n % len(self.receipts)]
        desk = self.seats[name].desk
        before = desk.rows()
        try:
            self._post(name).read_from(desk.office.actor, file)
        except BadBundle as problem:
            assert problem.code == (
                "bundle.other_epoch" if author == name else "bundle.other_device"
            )
            assert desk.rows() == before
        else:
            assert author == name

    @rule(name=seats)
    def carry_there_and_back(self, name: str) -> None:
        self.write_bundle(name)
        self.take_in(len(self.ever_written) - 1)
        _author, file = self.receipts[-1]
        self._post(name).read_from(self.seats[name].desk.office.actor, file)
        # What nobody held back, or doubts, is at the ministry by the newest answer.
        states = set(self.seats[name].desk.states().values())
        assert states <= {"applied", "held", "conflict", "queued"}


@pytest.fixture
def machine(
    office_template: Template, reference: Reference, tmp_path: Path
) -> type[RuleBasedStateMachine]:
    make_keys(tmp_path / "server")
    make_store(tmp_path / "server")
    for name in (*OFFICE, STRANGER):
        shutil.copytree(office_template.data, tmp_path / name)
    given: dict[str, Any] = {
        "folder_to_copy": tmp_path,
        "template": office_template,
        "reference": reference,
    }
    return type("Machine", (BundleMachine,), given)


def test_any_order_of_network_and_bundles(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=5, steps=20)


@pytest.mark.long
def test_any_order_of_many_bundles(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=300, steps=40)
