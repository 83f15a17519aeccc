"""Fills an office with any number of invented calls, by the driver alone: seconds, not hours.

The rows are such as the program writes, with the same columns and sizes; their revisions carry
random bytes of the usual length, because nothing here opens them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.calls import call_number
from operator_app.domain.clock import local_day
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference

NEWEST_MS = 1_795_489_200_000
YEARS = 5
YEAR_MS = 365 * 86_400_000
UNCONFIRMED = 200
"""So many of the newest still wait; all others are at the ministry."""
BATCH = 20_000
VIOLENT = 0.03
Row = dict[str, Any]


class Words:
    """Texts of invented words that are as unevenly used as real ones (Zipf)."""

    VOCABULARY = 40_000
    _BEGIN = (
        "пособ", "жөлөк", "ребён", "балал", "докум", "оплат", "район", "айыл", "соцз", "выпл",
        "көмөк", "чалуу", "муж", "заяв",
    )  # fmt: skip
    _LETTERS = "абвгдежзийклмнопрстуфхцчшыэюяңөү"

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.vocabulary = [self._word(n) for n in range(self.VOCABULARY)]
        self._weights = list(accumulate(1 / (n + 3) for n in range(self.VOCABULARY)))

    def text(self, number: int) -> str:
        """So many words."""
        drawn = self._dice.choices(self.vocabulary, cum_weights=self._weights, k=number)
        return " ".join(drawn) + "."

    def _word(self, number: int) -> str:
        begin = self._BEGIN[number % len(self._BEGIN)] if number < 200 else ""
        letters = self._dice.choices(self._LETTERS, k=self._dice.randrange(2, 9))
        return begin + "".join(letters)


def fill(database: Database, reference: Reference, actor: Actor, number: int) -> None:
    """Add `number` calls of five years. Not durable while it runs: only for a file being made."""
    with database.read() as connection:
        office = settings.read_office(connection)
        inc = settings.read_device(connection).inc
    made = _calls(reference, actor, office.code, inc, number)
    with database.bare_connection() as connection:
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"):
            connection.execute(f"PRAGMA {pragma}")
        while batch := list(islice(made, BATCH)):
            connection.execute("BEGIN")
            for table in ("revision", "call", "call_topic", "call_action"):
                rows = [row[table] for row in batch if table in row]
                connection.executemany(_insert(table, rows[0]), rows) if rows else None
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.write() as writable:
        # Whoever saves in this office goes on from here.
        settings.put(writable, f"counter.call.{local_day(NEWEST_MS).year}", number)


def _calls(
    reference: Reference, actor: Actor, office: str, inc: str, number: int
) -> Iterator[dict[str, Row]]:
    dice = random.Random(117)
    words = Words(dice)
    topics = [t.code for t in reference.codes("topic_l2")]
    places = [d.code for d in reference.divisions(2)]
    pool = dice.randbytes(1 << 20)
    for i in range(number):
        started = NEWEST_MS - (number - i) * (YEARS * YEAR_MS) // number
        day = local_day(started)
        # Like UUIDv7: grows with time.
        call_id = str(uuid.UUID(int=started << 80 | 0x7 << 76 | 1 << 63 | dice.getrandbits(62)))
        op_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        nuisance = dice.random() < 0.4
        topic = None if nuisance else dice.choice(topics)
        phone = f"+996555{dice.randrange(10**6):06}"
        start = dice.randrange(len(pool) - 1_000)
        rows: dict[str, Row] = {
            "revision": {
                "op_id": op_id,
                "record_id": call_id,
                "kind": "call",
                "schema": 1,
                "inc": inc,
                "seq": i + 1,
                "bases": "[]",
                "author_id": actor.user_id,
                "created_at": started + 240_000,
                "payload": pool[start : start + 1_000],
                "tag": pool[start : start + 32],
                "lane": 1,
                "state": "applied" if i < number - UNCONFIRMED else "queued",
            },
            "call": {
                "call_id": call_id,
                "number": call_number(office, day.year, i + 1),
                "office_code": office,
                "operator_id": actor.user_id,
                "started_at": started,
                "ended_at": started + 240_000,
                "duration_seconds": 240,
                "local_day": day.isoformat(),
                "saved_at": started + 240_000,
                "contact_kind": "SILENT" if nuisance else "SELF",
                "substantive": int(not nuisance),
                "violence": int(not nuisance and dice.random() < VIOLENT),
                "channel": "PHONE",
                "danger_now": None if nuisance else "N",
                "language": None if nuisance else dice.choice(("ky", "ru")),
                "topic": topic,
                "caller_sex": None if nuisance else dice.choice("FM"),
                "caller_age_group": None if nuisance else "A",
                "division": None if nuisance else dice.choice(places),
                "caller_name": "",
                "phone_raw": "" if nuisance else phone,
                "phone_e164": None if nuisance else phone,
                "phone_key": "" if nuisance else phone,
                "note": "" if nuisance else words.text(dice.randrange(30, 60)),
                "revision_no": 1,
                "op_id": op_id,
            },
        }
        if topic:
            rows["call_topic"] = {"call_id": call_id, "position": 0, "topic": topic}
            rows["call_action"] = {"call_id": call_id, "position": 0, "action": "INF"}
        yield rows


def _insert(table: str, row: Row) -> str:
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"
