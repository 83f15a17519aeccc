"""A snippet at any width: what was searched for is seen, and told by more than colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from operator_app.domain.search import Piece
from operator_app.ui.widgets.snippet import fitted, marked, paint_pieces, tidy

BEFORE = "A long sentence that stands before what was searched for, "
AFTER = ", and another long sentence that stands behind it until the end"
PIECES = (Piece(BEFORE), Piece("balaga", True), Piece(AFTER), Piece("bala", True))


@pytest.fixture
def font(qapp: QGuiApplication) -> QFont:
    made = QFont(QGuiApplication.font())
    made.setPixelSize(12)
    return made


def wide(pieces: tuple[Piece, ...], font: QFont) -> float:
    plain, bold = QFontMetricsF(font), QFontMetricsF(marked(font))
    return sum((bold if p.hit else plain).horizontalAdvance(p.text) for p in pieces)


def test_what_fits_is_left_as_it_is(font: QFont) -> None:
    assert fitted(PIECES, 5000, font) == PIECES


@pytest.mark.parametrize("width", range(60, 900, 37))
def test_the_hit_is_whole_and_everything_inside_the_width(font: QFont, width: int) -> None:
    shown = fitted(PIECES, width, font)
    assert Piece("balaga", True) in shown
    assert wide(shown, font) <= width + 1
    if width < 700:
        assert shown[0].text.startswith("…") or shown[0].hit
    text = "".join(piece.text for piece in shown)
    assert text.strip("…").strip() in (BEFORE + "balaga" + AFTER + "bala")


def test_room_that_one_side_does_not_need_goes_to_the_other(font: QFont) -> None:
    plain = QFontMetricsF(font)
    width = plain.horizontalAdvance(BEFORE) + QFontMetricsF(marked(font)).horizontalAdvance(
        "balaga"
    )
    at_the_end = (Piece("first " + BEFORE), Piece("balaga", True))
    shown = fitted(at_the_end, width, font)
    assert len(shown[0].text) > len(BEFORE) * 0.8
    at_the_start = (Piece("balaga", True), Piece(AFTER * 2))
    assert fitted(at_the_start, width, font)[0].hit


@pytest.mark.parametrize("width", [0, 3, 10, 25])
def test_less_room_than_the_hit_needs_shortens_it(font: QFont, width: int) -> None:
    shown = fitted(PIECES, width, font)
    assert wide(shown, font) <= max(width, 0) + 1
    assert all(piece.hit for piece in shown)


def test_a_snippet_without_a_hit_is_cut_at_its_end(font: QFont) -> None:
    shown = fitted((Piece(BEFORE + AFTER),), 200, font)
    assert shown[0].text.startswith("A long")
    assert shown[0].text.endswith("…")


def test_signs_that_break_or_turn_a_line_are_not_shown() -> None:
    assert tidy("a\nb\tc\0d\u2029e") == "a b c d e"
    assert tidy("a\u202eb\u2067c\u200fd") == "abcd"
    assert tidy("\ud800") == "\ufffd"
    assert tidy("👩‍👧 үй-бүлө شاهد") == "👩‍👧 үй-бүлө شاهد"


def inked(pieces: tuple[Piece, ...], font: QFont, area: QRect) -> QImage:
    image = QImage(400, 60, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    paint_pieces(painter, area, pieces, font, QColor("black"))
    painter.end()
    return image


def dark(image: QImage, rows: range, columns: range) -> int:
    return sum(image.pixelColor(x, y).value() < 128 for y in rows for x in columns)


def test_a_hit_is_bold_and_underlined(qtbot: QtBot, font: QFont) -> None:
    area = QRect(10, 10, 380, 20)
    plain = inked((Piece("балага сүйүнчү"),), font, area)
    hit = inked((Piece("балага сүйүнчү", True),), font, area)
    everywhere = range(60), range(400)
    assert dark(hit, *everywhere) > dark(plain, *everywhere) * 1.3
    longest = max(dark(hit, range(y, y + 1), range(400)) for y in range(60))
    assert longest > 60, "there is no line under it"


def test_nothing_is_painted_beside_its_area(qtbot: QtBot, font: QFont) -> None:
    image = inked((Piece("a" * 300),), font, QRect(10, 10, 100, 20))
    assert dark(image, range(60), range(111, 400)) == 0
    assert dark(image, range(60), range(10)) == 0


def test_the_mark_is_counted_in_the_units_of_qt(qtbot: QtBot, font: QFont) -> None:
    """Signs beyond the first plane count two; the line under the hit begins behind them."""
    area = QRect(0, 10, 400, 20)
    plain = QFontMetricsF(font).horizontalAdvance("𝔘𝔘𝔘𝔘")
    image = inked((Piece("𝔘𝔘𝔘𝔘"), Piece("mmmmmm", True)), font, area)
    row = max(range(60), key=lambda y: dark(image, range(y, y + 1), range(400)))
    columns = [x for x in range(400) if image.pixelColor(x, row).value() < 128]
    assert abs(columns[0] - plain) <= 3
