"""Intake and opener as two real processes, to be killed at any moment."""

from __future__ import annotations

import multiprocessing
import socket
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from ministry_server.clock import now_ms, system_clock
from ministry_server.devices import issue_code
from ministry_server.keys import make_keys, read_intake_keys
from ministry_server.store import Store, make_store, open_store
from tests.receiver import OFFICE

# Each is a process with a memory of its own; what takes long, the imports, is done once.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.ministry_server.command"])


class TwoProcesses:
    """`serve --intake-only` and `open --watch` over one data folder and one database.

    The folder of the intake has no key that opens anything.
    """

    def __init__(self, folder: Path, database_url: str | None, lookup: str = "") -> None:
        """`lookup`: the lookup.toml by which the opener answers questions for the intake."""
        self.folder = folder
        self.database_url = database_url
        make_keys(folder)
        make_store(folder, database_url)
        self._port, link_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        where = ["--data", str(folder)]
        where += ["--database-url", database_url] if database_url else []
        self._commands = {
            "intake": ["serve", "--intake-only", "--port", str(self._port), *where],
            "opener": ["open", "--watch", *where],
        }
        if lookup:
            (folder / "lookup.toml").write_text(lookup, encoding="utf-8")
            self._commands["intake"] += ["--lookup-at", f"http://127.0.0.1:{link_port}"]
            self._commands["opener"] += ["--lookup-listen", f"127.0.0.1:{link_port}"]
        self.link_port = link_port
        self._running: dict[str, BaseProcess] = {}
        self.store: Store = open_store(folder, database_url)
        for name in self._commands:
            self.start(name)

    def start(self, name: str) -> None:
        from tests.ministry_server.command import run

        process = _CONTEXT.Process(target=run, args=(self._commands[name],), daemon=True)
        process.start()
        self._running[name] = process

    def kill(self, name: str) -> None:
        """As by `kill -9`."""
        process = self._running.pop(name)
        assert process.is_alive(), f"{name} ended by itself"
        process.kill()
        process.join(20)

    def end(self, name: str) -> int | None:
        """As by `kill`; the exit code."""
        process = self._running.pop(name)
        process.terminate()
        process.join(20)
        return process.exitcode

    def wait_until_it_listens(self, port: int | None = None) -> None:
        """The intake, or who is to listen on this port."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port or self._port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError("nobody listens")

    def new_code(self, office: str = OFFICE) -> str:
        keys = read_intake_keys(self.folder)
        return str(issue_code(self.store, keys, office, now_ms(system_clock)))

    def close(self) -> None:
        for name in list(self._running):
            self.kill(name)
        self.store.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
