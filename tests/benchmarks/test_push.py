"""Sending calls, sealed, signed, stored and receipted, against bare posts of the same bytes."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from operator_app.db import settings
from operator_app.domain.clock import system_clock
from operator_app.services.calls import Calls
from operator_app.sync.carriers.base import Answer
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.cycle import Cycle
from operator_app.sync.status import read_status
from tests.benchmarks.measure import ROOT, Result, settle
from tests.conftest import TestOffice, information_call

CALLS = 200
ROUNDS = 5
MOST_RUNS = 30
NOTE = "Сурады: үй-бүлөлүк жөлөкпул эмнеге токтоду. Айтылды: кайрылуу, документтер, мөөнөт. " * 4


class Recorder(HttpsCarrier):
    """The product's carrier; remembers what went over the line and how much came back."""

    exchanged: list[tuple[bytes, int]]

    def exchange(self, method: str, path: str, body: bytes = b"") -> Answer:
        answer = super().exchange(method, path, body)
        if method == "POST":
            self.exchanged.append((body, len(answer.body)))
        return answer


@pytest.mark.bench
def test_push(office: TestOffice, receiver: dict[str, str], results: list[Result]) -> None:
    carrier = Recorder(receiver["url"])
    carrier.exchanged = []
    with office.database.write() as connection:
        server = settings.read_server(connection)
        known = replace(server, url=receiver["url"], enrolment_code=receiver["code"])
        settings.write_server(connection, known)
    cycle = Cycle(
        office.database, system_clock, lambda _url: carrier, app_version="0", rng=random.Random(1)
    )
    assert cycle.run_once().problem is None
    calls = Calls(office.database, office.reference, system_clock)
    settle()
    ours, floor = [], []
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(ROUNDS):
            for _ in range(CALLS):
                form = calls.start(office.actor).form
                calls.save(office.actor, information_call(form, note=NOTE))
            carrier.exchanged.clear()
            ours.append(CALLS / _sent(cycle, office))
            start = time.perf_counter()
            for body, size in carrier.exchanged:
                url = f"{receiver['url']}/bare?answer={size}"
                assert len(session.post(url, data=body, timeout=30).content) == size
            floor.append(CALLS / (time.perf_counter() - start))
    cycle.close()
    posts = len(carrier.exchanged)
    one, other = statistics.median(ours), statistics.median(floor)
    remark = f"{CALLS} calls in {posts} posts"
    results.append(Result("push, calls at the ministry", "/s", one, other, 0.6, True, remark))


def _sent(cycle: Cycle, office: TestOffice) -> float:
    start = time.perf_counter()
    for _ in range(MOST_RUNS):
        assert cycle.run_once().problem is None
        if read_status(office.database, system_clock).waiting == 0:
            return time.perf_counter() - start
    raise AssertionError("not everything was sent")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A receiver that does not share our interpreter."""
    command = [sys.executable, "-m", "tests.benchmarks.receiver_process", str(tmp_path / "server")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(30)
