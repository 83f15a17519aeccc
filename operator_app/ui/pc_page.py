"""Administration: this PC. Whether it is well, what IT set for it, and its version."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.pc_parts.check_part import CheckPart
from operator_app.ui.pc_parts.settings_part import SettingsPart
from operator_app.ui.pc_parts.version_part import VersionPart
from operator_app.ui.widgets.parts import Parts


class PcPage(QWidget):
    """Three parts behind chips; Alt+1 the check, Alt+2 the settings, Alt+3 the version, from
    anywhere on the page."""

    def __init__(self, check: CheckPart, settings: SettingsPart, version: VersionPart) -> None:
        super().__init__()
        self.check = check
        self.settings = settings
        self.version = version
        parts = (
            ("check", _("Check"), check),
            ("settings", _("Settings"), settings),
            ("version", _("Version"), version),
        )
        self.parts = Parts(parts, _("Sections"))
        self.setFocusProxy(self.parts)
        for number, (name, _label, _part) in enumerate(parts, start=1):
            go = QShortcut(QKeySequence(f"Alt+{number}"), self)
            go.activated.connect(partial(self.parts.go_to, name))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addWidget(self.parts)
