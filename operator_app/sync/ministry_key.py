"""The ministry's sealing key as this PC knows it: taking a new one into use."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from operator_app.db import audit, outbox, settings
from operator_app.db.settings import Server
from operator_app.sync.envelope import KEY_ENDED


def use_key(
    connection: Connection, kid: str, recipients: tuple[str, ...], *, told_at: int, now: int
) -> Server:
    """Seal to these recipients from now on, and send at once what was put aside for the old key.

    `told_at` is when the server said so, by its clock; `now` by this PC's (UTC ms). Audited when it
    is news. The server as it is known now.
    """
    server = settings.read_server(connection)
    known = replace(server, kid=kid, recipients=recipients)
    if known == server:
        return server
    known = replace(known, keys_at=told_at)
    settings.write_server(connection, known)
    outbox.hurry(connection, code=KEY_ENDED)
    audit.append(
        connection, at=now, user_id="", action="ministry.key_changed", details={"key": kid}
    )
    return known
