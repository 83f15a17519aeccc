"""What the page needs of services/reference_import.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from operator_app.domain.people import Actor
from operator_app.services.exports import Export


class Plan(Protocol):
    """What a checked file would change. `fingerprint`: of a key nobody compared yet, or ""."""

    kind: str
    new: int
    changed: int
    removed: int
    fingerprint: str


class Importing(Protocol):
    """Checks a file, carries it out, hands the directory over."""

    def check(self, actor: Actor, path: Path) -> Plan:
        """The plan; BadInput with all faults of the file."""

    def carry_out(self, actor: Actor, plan: Any) -> object:
        """Do what the plan says, all of it or nothing."""

    def export_directory(self, actor: Actor, target: Path, kind: str) -> Export:
        """Write the directory as "json" or "zip"."""
