"""The opener as a process of its own: it may run on another machine than the intake, which then
has no key that opens anything. It has no port, unless it answers the intake's questions for benefits.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import threading
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from ministry_server import log as lines
from ministry_server.health import health
from ministry_server.keys import make_lookup_token, read_lookup_token
from ministry_server.lookup_link import listening, read_listening
from ministry_server.receiver import Receiver, Role
from ministry_server.web import build_lookup_app
from operator_app.errors import EnvironmentProblem

WATCH_SECONDS = 1.0

log = logging.getLogger("ministry_server.opener")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """`open [--watch [--lookup-listen HOST:PORT]]`."""
    command.add_argument("--watch", action="store_true", help="go on until stopped")
    command.add_argument(
        "--lookup-listen",
        metavar="HOST:PORT",
        help="with --watch: answer questions for benefits that `serve --intake-only --lookup-at`"
        " hands on; on this machine or a private network. An intake elsewhere needs a copy of"
        " lookup.token",
    )


def do_open(arguments: argparse.Namespace) -> None:
    """Open what the intake stored."""
    ended = threading.Event()
    if arguments.lookup_listen and not arguments.watch:
        raise EnvironmentProblem("server.lookup_listen")
    if arguments.watch:
        lines.set_up()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
    receiver = Receiver(arguments.data, database_url=arguments.database_url, role=Role.OPENER)
    try:
        if arguments.watch:
            with _answering(receiver, arguments):
                _watch(receiver, ended)
        else:
            receiver.housekeeping()
            print(f"not_opened {health(receiver.store, receiver.now()).backlog}")
    finally:
        receiver.close()


@contextlib.contextmanager
def _answering(receiver: Receiver, arguments: argparse.Namespace) -> Iterator[None]:
    if arguments.lookup_listen is None:
        yield
        return
    host, port = read_listening(arguments.lookup_listen)
    make_lookup_token(arguments.data)
    app = build_lookup_app(receiver, read_lookup_token(arguments.data))
    with listening(app, host, port) as found:
        print(f"Answering questions at port {found}", flush=True)
        yield


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
