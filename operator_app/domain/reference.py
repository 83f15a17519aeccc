"""Code lists and administrative divisions: data that the ministry changes, not code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from operator_app.domain.danger import DangerRules

COUNTRY = "41700000000000"
_FAR = 3
NO_RULES = DangerRules("", (), 2, 4)
OTHER_SERVICE = "OTH"
_DISTRICT_DIGITS = 8
"""Of a SOATE code, that tell the rayon or city."""


@dataclass(frozen=True)
class Code:
    """One entry of a code list, with its label per language ("en", "ru", "ky").

    One that is not `active` is offered no more; old records keep its label.
    """

    list_name: str
    code: str
    labels: Mapping[str, str]
    note: str
    order: int
    short_labels: Mapping[str, str] = field(default_factory=dict)
    active: bool = True

    def label(self, language: str) -> str:
        """The label in the language, or in English where it is missing."""
        return _in(self.labels, language)

    def short_label(self, language: str) -> str:
        """The label for a chip, or the whole one where there is none."""
        return self.short_labels.get(language) or self.label(language)


@dataclass(frozen=True)
class EmergencyNumber:
    """A number to call: `when` is "danger", "child" or "other"."""

    number: str
    labels: Mapping[str, str]
    when: str

    def label(self, language: str) -> str:
        """Who answers there."""
        return _in(self.labels, language)


@dataclass(frozen=True)
class CrisisCentre:
    """A place that takes people in: `division` where it is, `services` codes of `service_type`.

    `near`: oblasts besides its own whose people go there. `phone` is empty until the ministry
    confirms one; addresses of shelters are never here.
    """

    labels: Mapping[str, str]
    division: str
    services: tuple[str, ...]
    phone: str
    near: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Its name in the language, or in English where it is missing."""
        return _in(self.labels, language)


@dataclass(frozen=True)
class LetterTexts:
    """The words of a referral letter, each by language; `version` says which wording it is.

    `words`: headings and sentences by key. `asks`: what is asked of a kind of service, "OTH" for
    those not named. `bases`: by what right something is told, by code of the list `consent`.
    """

    version: str
    words: Mapping[str, Mapping[str, str]]
    asks: Mapping[str, Mapping[str, str]]
    bases: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Division:
    """An administrative division; `code` is its 14-digit SOATE code.

    Level 1 oblast, 2 rayon or city, 3 ayil aimak, 4 village. Codes get new meaning over time: one
    that is no longer `active` (since `valid_to`) keeps its name for old records; `replaced_by` is
    the code that took its place. Days are "YYYY-MM-DD", "" for no limit.
    """

    code: str
    parent: str
    level: int
    labels: Mapping[str, str]
    valid_from: str = ""
    valid_to: str = ""
    replaced_by: str = ""
    active: bool = True

    def label(self, language: str) -> str:
        """The name in the language, or in English where it is missing."""
        return _in(self.labels, language)


def _in(labels: Mapping[str, str], language: str) -> str:
    order = (language, "en", "ru")
    first = next((labels[code] for code in order if labels.get(code)), None)
    return first or next(iter(labels.values()), "")


NO_LETTER = LetterTexts("", {}, {}, {})


