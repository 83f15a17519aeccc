"""Sub-commands for IT staff: `main.py reindex`, `verify-audit`. No window; one line about how it
ended."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from operator_app import config
from operator_app.config import Paths
from operator_app.domain.clock import system_clock
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.i18n import _, ngettext, use_language
from operator_app.log import start_logging
from operator_app.ui.instance import InstanceLock

if TYPE_CHECKING:
    from operator_app.db.engine import Database
    from operator_app.domain.people import Actor


def main(arguments: Sequence[str]) -> int:
    """Run one command; the process exit code: 0 done, 1 not done and why."""
    parser = argparse.ArgumentParser(prog="117-operator", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, said, run in (
        ("reindex", _("make the search index anew"), _reindex),
        ("verify-audit", _("look whether the audit log is whole"), _verify_audit),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("--data", type=Path, help=_("data folder of this installation"))
        command.add_argument("--login", required=True, help=_("whose password opens the office"))
        command.add_argument("--language", default="ru", choices=("ky", "ru", "en"))
        command.set_defaults(run=run)
    wanted = parser.parse_args(arguments)
    paths = config.paths(wanted.data)
    use_language(wanted.language, paths.resources)
    try:
        with _alone(paths):
            return int(wanted.run(wanted, paths))
    except AppError as error:
        from operator_app.ui.problems import sentence

        print(sentence(error), file=sys.stderr)
        return 1


@contextlib.contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    """Nobody else works with the office meanwhile, and there is one. Raises EnvironmentProblem."""
    if not paths.is_set_up:
        raise EnvironmentProblem("database.not_set_up")
    lock = InstanceLock(paths)
    if not lock.take():
        raise EnvironmentProblem("instance.running")
    try:
        start_logging(paths.logs)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _opened(wanted: argparse.Namespace, paths: Paths) -> Iterator[tuple[Database, Actor]]:
    """The office, by the password of `--login`. Raises as SignIn.open does."""
    from operator_app.services.sign_in import SignIn

    password = (
        getpass.getpass(_("Password: ")) if sys.stdin.isatty() else sys.stdin.readline().rstrip()
    )
    database, actor = SignIn(paths, system_clock).open(wanted.login, password)
    try:
        yield database, actor
    finally:
        database.close()


def _reindex(wanted: argparse.Namespace, paths: Paths) -> int:
    from operator_app.services.calendar import Calendar
    from operator_app.services.directory import Directory
    from operator_app.services.knowledge import Knowledge
    from operator_app.services.reference import load_reference
    from operator_app.services.search_index import SearchIndex

    with _opened(wanted, paths) as (database, _actor):
        reference = load_reference(paths.resources)
        calendar = Calendar(database, reference, system_clock)
        directory = Directory(database, reference, calendar, system_clock)
        index = SearchIndex(database, directory, Knowledge(database, system_clock), system_clock)
        try:
            taken = index.rebuild()
        finally:
            index.close()
    print(
        ngettext(
            "The search index was made anew: {n} revision.",
            "The search index was made anew: {n} revisions.",
            taken,
        ).format(n=taken)
    )
    return 0


def _verify_audit(wanted: argparse.Namespace, paths: Paths) -> int:
    """1 when a row does not fit, and which."""
    from operator_app.services.audit_check import AuditCheck
    from operator_app.ui.audit_wording import verdict_words

    with _opened(wanted, paths) as (database, actor):
        verdict = AuditCheck(database, system_clock).check(actor)
    print(verdict_words(verdict))
    return 0 if verdict.whole else 1
