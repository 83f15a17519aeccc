"""An office that is set up and closed again, for processes that are killed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from operator_app.config import Paths, paths
from operator_app.db.engine import Database
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, office_setup


@dataclass(frozen=True)
class ClosedOffice:
    """Files of an office that no process has open, and the bare key to them."""

    paths: Paths
    key: bytes
    actor: Actor

    def open(self) -> Database:
        """The database, to look into it."""
        return Database(self.paths.database, self.key)

    @property
    def facts(self) -> dict[str, Any]:
        """What a worker needs to open it."""
        return {
            "folder": str(self.paths.data),
            "key": self.key.hex(),
            "user_id": self.actor.user_id,
        }


@pytest.fixture
def closed_office(tmp_path: Path) -> ClosedOffice:
    where = paths(tmp_path / "data")
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), system_clock, CHEAP)
    database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
    key = database.key
    database.close()
    return ClosedOffice(where, key, actor)
