"""What the receiver takes in by itself, without HTTP, on both engines: against bare inserts of the very
rows it wrote, and against those inserts with the cryptography that the promise is made of."""

from __future__ import annotations

import base64
import json
import shutil
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, create_engine, insert, select, text

from ministry_server.keys import read_opener_keys
from ministry_server.receiver import Receiver, Role
from ministry_server.schema import device, event, intake, receipt, record
from ministry_server.store import Store, make_store, open_store
from operator_app.sync.envelope import open_sealed
from tests import postgres
from tests.benchmarks.measure import Result, by_turns, seconds, settle
from tests.benchmarks.test_push import Recorder, cycle_to, save_calls, send_all
from tests.conftest import TestOffice
from tests.receiver import RunningReceiver

ITEMS = 1_000
ROUNDS = 3
ROWS = {Role.INTAKE: (intake, receipt), Role.BOTH: (intake, receipt, event, record)}
NAMES = {Role.INTAKE: "intake", Role.BOTH: "intake and opener"}
Place = tuple[Path, str | None]


@dataclass(frozen=True)
class Sent:
    """What one PC sent: the requests, and who it is. `folder` holds the keys they are meant for."""

    folder: Path
    requests: list[bytes]
    devices: list[dict[str, Any]]


@pytest.mark.bench
@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_receiver(engine: str, office: TestOffice, tmp_path: Path, results: list[Result]) -> None:
    if engine == "PostgreSQL" and (reason := postgres.missing()):
        pytest.skip(reason)
    sent = send(office, tmp_path / "first")
    with places(engine, sent, tmp_path) as new_place:
        for role in (Role.INTAKE, Role.BOTH):
            measure(engine, role, sent, new_place, results)


def measure(
    engine: str, role: Role, sent: Sent, new_place: Callable[[], Place], results: list[Result]
) -> None:
    rows = [take_in(role, sent, new_place(), ROWS[role])[1]]
    settle()

    def ours() -> float:
        return take_in(role, sent, new_place(), ())[0]

    def bare() -> float:
        return put_in(rows[0], len(sent.requests), new_place(), lambda _part: None)

    def with_crypto() -> float:
        return put_in(rows[0], len(sent.requests), new_place(), crypto(role, sent))

    taken, floor = by_turns(ours, bare, rounds=ROUNDS)
    crypted = [with_crypto() for _ in range(ROUNDS)]
    rate = ITEMS / statistics.median(taken)
    remark = f"{ITEMS} items in {len(sent.requests)} requests"
    name = f"{engine}, {NAMES[role]}"
    results.append(
        Result(
            f"{name}: bare inserts", "/s", rate, ITEMS / statistics.median(floor), 0.5, True, remark
        )
    )
    floor_rate = ITEMS / statistics.median(crypted)
    results.append(Result(f"{name}: with crypto", "/s", rate, floor_rate, None, True))


def send(office: TestOffice, folder: Path) -> Sent:
    """Let the program send calls, and keep the requests."""
    with RunningReceiver(folder) as receiver:
        carrier = Recorder(receiver.url)
        cycle = cycle_to(office, carrier, receiver.new_code())
        assert cycle.run_once().problem is None
        save_calls(office, ITEMS)
        carrier.pushes.clear()
        send_all(cycle, office)
        cycle.close()
        with receiver.store.read() as connection:
            devices = [dict(row) for row in connection.execute(select(device)).mappings()]
    return Sent(folder, list(carrier.pushes), devices)


@contextmanager
def places(engine: str, sent: Sent, folder: Path) -> Iterator[Callable[[], Place]]:
    """Makes empty receivers that know the keys and the device."""
    made: list[Path] = []

    def new(url: str | None) -> Place:
        place = folder / f"place-{len(made)}"
        made.append(place)
        shutil.copytree(sent.folder, place, ignore=shutil.ignore_patterns("ministry.db*", "*.lock"))
        make_store(place, url)
        store = open_store(place, url)
        with store.write() as connection:
            connection.execute(insert(device), sent.devices)
        store.close()
        return place, url

    if engine == "SQLite":
        yield lambda: new(None)
        return
    with postgres.cluster() as server:
        # As in production: a commit is on the disk.
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = on"))
            connection.execute(text("SELECT pg_reload_conf()"))
        admin.dispose()
        yield lambda: new(postgres.new_database(server).render_as_string(hide_password=False))


def take_in(
    role: Role, sent: Sent, place: Place, tables: Sequence[Table]
) -> tuple[float, dict[Table, list[dict[str, Any]]]]:
    """Seconds the receiver takes for all requests; the rows it wrote into `tables`."""
    receiver = Receiver(place[0], database_url=place[1], role=role)
    taken = seconds(lambda: [receiver.push(body) for body in sent.requests])
    with receiver.store.read() as connection:
        rows = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables
        }
    receiver.close()
    assert all(len(found) >= ITEMS for found in rows.values())
    return taken, rows


def put_in(
    rows: dict[Table, list[dict[str, Any]]],
    times: int,
    place: Place,
    work: Callable[[slice], None],
) -> float:
    """Seconds for inserting the same rows in as many transactions. `work` is done for each part."""
    store: Store = open_store(*place)

    def part(found: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
        return found[len(found) * number // times : len(found) * (number + 1) // times]

    def put() -> None:
        for number in range(times):
            work(slice(ITEMS * number // times, ITEMS * (number + 1) // times))
            with store.write() as connection:
                for table, found in rows.items():
                    connection.execute(insert(table), part(found, number))

    taken = seconds(put)
    store.close()
    return taken


def crypto(role: Role, sent: Sent) -> Callable[[slice], None]:
    """Of each item: its signature checked and a receipt signed; opened and signed again."""
    items = [item for body in sent.requests for item in json.loads(body)["items"]]
    ours, theirs = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signature, words = theirs.sign(b"x" * 400), b"x" * 400
    identities = read_opener_keys(sent.folder).identities

    def work(part: slice) -> None:
        for item in items[part]:
            theirs.public_key().verify(signature, words)
            ours.sign(words)
            if role is Role.BOTH:
                open_sealed(base64.b64decode(item["ct"]), identities[item["kid"]])
                ours.sign(words)

    return work
