"""A text in Markdown, read paragraph by paragraph; nothing outside of it is ever loaded or opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser

from operator_app.ui import theme
from operator_app.ui.theme import Theme

BODY_PIXELS = 14
HEADING_PIXELS = {1: 18, 2: 16, 3: 14}
LINE_PERCENT = 125.0
INDENT = 24
_NO_HTML = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


class ClosedDocument(QTextDocument):
    """A document that asks nothing of the disk or the network: pictures in it stay empty."""

    def loadResource(self, kind: int, url: QUrl | str) -> Any:
        del kind, url
        return b""


def set_markdown(document: QTextDocument, source: str, dress: Theme, *, pixels: int) -> None:
    """Fill the document and dress it; `pixels` is the size of its letters."""
    document.setUndoRedoEnabled(False)
    font = QFont(document.defaultFont())
    font.setPixelSize(pixels)
    document.setDefaultFont(font)
    document.setIndentWidth(INDENT)
    document.setMarkdown(source, _NO_HTML)
    tables: set[int] = set()
    for block in blocks(document):
        _dress_block(block, dress, pixels)
        table = QTextCursor(block).currentTable()
        if table is not None and table.objectIndex() not in tables:
            tables.add(table.objectIndex())
            _dress_table(table, dress)


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """The blocks of a document in their order."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _dress_block(block: QTextBlock, dress: Theme, pixels: int) -> None:
    cursor = QTextCursor(block)
    level = block.blockFormat().headingLevel()
    shape = QTextBlockFormat()
    shape.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    in_list = block.textList() is not None
    in_table = cursor.currentTable() is not None
    after_list = not in_list and block.previous().isValid() and bool(block.previous().textList())
    shape.setTopMargin(14 if level else 6 if after_list else 0)
    shape.setBottomMargin(4 if level or in_list else 0 if in_table else 8)
    cursor.mergeBlockFormat(shape)
    _unlink(block)
    if level:
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        look = QTextCharFormat()
        look.setProperty(QTextFormat.Property.FontSizeAdjustment.value, 0)
        look.setProperty(
            QTextFormat.Property.FontPixelSize.value,
            HEADING_PIXELS.get(level, pixels) * pixels / BODY_PIXELS,
        )
        look.setFontWeight(QFont.Weight.DemiBold)
        look.setForeground(QColor(dress.accent_text if level <= 2 else dress.text))
        cursor.mergeCharFormat(look)


def _unlink(block: QTextBlock) -> None:
    """A link leads nowhere here: its address is in the tool tip."""
    found = []
    pieces = block.begin()
    while not pieces.atEnd():
        piece = pieces.fragment()
        if piece.charFormat().isAnchor():
            found.append((piece.position(), piece.length(), piece.charFormat().anchorHref()))
        pieces += 1
    for position, length, address in found:
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        plain = QTextCharFormat(cursor.charFormat())
        for name in (
            QTextFormat.Property.IsAnchor,
            QTextFormat.Property.AnchorHref,
            QTextFormat.Property.ForegroundBrush,
            QTextFormat.Property.TextUnderlineStyle,
            QTextFormat.Property.FontUnderline,
        ):
            plain.clearProperty(name.value)
        plain.setToolTip(address)
        cursor.setCharFormat(plain)


def _dress_table(table: QTextTable, dress: Theme) -> None:
    look = table.format()
    look.setBorder(1)
    look.setBorderCollapse(True)
    look.setBorderBrush(QColor(dress.line))
    look.setCellPadding(6)
    look.setCellSpacing(0)
    look.setTopMargin(4)
    look.setBottomMargin(10)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(look)


@dataclass(frozen=True)
class Paragraph:
    """A part of the text that is marked and copied as one: a paragraph, a point, a whole table."""

    first: int
    last: int
    text: str


def paragraphs(document: QTextDocument) -> list[Paragraph]:
    """The parts of the text in their order; positions in the document."""
    found: list[Paragraph] = []
    table_shown: int | None = None
    for block in blocks(document):
        table = QTextCursor(block).currentTable()
        if table is not None:
            if table.objectIndex() != table_shown:
                table_shown = table.objectIndex()
                found.append(_table_paragraph(table))
            continue
        said = block.text().strip()
        if said:
            listed = block.textList()
            if listed is not None:
                said = f"{listed.itemText(block)} {said}".strip()
            found.append(Paragraph(block.position(), block.position() + block.length() - 1, said))
    return found


def _table_paragraph(table: QTextTable) -> Paragraph:
    rows = [
        " | ".join(
            _between(table.cellAt(row, column).firstCursorPosition(),
                     table.cellAt(row, column).lastCursorPosition())
            for column in range(table.columns())
        )
        for row in range(table.rows())
    ]  # fmt: skip
    return Paragraph(table.firstPosition(), table.lastPosition(), "\n".join(rows))


def _between(first: QTextCursor, last: QTextCursor) -> str:
    first.setPosition(last.position(), QTextCursor.MoveMode.KeepAnchor)
    return first.selectedText().strip()


class ArticleText(QTextBrowser):
    """Alt+Up and Alt+Down, or a click, mark a paragraph; Ctrl+C copies it.

    `copy_asked(str)`: these words are to be copied, a paragraph or what the mouse selected.
    """

    copy_asked = Signal(str)

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setObjectName("articleText")
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._parts: list[Paragraph] = []
        self._marked = -1
        self._text = ClosedDocument(self)
        self.setDocument(self._text)

    @property
    def marked(self) -> str:
        """The marked paragraph, "" where none is."""
        return self._parts[self._marked].text if self._marked >= 0 else ""

    def show_markdown(self, source: str) -> None:
        """Show a text from its beginning."""
        self._marked = -1
        set_markdown(self._text, source, theme.current(), pixels=BODY_PIXELS)
        self._parts = paragraphs(self._text)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def loadResource(self, kind: int, url: QUrl | str) -> Any:
        del kind, url
        return b""

    def step(self, by: int) -> None:
        """Mark the next or the previous paragraph, and bring it into sight."""
        if not self._parts:
            return
        if self._marked < 0:
            self._mark(0 if by > 0 else len(self._parts) - 1)
        else:
            self._mark(min(max(0, self._marked + by), len(self._parts) - 1))

    def copy_marked(self) -> None:
        """Ask for what the mouse selected, or the marked paragraph, to be copied."""
        chosen = self.textCursor().selection().toPlainText()
        if said := chosen or self.marked:
            self.copy_asked.emit(said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_marked()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            at = self.cursorForPosition(event.position().toPoint()).position()
            inside = (n for n, p in enumerate(self._parts) if p.first <= at <= p.last)
            self._mark(next(inside, -1), scroll=False)

    def _mark(self, number: int, *, scroll: bool = True) -> None:
        if self._marked >= 0:
            self._paint(self._parts[self._marked], QBrush())
        self._marked = number
        if number < 0:
            return
        part = self._parts[number]
        self._paint(part, QBrush(QColor(theme.current().accent_soft)))
        if scroll:
            for position in (part.last, part.first):
                cursor = self.textCursor()
                cursor.setPosition(position)
                self.setTextCursor(cursor)
        self.setAccessibleDescription(part.text)

    def _paint(self, part: Paragraph, ground: QBrush) -> None:
        look = QTextBlockFormat()
        look.setBackground(ground)
        for block in blocks(self._text):
            if part.first <= block.position() <= part.last:
                QTextCursor(block).mergeBlockFormat(look)
