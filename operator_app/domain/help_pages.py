"""Help and quick cards: Markdown in resources/help, one file for each page and language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from operator_app.domain.people import Role

PAGES = (
    "call",
    "danger",
    "journal",
    "cases",
    "follow-ups",
    "directory",
    "reports",
    "administration",
    "sign-in",
    "keys",
)
"""In the order in which they are listed. A screen's page has the name of its place."""


@dataclass(frozen=True)
class HelpPage:
    """A page: its first heading and the Markdown under it."""

    name: str
    title: str
    text: str


def help_pages(resources: Path, language: str) -> list[HelpPage]:
    """All pages in their order."""
    return [_read(resources / "help" / "pages", name, language) for name in PAGES]


def quick_card(resources: Path, role: Role, language: str) -> HelpPage:
    """What a person of the role keeps beside the keyboard; one sheet of paper."""
    return _read(resources / "help" / "cards", role.value, language)


def _read(folder: Path, name: str, language: str) -> HelpPage:
    heading, _, text = (folder / f"{name}.{language}.md").read_text("utf-8").partition("\n")
    return HelpPage(name, heading.removeprefix("# ").strip(), text.strip())
