"""What is drawn is what the numbers say, by QtSvg, which is what people see."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations

import pytest
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from operator_app.export.chart_data import HIDDEN, Chart, Form, Series, mark_id
from operator_app.export.chart_palette import DARK, LIGHT, PRINT, Palette
from operator_app.export.charts import chart_svg
from operator_app.services.chart_files import without_small

WIDTH, HEIGHT = 400, 180
FONT = "DejaVu Sans"
"""The widest of those that offices have."""
TOPICS = (
    "Үй-бүлөгө көмөк (аз камсыз болгон үй-бүлөлөр)",
    "Жалоба на услугу или должностное лицо",
    "Ұзын ЩЩЩЩЩЩ ЖЖЖЖЖЖЖ ШШШШШШ ЮЮЮЮЮ",
    "Uy",
)
RANKS = Chart(Form.RANKS, TOPICS, (Series("Calls", (40, 12, 4, 2)),))
HOURS = Chart(
    Form.BARS, tuple(map(str, range(24))), (Series("Calls", tuple(n % 13 for n in range(24))),)
)
LINES = Chart(
    Form.LINES,
    tuple(f"Mo {n}" for n in range(10, 17)),
    (Series("Now", (5, 9, 20, 13, 8, 2, 11)), Series("Before", (7, 3, 9, 14, 12, 6, 0))),
)
LOW_LINES = Chart(
    Form.LINES,
    LINES.labels,
    (Series("Now", (8, 0, 2, 1, 2, 7, 57)), Series("Before", (5, 7, 8, 2, 2, 7, 6))),
)
"""On the axis the other line leaves no room below a dot."""
PALETTES = {"light": LIGHT, "dark": DARK, "print": PRINT}


def renderer(svg: str) -> QSvgRenderer:
    made = QSvgRenderer(QByteArray(svg.encode()))
    assert made.isValid()
    return made


def painted(chart: Chart, palette: Palette = LIGHT) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer(chart_svg(chart, palette, WIDTH, HEIGHT, FONT)).render(painter)
    painter.end()
    return image


def marks(chart: Chart, series: int = 0) -> list[QRectF]:
    made = renderer(chart_svg(chart, LIGHT, WIDTH, HEIGHT, FONT))
    names = [mark_id(series, index) for index in range(len(chart.labels))]
    return [made.transformForElement(n).mapRect(made.boundsOnElement(n)) for n in names]


def coloured(image: QImage, colour: str, area: QRectF | None = None) -> int:
    """Pixels of very nearly this colour."""
    wanted, found = QColor(colour), 0
    area = area or QRectF(image.rect())
    for x in range(int(area.left()), int(area.right())):
        for y in range(int(area.top()), int(area.bottom())):
            at = image.pixelColor(x, y)
            away = max(
                abs(a - b) for a, b in zip(at.getRgb()[:3], wanted.getRgb()[:3], strict=True)
            )
            found += away < 12
    return found


@pytest.mark.parametrize("chart", [RANKS, HOURS], ids=["ranks", "hours"])
def test_bars_are_as_long_as_their_numbers_and_filled(qtbot: QtBot, chart: Chart) -> None:
    lying = chart.form is Form.RANKS
    lengths = [m.width() if lying else m.height() for m in marks(chart)]
    values = chart.series[0].values
    longest = max(range(len(values)), key=lambda i: values[i] or 0)

    for length, value in zip(lengths, values, strict=True):
        assert value is not None
        share = value / (values[longest] or 1)
        assert length == pytest.approx(share * lengths[longest], abs=1.0)
    bar = marks(chart)[longest].adjusted(1, 1, -1, -1)
    inside = coloured(painted(chart), LIGHT.series[0], bar)
    assert inside >= 0.95 * int(bar.width() - 1) * int(bar.height() - 1)


def test_a_line_is_a_line_and_no_area(qtbot: QtBot) -> None:
    rising = Chart(Form.LINES, ("a", "b", "c"), (Series("Now", (0, 50, 100)),))
    image = painted(rising)
    left, _middle, right = marks(rising)
    below = QRectF(left.center().x() + 4, left.center().y() - 10, right.x() - left.x(), 8)

    assert coloured(image, LIGHT.series[0]) > 300
    assert coloured(image, LIGHT.series[0], below) < 60, "it is filled under the line"
    assert coloured(image, "#000000") == 0, "something is painted in the colour of nobody"


def test_lines_are_told_apart_by_dash_and_dot_not_by_colour_alone(qtbot: QtBot) -> None:
    svg = chart_svg(LINES, LIGHT, WIDTH, HEIGHT, FONT)
    image = painted(LINES)

    dashes = re.findall(r'<path d="M[^"]+" [^>]*stroke="(#\w+)"[^>]*stroke-dasharray', svg)
    assert dashes == [LIGHT.series[1]]
    for series, hollow in ((0, False), (1, True)):
        for dot in marks(LINES, series):
            middle = image.pixelColor(dot.center().toPoint()).name()
            assert (middle == LIGHT.ground) is hollow
    for name in ("Now", "Before"):
        assert f">{name}<" in svg


def texts(svg: str) -> tuple[QSvgRenderer, dict[str, QRectF]]:
    """Where each text is painted, as QtSvg measures it."""
    found: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        key = f"t{len(found)}"
        found[key] = match[2]
        return f'<text id="{key}"{match[1]}>{match[2]}</text>'

    made = renderer(re.sub(r"<text([^>]*)>([^<]+)</text>", named, svg))
    where = {
        f"{key}:{said}": made.transformForElement(key).mapRect(made.boundsOnElement(key))
        for key, said in found.items()
    }
    return made, where


@pytest.mark.parametrize("width", [250, 400, 620])
@pytest.mark.parametrize(
    "chart", [RANKS, HOURS, LINES, LOW_LINES], ids=["ranks", "hours", "lines", "low lines"]
)
def test_no_text_covers_a_bar_another_text_or_the_edge(
    qtbot: QtBot, chart: Chart, width: int
) -> None:
    made, where = texts(chart_svg(chart, LIGHT, width, HEIGHT, FONT))
    bars = [
        made.transformForElement(n).mapRect(made.boundsOnElement(n))
        for n in (mark_id(0, index) for index in range(len(chart.labels)))
        if chart.form is not Form.LINES
    ]

    assert where
    for said, box in where.items():
        assert box.left() >= -1 and box.right() <= width + 1, f"{said} is cut off"
        tight = box.adjusted(1, 3, -1, -3)
        assert not any(tight.intersects(bar) for bar in bars), said
    for (one, first), (other, second) in combinations(where.items(), 2):
        assert not first.adjusted(1, 3, -1, -3).intersects(second), f"{one} over {other}"


def test_every_value_of_a_bar_is_printed_and_a_hidden_one_is_not(qtbot: QtBot) -> None:
    hidden = without_small(RANKS)
    _made, where = texts(chart_svg(hidden, PRINT, WIDTH, HEIGHT, FONT))
    said = [name.partition(":")[2] for name in where]

    assert hidden.series[0].values == (40, 12, None, None)
    assert said.count(HIDDEN) == 2
    assert {"40", "12"} <= set(said)
    assert not {"4", "2"} & set(said)
    lengths = [m.width() for m in marks(hidden)]
    assert max(lengths[2:]) < 0.1, "the length of a hidden bar tells its number"


def test_a_hidden_day_is_a_gap_of_the_line(qtbot: QtBot) -> None:
    hidden = without_small(LINES)
    svg = chart_svg(hidden, PRINT, WIDTH, HEIGHT, FONT)

    assert None in hidden.series[0].values
    for index, value in enumerate(hidden.series[0].values):
        assert (f'id="{mark_id(0, index)}"' in svg) is (value is not None)


@pytest.mark.parametrize("chart", [RANKS, HOURS, LINES], ids=["ranks", "hours", "lines"])
def test_nothing_interactive_and_nothing_from_elsewhere_is_in_the_file(chart: Chart) -> None:
    svg = chart_svg(chart, LIGHT, WIDTH, HEIGHT, FONT, title="By topic\n24.11.2026")

    assert not re.search(r"script|<style|<!--|href|tooltip|pygal|class=|<desc|onclick", svg)
    assert set(re.findall(r"https?://[^\"]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert "24.11.2026" in svg


def test_labels_are_text_whatever_is_in_them() -> None:
    hostile = Chart(Form.RANKS, ("<script>alert(1)</script>&\"'",), (Series("x", (7,)),))

    svg = chart_svg(hostile, LIGHT, 900, HEIGHT, FONT)

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert renderer(svg)


@pytest.mark.parametrize(
    "chart",
    [
        Chart(Form.RANKS, (), (Series("x", ()),)),
        Chart(Form.RANKS, ("a",), (Series("x", (1,)),)),
        Chart(Form.BARS, ("a", "b"), (Series("x", (0, 0)),)),
        Chart(Form.LINES, tuple(map(str, range(366))), (Series("x", tuple(range(366))),)),
        Chart(Form.LINES, ("a",), (Series("x", (1_000_000,)), Series("y", (None,)))),
    ],
    ids=["nothing", "one", "noughts", "a year", "a million"],
)
def test_numbers_of_every_size_are_drawn(qtbot: QtBot, chart: Chart) -> None:
    assert painted(chart).pixelColor(1, 1).name() == LIGHT.ground


def test_the_library_is_imported_with_the_first_chart_and_disturbs_no_other_import() -> None:
    script = """
