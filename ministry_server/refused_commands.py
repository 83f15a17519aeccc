"""The commands about what was refused: which, why, and trying it again with a mended program."""

from __future__ import annotations

import argparse

from sqlalchemy import Connection, select

from ministry_server.ages import age
from ministry_server.clock import now_ms, system_clock
from ministry_server.receiver import Receiver, Role
from ministry_server.schema import device, event, intake
from ministry_server.store import open_store
from operator_app.domain.wire import State

_HEADS = "device  office  inc  number  reason  received"


def add_arguments(rejected: argparse.ArgumentParser, look_again: argparse.ArgumentParser) -> None:
    """`rejected [--code CODE]` and `look-again [--code CODE]`."""
    rejected.add_argument("--code", help="only what was refused for this reason")
    look_again.add_argument(
        "--code", help="also what was refused for this reason, as listed by `rejected`"
    )


def do_rejected(arguments: argparse.Namespace) -> None:
    """What the opener refused, one a line: whose it is and why, nothing of its content."""
    store = open_store(arguments.data, arguments.database_url)
    try:
        now = now_ms(system_clock)
        print(_HEADS)
        with store.read() as connection:
            for line in refused_lines(connection, now, arguments.code):
                print(line)
    finally:
        store.close()


def do_look_again(arguments: argparse.Namespace) -> None:
    """Judge anew what waits for a newer program, and what was refused for one reason."""
    receiver = Receiver(arguments.data, database_url=arguments.database_url, role=Role.OPENER)
    try:
        opener = receiver.opener
        settled = opener.look_again(receiver.now(), arguments.code) if opener else 0
        print(f"settled {settled}")
    finally:
        receiver.close()


def refused_lines(connection: Connection, now: int, code: str | None = None) -> list[str]:
    """One line for each refused revision, by device and number."""
    query = (
        select(event.c.code, event.c.received_at, intake.c.dev, intake.c.inc, intake.c.seq)
        .add_columns(device.c.office)
        .join(intake, intake.c.op_id == event.c.op_id)
        .join(device, device.c.dev == intake.c.dev)
        .where(event.c.stage == State.REJECTED.value)
        .order_by(device.c.office, intake.c.dev, intake.c.inc, intake.c.seq)
    )
    if code is not None:
        query = query.where(event.c.code == code)
    return [
        f"{row.dev}  {row.office}  {row.inc}  {row.seq}  {row.code}  {age(row.received_at, now)} ago"
        for row in connection.execute(query)
    ]
