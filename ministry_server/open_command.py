"""The opener as a process of its own: no port, no requests; it may run on another machine than the
intake, which then has no key that opens anything.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from sqlalchemy.exc import SQLAlchemyError

from ministry_server import log as lines
from ministry_server.health import health
from ministry_server.receiver import Receiver, Role

WATCH_SECONDS = 1.0

log = logging.getLogger("ministry_server.opener")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """`open [--watch]`."""
    command.add_argument("--watch", action="store_true", help="go on until stopped")


def do_open(arguments: argparse.Namespace) -> None:
    """Open what the intake stored."""
    ended = threading.Event()
    if arguments.watch:
        lines.set_up()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
    receiver = Receiver(arguments.data, database_url=arguments.database_url, role=Role.OPENER)
    try:
        if arguments.watch:
            _watch(receiver, ended)
        else:
            receiver.housekeeping()
            print(f"not_opened {health(receiver.store, receiver.now()).backlog}")
    finally:
        receiver.close()


def _watch(receiver: Receiver, ended: threading.Event) -> None:
    """Rounds until the process is asked to end; the one at hand is finished."""
    print("Watching", flush=True)
    while not ended.is_set():
        try:
            receiver.housekeeping()
        except SQLAlchemyError as error:
            # The database may be away for a while.
            lines.failure(log, "watch", error)
        ended.wait(WATCH_SECONDS)
