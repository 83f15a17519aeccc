"""The official classifier of places (SOATE) as a table: the way to levels 3 and 4.

One row a place; `code` and a name suffice. The 14 digits tell the rest: 417, two of the oblast,
three of the rayon or city, three of the aimak, three of the village. What `parent` and `level`
say, or what is known of the code already, comes before what the digits say. Places that are not
in the table stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from operator_app.domain.csv_table import read_table
from operator_app.domain.days import iso_day
from operator_app.domain.feed_pages import MOST_ENTRIES
from operator_app.domain.feeds import DivisionEntry
from operator_app.domain.hsds_item import Item
from operator_app.domain.reference import COUNTRY, Division, Reference
from operator_app.errors import BadInput, Fault

MOST_BYTES = 16 * 1024 * 1024
MOST_FAULTS = 20_000
TABLE = "soate.csv"
"""How faults call the file, whatever its name is."""
DEEPEST = 4

_CODE = re.compile(r"417\d{11}", re.ASCII)
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "soate", "код", "соате", "код соате", "коду"),
    "name_ru": ("name_ru", "name", "наименование", "название"),
    "name_ky": ("name_ky", "name_kg", "аталышы"),
    "name_en": ("name_en",),
    "parent": ("parent", "parent_code", "родитель"),
    "level": ("level", "уровень", "деңгээл"),
    "valid_from": ("valid_from", "действует с"),
    "valid_to": ("valid_to", "действует до"),
    "replaced_by": ("replaced_by", "заменен на", "заменён на"),
}
_NAMES = ("name_ru", "name_ky", "name_en")


@dataclass
class _Place:
    """A row; `level` None until it follows from the parent's."""

    item: Item
    code: str
    labels: dict[str, str]
    parent: str
    level: int | None
    valid_from: str
    valid_to: str
    replaced_by: str


def is_soate(text: str) -> bool:
    """Whether the table's header is one of places, not of services."""
    headers = {cell.strip(" \ufeff\"'").lower() for cell in re.split(r"[,;]", _first_line(text))}
    return "id" not in headers and bool(headers & set(_HEADERS["code"]))


def decode(data: bytes) -> tuple[str, bool]:
    """The text, and whether it was in the 8-bit code of Russian Windows, which knows no Kyrgyz."""
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace"), True


def read_soate(data: bytes, reference: Reference) -> tuple[DivisionEntry, ...]:
    """The places of a file (CSV, comma or semicolon, UTF-8 or windows-1251), in its order.

    `reference`: the places known so far; a language that the file has not keeps its name. Raises
    BadInput("soate.faults"); each fault names row and column.
    """
    if len(data) > MOST_BYTES:
        raise BadInput("soate.faults", [Fault("file", "feed.too_large")])
    faults: list[Fault] = []
    places = _places(data, reference, faults)
    if not places and not faults:
        faults.append(Fault("file", "feed.empty"))
    _Tree(places, reference).settle()
    if faults:
        raise BadInput("soate.faults", faults[:MOST_FAULTS])
    return tuple(
        DivisionEntry(
            place.code,
            place.parent,
            place.level or 0,
            place.labels,
            place.valid_from,
            place.valid_to,
            place.replaced_by,
        )
        for place in places.values()
    )


def _places(data: bytes, reference: Reference, faults: list[Fault]) -> dict[str, _Place]:
    text, is_8_bit = decode(data)
    table = read_table(text, TABLE, faults)
    if table is None:
        return {}
    headers: dict[str, str] = {}
    for column in table.columns:
        name = next((name for name, known in _HEADERS.items() if column in known), "")
        if name in headers:
            faults.append(Fault(f"{TABLE}: {column}", "csv.bad_header", line=1))
        if name:
            headers[name] = column
    for needed in (("code",), _NAMES):
        if not any(name in headers for name in needed):
            faults.append(Fault(f"{TABLE}: {needed[0]}", "csv.missing_column", line=1))
    if len(table.rows) > MOST_ENTRIES:
        faults.append(Fault("file", "hsds.too_many", {"most": MOST_ENTRIES}))
    if faults:
        return {}
    found: dict[str, _Place] = {}
    for row in table.rows:
        fields = {name: row.cells.get(column, "") for name, column in headers.items()}
        item = Item(fields, TABLE, faults, row.line, headers)
        place = _place(item, reference, is_8_bit)
        if place is not None and place.code in found:
            item.complain("code", "feed.duplicate")
        elif place is not None:
            found[place.code] = place
    return found


def _place(item: Item, reference: Reference, is_8_bit: bool) -> _Place | None:
    labels = {name[-2:]: text.strip() for name in _NAMES if (text := item.text(name))}
    if is_8_bit:
        for name in _NAMES:
            if "?" in labels.get(name[-2:], ""):
                item.complain(name, "soate.letters_lost")
    code = _code(item, "code")
    known = reference.division(code)
    labels = {**(known.labels if known else {}), **labels}
    if not labels:
        item.complain(next(name for name in _NAMES if name in item.fields), "feed.missing")
    place = _Place(
        item,
        code,
        labels,
        _code(item, "parent"),
        _level(item),
        _day(item, "valid_from"),
        _day(item, "valid_to"),
        _code(item, "replaced_by"),
    )
    if place.valid_from and place.valid_to and place.valid_to < place.valid_from:
        item.complain("valid_to", "feed.ends_before_it_begins")
    if not code and not item.text("code").strip():
        item.complain("code", "feed.missing")
    return place if code else None


