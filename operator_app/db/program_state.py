"""What this PC remembers of newer versions of the program: how the fetching stands, who put what away."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from operator_app.db import feeds, settings
from operator_app.domain.feeds import PROGRAM, entry_from
from operator_app.domain.program_versions import ProgramVersion

FETCH = "program.fetch"
PUT_AWAY = "program.put_away"


@dataclass(frozen=True)
class FetchState:
    """How the file of a version comes. `done` of `size` bytes are here; `ready`: whole, checked, in
    its place under `file_name` in `folder`. `problem`: the code of what went wrong at `tried_at`
    (UTC ms)."""

    version: str = ""
    sha256: str = ""
    file_name: str = ""
    folder: str = ""
    done: int = 0
    size: int = 0
    ready: bool = False
    problem: str | None = None
    tried_at: int = 0


def read_fetch(connection: Connection) -> FetchState:
    """How it stood last."""
    return FetchState(**(settings.get(connection, FETCH) or {}))


def write_fetch(connection: Connection, state: FetchState) -> None:
    """Remember how it stands."""
    settings.put(connection, FETCH, asdict(state))


def read_put_away(connection: Connection, user_id: str) -> str:
    """The version of which this person wants to hear no more; "" for none."""
    return str((settings.get(connection, PUT_AWAY) or {}).get(user_id, ""))


def write_put_away(connection: Connection, user_id: str, version: str) -> None:
    """This person has heard of the version."""
    kept = settings.get(connection, PUT_AWAY) or {}
    settings.put(connection, PUT_AWAY, {**kept, user_id: version})


def published(connection: Connection) -> list[ProgramVersion]:
    """The versions that the ministry offers now, as they were signed."""
    return [entry_from(PROGRAM, kept.body) for kept in feeds.current(connection, PROGRAM)]
