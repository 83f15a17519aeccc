"""One object of HSDS data, read strictly: every wrong field is named with its place, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operator_app.domain.office import LANGUAGES
from operator_app.errors import Fault

MOST_CHARACTERS = 4_000
"""Of one text: an address or a description is shorter; a whole article does not belong here."""
MOST_OF_A_KIND = 1_000
"""Telephones, hours, areas ... of one service."""
MOST_NUMBER = 10**15
MAIN_LANGUAGE = "ru"
"""The language of the fields that HSDS has only once (`name`); ours are beside them: `name_ky`."""

_YES = frozenset({"true", "yes", "1", "да", "ооба", "истина"})
_NO = frozenset({"", "false", "no", "0", "нет", "жок", "ложь"})
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_AS_SPREADSHEET = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")


@dataclass(frozen=True)
class Item:
    """What an object says, where it was read, and the list for what is wrong with it.

    `place`: "services[12].phones[0]" in JSON; "phones.csv" in a table, then with the `line` as a
    spreadsheet shows it. `columns`: what a field is called there, if not by its HSDS name.
    """

    fields: dict[str, Any]
    place: str
    faults: list[Fault]
    line: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def adopt(self, name: str, child: Item) -> None:
        """Put an object at the end of a list inside this one."""
        found = self.fields.get(name)
        if type(found) is not list:
            found = self.fields[name] = []
        found.append(child)

    def where(self, name: str) -> str:
        """How a fault names the field."""
        column = self.columns.get(name, name)
        return f"{self.place}.{column}" if self.line is None else f"{self.place}: {column}"

    def complain(self, name: str, code: str, **params: str | int) -> None:
        """Note that a field is wrong."""
        self.faults.append(Fault(self.where(name), code, params, self.line))

    def text(self, name: str) -> str:
        """The text of a field as it stands there; "" where there is none."""
        value = self.fields.get(name)
        if value is None:
            return ""
        if type(value) in (int, float) and abs(value) < MOST_NUMBER:
            return f"{value:.15g}"
        if type(value) is not str:
            self.complain(name, "hsds.wrong_type")
        elif len(value) > MOST_CHARACTERS:
            self.complain(name, "hsds.too_long", most=MOST_CHARACTERS)
        elif _UNPRINTABLE.search(value):
            self.complain(name, "hsds.bad_text")
        else:
            return value if value.strip() else ""
        return ""

    def code(self, name: str) -> str:
        """A word for the program: without the spaces and the apostrophe that spreadsheets add.

        A number that a spreadsheet shortened ("4,17E+13") is gone for good, and named.
        """
        value = self.text(name).strip().removeprefix("'")
        if _AS_SPREADSHEET.fullmatch(value):
            self.complain(name, "hsds.spreadsheet_number")
            return ""
        return value

    def entry_id(self, name: str) -> str:
        """An id: letters, digits and . _ : - between them."""
        value = self.code(name)
        if not _ID.fullmatch(value):
            self.complain(name, "feed.bad_id" if value else "feed.missing")
        return value

    def yes(self, name: str) -> bool:
        """A yes or no; nothing is no."""
        value = self.fields.get(name)
        if type(value) is bool:
            return value
        word = self.text(name).strip().lower()
        if word not in _YES | _NO:
            self.complain(name, "hsds.bad_yes_no")
        return word in _YES

    def labels(self, name: str) -> dict[str, str]:
        """The text by language: from `name_ky`, `name_ru`, `name_en`; `name` alone is Russian."""
        found = {language: self.text(f"{name}_{language}") for language in LANGUAGES}
        texts = {language: text for language, text in found.items() if text}
        plain = self.text(name)
        if plain and plain not in texts.values():
            if MAIN_LANGUAGE in texts:
                self.complain(name, "hsds.texts_differ", language=MAIN_LANGUAGE)
            else:
                texts[MAIN_LANGUAGE] = plain
        return texts

    def child(self, name: str) -> Item | None:
        """An object inside this one, or None."""
        value = self.fields.get(name)
        return None if value is None else self._inner(name, value)

    def children(self, name: str) -> list[Item]:
        """The objects of a list inside this one."""
        value = self.fields.get(name)
        if value is None:
            return []
        if type(value) is not list:
            self.complain(name, "hsds.wrong_type")
            return []
        if len(value) > MOST_OF_A_KIND:
            self.complain(name, "hsds.too_many", most=MOST_OF_A_KIND)
            return []
        found = (self._inner(f"{name}[{number}]", each) for number, each in enumerate(value))
        return [item for item in found if item is not None]

    def _inner(self, name: str, value: Any) -> Item | None:
        if isinstance(value, Item):
            return value
        if type(value) is not dict:
            self.complain(name, "hsds.wrong_type")
            return None
        return Item(value, f"{self.place}.{name}", self.faults)
