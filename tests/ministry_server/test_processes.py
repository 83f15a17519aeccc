"""Intake and opener as two processes: killed at any moment, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from ministry_server.cli import main
from ministry_server.schema import event, intake, receipt
from ministry_server.store import get
from tests.ministry_server.device import Device
from tests.ministry_server.processes import TwoProcesses

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks of a prepared process")


@pytest.fixture
def two(tmp_path: Path, database_url: str | None) -> Iterator[TwoProcesses]:
    running = TwoProcesses(tmp_path / "ministry", database_url)
    running.wait_until_it_listens()
    yield running
    running.close()


class Sender(threading.Thread):
    """A PC that saves without end and sends each batch until it has receipts for it."""

    def __init__(self, two: TwoProcesses, seed: int) -> None:
        super().__init__()
        self._dice = random.Random(seed)
        self.device = Device(two).enrol()  # type: ignore[arg-type]
        self.saved: set[str] = set()
        self.acknowledged: dict[str, list[dict[str, Any]]] = {}
        self._heads: dict[str, str] = {}
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            self._send([self._revise() for _ in range(self._dice.randint(1, 6))])
            time.sleep(0.002)
        self.device.close()

    def _revise(self) -> dict[str, Any]:
        record = f"{self.device.dev}-{self._dice.randint(1, 12)}"
        base = self._heads.get(record)
        envelope = self.device.revise(record_id=record, bases=(base,) if base else ())
        self._heads[record] = envelope["op_id"]
        self.saved.add(envelope["op_id"])
        return envelope

    def _send(self, items: list[dict[str, Any]]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                results = self.device.push(*items)
            except requests.RequestException:
                time.sleep(0.01)
                continue
            for result in results:
                assert result["outcome"] in ("stored", "duplicate"), result
                self.device.receipts(result)
                self.acknowledged[result["op_id"]] = result["receipts"]
            return
        raise AssertionError("the intake did not come back")


def kill_at_random(two: TwoProcesses, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    senders = [Sender(two, seed + n) for n in range(2)]
    for sender in senders:
        sender.start()
    for _ in range(kills):
        time.sleep(dice.random() * 0.25)
        name = dice.choice(("intake", "opener"))
        two.kill(name)
        time.sleep(dice.random() * 0.05)
        two.start(name)
        if name == "intake":
            two.wait_until_it_listens()
    for sender in senders:
        sender.enough.set()
        sender.join(120)
        assert not sender.is_alive()
    wait_for_the_opener(two)
    check(two, senders)


def wait_for_the_opener(two: TwoProcesses) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with two.store.read() as connection:
            last = connection.execute(select(func.max(intake.c.id))).scalar() or 0
            if int(get(connection, "opened_through")) >= last:
                return
        time.sleep(0.05)
    raise AssertionError("the opener does not finish")


def check(two: TwoProcesses, senders: list[Sender]) -> None:
    saved = set().union(*(sender.saved for sender in senders))
    with two.store.read() as connection:
        stored = Counter(connection.execute(select(intake.c.op_id)).scalars())
        effects = connection.execute(select(event.c.op_id, event.c.stage)).all()
        signed = connection.execute(select(receipt).order_by(receipt.c.server_seq)).all()
    assert stored == Counter(saved)
    assert Counter(row.op_id for row in effects) == Counter(saved)
    assert {row.stage for row in effects} == {"applied"}
    # Numbered without gaps, each revision signed for once as stored and once as applied; and what
    # a PC was ever told is still here, word for word.
    assert [row.server_seq for row in signed] == list(range(1, len(signed) + 1))
    kept: dict[str, list[dict[str, Any]]] = {}
    for row in signed:
        kept.setdefault(row.op_id, []).append(json.loads(row.text))
    assert all([r["stage"] for r in words] == ["stored", "applied"] for words in kept.values())
    for sender in senders:
        assert set(sender.acknowledged) == sender.saved
        for op_id, told in sender.acknowledged.items():
            assert all(words in kept[op_id] for words in told)


def test_i3_i4_killed_at_random_moments(two, database_url) -> None:
    kill_at_random(two, 10 if database_url else 20, seed=117)


@pytest.mark.long
def test_i3_i4_killed_five_hundred_times(two) -> None:
    kill_at_random(two, 500, seed=2026)


def test_the_intake_stores_without_the_key_and_open_finishes(two, tmp_path, capsys) -> None:
    """`open` once, by hand, instead of the watching process."""
    device = Device(two).enrol()  # type: ignore[arg-type]
    device.push(device.revise())
    wait_for_the_opener(two)
    assert two.end("opener") == 0
    (two.folder / "opener.key").rename(tmp_path / "opener.key")
    two.kill("intake")
    two.start("intake")
    two.wait_until_it_listens()
    assert device.outcomes(device.revise(), device.revise()) == ["stored", "stored"]
    where = ["--data", str(two.folder)]
    if two.database_url:
        where += ["--database-url", two.database_url]
    assert main(["open", *where]) == 1
    assert "opener.key" in capsys.readouterr().err
    (tmp_path / "opener.key").rename(two.folder / "opener.key")
    assert main(["open", *where]) == 0
    assert capsys.readouterr().out == "not_opened 0\n"
    stages = [r["stage"] for r in device.have([[1, 3]])["receipts"]]
    assert Counter(stages) == {"stored": 3, "applied": 3}
    device.close()
