"""After a restore: fetching back what this PC sent after the backup was made.

Revisions of its own cases and calls come back as those of a colleague do (db/foreign.py), without
what was withheld from the ministry; of everything else it is counted how much is there only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from operator_app.db import foreign, outbox, settings, sync_state
from operator_app.db.sync_state import Recovery
from operator_app.errors import NetworkProblem
from operator_app.sync.changes import ACTION, MOST_PAGES, Item, fetch_page
from operator_app.sync.link import Link

MOST_INCARNATIONS = 200
"""What the server takes in one request; those not named are given again."""


def recover(link: Link, epoch: str, stopped: Callable[[], bool]) -> int:
    """Fetch page by page until all was looked through; how many revisions came back.

    Does nothing on a PC that was not restored. An older server, which does not offer this, is
    asked again in the next round. Raises as `changes.pull`.
    """
    new = 0
    for _page in range(MOST_PAGES):
        with link.database.read() as connection:
            known = sync_state.read_recovery(connection)
            held = _held(connection)
        if not known.pending or stopped():
            break
        if known.epoch != epoch:
            known = Recovery(pending=True, epoch=epoch, back=known.back)
        try:
            page = fetch_page(link, known.epoch, known.cursor, own=held)
        except NetworkProblem as problem:
            if problem.code == "request.malformed":
                break
            raise
        if page.epoch != epoch:
            # Restored in between: begun anew in the next round, after comparing.
            break
        done = page.cursor == known.cursor
        with link.database.write() as connection:
            kept = sum(_kept(connection, link, item) for item in page.opened)
            sync_state.write_recovery(
                connection,
                replace(
                    known,
                    pending=not done,
                    cursor=page.cursor,
                    only_there=known.only_there + page.others,
                    back=known.back + kept,
                ),
            )
            for code, count in sorted(page.unfit.items()):
                link.note(ACTION, code, count)
            link.write_notes(connection)
        new += kept
        if done:
            break
    return new


def _held(connection: Connection) -> dict[str, int]:
    """Up to which number of each incarnation this PC has its revisions: they have no gaps."""
    incarnations = outbox.incarnations(connection)[-MOST_INCARNATIONS:]
    return {inc: outbox.last_number(connection, inc) for inc in incarnations}


def _kept(connection: Connection, link: Link, item: Item) -> bool:
    data = item.payload
    return (
        data["dev"] == link.device.device_id
        and data["body"]["office"] == settings.read_office(connection).code
        and not foreign.is_ours(connection, data["op_id"])
        and not foreign.is_of_another_kind(connection, data)
        and foreign.add(connection, data, item.plain, link.now)
    )
