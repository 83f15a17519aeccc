"""How a chart looks, written at everything that is drawn: see charts.py.

pygal says it in a style sheet, of which QtSvg understands a part only (not the place of texts, nor
"no filling"). So its sheet, scripts and tool tips are dropped and attributes say it instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from operator_app.export.chart_data import LABEL_PIXELS, Chart, Form, mark_id, wide
from operator_app.export.chart_palette import Palette

TITLE_PIXELS = 15
SMALL_PIXELS = 10
"""Of the values on standing bars, which are many."""
_CLOSE_PIXELS = 20
"""Between two dots over each other the value of the first one does not fit."""
_NOUGHT_PIXELS = "0.01"
"""Of a bar of nought: it is not seen, but it has a place."""


def dress(root: Element, chart: Chart, palette: Palette, font: str, width: int) -> None:
    """Make what pygal drew look the same in every viewer."""
    _strip(root)
    _Pen(chart, palette, font, width).draw(root)


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
        self._bottom = 0.0
        """Where the axis lies; the names of the days are below it."""

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
            text.set("font-size", str(TITLE_PIXELS))
            text.set("text-anchor", "middle")
        elif "value" in classes:
            ranks = self._chart.form is Form.RANKS
            text.set("text-anchor", "start" if ranks else "middle")
            if self._chart.form is Form.BARS:
                text.set("font-size", str(SMALL_PIXELS))
        elif {"axis", "x"} <= _joined(around):
            text.set("text-anchor", "middle")
        elif {"axis", "y"} <= _joined(around):
            text.set("text-anchor", "end")

    def _rect(self, rect: Element, classes: set[str], around: list[set[str]]) -> None:
        if "background" in classes:
            in_plot = "plot" in _joined(around)
            if in_plot:
                self._bottom = float(rect.get("height", "0"))
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
        """Above their dots, where the other line runs below, or above that one if there the axis is;
        only those of the first series."""
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
            if index not in others:
                continue
            other = _number(others[index], "cy")
            if 0 <= y - other < _CLOSE_PIXELS:
                below = y + 15
                text.set("y", f"{below if below < self._bottom else other - 7:.1f}")

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
        longest = max(map(wide, self._chart.labels), default=0) + LABEL_PIXELS / 2
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
