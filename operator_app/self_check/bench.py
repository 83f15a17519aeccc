"""What the checks work on: an invented office in a folder that goes away with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from operator_app.config import Paths
from operator_app.domain.clock import Clock
from operator_app.domain.office import Office, OfficeSetup
from operator_app.errors import AppError

if TYPE_CHECKING:
    from operator_app.db.engine import Database
    from operator_app.domain.people import Actor, Role
    from operator_app.domain.reference import Reference

LOGIN, PASSWORD = "check", "tulip-mountain-2026"
DIVISION = "41708203000000"
SETUP = OfficeSetup(
    Office("0000", {"ky": "Текшерүү", "ru": "Проверка", "en": "Check"}, DIVISION),
    LOGIN,
    "Текшерүү Тестова",
    "ru",
)


class CheckFailed(AppError):
    """Something that must hold does not: the code says what."""


@dataclass
class Bench:
    """The temporary office, and what one check leaves for the next."""

    paths: Paths
    clock: Clock
    pictures: Path | None
    """Where the pictures of the screens go; None: nobody wants them."""
    database: Database | None = None
    actor: Actor | None = None
    reference: Reference | None = None
    call_id: str = ""
    violence_call_id: str = ""
    people: dict[Role, Actor] = field(default_factory=dict)

    @property
    def office(self) -> tuple[Database, Actor, Reference]:
        """The open office, its supervisor and the code lists."""
        if self.database is None or self.actor is None or self.reference is None:
            raise CheckFailed("self_check.no_office")
        return self.database, self.actor, self.reference

    def close(self) -> None:
        """Let go of the files."""
        if self.database is not None:
            self.database.close()
            self.database = None


def expect(holds: bool, code: str, **params: str | int) -> None:
    """Raise CheckFailed unless it holds."""
    if not holds:
        raise CheckFailed(code, **params)
