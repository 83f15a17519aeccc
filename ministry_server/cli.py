"""The commands of whoever runs the receiver: `python -m ministry_server COMMAND --data DIR`."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from ministry_server import (
    device_commands,
    key_commands,
    log,
    open_command,
    partition_commands,
    refused_commands,
)
from ministry_server.admission import need_approval
from ministry_server.backup_commands import SENTENCES as BACKUP_SENTENCES
from ministry_server.backup_commands import (
    add_restore_arguments,
    do_backup,
    do_check,
    do_restore,
)
from ministry_server.bundle_commands import do_take_in
from ministry_server.clock import now_ms, system_clock
from ministry_server.device_commands import SENTENCES as DEVICE_SENTENCES
from ministry_server.feed_commands import (
    do_publish,
    list_feeds,
    list_suggestions,
    write_package,
)
from ministry_server.keys import (
    ESCROW_FILE,
    OPENER_FILE,
    make_keys,
    read_intake_keys,
    read_opener_keys,
)
from ministry_server.lookup_link import read_address
from ministry_server.overview import overview
from ministry_server.receiver import Receiver, Role
from ministry_server.serve import Server, listen
from ministry_server.store import make_store, new_epoch, open_store
from ministry_server.token_commands import add_arguments
from ministry_server.vault import Vault
from ministry_server.web import build_app
from operator_app.domain.enrolment import server_fingerprint
from operator_app.domain.feeds import FEEDS
from operator_app.errors import AppError, EnvironmentProblem

_SENTENCES = {
    **BACKUP_SENTENCES,
    **DEVICE_SENTENCES,
    **key_commands.SENTENCES,
    **partition_commands.SENTENCES,
    "server.keys_exist": "There are keys in this folder already; they are never overwritten.",
    "server.keys_missing": "A key file is missing: {file}. Run `init` first, or bring it back.",
    "server.keys_damaged": "A key file cannot be read; bring it back from a copy.",
    "server.escrow_wrong": "The escrow recipient is not an age public key (age1...).",
    "server.database_missing": "There is no database here yet. Run `init` first.",
    "server.database_away": "The database does not answer. Is it running, and is the URL right?",
    "server.database_other_version": "The database is of another version ({found}).",
    "server.lookup_faulty": "lookup.toml is wrong at {where}.",
    "server.lookup_at": "--lookup-at goes with --intake-only, and takes https://HOST[:PORT], or"
    " http://HOST:PORT where HOST is this machine or an address of a private network.",
    "server.lookup_listen": "--lookup-listen goes with --watch, and takes HOST:PORT where HOST is"
    " this machine or an address of a private network.",
    "token.bad_name": "Say in --name for whom the token is, in one line of up to {most} letters.",
    "token.unknown_id": "No good token has this id; see `token list`.",
    "bundle.some_refused": "Not taken in, or not answered: {files}. The others are.",
    "feed.file_and_name": "Every feed needs a file, but for `keys`: those are the receiver's own.",
    "feed.not_published": "Nothing was published: {faults} faults.",
    "feed.nothing_published": "No such feed was published yet.",
    "feed.package_too_large": "That is too much for one package; name fewer feeds.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the process exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except AppError as error:
        print(_SENTENCES.get(error.code, error.code).format(**error.params), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{type(error).__name__}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="folder of keys and database")
    common.add_argument(
        "--database-url", help="instead of SQLite, e.g. postgresql+psycopg://user@host/name"
    )
    parser = argparse.ArgumentParser(prog="python -m ministry_server", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=text, description=text)
        added.set_defaults(run=function)
        return added

    init = command("init", _init, "make the keys and the database")
    init.add_argument("--escrow", help="age public key whose identity is kept elsewhere")
    init.add_argument(
        "--approval", action="store_true", help="new devices wait until somebody lets them in"
    )
    serve = command("serve", _serve, "answer devices")
    _add_serve_arguments(serve)
    open_command.add_arguments(command("open", open_command.do_open, "open what was stored"))
    code = command(
        "code",
        device_commands.do_code,
        "a one-time enrolment code for one device, good for 72 hours; the unused ones; revoke one",
    )
    command("devices", device_commands.do_devices, "the devices, and how they do")
    approval = command("approval", device_commands.do_approval, "whether new devices wait")
    approval.add_argument("switch", choices=("on", "off"))
    approve = command("approve", device_commands.do_approve, "let in a device that waits")
    approve.add_argument("device", help="device id")
    revoke = command("revoke", device_commands.do_revoke, "refuse a device from now on")
    card = command("card", device_commands.do_card, "for a PC that is never online: a file")
    device_commands.add_arguments(code, card, revoke)
    refused_commands.add_arguments(
        command("rejected", refused_commands.do_rejected, "what was refused, and why"),
        command(
            "look-again",
            refused_commands.do_look_again,
            "try again what waits for a newer program, or was refused for a reason",
        ),
    )
    taking = command("take-in", do_take_in, "take in bundles from a stick or a shared folder")
    taking.add_argument("where", type=Path, help="a bundle (.117), or a folder of them")
    backup = command("backup", do_backup, "a verified copy of the database in one file")
    backup.add_argument("file", type=Path)
    checking = command("check-backup", do_check, "read a backup from end to end")
    checking.add_argument("file", type=Path)
    add_restore_arguments(
        command("restore", do_restore, "put a backup back, under a new epoch; stop `serve` before")
    )
    text = "what came in which month; move old content out to a file"
    partition_commands.add_arguments(
        commands.add_parser("partitions", help=text, description=text), common
    )
    command("new-epoch", _new_epoch, "after a restore: make all devices compare notes again")
    command("records", _records, "how much is here, in figures")
    publish = command("publish", do_publish, "publish a feed for all offices from a file")
    publish.add_argument("name", choices=FEEDS)
    publish.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="JSON; HSDS for directory; a folder of *.md for articles; TOML for program",
    )
    publish.add_argument("--replace", action="store_true", help="take back what is not in the file")
    command("feeds", list_feeds, "what was published")
    package = command("package", write_package, "all feeds in one signed file")
    package.add_argument("file", type=Path)
    package.add_argument("names", nargs="*", metavar="NAME", help="only these feeds")
    suggestions = command("suggestions", list_suggestions, "corrections that offices suggest")
    suggestions.add_argument("--json", action="store_true", help="as JSON")
    text = "who may ask for figures (/statistics/v1), or watch (/metrics)"
    add_arguments(commands.add_parser("token", help=text, description=text), common)
    text = "the key that devices seal to: a new one, which there are, an end to an old one"
    key_commands.add_arguments(commands.add_parser("keys", help=text, description=text), common)
    return parser


def _add_serve_arguments(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8117)
    role = serve.add_mutually_exclusive_group()
    role.add_argument("--role", type=Role, choices=list(Role), default=Role.BOTH)
    role.add_argument(
        "--intake-only",
        dest="role",
        action="store_const",
        const=Role.INTAKE,
        help="without the opener's key; `open --watch` does the rest",
    )
    serve.add_argument(
        "--lookup-at",
        metavar="URL",
        help="with --intake-only: where `open --watch --lookup-listen` answers questions for benefits",
    )


def _init(arguments: argparse.Namespace) -> None:
    make_keys(arguments.data, arguments.escrow)
    make_store(arguments.data, arguments.database_url)
    if arguments.approval:
        store = open_store(arguments.data, arguments.database_url)
        need_approval(store, True)
        store.close()
    keys = read_intake_keys(arguments.data)
    print(f"Made. Fingerprint of the receipt key: {server_fingerprint(keys.receipt_public)}")
    if arguments.escrow is None:
        print(f"Now move {ESCROW_FILE} to a safe place off this machine: it opens everything.")


def _serve(arguments: argparse.Namespace) -> None:
    lookup_at = None
    if arguments.lookup_at is not None:
        if arguments.role is not Role.INTAKE:
            raise EnvironmentProblem("server.lookup_at")
        lookup_at = read_address(arguments.lookup_at)
    listener = listen(arguments.host, arguments.port)
    try:
        receiver = Receiver(
            arguments.data,
            database_url=arguments.database_url,
            role=arguments.role,
            lookup_at=lookup_at,
        )
        # What is wrong with the command is said in words; from here on it is a service.
        log.set_up()
        listener.listen(128)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"Listening on http://{shown}:{port} as {arguments.role}", flush=True)
        # Ctrl+C is the ordinary end: the server has finished its requests when it arrives here.
        with contextlib.suppress(KeyboardInterrupt):
            Server(build_app(receiver)).run(sockets=[listener])
    finally:
        listener.close()


def _new_epoch(arguments: argparse.Namespace) -> None:
    store = open_store(arguments.data, arguments.database_url)
    try:
        print(new_epoch(store))
    finally:
        store.close()


def _records(arguments: argparse.Namespace) -> None:
    # Only who can open the records can tell what they are.
    can_open = (arguments.data / OPENER_FILE).exists()
    vault = Vault(read_opener_keys(arguments.data).store_key) if can_open else None
    store = open_store(arguments.data, arguments.database_url)
    try:
        state = overview(store, vault, now_ms(system_clock))
    finally:
        store.close()
    received = sum(line.received for line in state.devices)
    print(f"revisions {received}\nrecords {state.records}\nconflicts {state.conflicts}")
    if tally := state.tally:
        print(f"calls {tally.calls}\ncalls_in_conflict {tally.calls_in_conflict}")
        print(f"cases {tally.cases}\ncases_in_conflict {tally.cases_in_conflict}")
    for stage in ("held", "conflict", "rejected"):
        print(f"revisions_{stage} {sum(line.stages.get(stage, 0) for line in state.devices)}")
    alarms = sum(sum(line.alarms.values()) for line in state.devices)
    print(f"not_opened {state.not_opened}\nalarms {alarms}")
