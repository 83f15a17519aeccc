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

from sqlalchemy import Connection, select

from ministry_server.schema import intake
from ministry_server.store import Store
from operator_app.db import settings
from operator_app.db.case_models import case_file
from operator_app.db.engine import Database
from operator_app.db.models import foreign_revision, revision
from operator_app.domain.calls import Call, CallForm
from operator_app.domain.cases import Case
from operator_app.domain.consent import RECORD, Consent
from operator_app.domain.violence import ViolenceForm
from operator_app.services.call_exchange import fold_office
from operator_app.services.calls import Calls
from operator_app.services.cases import Cases
from operator_app.sync.carriers.base import Answer, Carrier
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.cycle import Cycle, CycleReport
from operator_app.sync.status import SyncStatus, read_status
from tests.conftest import TestOffice, information_call

MOST_ROUNDS = 40
HER_NAME = "Kanykei Kanaryeva"
URGENT_TOPICS = ("CHI.ABU",)


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
            take_in=self._take_in,
            rng=random.Random(117),
        )

    def _take_in(self, connection: Connection) -> int:
        """What the program does, and I14: no case with something unsent is touched by it."""
        unsent = select(revision.c.record_id).where(revision.c.state.in_(["queued", "sending"]))
        query = select(case_file).where(case_file.c.case_id.in_(unsent))
        before = connection.execute(query).all()
        changed = fold_office(connection, self.cases.files, self.office.reference)
        assert connection.execute(query).all() == before
        return changed

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
        """A call that is sent before the others, and is one revision: it opens no case."""
        return self.save(**{"topics": URGENT_TOPICS, **changes})

    def save_danger(self, **changes: object) -> Call:
        """A call with danger now: a second revision beside it opens the case."""
        return self.save(danger_now="Y", **changes)

    def amend(self, call: Call, **changes: object) -> Call:
        form: CallForm = replace(call.form, **changes)  # type: ignore[arg-type]
        return self.office.calls.amend(self.office.actor, call.call_id, form, call.op_id)

    def void(self, call: Call) -> Call:
        return self.office.calls.void(self.office.actor, call.call_id, "entered twice")

    @property
    def cases(self) -> Cases:
        return Cases(self.database, self.office.reference, self.office.clock)

    def open_case(self, *, may_leave: bool = True, **block: object) -> str:
        """A violence call that opens a case, with or without consent to pass her words on; its id."""
        said = Consent(RECORD, "Y" if may_leave else "N", at=1)
        values: dict[str, object] = {"affected_name": HER_NAME, "consents": (said,), **block}
        call = self.save(topics=("VIO.DOM",), violence=ViolenceForm(**values))  # type: ignore[arg-type]
        with self.database.read() as connection:
            case_id = self.cases.files.of_call(connection, call.call_id)
        assert case_id is not None
        return case_id

    def case(self, case_id: str) -> Case:
        """The case as it is shown here."""
        with self.database.read() as connection:
            return self.cases.files.read(connection, case_id)

    def note(self, case_id: str, text: str) -> Case:
        return self.cases.add_note(self.office.actor, case_id, text)

    def merge(self, case_id: str) -> Case:
        """The supervisor makes one version of those that contradict each other."""
        with self.database.read() as connection:
            heads = self.cases.files.heads(connection, case_id)
        bases = tuple(head.case.op_id for head in heads)
        return self.cases.merge(self.office.actor, case_id, bases, {})

    def doubted_calls(self) -> list[str]:
        """The calls of which the ministry knows several versions, as far as that is known here."""
        query = select(revision.c.record_id).where(
            revision.c.state == "conflict", revision.c.kind.in_(["call", "void"])
        )
        with self.database.read() as connection:
            return sorted(set(connection.execute(query).scalars()))

    def amend_now(self, call_id: str, **changes: object) -> Call:
        """Amend a call as it is shown now."""
        return self.amend(self.office.calls.open(self.office.actor, call_id), **changes)

    def conflicts(self) -> list[str]:
        """The cases of which there are several versions."""
        with self.database.read() as connection:
            found = select(case_file.c.case_id).where(case_file.c.conflict == 1)
            return sorted(connection.execute(found).scalars())

    def own_case_revisions(self) -> dict[str, bytes]:
        """op_id -> the payload as it travels, of the revisions of cases made here."""
        own = select(revision.c.op_id, revision.c.payload).where(revision.c.kind == "case")
        with self.database.read() as connection:
            return {row.op_id: bytes(row.payload) for row in connection.execute(own)}

    def case_revisions(self) -> dict[str, bytes]:
        """The same of all there are, made here or elsewhere."""
        query = select(foreign_revision.c.op_id, foreign_revision.c.payload).where(
            foreign_revision.c.kind == "case"
        )
        with self.database.read() as connection:
            others = {row.op_id: bytes(row.payload) for row in connection.execute(query)}
        own = self.own_case_revisions()
        assert not own.keys() & others.keys()
        return own | others

    def foreign(self) -> dict[str, int]:
        """op_id -> whether it is folded, of what came from other PCs."""
        with self.database.read() as connection:
            rows = connection.execute(select(foreign_revision.c.op_id, foreign_revision.c.folded))
            return {row.op_id: row.folded for row in rows}

    def case_rows(self) -> dict[str, dict[str, Any]]:
        """What lists show of each case."""
        with self.database.read() as connection:
            return {
                row["case_id"]: dict(row)
                for row in connection.execute(select(case_file)).mappings()
            }

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

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        return self._loop.run_until_complete(self._exchange(method, path, body, etag))

    def close(self) -> None:
        self._loop.close()

    async def _exchange(self, method: str, path: str, body: bytes, etag: str) -> Answer:
        parts = urlsplit(path)
        status, headers, content = 0, {}, b""
        given = [(b"if-none-match", etag.encode())] if etag else []
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
            "headers": [(b"content-type", b"application/json"), *given],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self._app()(scope, receive, send)
        return Answer(status, headers, content)