class Reference:
    """All code lists and divisions in memory: 240 codes and 69 divisions as delivered; with the
    official list of levels 3 and 4 some 2,500 divisions."""

    def __init__(
        self,
        codes: Iterable[Code],
        divisions: Iterable[Division],
        emergency_numbers: Iterable[EmergencyNumber] = (),
        phrases: Mapping[str, Mapping[str, str]] | None = None,
        danger_rules: DangerRules = NO_RULES,
        crisis_centres: Iterable[CrisisCentre] = (),
        letter_texts: LetterTexts = NO_LETTER,
        holidays: Mapping[date, Mapping[str, str]] | None = None,
    ) -> None:
        """`phrases`: what to say in danger, by code and language, in the order of saying.
        `holidays`: public holidays as delivered, with their names."""
        self.holidays = dict(holidays or {})
        self.danger_rules = danger_rules
        self.crisis_centres = tuple(crisis_centres)
        self.letter_texts = letter_texts
        self.emergency_numbers = tuple(emergency_numbers)
        self.phrases = dict(phrases or {})
        self._lists: dict[str, dict[str, Code]] = {}
        for code in codes:
            self._lists.setdefault(code.list_name, {})[code.code] = code
        self._divisions = {d.code: d for d in divisions}

    def with_changes(self, codes: Iterable[Code], divisions: Iterable[Division]) -> Reference:
        """This reference with entries in the place of those of the same code, or added."""
        changed = Reference(
            [],
            [],
            self.emergency_numbers,
            self.phrases,
            self.danger_rules,
            self.crisis_centres,
            self.letter_texts,
            self.holidays,
        )
        changed._lists = {name: dict(entries) for name, entries in self._lists.items()}
        for code in codes:
            changed._lists.setdefault(code.list_name, {})[code.code] = code
        changed._divisions = self._divisions | {d.code: d for d in divisions}
        return changed

    def codes(self, list_name: str) -> list[Code]:
        """What the list offers, in its order."""
        entries = (c for c in self._lists[list_name].values() if c.active)
        return sorted(entries, key=lambda c: c.order)

    def every_code(self, list_name: str) -> list[Code]:
        """What the list offers or ever offered."""
        return list(self._lists.get(list_name, {}).values())

    def lists(self) -> list[str]:
        """The names of all code lists."""
        return list(self._lists)

    def find(self, list_name: str, code: str) -> Code | None:
        """The entry, or None when this PC does not know the code (a newer list elsewhere)."""
        return self._lists.get(list_name, {}).get(code)

    def label(self, list_name: str, code: str | None, language: str) -> str:
        """The label; the bare code when unknown; empty for None."""
        if code is None:
            return ""
        entry = self.find(list_name, code)
        return entry.label(language) if entry else code

    def divisions(self, level: int, parent: str | None = None) -> list[Division]:
        """Divisions in use of a level, of one parent or of all, in file order."""
        return [
            d
            for d in self._divisions.values()
            if d.active and d.level == level and (parent is None or d.parent == parent)
        ]

    def inside(self, code: str) -> list[str]:
        """The codes of a division and of all that lie in it, also those no longer in use."""
        return [d for d in self._divisions if self.is_within(d, code)]

    def division(self, code: str | None) -> Division | None:
        """The division, or None when unknown."""
        return self._divisions.get(code) if code else None

    def district_of_figures(self, code: str) -> Division | None:
        """The division that figures call so: they keep the digits of rayon or city (call_figures),
        and the code of some cities goes on after them."""
        exact = self.division(code)
        if exact is not None or len(code) < _DISTRICT_DIGITS:
            return exact
        digits = code[:_DISTRICT_DIGITS]
        return next((d for d in self.divisions(2) if d.code.startswith(digits)), None)

    def division_path(self, code: str | None, language: str) -> str:
        """ "Chui oblast › Alamudun rayon"; empty when the place is not known."""
        names: list[str] = []
        division = self.division(code)
        while division and division.code != COUNTRY:
            names.append(division.label(language))
            division = self._around(division)
        return " › ".join(reversed(names)) or (code or "")

    def is_within(self, code: str, ancestor: str) -> bool:
        """Whether the division is the ancestor or lies inside it."""
        division = self.division(code)
        while division:
            if division.code == ancestor:
                return True
            division = self._around(division)
        return False

    def centres_for(self, division: str | None) -> list[CrisisCentre]:
        """Crisis centres, the nearest first: of the place, of its oblast, of a city beside it."""
        return sorted(self.crisis_centres, key=lambda centre: self._distance(centre, division))

    def centre_near(self, division: str | None) -> CrisisCentre | None:
        """The nearest crisis centre that people of the place go to, or None where none is known."""
        first = next(iter(self.centres_for(division)), None)
        return first if first and self._distance(first, division) < _FAR else None

    def _distance(self, centre: CrisisCentre, division: str | None) -> int:
        if division is None or self.division(division) is None:
            return _FAR
        if self.is_within(division, centre.division):
            return 0
        if self.ancestor(division, 1) == self.ancestor(centre.division, 1):
            return 1
        return 2 if any(self.is_within(division, near) for near in centre.near) else _FAR

    def ancestor(self, code: str, level: int) -> str:
        """The division of that level in which this one lies; itself where it is of a higher one."""
        division = self.division(code)
        while division and division.level > level:
            division = self._around(division)
        return division.code if division else code

    def _around(self, division: Division) -> Division | None:
        """What it lies in. Lists that were taken at different times may contradict each other: a
        place as small as this one is not around it, so that every way up comes to an end."""
        around = self.division(division.parent)
        return around if around and around.level < division.level else None

    def is_substantive(self, contact_kind: str) -> bool:
        """Whether contacts of this kind count as asking for help (code list note)."""
        entry = self.find("contact_kind", contact_kind)
        return entry is not None and entry.note.startswith("substantive")
