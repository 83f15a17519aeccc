"""Errors the program can meet and explain.

An `AppError` carries a stable code and parameters without personal data; `ui/problems.py`
turns it into a sentence in the user's language. Anything else that is raised is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class AppError(Exception):
    """Something went wrong that a person can be told about.

    `code` is a stable dotted word ("database.key_wrong"); `params` fill the sentence and never
    hold names, numbers or call text, so that an AppError may be logged.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = " ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code} {details}".strip()


class EnvironmentProblem(AppError):
    """The PC, not the program: disk full, file damaged, another instance, wrong clock."""


class NetworkProblem(AppError):
    """The way to the server failed; the same request may be tried again."""


class ServerRefused(AppError):
    """The server answered, and the answer was no."""


class NotAllowed(AppError):
    """The person's role does not include this right."""


class Outdated(AppError):
    """The file or the server speaks a newer version than this program knows."""


class NotFound(AppError):
    """The record asked for is not there (any more)."""


class Cancelled(AppError):
    """The person ended long work early; nothing was changed."""


@dataclass(frozen=True)
class Fault:
    """One wrong field or line of an input: where, and a code for what is wrong with it."""

    where: str
    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    line: int | None = None


class BadInput(AppError):
    """Input with faults; nothing was changed. Every fault is named."""

    def __init__(self, code: str, faults: list[Fault]) -> None:
        super().__init__(code, faults=len(faults))
        self.faults = faults
