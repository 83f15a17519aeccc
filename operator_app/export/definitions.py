"""What each figure counts, in the language in use (the words are in domain/definitions.py)."""

from __future__ import annotations

from dataclasses import dataclass

from operator_app.domain import definitions
from operator_app.i18n import _


@dataclass(frozen=True)
class Definition:
    """An indicator: its name, and exactly what is counted; both English, for `_()`."""

    title: str
    text: str

    @property
    def shown_title(self) -> str:
        """The name in the language in use."""
        return _(self.title)

    @property
    def shown_text(self) -> str:
        """The definition in the language in use."""
        return _(self.text)


DEFINITIONS: dict[str, Definition] = {
    indicator: Definition(words.title, words.text)
    for indicator, words in (definitions.DEFINITIONS | definitions.OFFICE_ONLY).items()
}
"""By indicator: the first code of a cell."""
