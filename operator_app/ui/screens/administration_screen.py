"""Administration: a page per subject, as far as the role may see it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from operator_app.ui.widgets.basic import text


class AdministrationScreen(QWidget):
    """Hosts its pages as tabs; with one page it shows no tab bar."""

    def __init__(self, title: str, pages: Sequence[tuple[str, QWidget]]) -> None:
        super().__init__()
        self.setObjectName("page")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for name, page in pages:
            self.tabs.addTab(page, name)
        self.tabs.tabBar().setVisible(len(pages) > 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.addWidget(text(title, "screenTitle"))
        layout.addWidget(self.tabs, 1)
