"""What a chart is: plain numbers under labels. How it is drawn is in charts.py and chart_ink.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LABEL_PIXELS = 12
HIDDEN = "•"
"""Stands where a figure is not told outside the office (domain.suppression)."""
_WIDE, _NARROW = frozenset("ЖШЩЮМФЫЪWMжшщюмфыwm@…"), frozenset(" .,:;!|'()ijlI")


class Form(StrEnum):
    """How numbers are drawn: standing bars, lying bars with long labels, lines over days."""

    BARS = "bars"
    RANKS = "ranks"
    LINES = "lines"


@dataclass(frozen=True)
class Series:
    """Numbers with their name, one for each label of the chart; None is hidden."""

    title: str
    values: tuple[int | None, ...]


@dataclass(frozen=True)
class Chart:
    """What is drawn: at most two series, told apart by colour and by dash and dot."""

    form: Form
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but noughts."""
        return not any(value != 0 for one in self.series for value in one.values)


def mark_id(series: int, index: int) -> str:
    """The id that the bar or dot of a value has in the SVG."""
    return f"mark-{series}-{index}"


def wide(text: str) -> float:
    """How many pixels a label takes at most, in the fonts that offices have."""
    ems = (
        1.12 if sign in _WIDE else 0.4 if sign in _NARROW else 0.8 if sign.isupper() else 0.62
        for sign in text
    )
    return LABEL_PIXELS * sum(ems)
