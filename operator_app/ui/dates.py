"""Dates and times for people: Bishkek time, in the language in use."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale

from operator_app.domain.clock import local
from operator_app.i18n import language

_TERRITORY = {"ky": "ky_KG", "ru": "ru_KG", "en": "en_GB"}


def locale() -> QLocale:
    """The locale of the language in use."""
    return QLocale(_TERRITORY[language()])


def clock_time(ms: int) -> str:
    """ "09:12" """
    return local(ms).strftime("%H:%M")


def short_date(ms: int) -> str:
    """ "12 Nov" in the language in use."""
    return day_text(local(ms).date(), "d MMM")


def day_text(day: date, form: str = "d MMMM yyyy") -> str:
    """The day by a QLocale format: "24 November 2026"."""
    return locale().toString(QDate(day.year, day.month, day.day), form)
