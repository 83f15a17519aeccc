"""The commands of the ministry's editors: publish, feeds, package, suggestions."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from ministry_server.clock import now_ms, system_clock
from ministry_server.feed_files import read_feed_file
from ministry_server.feed_pages import FeedPages
from ministry_server.feeds import (
    Published,
    changes_since,
    overview_of_feeds,
    publish,
    publish_keys,
)
from ministry_server.keys import IntakeKeys, read_intake_keys, read_opener_keys
from ministry_server.program_files import ProgramFiles, read_release
from ministry_server.store import Store, open_store
from ministry_server.suggestions import suggestions
from ministry_server.vault import Vault
from operator_app.domain.feeds import KEYS, PROGRAM
from operator_app.errors import BadInput, EnvironmentProblem, Fault
from operator_app.files import replace_file

_FAULTS = {
    "article.bad_id": "an id has small letters, digits and single hyphens, 40 at most",
    "article.no_head": "the file does not begin with a head between two lines +++",
    "article.wrong_type": "missing, or of the wrong type",
    "feed.bad_division": "not a SOATE code (14 digits)",
    "feed.bad_id": "no id, or letters that an id may not have",
    "feed.bad_key": "not an age public key (age1...)",
    "feed.bad_file_name": "a plain name of letters, digits, dots and hyphens that ends in .msi, .exe,"
    " .zip or .gz",
    "feed.bad_size": "out of bounds: a file has 1 byte to 300 MB",
    "feed.bad_sum": "not the SHA-256 of the file",
    "feed.bad_version": "three numbers with dots between them, as in 1.2.0",
    "feed.bad_weekday": "a weekday is 0 (Monday) to 6",
    "feed.duplicate": "the same id twice",
    "feed.needed": "the program counts on it: it cannot be taken back",
    "feed.no_program": "the file it names does not lie beside it",
    "feed.not_a_list": "the file is not a JSON list of entries",
    "feed.not_json": "the file is not JSON",
    "feed.not_toml": "the file is not TOML",
    "feed.not_utf8": "the file is not UTF-8",
    "feed.place_differs": "the same place is open elsewhere, or has another address",
    "feed.wrong_type": "missing, or of the wrong type",
}
"""What is wrong with a field, where the code itself does not say it."""


def do_publish(arguments: argparse.Namespace) -> None:
    """Publish a file; print every fault and end with 1 when it has some."""
    keys = read_intake_keys(arguments.data)
    name: str = arguments.name
    if (name == KEYS) is (arguments.file is not None):
        raise EnvironmentProblem("feed.file_and_name")
    store = open_store(arguments.data, arguments.database_url)
    try:
        now = now_ms(system_clock)
        if name == KEYS:
            done = publish_keys(store, keys, now)
        elif name == PROGRAM:
            done = _publish_program(arguments, store, keys, now)
        else:
            entries = read_feed_file(name, arguments.file)
            done = publish(store, keys, name, entries, now, replace=arguments.replace)
    except BadInput as error:
        for fault in error.faults:
            print(_words(fault), file=sys.stderr)
        raise EnvironmentProblem("feed.not_published", faults=len(error.faults)) from error
    finally:
        store.close()
    if done.changed or done.removed:
        print(f"{name} version {done.version}: {done.changed} changed, {done.removed} taken back")
    else:
        print(f"{name} version {done.version}: nothing is different")


def _publish_program(
    arguments: argparse.Namespace, store: Store, keys: IntakeKeys, now: int
) -> Published:
    release = read_release(arguments.file)
    files = ProgramFiles(arguments.data)
    # The file is there before anybody is told of it.
    files.keep(release)
    done = publish(store, keys, PROGRAM, release.entries, now, replace=arguments.replace)
    with store.read() as connection:
        published = changes_since(connection, PROGRAM, 0)
    files.keep_only(published[2] if published else [])
    return done


def list_feeds(arguments: argparse.Namespace) -> None:
    """Name, version, entries and tombstones of what was published."""
    store = open_store(arguments.data, arguments.database_url)
    try:
        for line in overview_of_feeds(store):
            print(
                f"{line.feed}  version {line.version}  entries {line.entries}  "
                f"tombstones {line.tombstones}  {_day_and_time(line.published_at)}"
            )
    finally:
        store.close()


def write_package(arguments: argparse.Namespace) -> None:
    """Write the feeds into one signed file for offices that are never online."""
    keys = read_intake_keys(arguments.data)
    store = open_store(arguments.data, arguments.database_url)
    try:
        package = FeedPages(store, keys).package(arguments.names)
    finally:
        store.close()
    replace_file(arguments.file, package)
    print(f"Written: {len(package)} bytes.")


def list_suggestions(arguments: argparse.Namespace) -> None:
    """What the offices suggest to correct, the newest first. Needs the opener's key."""
    vault = Vault(read_opener_keys(arguments.data).store_key)
    store = open_store(arguments.data, arguments.database_url)
    try:
        found = suggestions(store, vault)
    finally:
        store.close()
    if arguments.json:
        print(json.dumps([asdict(s) for s in found], ensure_ascii=False, indent=2))
        return
    for s in found:
        where = f"{s.entry_kind} {s.entry_id} {s.field}".rstrip()
        print(f"{_day_and_time(s.received_at)}  office {s.office}  {where} ({s.content})")
        print("".join(f"    {line}\n" for line in _printable(s.text)))


def _words(fault: Fault) -> str:
    where = fault.where.rstrip(": ")
    where = where if fault.line is None else f"{where}, line {fault.line}"
    by_code = fault.code.rpartition(".")[2].replace("_", " ")
    return f"{where}: {_FAULTS.get(fault.code, by_code)}"


def _printable(text: str) -> list[str]:
    """The lines of a text, without what a terminal would obey."""
    return ["".join(c if c.isprintable() else "�" for c in line) for line in text.splitlines()]


def _day_and_time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