class _Tree:
    """The places of the file over the places known so far."""

    def __init__(self, places: Mapping[str, _Place], reference: Reference) -> None:
        self._places = places
        self._reference = reference
        self._ends: dict[str, bool] = {}
        """Whether following what replaced a place comes to an end."""

    def settle(self) -> None:
        """Give every place its parent and level; what does not fit is noted at its row."""
        places = list(self._places.values())
        for place in places:
            self._find_parent(place)
        for place in places:
            self._find_level(place)
        for place in places:
            self._check_replacement(place)

    def _find_parent(self, place: _Place) -> None:
        known = self._reference.division(place.code)
        if known is not None and place.parent in ("", known.parent):
            place.parent = known.parent
            place.level = known.level if place.level is None else place.level
        elif not place.parent and place.code != COUNTRY:
            place.parent = next(filter(self._is_known, _above(place.code)), "")
        if place.code == COUNTRY:
            place.level = 0 if place.level is None else place.level
        elif not self._is_known(place.parent):
            self._complain(place, "parent", "soate.unknown_parent")
            place.parent = ""

    def _find_level(self, place: _Place) -> None:
        """The level of a place and, on the way there, of all above it that have none yet."""
        trail = {place.code: place}
        last = place
        while last.level is None and (above := self._places.get(last.parent)):
            if above.code in trail:
                for each in trail.values():
                    self._complain(each, "parent", "soate.circular")
                    each.parent = ""
                return
            trail[above.code] = last = above
        for each in reversed(trail.values()):
            over = self._level_of(each.parent)
            if each.level is None and over is not None:
                each.level = over + 1
        over = self._level_of(place.parent)
        if place.level is None or (over is None and place.code != COUNTRY):
            return
        if not 0 <= place.level <= DEEPEST:
            self._complain(place, "level", "feed.bad_level")
        elif place.level != (0 if over is None else over + 1):
            self._complain(place, "level", "soate.level_jump")

    def _check_replacement(self, place: _Place) -> None:
        trail: dict[str, None] = {}
        following = place.code
        while following not in trail and following not in self._ends:
            entry = self._of(following)
            if entry is None:
                break
            trail[following] = None
            following = entry.replaced_by
        ends = self._ends.get(following, following not in trail)
        self._ends |= dict.fromkeys(trail, ends)
        if place.replaced_by and self._of(place.replaced_by) is None:
            self._complain(place, "replaced_by", "soate.unknown_replacement")
        elif not ends:
            self._complain(place, "replaced_by", "soate.circular")

    def _is_known(self, code: str) -> bool:
        return self._of(code) is not None

    def _of(self, code: str) -> _Place | Division | None:
        return self._places.get(code) or self._reference.division(code)

    def _level_of(self, code: str) -> int | None:
        entry = self._of(code)
        return entry.level if entry else None

    def _complain(self, place: _Place, name: str, code: str) -> None:
        """At the column, or at the code where the table has no such column."""
        place.item.complain(name if name in place.item.fields else "code", code)


def _above(code: str) -> Iterable[str]:
    """Where a place lies by its digits, the nearest first; not all of them exist."""
    oblast, rayon, aimak, village = code[3:5], code[5:8], code[8:11], code[11:]
    whole_rayon, city = f"417{oblast}{rayon}000000", f"417{oblast}{rayon}000010"
    whole_oblast = f"417{oblast}000000000"
    if aimak != "000" and village != "000":
        # A village lies in its aimak: an aimak that is missing is a fault of the table.
        return (f"417{oblast}{rayon}{aimak}000",)
    if aimak != "000":
        return (whole_rayon, city)
    if rayon != "000" and village != "000" and code != city:
        return (whole_rayon, city)
    if rayon != "000" and village != "000":
        # 41702410000010: a city of its own, or the seat of a rayon of those digits.
        return (whole_rayon, whole_oblast)
    if code != whole_oblast:
        return (whole_oblast,)
    return (COUNTRY,)


def _code(item: Item, name: str) -> str:
    value = re.sub(r"\s", "", item.code(name))
    if value and not _CODE.fullmatch(value):
        item.complain(name, "soate.bad_code")
        return ""
    return value


def _level(item: Item) -> int | None:
    value = item.code("level")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) == 1):
        item.complain("level", "feed.bad_level")
        return None
    return int(value)


def _day(item: Item, name: str) -> str:
    """ "2026-11-24", also from "24.11.2026" and from what a spreadsheet makes of a day."""
    value = item.code(name).removesuffix(" 00:00:00").removesuffix(" 0:00:00")
    if found := _DAY.fullmatch(value):
        value = f"{found[3]}-{found[2]}-{found[1]}"
    if value and iso_day(value) is None:
        item.complain(name, "feed.bad_day")
        return ""
    return value


def _first_line(text: str) -> str:
    return text[:2000].partition("\n")[0]
