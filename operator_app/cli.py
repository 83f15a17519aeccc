"""Sub-commands for IT staff: `main.py reindex`. No window; one line about how it ended."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile

from operator_app import config
from operator_app.config import Paths
from operator_app.domain.clock import system_clock
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.i18n import _, ngettext, use_language


def main(arguments: Sequence[str]) -> int:
    """Run one command; the process exit code: 0 done, 1 not done and why."""
    parser = argparse.ArgumentParser(prog="117-operator", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reindex = commands.add_parser("reindex", help=_("make the search index anew"))
    reindex.add_argument("--data", type=Path, help=_("data folder of this installation"))
    reindex.add_argument("--login", required=True, help=_("whose password opens the office"))
    reindex.add_argument("--language", default="ru", choices=("ky", "ru", "en"))
    reindex.set_defaults(run=_reindex)
    wanted = parser.parse_args(arguments)
    paths = config.paths(wanted.data)
    use_language(wanted.language, paths.resources)
    try:
        with _alone(paths):
            wanted.run(wanted, paths)
    except AppError as error:
        from operator_app.ui.problems import sentence

        print(sentence(error), file=sys.stderr)
        return 1
    return 0


class _alone:  # noqa: N801 - reads as a word
    """Nobody else works with the office meanwhile. Raises EnvironmentProblem("instance.running")."""

    def __init__(self, paths: Paths) -> None:
        self._lock = QLockFile(str(paths.lock))

    def __enter__(self) -> None:
        if not self._lock.tryLock(100):
            raise EnvironmentProblem("instance.running")

    def __exit__(self, *_exception: object) -> None:
        self._lock.unlock()


def _reindex(wanted: argparse.Namespace, paths: Paths) -> None:
    from operator_app.services.calendar import Calendar
    from operator_app.services.directory import Directory
    from operator_app.services.knowledge import Knowledge
    from operator_app.services.reference import load_reference
    from operator_app.services.search_index import SearchIndex
    from operator_app.services.sign_in import SignIn

    password = (
        getpass.getpass(_("Password: ")) if sys.stdin.isatty() else sys.stdin.readline().rstrip()
    )
    database, _actor = SignIn(paths, system_clock).open(wanted.login, password)
    try:
        reference = load_reference(paths.resources)
        calendar = Calendar(database, reference, system_clock)
        directory = Directory(database, reference, calendar, system_clock)
        index = SearchIndex(database, directory, Knowledge(database, system_clock), system_clock)
        try:
            taken = index.rebuild()
        finally:
            index.close()
    finally:
        database.close()
    print(
        ngettext(
            "The search index was made anew: {n} revision.",
            "The search index was made anew: {n} revisions.",
            taken,
        ).format(n=taken)
    )
