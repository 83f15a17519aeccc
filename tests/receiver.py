"""A real receiver on 127.0.0.1 for tests: HTTP, database, keys and all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ministry_server.clock import system_clock
from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver, Role
from ministry_server.schema import event
from ministry_server.serve import Server, listen
from ministry_server.store import Store, make_store
from ministry_server.web import build_app

OFFICE = "0412"


class RunningReceiver:
    """Starts on creation; `with RunningReceiver(folder) as receiver:` stops it at the end.

    `url` is where it listens ("http://127.0.0.1:port"), the same after `stop()` and `start()`.
    While stopped, connections to the port are refused. `clock` may be moved by the test.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = system_clock,
        role: Role = Role.BOTH,
        database_url: str | None = None,
        lookup_at: str | None = None,
    ) -> None:
        self.folder = folder
        self._lookup_at = lookup_at
        self.database_url = database_url
        self._clock = clock
        self._role = role
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        if not (folder / "receipt.key").exists():
            make_keys(folder)
            make_store(folder, database_url)
        self._socket = listen("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        self.socket_protocol = self._socket.proto
        self.url = f"http://127.0.0.1:{self.port}"
        self.receiver: Receiver
        self.start()

    def __enter__(self) -> RunningReceiver:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._socket.close()

    @property
    def store(self) -> Store:
        """The database of the running receiver: `with receiver.store.read() as connection:`."""
        return self.receiver.store

    @property
    def where(self) -> list[str]:
        """The arguments by which a command finds this receiver's data."""
        url = ["--database-url", self.database_url] if self.database_url else []
        return ["--data", str(self.folder), *url]

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Serve on the port, over the data of before."""
        assert self._thread is None, "it runs already"
        self.receiver = Receiver(
            self.folder,
            database_url=self.database_url,
            clock=self._clock,
            role=self._role,
            lookup_at=self._lookup_at,
        )
        self._server = Server(build_app(self.receiver))
        self._socket.listen(128)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="test-receiver"
        )
        self._thread.start()
        if not self._server.ready.wait(20) or not self._server.started:
            raise RuntimeError("the receiver did not start")

    def stop(self) -> None:
        """Finish the requests at hand and stop listening; the port stays ours."""
        if self._thread is None or self._server is None:
            return
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the receiver did not stop"
        self._thread = self._server = None
        # Bound but not listening: the system refuses connections, and nobody else gets the port.
        self._socket = listen("127.0.0.1", self.port)

    def new_code(self, office: str = OFFICE) -> str:
        """The text of a new enrolment code for an office."""
        return str(self.receiver.new_code(office))

    def new_epoch(self) -> str:
        """What is done after a restore."""
        from ministry_server.store import new_epoch

        return new_epoch(self.store)

    def stages(self) -> dict[str, str]:
        """op_id -> stage, for every revision the opener has seen."""
        with self.store.read() as connection:
            rows = connection.execute(select(event.c.op_id, event.c.stage))
            return {row.op_id: row.stage for row in rows}

    def payloads(self) -> dict[str, dict[str, Any]]:
        """op_id -> the opened payload, for every revision that was applied, held or in conflict."""
        assert self.receiver.opener is not None
        vault = self.receiver.opener.vault
        with self.store.read() as connection:
            rows = connection.execute(
                select(event.c.op_id, event.c.sealed).where(event.c.sealed.is_not(None))
            ).all()
        return {row.op_id: vault.open(row.op_id, row.sealed) for row in rows}

    def records(self) -> dict[str, dict[str, Any]]:
        """record_id -> {shown, heads, held, conflict, voided, forced, caution}."""
        from ministry_server.schema import record

        assert self.receiver.opener is not None
        vault = self.receiver.opener.vault
        with self.store.read() as connection:
            rows = {row.record_ref: row for row in connection.execute(select(record))}
        found = {}
        for payload in self.payloads().values():
            ref = vault.reference(payload)
            row = rows[ref]
            found[payload["record_id"]] = {
                "shown": row.shown,
                "heads": json.loads(row.heads),
                "held": row.held,
                "conflict": bool(row.conflict),
                "voided": bool(row.voided),
                "forced": bool(row.forced),
                **vault.open(ref, row.sealed),
            }
        return found
