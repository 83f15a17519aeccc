"""The same records by the program and by PouchDB, each to its own kind of server, through the same
relay that counts the bytes.

Ours are sealed, signed, stored with a flush to the disk, opened and receipted; theirs go in clear
text, and LevelDB does not wait for the disk.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from operator_app.db.models import revision
from tests.benchmarks.measure import FOLDER, ROOT, Result, seconds, settle
from tests.benchmarks.test_push import Recorder, cycle_to, running, save_calls, send_all
from tests.conftest import TestOffice

RECORDS = 2_000
ROUNDS = 3
SOURCE = Path(__file__).parent / "pouchdb"
PLACE = FOLDER / "pouchdb"


@dataclass(frozen=True)
class Passage:
    """Records a second, and bytes on the wire for one record: up, down."""

    rate: float
    up: float
    down: float


@pytest.mark.bench
def test_peer(office: TestOffice, tmp_path: Path, results: list[Result]) -> None:
    """By turns; every round brings new records."""
    if reason := missing():
        pytest.skip(reason)
    ours, theirs = [], []
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(running(tmp_path / "receiver"))
        peer = stack.enter_context(server("pouchdb_peer.mjs", "server", str(tmp_path)))
        their_url = json.loads(peer)["url"]
        our_way = stack.enter_context(counter(receiver["url"]))
        their_way = stack.enter_context(counter(their_url))
        cycle = cycle_to(office, Recorder(our_way.url), receiver["code"])
        assert cycle.run_once().problem is None
        for number in range(ROUNDS):
            save_calls(office, RECORDS)
            records = tmp_path / f"records-{number}.jsonl"
            records.write_bytes(b"\n".join(waiting(office)))
            settle()
            our_way.take()
            rate = RECORDS / seconds(lambda: send_all(cycle, office))
            ours.append(Passage(rate, *our_way.take()))
            folder = tmp_path / f"pouchdb-{number}"
            folder.mkdir()
            told = json.loads(
                node("pouchdb_peer.mjs", "client", str(folder), their_way.url, str(records))
            )
            assert told["sent"] == RECORDS
            theirs.append(Passage(RECORDS / told["seconds"], *their_way.take()))
        cycle.close()
    for name, unit, part, goal in (
        ("records against PouchDB", "/s", "rate", 1.0),
        ("bytes up for a record, against PouchDB", "B", "up", None),
        ("bytes down for a record, against PouchDB", "B", "down", None),
    ):
        one, other = (statistics.median(getattr(p, part) for p in way) for way in (ours, theirs))
        remark = f"{RECORDS} records; theirs in clear, unsigned, no flush"
        results.append(Result(name, unit, one, other, goal, True, remark))


def missing() -> str:
    """Why PouchDB cannot be measured here; "" when it is ready. Fetched once, from npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "no node or npm here"
    PLACE.mkdir(parents=True, exist_ok=True)
    lock, done = SOURCE / "package-lock.json", PLACE / "installed.json"
    for file in SOURCE.iterdir():
        shutil.copy(file, PLACE)
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return ""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    got = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, check=False)
    if got.returncode:
        return f"npm could not fetch PouchDB: exit code {got.returncode}"
    shutil.copy(lock, done)
    return ""


def waiting(office: TestOffice) -> list[bytes]:
    """The snapshots that are about to be sent, as JSON."""
    with office.database.read() as connection:
        rows = connection.execute(select(revision.c.payload).where(revision.c.state == "queued"))
        return [bytes(row.payload) for row in rows]


def node(*arguments: str) -> str:
    """Run it to its end; what it said."""
    return subprocess.run(
        ["node", *arguments], cwd=PLACE, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@dataclass(frozen=True)
class Counter:
    """A relay that counts. `url` leads through it."""

    url: str
    talk: subprocess.Popen[str]

    def take(self) -> tuple[float, float]:
        """Bytes up and down for one record, since the last time."""
        assert self.talk.stdin is not None and self.talk.stdout is not None
        self.talk.stdin.write("\n")
        self.talk.stdin.flush()
        up, down = json.loads(self.talk.stdout.readline())
        return up / RECORDS, down / RECORDS


@contextlib.contextmanager
def counter(url: str) -> Iterator[Counter]:
    """Counts what goes to an address and comes back."""
    port = str(urlsplit(url).port)
    command = [sys.executable, "-m", "tests.benchmarks.byte_counter", port]
    with ended(command, ROOT) as process:
        assert process.stdout is not None
        yield Counter(f"http://127.0.0.1:{json.loads(process.stdout.readline())}", process)


@contextlib.contextmanager
def server(*arguments: str) -> Iterator[str]:
    """The peer's server; the line it says first."""
    with ended(["node", *arguments], PLACE) as process:
        assert process.stdout is not None
        yield process.stdout.readline()


@contextlib.contextmanager
def ended(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block."""
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)
