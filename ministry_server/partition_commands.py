"""The commands about the months of the intake: what they weigh, and moving old ones out."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from ministry_server.clock import now_ms, system_clock
from ministry_server.month_files import bring_back, move_out
from ministry_server.partitions import list_months
from ministry_server.store import Store, open_store

SENTENCES = {
    "month.form": "Say the month as 2026-11.",
    "month.not_over": "This month is not over yet.",
    "month.empty": "Of this month there is nothing here to move out; see `partitions list`.",
    "month.not_opened": "Something of this month was not opened yet, or waits for a key or a newer "
    "program; its content is still needed here.",
    "month.not_in_backup": "Not all of this month is in a verified backup. Run `backup` first.",
}


def add_arguments(command: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """`partitions list | detach MONTH FILE | attach FILE`."""
    verbs = command.add_subparsers(required=True, metavar="list|detach|attach")
    every = verbs.add_parser("list", parents=[common], help="the months, and what they weigh")
    every.set_defaults(run=_list)
    detach = verbs.add_parser(
        "detach", parents=[common], help="move a month's content out to a file; ids stay"
    )
    detach.add_argument("month", help="e.g. 2026-11")
    detach.add_argument("file", type=Path, help="to be kept with the backups")
    detach.set_defaults(run=_detach)
    attach = verbs.add_parser("attach", parents=[common], help="bring the content of a file back")
    attach.add_argument("file", type=Path)
    attach.set_defaults(run=_attach)


def _list(arguments: argparse.Namespace) -> None:
    with _store(arguments) as store, store.read() as connection:
        print("month  revisions  here  moved out  MB  partition")
        for line in list_months(connection):
            print(
                f"{line.month}  {line.revisions}  {line.here}  {line.moved_out}"
                f"  {line.bytes_ / 1_000_000:.1f}  {'own' if line.own else '-'}"
            )


def _detach(arguments: argparse.Namespace) -> None:
    with _store(arguments) as store:
        done = move_out(store, arguments.month, arguments.file, now_ms(system_clock))
    print(f"{done.month}: {done.proof.rows} revisions moved out, read again and compared.")
    print("Keep the file with the backups: later backups do not hold this content.")


def _attach(arguments: argparse.Namespace) -> None:
    with _store(arguments) as store:
        found, brought = bring_back(store, arguments.file)
    print(f"{found.month}: {brought} of {found.proof.rows} revisions brought back.")


@contextlib.contextmanager
def _store(arguments: argparse.Namespace) -> Iterator[Store]:
    store = open_store(arguments.data, arguments.database_url)
    try:
        yield store
    finally:
        store.close()
