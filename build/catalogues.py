"""The message catalogues: extract from the source, bring .po up to date, compile to .mo.

python build/catalogues.py update | compile
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "operator117"
FOLDER = ROOT / "resources" / "i18n"
LANGUAGES = ("ky", "ru")
SOURCES = ("operator_app", "main.py")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
HEADER = """\
# 117 Operator.
# Made and kept current by "python build/dev.py strings"; only msgstr is written by hand."""
REVIEW = {"ky": "\n# KYRGYZ: TO BE REVIEWED BY A NATIVE SPEAKER; nobody has done so yet."}
BEGINNING = datetime(2026, 11, 24, tzinfo=UTC)
"""The one date in the headers: a date that moves would make every update a change in git."""


def po_file(language: str) -> Path:
    """The catalogue that people edit."""
    return FOLDER / f"{language}.po"


def mo_file(language: str) -> Path:
    """The catalogue the program reads; made, never kept in git."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"


def extract() -> Catalog:
    """All marked strings of the program, with the files they stand in."""
    template = _empty(None)
    for source in SOURCES:
        place = ROOT / source
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if not file.exists():
                continue
            name = file.relative_to(ROOT).as_posix()
            found = extract_from_file("python", file, KEYWORDS, comment_tags=["Translators:"])
            for _line, message, comments, _context in found:
                # No line numbers: they would move with every edit of the source.
                template.add(message, None, [(name, 0)], auto_comments=comments)
    return template


def read(language: str) -> Catalog:
    """The catalogue as it is on the disk; an empty one when there is none yet."""
    file = po_file(language)
    if not file.exists():
        return _empty(language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language, domain=DOMAIN, abort_invalid=True)


def updated(language: str) -> bytes:
    """The .po file as it should be: translations kept, new strings empty, unused ones dropped."""
    catalogue = read(language)
    catalogue.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment = HEADER + REVIEW.get(language, "")
    stream = BytesIO()
    write_po(
        stream, catalogue, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    return stream.getvalue()


def update() -> None:
    """Bring the .po files up to date with the source."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        po_file(language).write_bytes(updated(language))
        messages = [message for message in read(language) if message.id]
        missing = sum(not all(forms(message.string)) for message in messages)
        print(f"{language}: {len(messages)} strings, {missing} without a translation")


def compile_all() -> None:
    """Make the .mo files from the .po files."""
    for language in LANGUAGES:
        target = mo_file(language)
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = BytesIO()
        write_mo(stream, read(language))
        target.write_bytes(stream.getvalue())


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project="117 Operator",
        version="1",
        header_comment=HEADER,
        creation_date=BEGINNING,
        revision_date=BEGINNING,
        msgid_bugs_address="the repository's issues",
        last_translator="117 Operator",
        language_team=language or "en",
        charset="utf-8",
        fuzzy=False,
    )


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The singular alone, or all plural forms, of a message id or its translation."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
