"""Which kinds of contact count as asking for help: as delivered, and as published since."""

from __future__ import annotations

import csv
import functools
import json
from pathlib import Path

from sqlalchemy import Connection, select

from ministry_server.schema import feed_entry
from operator_app.domain.feeds import CODES

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
_LIST = "contact_kind"
_SUBSTANTIVE = "substantive"
"""Begins the note of such a kind (domain.reference.Reference.is_substantive)."""


def asked_kinds(connection: Connection) -> frozenset[str]:
    """The codes of those kinds now. One that was taken back counts as it did as delivered."""
    rows = connection.execute(
        select(feed_entry.c.body).where(
            feed_entry.c.feed == CODES,
            feed_entry.c.entry_id.startswith(f"{_LIST}/", autoescape=True),
            feed_entry.c.body.is_not(None),
        )
    ).scalars()
    notes = dict(_delivered())
    for body in map(json.loads, rows):
        notes[body["code"]] = body["note"]
    return frozenset(code for code, note in notes.items() if note.startswith(_SUBSTANTIVE))


@functools.cache
def _delivered() -> tuple[tuple[str, str], ...]:
    with (RESOURCES / "data" / "code_lists.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            (row["code"], row["note"]) for row in csv.DictReader(stream) if row["list"] == _LIST
        )
