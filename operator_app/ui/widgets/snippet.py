"""A piece of text with what was searched for marked in it, cut so that the mark is always seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from operator_app.domain.search import Piece

_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_TURNS = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_MORE = "…"
_SHARE_BEFORE = 3
"""A third of what is left beside the hit goes to the words before it."""


def tidy(text: str) -> str:
    """On one line, and without signs that would turn the direction of what stands behind them."""
    if text.isprintable():
        return text.translate(_TURNS)
    shown = (_shown(sign) for sign in text.translate(_TURNS))
    return "".join(shown)


def marked(font: QFont) -> QFont:
    """The font of a hit: told by its weight and its line, not by colour."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Bold)
    bold.setUnderline(True)
    return bold


def fitted(pieces: Iterable[Piece], width: float, font: QFont) -> tuple[Piece, ...]:
    """As much of the pieces as `width` pixels hold: the first hit and what stands around it."""
    plain, bold = QFontMetricsF(font), QFontMetricsF(marked(font))
    tidied = [Piece(tidy(p.text), p.hit) for p in pieces]
    if _width(tidied, plain, bold) <= width:
        return tuple(tidied)
    first = next((i for i, piece in enumerate(tidied) if piece.hit), None)
    if first is None:
        return _cut(tidied, width, plain, bold)
    before = "".join(piece.text for piece in tidied[:first])
    hit, after = tidied[first], tidied[first + 1 :]
    room = width - bold.horizontalAdvance(hit.text)
    if room <= 0:
        return _cut([hit], width, plain, bold)
    share = max(room / _SHARE_BEFORE, room - _width(after, plain, bold))
    head = _elided(before, share, plain, Qt.TextElideMode.ElideLeft)
    rest = _cut(after, room - plain.horizontalAdvance(head), plain, bold)
    return (*((Piece(head),) if head else ()), hit, *rest)


def paint_pieces(
    painter: QPainter, area: QRect, pieces: Sequence[Piece], font: QFont, colour: QColor
) -> None:
    """Write them on the middle line of the area, from its left edge, and not beyond it.

    As one text, so that letters which run from right to left come in their order.
    """
    layout = QTextLayout("".join(piece.text for piece in pieces), font)
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.setFormats(_formats(pieces))
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(area.width() + 1)
    layout.endLayout()
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setPen(colour)
    top = area.top() + (area.height() - line.height()) / 2
    layout.draw(painter, QPointF(area.left(), top))
    painter.restore()


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cs":
        return "\ufffd"
    return " " if category in _BREAKS else sign


def _width(pieces: Iterable[Piece], plain: QFontMetricsF, bold: QFontMetricsF) -> float:
    return sum((bold if p.hit else plain).horizontalAdvance(p.text) for p in pieces)


def _cut(
    pieces: Iterable[Piece], width: float, plain: QFontMetricsF, bold: QFontMetricsF
) -> tuple[Piece, ...]:
    """From the beginning as far as they fit."""
    kept: list[Piece] = []
    for piece in pieces:
        measure = bold if piece.hit else plain
        wide = measure.horizontalAdvance(piece.text)
        if wide > width:
            rest = _elided(piece.text, width, measure, Qt.TextElideMode.ElideRight)
            return (*kept, Piece(rest, piece.hit)) if rest else tuple(kept)
        kept.append(piece)
        width -= wide
    return tuple(kept)


def _elided(text: str, width: float, measure: QFontMetricsF, mode: Qt.TextElideMode) -> str:
    if width < measure.horizontalAdvance(_MORE):
        return ""
    return measure.elidedText(text, mode, width)


def _formats(pieces: Iterable[Piece]) -> list[QTextLayout.FormatRange]:
    mark = QTextCharFormat()
    mark.setFontWeight(QFont.Weight.Bold)
    mark.setFontUnderline(True)
    formats, at = [], 0
    for piece in pieces:
        length = len(piece.text.encode("utf-16-le")) // 2
        if piece.hit:
            form = QTextLayout.FormatRange()
            form.start, form.length, form.format = at, length, mark
            formats.append(form)
        at += length
    return formats
