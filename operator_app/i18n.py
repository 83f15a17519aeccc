"""Kyrgyz, Russian and English from the first string on (gettext).

`_` is looked up at call time, so a screen built after `use_language` speaks the new language.
English is the source language; resources/i18n/{ky,ru}.po hold the translations.
"""

from __future__ import annotations

import gettext
from pathlib import Path

from operator_app.domain.marking import N_ as N_  # noqa: PLC0414 - passed on to the screens
from operator_app.domain.office import LANGUAGES

DOMAIN = "operator117"

_active: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use_language(language: str, resources: Path) -> None:
    """Switch all text looked up from now on."""
    global _active, _language  # noqa: PLW0603 - one process shows one language
    if language not in LANGUAGES:
        language = "ru"
    _language = language
    if language == "en":
        _active = gettext.NullTranslations()
        return
    _active = gettext.translation(DOMAIN, resources / "i18n", [language])


def language() -> str:
    """The language in use: "ky", "ru" or "en"."""
    return _language


def _(message: str) -> str:
    """The message in the language in use."""
    return _active.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The right form for n things; Russian has three."""
    return _active.ngettext(singular, plural, n)
