"""The commands about devices: codes to let them in, approval, how they do, revocation."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ministry_server import admission, devices
from ministry_server.ages import age
from ministry_server.clock import now_ms, system_clock
from ministry_server.file_enrolment import make_card
from ministry_server.keys import read_intake_keys
from ministry_server.overview import DeviceLine, DeviceState, overview
from ministry_server.store import Store, open_store
from operator_app.domain.wire import is_word
from operator_app.errors import AppError
from operator_app.sync.carriers.folder import write_whole
from operator_app.sync.office_card import SUFFIX, in_digits

MOST_REASON = 200
MOST_DAYS = 60
DAY_MS = 24 * 3600 * 1000
SENTENCES = {
    "server.device_unknown": "No device of this id is enrolled.",
    "server.device_not_pending": "No device of this id waits for approval; see `devices`.",
    "server.code_unknown": "No unused code has this id; see `code list`.",
    "server.code_usage": "Say `code OFFICE`, `code list`, or `code revoke ID`.",
    "server.office_form": "An office code has up to 64 letters and digits, e.g. 0412.",
    "folder.read_only": "The file cannot be written there.",
    "folder.full": "There is no room for the file.",
    "folder.gone": "The folder cannot be reached.",
    "server.reason_form": "Give the reason in one line of up to {most} letters.",
}
_HEADS = (
    "device  office  state  version  received  gaps  held  rejected  conflict  waiting  oldest"
    "  last contact  reason"
)


def add_arguments(
    code: argparse.ArgumentParser, card: argparse.ArgumentParser, revoke: argparse.ArgumentParser
) -> None:
    """`code OFFICE | list | revoke ID`, `card OFFICE --out FILE` and `revoke DEVICE`."""
    code.add_argument("what", metavar="OFFICE|list|revoke", help="office code, e.g. 0412")
    code.add_argument("code", nargs="?", metavar="ID", help="of a code, as listed")
    code.add_argument(
        "--days",
        type=int,
        default=3,
        choices=range(1, MOST_DAYS + 1),
        metavar="DAYS",
        help="how long it is good: longer where it travels by letter and the answer by stick",
    )
    card.add_argument("office", help="office code, e.g. 0412")
    card.add_argument("--out", type=Path, help="the file; named after the office without it")
    card.add_argument("--address", default="", help="of the server, where the office is online")
    revoke.add_argument("device", help="device id")
    revoke.add_argument("--reason", default="", help="kept here; the device is not told")


def do_code(arguments: argparse.Namespace) -> None:
    """A new code, the unused ones, or one less."""
    with _store(arguments) as store:
        now = now_ms(system_clock)
        if arguments.what == "list" and arguments.code is None:
            with store.read() as connection:
                for line in admission.open_codes(connection, now):
                    print(f"{line.code_id}  {line.office}  until {_moment(line.expires_at)}")
        elif arguments.what == "revoke" and arguments.code is not None:
            if not admission.withdraw_code(store, arguments.code):
                raise AppError("server.code_unknown")
            print("Revoked.")
        elif arguments.what not in ("list", "revoke") and arguments.code is None:
            keys = read_intake_keys(arguments.data)
            life = arguments.days * DAY_MS
            print(devices.issue_code(store, keys, arguments.what, now, life))
        else:
            raise AppError("server.code_usage")


def do_card(arguments: argparse.Namespace) -> None:
    """What a PC that is never online has to know of this server, in a file without a secret."""
    if not is_word(arguments.office):
        raise AppError("server.office_form")
    keys = read_intake_keys(arguments.data)
    file = arguments.out or Path(f"{arguments.office}{SUFFIX}")
    made = make_card(keys, arguments.office, arguments.address, now_ms(system_clock))
    write_whole(file, made)
    print(f"{file}\nfingerprint {in_digits(keys.receipt_public)}")
    print("Tell the office the fingerprint by telephone or letter, not with the file.")


def do_devices(arguments: argparse.Namespace) -> None:
    """All devices, one a line."""
    with _store(arguments) as store:
        now = now_ms(system_clock)
        print(_HEADS)
        for line in overview(store, None, now).devices:
            print(_line(line, now))


def do_approve(arguments: argparse.Namespace) -> None:
    """Let a newcomer in."""
    with _store(arguments) as store:
        if not admission.approve(store, arguments.device):
            raise AppError("server.device_not_pending")
    print("Approved.")


def do_approval(arguments: argparse.Namespace) -> None:
    """Whether newcomers have to be approved."""
    with _store(arguments) as store:
        admission.need_approval(store, arguments.switch == "on")
    print(f"Approval of new devices is {arguments.switch}.")


def do_revoke(arguments: argparse.Namespace) -> None:
    """Refuse a device from now on."""
    reason = arguments.reason.strip()
    if len(reason) > MOST_REASON or not reason.isprintable():
        raise AppError("server.reason_form", most=MOST_REASON)
    with _store(arguments) as store:
        if not devices.revoke(store, arguments.device, now_ms(system_clock), reason):
            raise AppError("server.device_unknown")
    print("Revoked.")


@contextlib.contextmanager
def _store(arguments: argparse.Namespace) -> Iterator[Store]:
    store = open_store(arguments.data, arguments.database_url)
    try:
        yield store
    finally:
        store.close()


def _line(line: DeviceLine, now: int) -> str:
    stages = "  ".join(str(line.stages.get(s, 0)) for s in ("held", "rejected", "conflict"))
    waiting = "?" if line.waiting is None else line.waiting
    oldest = age(line.oldest_at, now) if line.waiting and line.oldest_at is not None else "-"
    contact = "never" if line.last_contact_at is None else f"{age(line.last_contact_at, now)} ago"
    reason = f"  {line.reason}" if line.state is DeviceState.REVOKED and line.reason else ""
    return (
        f"{line.dev}  {line.office}  {line.state}  {line.app_version}  {line.received}"
        f"  {line.gaps}  {stages}  {waiting}  {oldest}  {contact}{reason}"
    )


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
