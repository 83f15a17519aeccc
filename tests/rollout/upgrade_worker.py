"""A program that was just installed and opens an older office; the parent ends it at any moment."""

from __future__ import annotations

from pathlib import Path

from operator_app.config import paths
from operator_app.services.entrance import open_office
from tests.crash.harness import Life


def newly_installed(life: Life) -> None:
    where = paths(Path(life.facts["data"]))
    life.say("ready")
    database = open_office(where, bytes.fromhex(life.facts["key"]))
    database.close()
    life.say("opened")
