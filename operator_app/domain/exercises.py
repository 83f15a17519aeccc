"""What can be practised in the sandbox, and what shows that it was done."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.people import Role


class Proof(StrEnum):
    """What the program looks for; `of` of the exercise says which.

    ACT: an audited act; KIND: a saved call of that kind; TOLD: a saved call in which that entry was
    told (its id, or how it begins); URGENT: a call with danger now that was sent before its end.
    """

    ACT = "act"
    KIND = "kind"
    TOLD = "told"
    URGENT = "urgent"


@dataclass(frozen=True)
class Exercise:
    """One task: for whom, what it is called, what to do, and its proof."""

    name: str
    role: Role
    proof: Proof
    of: tuple[str, ...]
    titles: Mapping[str, str]
    texts: Mapping[str, str]

    def title(self, language: str) -> str:
        """What it is called."""
        return self.titles[language]

    def text(self, language: str) -> str:
        """What to do."""
        return self.texts[language]


def read_exercises(text: str) -> tuple[Exercise, ...]:
    """From the TOML that comes with the program, in its order."""
    return tuple(
        Exercise(
            found["name"],
            Role(found["role"]),
            Proof(found["proof"]),
            tuple(found.get("of", ())),
            found["title"],
            found["text"],
        )
        for found in tomllib.loads(text)["exercise"]
    )