import sys
import operator_app.supervision
from operator_app.export.chart_data import Chart, Form, Series
from operator_app.export.chart_palette import LIGHT
from operator_app.export.charts import chart_svg
before = "pygal" in sys.modules
chart_svg(Chart(Form.BARS, ("a",), (Series("x", (1,)),)), LIGHT, 400, 200, "Arial")
finders = {type(finder).__module__ for finder in sys.meta_path}
print(before, "pygal" in sys.modules, "pygal" in finders)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True", "False"]


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
_SEEN = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [
        sum(a * b for a, b in zip(row, rgb, strict=True)) / w
        for row, w in zip(matrix, white, strict=True)
    ]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen_by(eyes: str, colour: str) -> list[float]:
    rgb = linear(colour)
    return [
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, rgb, strict=True)))) for row in _SEEN[eyes]
    ]


def contrast(one: str, other: str) -> float:
    light = [
        sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True))
        for c in (one, other)
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("eyes", _SEEN)
def test_colour_blind_eyes_tell_the_series_apart(palette: Palette, eyes: str) -> None:
    first, second = (lab(seen_by(eyes, colour)) for colour in palette.series)

    distance = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5

    assert distance > 40, "CIE76; 20 is plainly different"


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_texts_and_bars_stand_out_from_their_ground(palette: Palette) -> None:
    assert contrast(palette.text, palette.ground) >= 4.5
    assert min(contrast(colour, palette.ground) for colour in palette.series) >= 3
