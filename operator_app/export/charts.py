"""Charts as SVG, from plain numbers and a palette. Knows no Qt; draws with pygal.

pygal says how a chart looks in a style sheet, of which QtSvg understands a part only (not the place
of texts, nor "no filling"). So its sheet, scripts and tool tips are dropped and everything that is
drawn says by attributes how it looks: any viewer and any printer shows the same.

pygal is imported when the first chart is drawn: that takes a quarter of a second, on the worker.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element, tostring

from operator_app.export.chart_palette import Palette

HIDDEN = "•"
"""Stands where a figure is not told outside the office (domain.suppression)."""
LABEL_PIXELS = 12
_SMALL_PIXELS = 10
"""Of the values on standing bars, which are many."""
ESTIMATED_PIXELS = 13
"""What pygal is told: it guesses how wide a text is, and fonts differ."""
_TITLE_PIXELS = 15
_MARGIN = 8
_SHARE_OF_LABELS = 0.45
"""Of the width at most, for the labels of lying bars."""
_WIDE, _NARROW = frozenset("ЖШЩЮМФЫЪWMжшщюмфыwm@…"), frozenset(" .,:;!|'()ijlI")
_MOST_VALUES = 14
"""Points of a line that have their value beside them; else the axis is read."""
_LEAST_ROWS = 4
"""Lying bars are no thicker than this many of them would be."""
_CLOSE_PIXELS = 20
"""Between two dots over each other the value of the first one does not fit."""
_WIDE_DIGIT = 0.64
"""Of the size of a font, in the widest that offices have."""
_NOUGHT_PIXELS = "0.01"
"""Of a bar of nought: it is not seen, but it has a place."""
_STEPS = (1, 2, 5)


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


def chart_svg(
    chart: Chart, palette: Palette, width: int, height: int, font: str, title: str = ""
) -> str:
    """The chart as an SVG of that many pixels. `font`: a family; `title`: lines above it."""
    made = _pygal(chart, width, height, title)
    root = made.render_tree()
    _strip(root)
    _Pen(chart, palette, font, width).draw(root)
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
            title_font_size=_TITLE_PIXELS,
        ),
        margin=_MARGIN,
        margin_left=_MARGIN + (_wider(labels) if ranks else 0),
        margin_right=_MARGIN
        + (max(map(_wide, labels), default=0) if lines else _wide(str(top))) / 2,
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
    longest = len(str(top)) * _WIDE_DIGIT * _SMALL_PIXELS + 2
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
    if _wide(label) <= room:
        return label
    kept = label
    while kept and _wide(kept) + LABEL_PIXELS > room:
        kept = kept[:-1]
    return kept.rstrip(" ,.(") + "…"


def _wider(labels: list[str]) -> float:
    """By how much the widest label is wider than pygal takes it for."""
    taken = 0.6 * ESTIMATED_PIXELS * max(map(len, labels), default=0)
    return max(0.0, max(map(_wide, labels), default=0) - taken)


def _wide(text: str) -> float:
    """How many pixels a label takes at most, in the fonts that offices have."""
    ems = (
        1.12 if sign in _WIDE else 0.4 if sign in _NARROW else 0.8 if sign.isupper() else 0.62
        for sign in text
    )
    return LABEL_PIXELS * sum(ems)


def _strip(root: Element) -> None:
    """Take away what does not paint: sheet, scripts, tool tips, and where it came from."""
    root.attrib.pop("id", None)
    for parent in list(root.iter()):
        for child in list(parent):
            dropped = (
                not isinstance(child.tag, str)
                or _name(child) in ("defs", "script", "style", "desc", "title")
                or "tooltip-overlay" in child.get("class", "")
            )
            if dropped:
                parent.remove(child)


class _Pen:
    """Writes how everything looks at it, by the classes that pygal gave."""

    def __init__(self, chart: Chart, palette: Palette, font: str, width: int) -> None:
        self._chart = chart
        self._palette = palette
        self._font = font
        self._width = width
        self._values: dict[int, Element] = {}

    def draw(self, root: Element) -> None:
        """Dress the whole tree."""
        root.set("font-family", self._font)
        for element, around in _with_ancestors(root):
            classes = set(element.get("class", "").split())
            match _name(element):
                case "text":
                    self._text(element, classes, around)
                case "rect":
                    self._rect(element, classes, around)
                case "circle":
                    self._dot(element, around)
                case "path":
                    self._path(element, classes, around)
        self._number_marks(root)
        self._thin_labels(root)
        for element in root.iter():
            element.attrib.pop("class", None)

    def _text(self, text: Element, classes: set[str], around: list[set[str]]) -> None:
        text.set("fill", self._palette.text)
        text.set("font-size", str(LABEL_PIXELS))
        if "title" in classes:
            text.set("font-size", str(_TITLE_PIXELS))
            text.set("text-anchor", "middle")
        elif "value" in classes:
            ranks = self._chart.form is Form.RANKS
            text.set("text-anchor", "start" if ranks else "middle")
            if self._chart.form is Form.BARS:
                text.set("font-size", str(_SMALL_PIXELS))
        elif {"axis", "x"} <= _joined(around):
            text.set("text-anchor", "middle")
        elif {"axis", "y"} <= _joined(around):
            text.set("text-anchor", "end")

    def _rect(self, rect: Element, classes: set[str], around: list[set[str]]) -> None:
        if "background" in classes:
            in_plot = "plot" in _joined(around)
            rect.set("fill", "none" if in_plot else self._palette.ground)
            return
        colour = self._palette.series[_series_of([*around, classes])]
        hollow = "legend" in _joined(around) and colour != self._palette.series[0]
        rect.set("fill", self._palette.ground if hollow else colour)
        rect.set("stroke", colour if hollow else "none")
        for side in ("width", "height"):
            if float(rect.get(side, "0")) == 0:
                rect.set(side, _NOUGHT_PIXELS)
        if hollow:
            rect.set("stroke-dasharray", "3,2")

    def _dot(self, dot: Element, around: list[set[str]]) -> None:
        series = _series_of(around)
        colour = self._palette.series[series]
        dot.set("stroke", colour)
        dot.set("stroke-width", "1.5")
        dot.set("fill", self._palette.ground if series else colour)

    def _path(self, path: Element, classes: set[str], around: list[set[str]]) -> None:
        path.set("fill", "none")
        if "axis" in _joined(around):
            # The guides of days would be more ink than the line itself.
            upright = {"axis", "x"} <= _joined(around)
            path.set("stroke", "none" if upright else self._palette.line)
            path.set("stroke-width", "1")
            return
        series = _series_of(around)
        path.set("stroke", self._palette.series[series])
        path.set("stroke-width", "2")
        if series:
            path.set("stroke-dasharray", "5,4")

    def _number_marks(self, root: Element) -> None:
        """Give each bar or dot its id, and put the values of lines where they cover nothing."""
        found = list(_with_ancestors(root))
        for series, one in enumerate(self._chart.series):
            drawn = [i for i, v in enumerate(one.values) if v is not None or not self._lines]
            if self._chart.form is Form.RANKS:
                drawn.reverse()
            shape = "circle" if self._lines else "rect"
            of_series = [e for e, around in found if f"serie-{series}" in _joined(around)]
            marks = [e for e in of_series if _name(e) == shape]
            for index, mark in zip(drawn, marks, strict=True):
                mark.set("id", mark_id(series, index))
            if self._lines:
                values = [e for e in of_series if _name(e) == "text"]
                self._place_values(series, dict(zip(drawn, marks, strict=True)), values)

    def _place_values(self, series: int, dots: dict[int, Element], values: list[Element]) -> None:
        """Above their dots, or below where the other line runs; only those of the first series."""
        if series:
            for text in values:
                text.clear()
            self._step_aside(dots)
            return
        self._values = dict(zip(dots, values, strict=False))
        for index, text in self._values.items():
            dot = dots[index]
            text.set("x", dot.get("cx", "0"))
            text.set("y", f"{_number(dot, 'cy') - 7:.1f}")

    def _step_aside(self, others: dict[int, Element]) -> None:
        for index, text in self._values.items():
            y = _number(text, "y") + 7
            if index in others and 0 <= y - _number(others[index], "cy") < _CLOSE_PIXELS:
                text.set("y", f"{y + 15:.1f}")

    def _thin_labels(self, root: Element) -> None:
        """Of the labels under a chart only as many as have room."""
        if self._chart.form is Form.RANKS:
            return
        below = [
            (parent, e)
            for parent in root.iter()
            for e in parent
            if "guides" in parent.get("class", "") and e.get("text-anchor") == "middle"
        ]
        longest = max(map(_wide, self._chart.labels), default=0) + LABEL_PIXELS / 2
        room = self._width / max(1, len(below))
        every = 1
        while every * room < longest:
            every += 1
        for number, (parent, text) in enumerate(below):
            if number % every:
                parent.remove(text)

    @property
    def _lines(self) -> bool:
        return self._chart.form is Form.LINES


def _with_ancestors(root: Element) -> Iterator[tuple[Element, list[set[str]]]]:
    """Every element with the classes of what it lies in, the outermost first."""
    stack: list[tuple[Element, list[set[str]]]] = [(root, [])]
    while stack:
        element, around = stack.pop()
        yield element, around
        inner = [*around, set(element.get("class", "").split())]
        stack += [(child, inner) for child in reversed(list(element))]


def _joined(around: list[set[str]]) -> set[str]:
    return set().union(*around)


def _series_of(around: list[set[str]]) -> int:
    for name in _joined(around):
        if name.startswith("color-"):
            return int(name.removeprefix("color-"))
    return 0


def _number(element: Element, name: str) -> float:
    return float(element.attrib[name])


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", maxsplit=1)[-1]
