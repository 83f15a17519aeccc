"""Who signs in to the sandbox, with passwords that stand on its first page."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from operator_app.domain.people import Role


@dataclass(frozen=True)
class Trainee:
    """An invented person of the sandbox."""

    login: str
    password: str
    role: Role
    full_name: str


def read_trainees(resources: Path) -> tuple[Trainee, ...]:
    """All of them: one of each role that is practised, then the colleagues."""
    text = (resources / "training" / "sandbox.toml").read_text(encoding="utf-8")
    return tuple(
        Trainee(found["login"], found["password"], Role(found["role"]), found["name"])
        for found in tomllib.loads(text)["people"]
    )
