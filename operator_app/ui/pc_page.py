"""Administration: this PC. Whether it is well, and what IT set for it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.pc_parts.check_part import CheckPart
from operator_app.ui.pc_parts.settings_part import SettingsPart
from operator_app.ui.widgets.chips import Chip, ChipGroup


class PcPage(QWidget):
    """Two sections: Alt+1 the check, Alt+2 the settings."""

    def __init__(self, check: CheckPart, settings: SettingsPart) -> None:
        super().__init__()
        self.check = check
        self.settings = settings
        self._pages: dict[str, QWidget] = {"check": check, "settings": settings}
        titles = {"check": _("Check"), "settings": _("Settings")}
        self.sections = ChipGroup(
            [
                Chip(name, label, str(number), f"{label} (Alt+{number})")
                for number, (name, label) in enumerate(titles.items(), start=1)
            ],
            _("Sections"),
        )
        self.stack = QStackedWidget()
        for number, (name, page) in enumerate(self._pages.items(), start=1):
            self.stack.addWidget(page)
            go = QShortcut(QKeySequence(f"Alt+{number}"), self)
            go.activated.connect(partial(self.go_to, name))
        self.sections.changed.connect(self._on_section)
        self.sections.set_value("check")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.sections)
        layout.addWidget(self.stack, 1)

    def go_to(self, section: str) -> None:
        """Show a section ("check", "settings") with the keyboard on the chips."""
        self.sections.set_value(section)
        self.sections.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_section(self) -> None:
        self.stack.setCurrentWidget(self._pages[self.sections.value or "check"])
