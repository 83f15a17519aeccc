"""The commands about tokens: who may ask for figures."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

from ministry_server.clock import now_ms, system_clock
from ministry_server.keys import read_intake_keys
from ministry_server.store import open_store
from ministry_server.tokens import TokenRole, Tokens


def add_arguments(command: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """`token add`, `token list`, `token revoke`."""
    verbs = command.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("add", parents=[common], help="a new token; it is shown this once")
    add.add_argument("--role", type=TokenRole, choices=list(TokenRole), required=True)
    add.add_argument("--name", required=True, help="for whom it is")
    add.set_defaults(run=_add)
    every = verbs.add_parser("list", parents=[common], help="the tokens, and how much they asked")
    every.set_defaults(run=_list)
    revoke = verbs.add_parser("revoke", parents=[common], help="refuse a token from now on")
    revoke.add_argument("token", help="its id, as listed")
    revoke.set_defaults(run=_revoke)


def _add(arguments: argparse.Namespace) -> None:
    with _tokens(arguments) as tokens:
        token_id, secret = tokens.add(arguments.role, arguments.name, now_ms(system_clock))
    print(f"{token_id}  {arguments.role}\n{secret}\nIt is shown this once; only a hash is kept.")


def _list(arguments: argparse.Namespace) -> None:
    with _tokens(arguments) as tokens:
        for line in tokens.every():
            state = "revoked" if line.revoked_at is not None else "good"
            used = _day(line.last_used_at) if line.last_used_at is not None else "never"
            print(
                f"{line.token_id}  {line.role:<9}  {state:<7}  made {_day(line.created_at)}"
                f"  used {used}  questions {line.questions}  rows {line.rows_told}  {line.name}"
            )


def _revoke(arguments: argparse.Namespace) -> None:
    with _tokens(arguments) as tokens:
        tokens.revoke(arguments.token, now_ms(system_clock))
    print("Revoked.")


@contextlib.contextmanager
def _tokens(arguments: argparse.Namespace) -> Iterator[Tokens]:
    keys = read_intake_keys(arguments.data)
    store = open_store(arguments.data, arguments.database_url)
    try:
        yield Tokens(store, keys)
    finally:
        store.close()


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()
