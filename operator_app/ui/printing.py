"""One page of paper: laid out once, drawn alike on the screen, on a printer and in a PDF.

`page_pdf` makes its own Qt objects, of reentrant classes only, and drops them again: it may run on
any thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPixmap,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from operator_app.export.html import Page
from operator_app.export.stamp import stamped_page

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

DOTS_PER_INCH = 96
PAPER = QSizeF(210 / 25.4 * DOTS_PER_INCH, 297 / 25.4 * DOTS_PER_INCH)
"""A4 in the pixels the page is written in."""
MARGIN = 48.0
"""12 mm and a little: printers in the offices do not reach nearer the edge."""
SMALLEST_SCALE = 0.5
USUAL_HEAD, USUAL_BLOCK = 430, 4.35
"""Pixels that a daily log is high: for its head and foot, and for each cell of its two columns."""
LEAST_FILLED = 0.9
"""Of the height of a sheet that is set smaller: else it was made smaller than it had to be."""
PDF_RESOLUTION = 1200
FONT_FAMILIES = {
    "win32": ["Segoe UI", "Arial"],
    "linux": ["Open Sans", "Noto Sans", "DejaVu Sans"],
}
"""Families that have the Kyrgyz letters ң ө ү."""

PrintPage = Callable[[QWidget, Page], bool]
"""Prints the page after asking on which printer; False when the person changed their mind."""


class Sheet:
    """A page laid out on A4: always one sheet; a day with much to tell is set smaller."""

    def __init__(self, page: Page) -> None:
        page = stamped_page(page)
        width, self._height = PAPER.width() - 2 * MARGIN, PAPER.height() - 2 * MARGIN
        self._body, self._foot = _document(page.body, width), _document(page.foot, width)
        # Laying out is most of the work: a good guess saves doing it twice.
        usual = USUAL_HEAD + USUAL_BLOCK * self._body.blockCount()
        self._scale = max(SMALLEST_SCALE, min(1.0, self._height / usual))
        needed = self._lay_out(width)
        if self._scale < 1 and needed * self._scale < LEAST_FILLED * self._height:
            self._scale = min(1.0, self._height / needed)
            needed = self._lay_out(width)
        while needed * self._scale > self._height and self._scale > SMALLEST_SCALE:
            # Few lines break, so the height hardly depends on the width: the next try mostly fits.
            self._scale = max(SMALLEST_SCALE, min(self._scale * 0.98, self._height / needed))
            needed = self._lay_out(width)

    def _lay_out(self, width: float) -> float:
        """Lay both parts out for the scale; their height before scaling."""
        for document in (self._body, self._foot):
            document.setTextWidth(width / self._scale)
        return self._body.size().height() + self._foot.size().height()

    def draw(self, painter: QPainter, target: QRectF) -> None:
        """Draw the sheet, margins included, into the rectangle."""
        painter.save()
        painter.translate(target.topLeft())
        painter.scale(target.width() / PAPER.width(), target.height() / PAPER.height())
        painter.translate(MARGIN, MARGIN)
        painter.scale(self._scale, self._scale)
        self._body.drawContents(painter)
        painter.translate(0, self._height / self._scale - self._foot.size().height())
        self._foot.drawContents(painter)
        painter.restore()

    @property
    def words(self) -> str:
        """What is written on it, for screen readers."""
        return f"{self._body.toPlainText()}\n{self._foot.toPlainText()}"


def page_pdf(page: Page) -> bytes:
    """The page as a PDF of one A4 sheet with its fonts inside, so that its text can be copied."""
    buffer = QBuffer()
    writer = _pdf_writer(buffer, page)
    painter = QPainter(writer)
    Sheet(page).draw(painter, QRectF(0, 0, writer.width(), writer.height()))
    painter.end()
    return bytes(buffer.data().data())


def _pdf_writer(buffer: QBuffer, page: Page) -> QPdfWriter:
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(PDF_RESOLUTION)
    writer.setTitle(stamped_page(page).title)
    writer.setCreator("117 Operator")
    writer.setPageLayout(_layout())
    return writer


def print_page(parent: QWidget, page: Page) -> bool:
    """Ask for the printer with the system's own dialog, then print."""
    from PySide6.QtPrintSupport import QPrinter

    printer = _asked_printer(parent, page)
    if printer is None:
        return False
    painter = QPainter(printer)
    Sheet(page).draw(painter, QRectF(printer.paperRect(QPrinter.Unit.DevicePixel)))
    painter.end()
    return True


def _asked_printer(parent: QWidget, page: Page) -> QPrinter | None:
    # The print support loads the printers' drivers: only when somebody prints.
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(stamped_page(page).title)
    printer.setFullPage(True)
    printer.setPageLayout(_layout())
    dialog = QPrintDialog(printer, parent)
    return printer if dialog.exec() == QPrintDialog.DialogCode.Accepted else None


