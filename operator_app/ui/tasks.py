"""Work off the main thread: the only file with threads (design/architecture.md, Threads).

One worker for the database, one for the network, so that work of a kind keeps its order and a slow
server never delays a save; two for long work, which keeps no order: a backup of minutes, or a
folder that does not answer, must not hold up an export. Results come back on the main thread, and
only to receivers that are still alive. Worker functions must not touch Qt objects.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

T = TypeVar("T")
Done = Callable[[Any], None]
Failed = Callable[[Exception], None]

log = logging.getLogger(__name__)


class Tasks(Protocol):
    """What screens use; `TaskRunner` in the program, `InlineTaskRunner` in most tests."""

    def database(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """Run `work` on the database worker; call `done(result)` or `failed(error)` afterwards,
        on the main thread, unless the receiver was deleted meanwhile."""

    def network(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """The same on the network worker."""

    def background(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """The same on a worker of long work, in no order: it has to be asked to stop before the
        end."""

    def shut_down(self) -> None:
        """Take nothing new and wait for the rest: a save that was asked for is made."""


class TaskRunner(QObject):
    """The workers of each kind, and one signal that brings results to the main thread."""

    _delivered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = {
            name: ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
            for name, workers in (("database", 1), ("network", 1), ("background", 2))
        }
        self._open = True
        self._delivered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def database(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        self._run("database", receiver, work, done, failed)

    def network(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        self._run("network", receiver, work, done, failed)

    def background(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        self._run("background", receiver, work, done, failed)

    def shut_down(self) -> None:
        self._open = False
        for worker in self._workers.values():
            worker.shutdown(wait=True)

    def _run(
        self, worker: str, receiver: QObject, work: Callable[[], Any], done: Done, failed: Failed
    ) -> None:
        if not self._open:
            return

        def job() -> None:
            outcome: tuple[Callable[[Any], None], Any]
            try:
                outcome = (done, work())
            except Exception as error:  # noqa: BLE001 - handed to the screen, which explains it
                outcome = (failed, error)
            if self._open:
                self._delivered.emit((receiver, *outcome))

        self._workers[worker].submit(job)

    def _deliver(self, delivery: tuple[QObject, Callable[[Any], None], Any]) -> None:
        receiver, callback, value = delivery
        if self._open and shiboken6.isValid(receiver):
            callback(value)


class InlineTaskRunner:
    """Runs everything at once on the calling thread."""

    def database(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        del receiver
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - as in TaskRunner
            failed(error)
            return
        done(result)

    network = database
    background = database

    def shut_down(self) -> None:
        """Nothing runs."""
