"""However the ministry publishes and whatever happens on the way: an office always offers what was
published under one version, whole, and in the end what is published now."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ministry_server.feed_pages import FeedPages
from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver
from ministry_server.store import make_store, new_epoch
from ministry_server.web import build_app
from operator_app.db import feeds
from operator_app.domain import feed_pages
from operator_app.domain.directory import ServicePlace
from operator_app.domain.feeds import DIRECTORY, FEEDS, HOLIDAYS, HolidayEntry
from operator_app.domain.reference import Reference
from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer
from operator_app.sync.feed_package import read_package, take_package
from tests.conftest import FrozenClock, Template
from tests.feeds.publishing import DIVISION, offer, service, withdraw
from tests.feeds.rows import check_alike, offered, published, versions
from tests.sync.conftest import seat_in
from tests.sync.desk import AppCarrier, Desk

PLANS = ("lose request", "lose answer", "wrong page", "old answer", "moves on", "kill")
names = st.sets(st.integers(0, 5), min_size=1)
words = st.sampled_from(["a", "b", "c" * 500])


class FaultyCarrier(AppCarrier):
    """The request for a page that comes as number `at` from now meets `plan`."""

    plan = ""
    at = 0

    def __init__(self, machine: FeedMachine) -> None:
        super().__init__(lambda: machine.app)
        self._machine = machine
        self._old: list[Answer] = []

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if "/feed/" not in path and not path.endswith("/places"):
            return super().exchange(method, path, body, etag=etag)
        plan, self.at = (self.plan if self.at == 0 else ""), self.at - 1
        if plan == "lose request":
            raise NetworkProblem("net.timeout")
        if plan == "wrong page":
            path = re.sub("page=[0-9]+", "page=2", path)
        if plan == "moves on":
            self._machine.publish_directory({0, 5}, f"moved {len(self._old)}", replaces=False)
        answer = super().exchange(method, path, body, etag=etag)
        self._old.append(answer)
        if plan == "lose answer":
            raise NetworkProblem("net.cut")
        if plan == "old answer":
            return self._old[len(self._old) // 2]
        if plan == "kill":
            raise KeyboardInterrupt
        return answer


class FeedMachine(RuleBasedStateMachine):
    folder_to_copy: Path
    template: Template
    reference: Reference

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder_to_copy, self.folder, dirs_exist_ok=True)
        self.receiver = Receiver(self.folder / "server", clock=FrozenClock())
        self.app = build_app(self.receiver)
        self.desk: Desk = seat_in(
            self.folder / "seat", self.template, FrozenClock(), self.reference
        )
        self.carrier = FaultyCarrier(self)
        self.desk.open_carrier = lambda url: self.carrier
        self.desk.point_at("http://127.0.0.1:1", str(self.receiver.new_code("0412")))
        assert self.desk.run().problem is None
        self.history: dict[tuple[str, int], Any] = {}
        self.packages: list[bytes] = []

    @property
    def server(self) -> Any:
        """What the helpers for publishing take for a running receiver."""
        return _Server(self.receiver)

    def remember(self, done: Any) -> None:
        self.history[done.feed, done.version] = published(self.server, done.feed)

    def publish_directory(self, which: set[int], word: str, *, replaces: bool) -> None:
        place = ServicePlace("home", DIVISION, {"ru": word}, confidential=True)
        entries = [
            replace(service(f"x{n}", keywords=word), places=(place,) if n == 1 else ())
            for n in sorted(which)
        ]
        self.remember(offer(self.server, DIRECTORY, *entries, replace=replaces))

    @rule(which=names, word=words, replaces=st.booleans())
    def publish(self, which: set[int], word: str, replaces: bool) -> None:
        self.publish_directory(which, word, replaces=replaces)

    @rule(which=names, closed=st.booleans())
    def publish_holidays(self, which: set[int], closed: bool) -> None:
        days = [HolidayEntry(f"2026-12-0{n + 1}", closed) for n in which]
        self.remember(offer(self.server, HOLIDAYS, *days))

    @rule(which=names)
    def take_back(self, which: set[int]) -> None:
        if (DIRECTORY, 1) in self.history:
            self.remember(withdraw(self.server, DIRECTORY, *(f"x{n}" for n in which)))

    @rule(plan=st.sampled_from(PLANS), at=st.integers(0, 8))
    def pull_badly(self, plan: str, at: int) -> None:
        self.carrier.plan, self.carrier.at = plan, at
        try:
            self.desk.run()
        except KeyboardInterrupt:
            self.desk.reopen()
            self.carrier = FaultyCarrier(self)
        self.carrier.plan = ""
        self.desk.office.clock.forward(minutes=20)

    @rule()
    def pull(self) -> None:
        self.desk.run()

    @rule()
    def make_package(self) -> None:
        if self.history:
            pages = FeedPages(self.receiver.store, self.receiver.keys)
            self.packages.append(pages.package([]))

    @rule(which=st.integers(0, 3))
    def import_package(self, which: int) -> None:
        if which < len(self.packages):
            take_package(self.desk.database, read_package(self.packages[which], None), 1)

    @rule()
    def server_is_restored(self) -> None:
        """Of the feeds nothing was lost, but nobody can know."""
        new_epoch(self.receiver.store)
        for feed, version in self.receiver.hello("n" * 22)["feeds"].items():
            self.history[feed, version] = published(self.server, feed)

    @invariant()
    def what_is_offered_was_published_together(self) -> None:
        known = versions(self.desk)
        for feed in FEEDS:
            assert offered(self.desk, feed) == self.history.get((feed, known.get(feed, 0)), {})

    def teardown(self) -> None:
        try:
            self.desk.office.clock.forward(hours=2)
            for _ in range(2):
                assert self.desk.run().problem is None
            check_alike(self.desk, self.server)
            self._check_addresses()
        finally:
            self.desk.cycle.close()
            self.carrier.close()
            self.desk.database.close()
            self.receiver.close()
            shutil.rmtree(self.folder)

    def _check_addresses(self) -> None:
        home = published(self.server, DIRECTORY).get("x1")
        if home is not None:
            with self.desk.database.read() as connection:
                (address,) = feeds.addresses(connection, ["home"]).values()
            # Every place is at the address that was published with its entry.
            assert address == {"ru": home["keywords"]}


class _Server:
    """A receiver without sockets, by the names of a running one."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.store = receiver.store


@pytest.fixture
def machine(
    office_template: Template,
    reference: Reference,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> type[RuleBasedStateMachine]:
    # A page for every entry or two.
    monkeypatch.setattr(feed_pages, "PAGE_BYTES", 1_000)
    make_keys(tmp_path / "server")
    make_store(tmp_path / "server")
    shutil.copytree(office_template.data, tmp_path / "seat")
    given = {"folder_to_copy": tmp_path, "template": office_template, "reference": reference}
    return type("Machine", (FeedMachine,), given)


def _run(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if examples > 100 else [])],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_any_order_of_publishing_and_pulling(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=6, steps=15)


@pytest.mark.long
def test_many_orders_of_publishing_and_pulling(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=300, steps=40)