class Leaves:
    """A page laid out on as many A4 sheets as it takes; its foot stands on each, with the number."""

    FOOT_GAP = 12.0

    def __init__(self, page: Page) -> None:
        page = stamped_page(page)
        self._width = PAPER.width() - 2 * MARGIN
        self._foot = _document(page.foot, self._width)
        self._height = PAPER.height() - 2 * MARGIN - self._foot.size().height() - self.FOOT_GAP
        self._body = _document(page.body, self._width)
        self._body.setPageSize(QSizeF(self._width, self._height))

    @property
    def count(self) -> int:
        """How many sheets there are."""
        return self._body.pageCount()

    def draw(self, painter: QPainter, target: QRectF, number: int) -> None:
        """Draw a sheet (the first is 0), margins included, into the rectangle."""
        painter.save()
        painter.translate(target.topLeft())
        painter.scale(target.width() / PAPER.width(), target.height() / PAPER.height())
        painter.translate(MARGIN, MARGIN)
        painter.save()
        painter.translate(0, -number * self._height)
        # A little less: what begins the next sheet touches the end of this one.
        shown = QRectF(0, number * self._height, self._width, self._height - 0.5)
        self._body.drawContents(painter, shown)
        painter.restore()
        painter.translate(0, self._height + self.FOOT_GAP)
        self._foot.drawContents(painter)
        if self.count > 1:
            painter.setFont(_font())
            area = QRectF(0, 0, self._width, self._foot.size().height())
            painter.drawText(area, Qt.AlignmentFlag.AlignRight, f"{number + 1} / {self.count}")
        painter.restore()


def pages_pdf(page: Page) -> bytes:
    """A long page as a PDF of as many A4 sheets as it takes; see `page_pdf`."""
    buffer = QBuffer()
    writer = _pdf_writer(buffer, page)
    leaves = Leaves(page)
    painter = QPainter(writer)
    for number in range(leaves.count):
        if number:
            writer.newPage()
        leaves.draw(painter, QRectF(0, 0, writer.width(), writer.height()), number)
    painter.end()
    return bytes(buffer.data().data())


def print_pages(parent: QWidget, page: Page) -> bool:
    """Ask for the printer with the system's own dialog, then print all sheets of a long page."""
    from PySide6.QtPrintSupport import QPrinter

    printer = _asked_printer(parent, page)
    if printer is None:
        return False
    leaves = Leaves(page)
    painter = QPainter(printer)
    for number in range(leaves.count):
        if number:
            printer.newPage()
        leaves.draw(painter, QRectF(printer.paperRect(QPrinter.Unit.DevicePixel)), number)
    painter.end()
    return True


def _layout() -> QPageLayout:
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait,
        QMarginsF(0, 0, 0, 0),
    )


def _document(html: str, width: float) -> QTextDocument:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    # Widths as the font was designed, not as a screen rounds them: the same lines everywhere.
    document.setUseDesignMetrics(True)
    document.setDefaultFont(_font())
    document.setHtml(html)
    document.setTextWidth(width)
    return document


def _font() -> QFont:
    wanted = FONT_FAMILIES.get(sys.platform, FONT_FAMILIES["linux"])
    known = set(QFontDatabase.families())
    font = QFont([family for family in wanted if family in known] or [QFont().defaultFamily()])
    font.setPixelSize(12)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # Without ligatures text that is copied from the PDF has its letters one by one.
    font.setFeature(QFont.Tag("liga"), 0)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    return font


class PageView(QScrollArea):
    """The sheet on the screen: white paper with a fine edge, at most in its natural size."""

    EDGE = 16

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._label)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Else the bar's coming would narrow the sheet, and its going widen it again.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def show_page(self, page: Page) -> None:
        """Show this page from now on; screen readers get its text."""
        self._sheet = Sheet(page)
        self._label.setAccessibleDescription(self._sheet.words)
        self._draw()

    def clear(self) -> None:
        """Show no page until the next one is ready."""
        self._sheet = None
        self._label.clear()
        self._label.setAccessibleDescription("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        if self._sheet is None:
            return
        ratio = self.devicePixelRatioF()
        width = max(320.0, min(PAPER.width(), self.viewport().width() - self.EDGE))
        size = QSizeF(width, width * PAPER.height() / PAPER.width())
        pixmap = QPixmap((size * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.white)
        whole = QRectF(0, 0, size.width(), size.height())
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._sheet.draw(painter, whole)
        painter.setPen(QColor("#d5dce4"))
        painter.drawRect(whole.adjusted(0.5, 0.5, -1, -1))
        painter.end()
        self._label.setPixmap(pixmap)
