"""What does not fit on a screen: cut words, things over each other, things outside."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

READ = (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QTableView)


def faults(window: QWidget) -> list[str]:
    """Every fault in words, with the text it is about."""
    found: list[str] = []
    shown = [w for w in window.findChildren(QWidget) if w.isVisible()]
    for widget in shown:
        if isinstance(widget, READ) and not _is_document(widget):
            found += [f"{fault}: {_named(widget)}" for fault in _faults_of(widget, window)]
    found += _overlaps(window, shown)
    return found


def unnamed(window: QWidget) -> list[str]:
    """Where the keyboard can go, and no screen reader can say where it is."""
    return [
        f"{type(w).__name__} {w.objectName()}"
        for w in window.findChildren(QWidget)
        if w.isVisible()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w, QTabBar)  # it says the name of the tab
        and w.focusProxy() is None
        and not (w.accessibleName() or _own_text(w))
    ]


def _own_text(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def _is_document(widget: QWidget) -> bool:
    """A list or a page of paper, which may scroll; forms may not."""
    if isinstance(widget, QLabel) and not widget.pixmap().isNull():
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractItemView):
            return True
        parent = parent.parentWidget()
    return False


def _faults_of(widget: QWidget, window: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and not widget.text() and widget.pixmap().isNull():
        # Room for words that may come.
        return
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    if not window.rect().contains(place):
        yield f"outside the window by {place.right() - window.width()}, {place.bottom() - window.height()}"
    seen = widget.visibleRegion().boundingRect()
    if not isinstance(widget, QAbstractScrollArea) and not seen.contains(widget.rect()):
        yield f"{widget.width() - seen.width()}x{widget.height() - seen.height()} px are hidden"
    if isinstance(widget, QLabel) and widget.text():
        yield from _label_faults(widget)
    elif isinstance(widget, QToolButton):
        metrics = widget.fontMetrics()
        missing = metrics.horizontalAdvance(widget.text().replace("&", "")) + 4 - widget.width()
        if missing > 0:
            yield f"{missing} px too narrow"
    elif isinstance(widget, QAbstractButton) and widget.text():
        missing = widget.sizeHint().width() - widget.width()
        if missing > 0:
            yield f"{missing} px too narrow"
        if widget.sizeHint().height() > widget.height():
            yield f"{widget.sizeHint().height() - widget.height()} px too low"
    elif isinstance(widget, QLineEdit) and not widget.text():
        missing = widget.fontMetrics().horizontalAdvance(widget.placeholderText()) + 12
        if missing > widget.width():
            yield f"placeholder {missing - widget.width()} px too long"
    elif isinstance(widget, QTableView):
        yield from _header_faults(widget)


def _label_faults(label: QLabel) -> Iterator[str]:
    if label.wordWrap():
        missing = label.heightForWidth(label.width()) - label.height()
        if missing > 0:
            yield f"{missing} px too low"
        # A zero-width space is where a long word may break.
        words = label.text().replace("\u200b", " ").split() or [""]
        widest = max(label.fontMetrics().horizontalAdvance(w) for w in words)
        if widest > label.contentsRect().width():
            yield f"a word is {widest - label.contentsRect().width()} px too long"
        return
    missing = label.sizeHint().width() - label.width()
    if missing > 0:
        yield f"{missing} px too narrow"
    if label.sizeHint().height() > label.height():
        yield f"{label.sizeHint().height() - label.height()} px too low"


def _header_faults(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    for section in range(header.count()):
        if header.isSectionHidden(section) or not header.isVisible():
            continue
        words = str(table.model().headerData(section, Qt.Orientation.Horizontal) or "")
        widest = max(header.fontMetrics().horizontalAdvance(line) for line in words.split("\n"))
        missing = widest + 8 - header.sectionSize(section)
        if missing > 0:
            yield f"column {words} {missing} px too narrow"


def _overlaps(window: QWidget, shown: list[QWidget]) -> Iterator[str]:
    by_parent: dict[QWidget, list[QWidget]] = {}
    for widget in shown:
        parent = widget.parentWidget()
        # What a layout placed; lists of suggestions lie over the window on purpose.
        if parent is not None and parent is not window and parent.layout() is not None:
            by_parent.setdefault(parent, []).append(widget)
    for children in by_parent.values():
        for one, other in combinations(children, 2):
            if one.geometry().intersects(other.geometry()):
                yield f"over each other: {_named(one)} and {_named(other)}"


def _named(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    if isinstance(widget, QLineEdit):
        words = widget.placeholderText()
    return f"{type(widget).__name__} {words or widget.accessibleName() or widget.objectName()!r}"
