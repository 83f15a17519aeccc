"""The commands about backups: make one, look at one, put one back."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from ministry_server.backup import Backup, check_backup, make_backup
from ministry_server.clock import now_ms, system_clock
from ministry_server.restore import restore
from ministry_server.store import make_store, open_store

SENTENCES = {
    "backup.exists": "There is such a file already; a backup is never overwritten.",
    "backup.differs": "The backup is not what the database held; it was thrown away. Try again.",
    "backup.missing": "There is no such file.",
    "backup.damaged": "This file is no backup, or it is damaged. Take another one.",
    "backup.other_version": "The backup is of another version ({found}).",
    "backup.not_empty": "The database holds something. With --replace the backup takes its place.",
    "backup.older": "A newer backup was made, and devices may rely on it already. Restore that one; "
    "if it is lost, say --older.",
}


def do_backup(arguments: argparse.Namespace) -> None:
    """Make one; the receiver may go on working."""
    store = open_store(arguments.data, arguments.database_url)
    try:
        _print(make_backup(store, arguments.file, now_ms(system_clock)))
    finally:
        store.close()
    print("Opened again and compared; devices are told so. It opens with this folder's keys only.")


def do_check(arguments: argparse.Namespace) -> None:
    """Read one from end to end."""
    _print(check_backup(arguments.file))
    print("It is whole.")


def add_restore_arguments(command: argparse.ArgumentParser) -> None:
    """`restore FILE`."""
    command.add_argument("file", type=Path)
    command.add_argument(
        "--replace", action="store_true", help="although the database holds something"
    )
    command.add_argument("--older", action="store_true", help="although there was a newer backup")


def do_restore(arguments: argparse.Namespace) -> None:
    """Put one back. The receiver is to be stopped before."""
    check_backup(arguments.file)
    # Where the database was lost there is none yet; where there is one it stays as it is.
    make_store(arguments.data, arguments.database_url)
    store = open_store(arguments.data, arguments.database_url)
    try:
        done = restore(store, arguments.file, replace=arguments.replace, older=arguments.older)
    finally:
        store.close()
    _print(done)
    print("Restored under a new epoch: every device sends again what is missing here.")


def _print(backup: Backup) -> None:
    made = datetime.fromtimestamp(backup.made_at / 1000, UTC).isoformat(timespec="seconds")
    print(f"made {made}\nreceipts {backup.server_seq}\nrevisions {backup.tables['intake'].rows}")
    print(f"rows {backup.rows}")
