"""Sub-commands for IT staff: `main.py check`, `reindex`, `verify-audit`, `backup`, `restore`. No
window; a line or a few about how it ended."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operator_app.config import Paths
from operator_app.domain.clock import system_clock
from operator_app.domain.office import LANGUAGES
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.files import make_private, share_with_group
from operator_app.i18n import _, ngettext, use_language
from operator_app.log import start_logging
from operator_app.services.policy import installation
from operator_app.services.restore_place import finish_restore
from operator_app.training.folder import refusal
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
        ("backup", _("make a backup of the office"), _backup),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("--data", type=Path, help=_("data folder of this installation"))
        command.add_argument("--login", required=True, help=_("whose password opens the office"))
        command.add_argument("--language", choices=LANGUAGES)
        command.set_defaults(run=run, needs_office=True)
        if name == "backup":
            command.add_argument("--to", type=Path, help=_("a further folder for a copy"))
    restore = commands.add_parser("restore", help=_("put the office of a backup in place"))
    restore.add_argument("file", type=Path, help=_("the backup"))
    restore.add_argument("--data", type=Path, help=_("data folder of this installation"))
    restore.add_argument("--login", default="", help=_("whose password; without: recovery key"))
    restore.add_argument(
        "--replace", action="store_true", help=_("also where an office is: it is kept aside")
    )
    restore.add_argument("--language", choices=LANGUAGES)
    restore.set_defaults(run=_restore, needs_office=False)
    _add_check(commands)
    wanted = parser.parse_args(arguments)
    paths, policy = installation(wanted.data)
    wanted.policy = policy
    refused = refusal(paths, training=False)
    wanted.language = wanted.language or policy.text("language")
    use_language(wanted.language, paths.resources)
    try:
        if refused:
            raise EnvironmentProblem(refused)
        looks_only = wanted.run is _check and not wanted.login
        if looks_only:
            # Looks on while the program runs, and where no office is.
            return _check(wanted, paths)
        with _alone(paths, needs_office=wanted.needs_office):
            code: int = wanted.run(wanted, paths)
            return code
    except AppError as error:
        from operator_app.ui.problems import sentence

        print(sentence(error), file=sys.stderr)
        # Of a check 1 would mean that it ended with a warning.
        return 2 if wanted.run is _check else 1


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help=_("look what is wrong on this PC"))
    check.add_argument("--data", type=Path, help=_("data folder of this installation"))
    check.add_argument("--login", default="", help=_("whose password; with it more is seen"))
    check.add_argument("--json", action="store_true", help=_("for programs"))
    check.add_argument("--support", type=Path, help=_("a zip for whoever helps; no personal data"))
    check.add_argument("--language", choices=LANGUAGES)
    check.set_defaults(run=_check, needs_office=False)


@contextlib.contextmanager
def _alone(paths: Paths, *, needs_office: bool) -> Iterator[None]:
    """Nobody else works with the office meanwhile, and there is one. Raises EnvironmentProblem."""
    if needs_office and not paths.is_set_up:
        raise EnvironmentProblem("database.not_set_up")
    with contextlib.suppress(OSError):
        make_private(paths.data)
    lock = InstanceLock(paths)
    if not lock.take():
        raise EnvironmentProblem(lock.problem)
    share_with_group(paths.data)
    try:
        start_logging(paths.logs)
        try:
            finish_restore(paths)
        except OSError as error:
            raise EnvironmentProblem("backup.not_written") from error
        yield
    finally:
        share_with_group(paths.data)
        lock.release()


def _asked(prompt: str) -> str:
    """A secret, typed unseen or piped in."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip()


@contextlib.contextmanager
def _opened(wanted: argparse.Namespace, paths: Paths) -> Iterator[tuple[Database, Actor]]:
    """The office, by the password of `--login`. Raises as SignIn.open does."""
    from operator_app.services.sign_in import SignIn

    password = _asked(_("Password: "))
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


def _backup(wanted: argparse.Namespace, paths: Paths) -> int:
    """1 when it is made, but set apart or not where IT points."""
    from operator_app.db.backup import Watch
    from operator_app.services.backups import Backups
    from operator_app.ui.problems import sentence

    with _opened(wanted, paths) as (database, actor):
        watch = Watch(lambda _stage, _done, _total: None, lambda: False)
        made = Backups(database, paths, system_clock, wanted.policy.folder("backup_folder")).make(
            actor, watch, to=wanted.to
        )
    if made.doubtful:
        print(_("The audit log does not hold together. The backup was set apart."))
        return 1
    print(_("The backup is made and checked."))
    if made.folder_problem is not None:
        print(sentence(EnvironmentProblem(made.folder_problem)), file=sys.stderr)
        return 1
    return 0


def _check(wanted: argparse.Namespace, paths: Paths) -> int:
    """0 all in order, 1 a warning, 2 a problem."""
    from operator_app.check_command import check

    if not wanted.login:
        return check(wanted, paths, wanted.policy, None, _say)
    with _opened(wanted, paths) as (database, _actor):
        return check(wanted, paths, wanted.policy, database, _say)


def _say(line: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Piped, Windows writes in a code page that lacks some signs.
        sys.stdout.reconfigure(errors="replace")
    print(line)


def _restore(wanted: argparse.Namespace, paths: Paths) -> int:
    from operator_app.db.backup import Watch
    from operator_app.services.restore import Here, Restore, look
    from operator_app.ui.wording import full_day_and_time

    restore = Restore(paths, system_clock)
    backup = look(wanted.file)
    secret = _asked(_("Password: ") if wanted.login else _("Recovery key: "))
    proven = restore.prove(backup, wanted.login, secret)
    names, head = proven.contents.names, proven.head
    print(
        _("{office} ({code}), {made}: calls {calls}, cases {cases}").format(
            office=names.get(wanted.language) or next(iter(names.values()), ""),
            code=head.office,
            made=full_day_and_time(head.made_at),
            calls=proven.contents.calls,
            cases=proven.contents.cases,
        )
    )
    if proven.here is not Here.NOTHING and not wanted.replace:
        same = proven.here is Here.SAME
        raise EnvironmentProblem("restore.office_here" if same else "restore.other_office")
    restored = restore.put_in_place(
        proven, Watch(lambda _stage, _done, _total: None, lambda: False)
    )
    print(_("The office is restored. People and passwords are those of the day of the backup."))
    if restored.aside is not None:
        said = _("What was on this PC before is kept in the data folder under “{name}”.")
        print(said.format(name=restored.aside.name))
    return 0
