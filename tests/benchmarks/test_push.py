"""Sending calls, sealed, signed, stored and receipted, against bare posts of the same bytes."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from operator_app.db import settings
from operator_app.domain.clock import system_clock
from operator_app.services.calls import Calls
from operator_app.sync.carriers.base import BASE_PATH, Answer
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.cycle import Cycle
from operator_app.sync.status import read_status
from tests.benchmarks.measure import ROOT, Result, seconds, settle
from tests.conftest import TestOffice, information_call

CALLS = 200
ROUNDS = 5
MOST_RUNS = 30
NOTE = "Сурады: үй-бүлөлүк жөлөкпул эмнеге токтоду. Айтылды: кайрылуу, документтер, мөөнөт. " * 4


class Recorder(HttpsCarrier):
    """The product's carrier; remembers the pushes that went over the line."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url
        self.pushes: list[bytes] = []

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if path.endswith("/push"):
            self.pushes.append(body)
        return super().exchange(method, path, body, etag=etag)


@pytest.mark.bench
def test_push(office: TestOffice, tmp_path: Path, results: list[Result]) -> None:
    """Two receivers with the same keys and the same device: one is sent to by the program, the
    other gets the very bytes again from a bare session, and stores them just the same."""
    with running(tmp_path / "one") as receiver:
        cycle = cycle_to(office, Recorder(receiver["url"]), receiver["code"])
        assert cycle.run_once().problem is None
        cycle.close()
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    ours, stored, thrown_away, posts = [], [], [], 0
    with (
        running(tmp_path / "one") as receiver,
        running(tmp_path / "other") as other,
        requests.Session() as session,
    ):
        session.trust_env = False
        carrier = Recorder(receiver["url"])
        cycle = cycle_to(office, carrier)
        settle()
        for _ in range(ROUNDS):
            save_calls(office, CALLS)
            carrier.pushes.clear()
            ours.append(CALLS / seconds(lambda: send_all(cycle, office)))
            bodies = list(carrier.pushes)
            push, bare = f"{other['url']}{BASE_PATH}/push", f"{other['url']}/bare"
            stored.append(CALLS / seconds(lambda u=push, b=bodies: _post(session, u, b)))
            thrown_away.append(CALLS / seconds(lambda u=bare, b=bodies: _post(session, u, b)))
            posts = len(bodies)
        cycle.close()
    one = statistics.median(ours)
    remark = f"{CALLS} calls in {posts} posts"
    for name, floor, goal in (
        ("push, to bare posts that are stored", stored, 0.6),
        ("push, to bare posts thrown away", thrown_away, None),
    ):
        results.append(Result(name, "/s", one, statistics.median(floor), goal, True, remark))


def cycle_to(office: TestOffice, carrier: Recorder, code: str = "") -> Cycle:
    """The program's synchronisation with a carrier of the test."""
    with office.database.write() as connection:
        known = settings.read_server(connection)
        code = code or known.enrolment_code
        now = replace(known, url=carrier.url, enrolment_code=code)
        settings.write_server(connection, now)
    return Cycle(
        office.database, system_clock, lambda _url: carrier, app_version="0", rng=random.Random(1)
    )


def save_calls(office: TestOffice, number: int) -> None:
    """So many calls with a note of the usual length."""
    calls = Calls(office.database, office.reference, system_clock)
    for _ in range(number):
        form = calls.start(office.actor).form
        calls.save(office.actor, information_call(form, note=NOTE))


def send_all(cycle: Cycle, office: TestOffice) -> None:
    """Run until nothing waits."""
    for _ in range(MOST_RUNS):
        assert cycle.run_once().problem is None
        if read_status(office.database, system_clock).waiting == 0:
            return
    raise AssertionError("not everything was sent")


def _post(session: requests.Session, url: str, bodies: list[bytes]) -> None:
    for body in bodies:
        answer = session.post(
            url, data=body, headers={"Content-Type": "application/json"}, timeout=60
        )
        assert answer.status_code == 200


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, str]]:
    """A receiver that does not share our interpreter: its address and an enrolment code."""
    command = [sys.executable, "-m", "tests.benchmarks.receiver_process", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(30)
