"""Charts as SVG, from plain numbers and a palette. Knows no Qt; draws with pygal.

pygal is imported when the first chart is drawn: that takes a quarter of a second, on the worker.
"""

from __future__ import annotations

import sys
from typing import Any
from xml.etree.ElementTree import tostring

from operator_app.export.chart_data import HIDDEN, LABEL_PIXELS, Chart, Form, wide
from operator_app.export.chart_ink import SMALL_PIXELS, TITLE_PIXELS, dress
from operator_app.export.chart_palette import Palette

ESTIMATED_PIXELS = 13
"""What pygal is told: it guesses how wide a text is, and fonts differ."""
_MARGIN = 8
_SHARE_OF_LABELS = 0.45
"""Of the width at most, for the labels of lying bars."""
_MOST_VALUES = 14
"""Points of a line that have their value beside them; else the axis is read."""
_LEAST_ROWS = 4
"""Lying bars are no thicker than this many of them would be."""
_WIDE_DIGIT = 0.64
"""Of the size of a font, in the widest that offices have."""
_STEPS = (1, 2, 5)


def chart_svg(
    chart: Chart, palette: Palette, width: int, height: int, font: str, title: str = ""
) -> str:
    """The chart as an SVG of that many pixels. `font`: a family; `title`: lines above it."""
    made = _pygal(chart, width, height, title)
    root = made.render_tree()
    dress(root, chart, palette, font, width)
    return tostring(root, encoding="unicode")


def _library() -> Any:
    import pygal
    import pygal.style

    # For maps that nobody has it joins all later imports, in a way that newer Pythons warn of.
    sys.meta_path[:] = [f for f in sys.meta_path if type(f).__module__ != pygal.__name__]
    return pygal


def _pygal(chart: Chart, width: int, height: int, title: str) -> Any:
    pygal = _library()
    kinds = {Form.BARS: pygal.Bar, Form.RANKS: pygal.HorizontalBar, Form.LINES: pygal.Line}
    lines = chart.form is Form.LINES
    top = max((v or 0 for one in chart.series for v in one.values), default=0)
    valued = _has_values(chart, width, top)
    # Where values have no room beside their bars, an axis tells them.
    axis = lines or not valued
    ranks = chart.form is Form.RANKS
    room = width * _SHARE_OF_LABELS
    labels = [_cut(label, room) for label in chart.labels] if ranks else list(chart.labels)
    made = kinds[chart.form](
        width=width,
        height=height,
        explicit_size=True,
        disable_xml_declaration=True,
        js=[],
        title=title or None,
        no_data_text="",
        style=pygal.style.Style(
            label_font_size=ESTIMATED_PIXELS,
            major_label_font_size=ESTIMATED_PIXELS,
            legend_font_size=ESTIMATED_PIXELS,
            value_font_size=LABEL_PIXELS,
            title_font_size=TITLE_PIXELS,
        ),
        margin=_MARGIN,
        margin_left=_MARGIN + (_wider(labels) if ranks else 0),
        margin_right=_MARGIN + (max(map(wide, labels), default=0) if lines else wide(str(top))) / 2,
        spacing=6,
        show_legend=len(chart.series) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(chart.series),
        truncate_legend=60,
        truncate_label=200,
        print_values=valued,
        print_values_position="top",
        show_y_guides=axis,
        show_x_guides=False,
        show_y_labels=axis or ranks,
        show_x_labels=not ranks,
        y_labels=_steps(top) if axis else None,
        range=(0, max(top, 1)),
        allow_interruptions=True,
        dots_size=3,
    )
    empty = [""] * (_LEAST_ROWS - len(labels)) if ranks else []
    # From below to above is how pygal counts lying bars.
    order = -1 if ranks else 1
    made.x_labels = [*labels, *empty][::order]
    for one in chart.series:
        values = [_value(v, lines=lines) for v in one.values]
        made.add(one.title, [*values, *(None for _row in empty)][::order])
    return made


def _has_values(chart: Chart, width: int, top: int) -> bool:
    if chart.form is Form.LINES:
        return len(chart.labels) <= _MOST_VALUES
    longest = len(str(top)) * _WIDE_DIGIT * SMALL_PIXELS + 2
    return chart.form is Form.RANKS or longest * len(chart.labels) <= width - 2 * _MARGIN


def _value(value: int | None, *, lines: bool) -> Any:
    if value is None:
        return None if lines else {"value": 0, "formatter": lambda _value: HIDDEN}
    return {"value": value, "formatter": lambda v: f"{v}" if v else ""}


def _steps(top: int) -> list[int]:
    """Whole numbers for an axis up to `top`, five at most."""
    power = 1
    while True:
        for step in _STEPS:
            if top / (step * power) <= 4:
                return list(range(0, top + 1, step * power)) or [0]
        power *= 10


def _cut(label: str, room: float) -> str:
    if wide(label) <= room:
        return label
    kept = label
    while kept and wide(kept) + LABEL_PIXELS > room:
        kept = kept[:-1]
    return kept.rstrip(" ,.(") + "…"


def _wider(labels: list[str]) -> float:
    """By how much the widest label is wider than pygal takes it for."""
    taken = 0.6 * ESTIMATED_PIXELS * max(map(len, labels), default=0)
    return max(0.0, max(map(wide, labels), default=0) - taken)
