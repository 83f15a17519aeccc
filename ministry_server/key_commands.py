"""The commands about the sealing key: a new one, which there are, an end to one."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from ministry_server.clock import now_ms, system_clock
from ministry_server.feeds import publish_keys, versions
from ministry_server.keys import Ending, read_intake_keys
from ministry_server.rotation import end, key_lines, rotate
from ministry_server.store import open_store
from operator_app.domain.feeds import KEYS

SENTENCES = {
    "server.key_in_use": "Devices seal to this key now. Run `keys rotate` first.",
    "server.key_unknown": "There is no key of this name; see `keys list`.",
    "server.key_not_lost": "opener.key here can open this key; use `keys retire`.",
}
_TWO_MACHINES = (
    "If the intake runs on another machine: copy recipients.json into its data folder now"
    " (never opener.key). Processes that run take it up by themselves."
)


def add_arguments(command: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """`keys rotate`, `keys list`, `keys retire`, `keys lost`."""
    verbs = command.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, function: object, text: str, more: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, parents=[common], help=text, description=f"{text}. {more}")
        added.set_defaults(run=function)
        return added

    turn = verb(
        "rotate",
        _rotate,
        "a new key that devices seal to from now on",
        "To be run where opener.key lies. The keys before stay there, and what is sealed to them is"
        f" still taken and opened. {_TWO_MACHINES}",
    )
    turn.add_argument(
        "--escrow", help="another age public key as the second way to open everything"
    )
    verb("list", _list, "the keys: since when, and how much is sealed to each", "")
    retire = verb(
        "retire",
        _retire,
        "take nothing new that is sealed to an old key",
        f"Devices seal it anew by themselves. What was stored before is opened still. {_TWO_MACHINES}",
    )
    retire.add_argument("kid", help="the key's name, as listed")
    retire.add_argument(
        "--compromised", action="store_true", help="somebody else may have it; noted in the list"
    )
    lost = verb(
        "lost",
        _lost,
        "an old key is gone: ask the devices for what was never opened",
        f"What was opened with it stays. {_TWO_MACHINES}",
    )
    lost.add_argument("kid", help="the key's name, as listed")


def _rotate(arguments: argparse.Namespace) -> None:
    now = now_ms(system_clock)
    keys = rotate(arguments.data, now, arguments.escrow)
    print(f"Devices seal to {keys.kid} from now on.\n{_TWO_MACHINES}")
    store = open_store(arguments.data, arguments.database_url)
    try:
        with store.read() as connection:
            published = KEYS in versions(connection)
        if published:
            publish_keys(store, read_intake_keys(arguments.data), now)
            print("The feed of keys names it, too.")
    finally:
        store.close()


def _list(arguments: argparse.Namespace) -> None:
    store = open_store(arguments.data, arguments.database_url)
    try:
        lines = key_lines(arguments.data, store)
    finally:
        store.close()
    for line in lines:
        since = "-" if line.since is None else _day(line.since)
        here = "can be opened here" if line.here else "cannot be opened here"
        print(
            f"{line.kid}  {line.standing:<11}  since {since:<10}  revisions {line.revisions}"
            f"  not_opened {line.unopened}  {here}"
        )


def _retire(arguments: argparse.Namespace) -> None:
    why = Ending.COMPROMISED if arguments.compromised else Ending.RETIRED
    end(arguments.data, arguments.kid, why)
    print(f"Nothing new that is sealed to {arguments.kid} is taken.\n{_TWO_MACHINES}")


def _lost(arguments: argparse.Namespace) -> None:
    end(arguments.data, arguments.kid, Ending.LOST)
    print(
        f"What was sealed to {arguments.kid} and never opened is asked for again.\n{_TWO_MACHINES}"
    )


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()
