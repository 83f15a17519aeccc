"""What holds on this PC and where each value comes from; the few that a person may choose here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.policy import BY_NAME, SETTINGS, InForce, Source, Value, read_value
from operator_app.errors import BadInput, NotAllowed
from operator_app.services.backup_places import read_state

IDLE = "idle_minutes"


@dataclass(frozen=True)
class SettingLine:
    """A setting as the page shows it."""

    name: str
    value: Value
    source: Source

    @property
    def held(self) -> bool:
        """Whether nobody may change it in the program."""
        return self.source not in (Source.PERSON, Source.DEFAULT)


class PcSettings:
    """The settings of this PC under IT's policy. Safe from any thread."""

    def __init__(self, database: Database, policy: InForce, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.policy = policy

    def lines(self, actor: Actor) -> list[SettingLine]:
        """Every setting of the table, in its order."""
        actor.require(Right.MANAGE_SYNC)
        with self._database.read() as connection:
            chosen = _chosen(connection)
        found = []
        for setting in SETTINGS:
            held = self.policy.held.get(setting.name)
            if held is not None:
                found.append(SettingLine(setting.name, held.value, held.source))
            elif chosen.get(setting.name):
                found.append(SettingLine(setting.name, chosen[setting.name], Source.PERSON))
            else:
                found.append(SettingLine(setting.name, setting.default, Source.DEFAULT))
        return found

    def idle_minutes(self) -> int:
        """After how long without a key the screen locks."""
        if self.policy.holds(IDLE):
            return int(self.policy.value(IDLE))
        with self._database.read() as connection:
            return int(_chosen(connection).get(IDLE) or BY_NAME[IDLE].default)

    def set_idle_minutes(self, actor: Actor, minutes: int) -> None:
        """From now on. Audited. Raises NotAllowed("policy.held") and BadInput("policy.faults")."""
        actor.require(Right.MANAGE_SYNC)
        if self.policy.holds(IDLE):
            raise NotAllowed("policy.held")
        _value, fault = read_value(BY_NAME[IDLE], minutes, windows=False)
        if fault is not None:
            raise BadInput("policy.faults", [fault])
        with self._database.write() as connection:
            kept = settings.get(connection, settings.PREFERENCES) or {}
            settings.put(connection, settings.PREFERENCES, {**kept, IDLE: minutes})
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="idle_lock.set",
                details={"minutes": minutes},
            )


def _chosen(connection: Connection) -> dict[str, Any]:
    kept = settings.get(connection, settings.PREFERENCES) or {}
    server = settings.read_server(connection)
    return {
        "server_url": "" if server.xroad else server.url,
        "backup_folder": read_state(connection).folder,
        IDLE: kept.get(IDLE),
    }
