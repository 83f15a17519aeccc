"""An office PC with its sync cycle, as the tests drive it."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from ministry_server.schema import intake
from ministry_server.store import Store
from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.domain.calls import Call, CallForm
from operator_app.services.calls import Calls
from operator_app.sync.carriers.base import Answer, Carrier
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.cycle import Cycle, CycleReport
from operator_app.sync.status import SyncStatus, read_status
from tests.conftest import TestOffice, information_call

MOST_ROUNDS = 40


def quick_https(url: str) -> Carrier:
    """The product's carrier, with less patience."""
    return HttpsCarrier(url, connect_seconds=5, read_seconds=5)


@dataclass
class Desk:
    """`open_carrier` may be replaced before the first run."""

    office: TestOffice
    open_carrier: Callable[[str], Carrier] = quick_https
    cycle: Cycle = field(init=False)

    def __post_init__(self) -> None:
        self.cycle = self._new_cycle()

    def _new_cycle(self) -> Cycle:
        return Cycle(
            self.office.database,
            self.office.clock,
            lambda url: self.open_carrier(url),  # noqa: PLW0108 - it may be replaced later
            app_version="0.1.0",
            rng=random.Random(117),
        )

    @property
    def database(self) -> Database:
        return self.office.database

    def point_at(self, url: str, code: str = "") -> None:
        """Set the address of the server, and a code when there is a new one."""
        with self.database.write() as connection:
            server = settings.read_server(connection)
            code = code or server.enrolment_code
            settings.write_server(connection, replace(server, url=url, enrolment_code=code))

    def run(self) -> CycleReport:
        return self.cycle.run_once()

    def status(self) -> SyncStatus:
        return read_status(self.database, self.office.clock)

    def settle(self) -> int:
        """Run as often as the program would, until nothing waits; how many rounds it took."""
        for count in range(1, MOST_ROUNDS + 1):
            self.run()
            if self.status().waiting == 0:
                return count
            self.office.clock.forward(seconds=(self.cycle.next_due() or 0) + 1)
        raise AssertionError(f"still waiting: {self.status()} {self.rows()}")

    def save(self, **changes: object) -> Call:
        form = self.office.calls.start(self.office.actor).form
        return self.office.calls.save(self.office.actor, information_call(form, **changes))

    def save_urgent(self, **changes: object) -> Call:
        return self.save(danger_now="Y", **changes)

    def amend(self, call: Call, **changes: object) -> Call:
        form: CallForm = replace(call.form, **changes)  # type: ignore[arg-type]
        return self.office.calls.amend(self.office.actor, call.call_id, form, call.op_id)

    def void(self, call: Call) -> Call:
        return self.office.calls.void(self.office.actor, call.call_id, "entered twice")

    def reopen(self) -> None:
        """The program ends without warning and starts again over the same file."""
        self.cycle.close()
        file, key = self.database.file, self.database.key
        self.database.close()
        self.office.database = Database(file, key)
        self.office.calls = Calls(self.database, self.office.reference, self.office.clock)
        self.cycle = self._new_cycle()

    def rows(self) -> list[dict[str, Any]]:
        """The outbox as it is, without the content, in the order it was written."""
        columns = [c for c in revision.c if c.name not in ("payload", "tag")]
        with self.database.read() as connection:
            return [dict(r) for r in connection.execute(select(*columns)).mappings()]

    def states(self) -> dict[str, str]:
        return {row["op_id"]: row["state"] for row in self.rows()}


def arrived(store: Store) -> list[str]:
    """The op_ids in the intake, in the order in which they came."""
    with store.read() as connection:
        return list(connection.execute(select(intake.c.op_id).order_by(intake.c.id)).scalars())


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a receiver's database file, as a backup makes it."""
    target.unlink(missing_ok=True)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    origin, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        origin.backup(copy)
    finally:
        copy.close()
        origin.close()


class AppCarrier:
    """Straight into the receiver's web application, without sockets: for many thousand rounds."""

    name = "in-process"

    def __init__(self, app: Callable[[], Any]) -> None:
        """`app` gives the application as it is now: a restored server is another one."""
        self._app = app
        self._loop = asyncio.new_event_loop()

    def exchange(self, method: str, path: str, body: bytes = b"") -> Answer:
        return self._loop.run_until_complete(self._exchange(method, path, body))

    def close(self) -> None:
        self._loop.close()

    async def _exchange(self, method: str, path: str, body: bytes) -> Answer:
        parts = urlsplit(path)
        status, headers, content = 0, {}, b""
        sent = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(sent, {"type": "http.disconnect"})

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, headers, content
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {k.decode(): v.decode() for k, v in message["headers"]}
            else:
                content += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self._app()(scope, receive, send)
        return Answer(status, headers, content)
