"""A screen of several pages, a tab each: administration, reports."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from operator_app.ui.widgets.basic import text


class TabbedScreen(QWidget):
    """Hosts its pages as tabs; with one page it shows no tab bar.

    `by_alt`: Alt+1 shows the first; not where a page has such keys of its own.
    """

    def __init__(
        self, title: str, pages: Sequence[tuple[str, QWidget]], *, by_alt: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(title)
        for number, (name, page) in enumerate(pages):
            self.tabs.addTab(page, name)
            if by_alt:
                key = f"Alt+{number + 1}"
                self.tabs.setTabToolTip(number, key)
                QShortcut(QKeySequence(key), self).activated.connect(partial(self._go_to, number))
        self.tabs.tabBar().setVisible(len(pages) > 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.addWidget(text(title, "screenTitle"))
        layout.addWidget(self.tabs, 1)

    def show_page(self, page: QWidget) -> None:
        """Bring one of its pages to the front."""
        self.tabs.setCurrentWidget(page)

    def _go_to(self, number: int) -> None:
        self.tabs.setCurrentIndex(number)
        self.tabs.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)
