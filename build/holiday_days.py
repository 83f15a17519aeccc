"""Writes resources/data/holidays.csv from the library `holidays`: run it when that was updated.

The program reads the file: the library brings the calendars of two hundred countries with it, which
takes seconds to import on an office PC.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import holidays

FILE = Path(__file__).resolve().parent.parent / "resources" / "data" / "holidays.csv"
YEARS = range(2025, 2041)
LOCALES = {"ky": "ky", "ru": "ru_KG", "en": "en_US"}


def rows() -> list[dict[str, str]]:
    """A row a day: the date, and its name by language."""
    found = {
        language: dict(holidays.country_holidays("KG", years=YEARS, language=locale))
        for language, locale in LOCALES.items()
    }
    return [
        {"day": day.isoformat(), **{f"name_{code}": names[day] for code, names in found.items()}}
        for day in sorted(found["ru"])
    ]


def main() -> int:
    """Write the file anew."""
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(
            stream, ["day", *(f"name_{code}" for code in LOCALES)], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows())
    print(f"{len(rows())} days in {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
