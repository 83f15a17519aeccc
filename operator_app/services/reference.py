"""Reading code lists and divisions from resources/data."""

from __future__ import annotations

import csv
from pathlib import Path

from operator_app.domain.reference import Code, Division, Reference


def load_reference(resources: Path) -> Reference:
    """Code lists and divisions as shipped (code_lists.csv, divisions.csv; UTF-8 with header)."""
    with (resources / "data" / "code_lists.csv").open(encoding="utf-8", newline="") as stream:
        codes = [
            Code(row["list"], row["code"], _labels(row, "label"), row["note"], order)
            for order, row in enumerate(csv.DictReader(stream))
        ]
    with (resources / "data" / "divisions.csv").open(encoding="utf-8", newline="") as stream:
        divisions = [
            Division(row["code"], row["parent"], int(row["level"]), _labels(row, "name"))
            for row in csv.DictReader(stream)
        ]
    return Reference(codes, divisions)


def _labels(row: dict[str, str], prefix: str) -> dict[str, str]:
    return {language: row[f"{prefix}_{language}"] for language in ("en", "ru", "ky")}
