"""The one place for colours, sizes and the style sheet; light and dark.

8-px grid, one accent colour, red only for danger (design/product.md, Screens).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

FONT_FAMILIES = {
    "win32": ("Segoe UI",),
    "linux": ("Inter", "Open Sans", "Noto Sans", "DejaVu Sans"),
}
FONT_PIXELS = 13
WIDE_FAMILY = "DejaVu Sans"
"""A fifth wider than Segoe UI: its condensed faces come nearest to what the offices see."""


@dataclass(frozen=True)
class Theme:
    """Colours by their job; every text on its ground has a contrast of 4.5:1 or more."""

    name: str
    ground: str
    card: str
    field: str
    line: str
    field_line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    accent_text: str
    on_accent: str
    danger: str
    danger_soft: str
    danger_line: str
    danger_text: str
    warning_soft: str
    warning_text: str
    good_soft: str
    good_text: str
    rail: str
    rail_active: str
    rail_text: str
    rail_text_active: str
    hover: str
    row_alternate: str


LIGHT = Theme(
    name="light",
    ground="#f4f6f8",
    card="#ffffff",
    field="#ffffff",
    line="#e1e6ec",
    field_line="#c3ccd6",
    text="#1b2733",
    muted="#566573",
    accent="#0e7490",
    accent_hover="#0b5f76",
    accent_soft="#dff1f4",
    accent_text="#0b5566",
    on_accent="#ffffff",
    danger="#b42318",
    danger_soft="#fdecea",
    danger_line="#f0b8b2",
    danger_text="#7c1710",
    warning_soft="#fdf1de",
    warning_text="#7f4a06",
    good_soft="#e2f3e8",
    good_text="#1d5c36",
    rail="#16324a",
    rail_active="#21496b",
    rail_text="#c8d6e3",
    rail_text_active="#ffffff",
    hover="#eef2f6",
    row_alternate="#f9fafb",
)

DARK = Theme(
    name="dark",
    ground="#12181f",
    card="#1b232c",
    field="#141b23",
    line="#2b3641",
    field_line="#465463",
    text="#e6ebf0",
    muted="#a3b1be",
    accent="#2aa1bd",
    accent_hover="#4bb6cf",
    accent_soft="#12394a",
    accent_text="#a5e3f0",
    on_accent="#06222b",
    danger="#f2776b",
    danger_soft="#3d1a18",
    danger_line="#7a322c",
    danger_text="#ffd2cd",
    warning_soft="#3b2c12",
    warning_text="#f4cf94",
    good_soft="#15341f",
    good_text="#a7e0ba",
    rail="#0c141c",
    rail_active="#1c3a55",
    rail_text="#a9bac9",
    rail_text_active="#ffffff",
    hover="#242e39",
    row_alternate="#1f2832",
)

_PRACTICE = {
    "light": {
        "accent": "#6d28d9",
        "accent_hover": "#5b21b6",
        "accent_soft": "#efe7fd",
        "accent_text": "#4c1d95",
        "rail": "#3b1f5e",
        "rail_active": "#57358a",
        "rail_text": "#dccff0",
    },
    "dark": {
        "accent": "#b794f6",
        "accent_hover": "#cbb2fa",
        "accent_soft": "#35245a",
        "accent_text": "#e3d8fc",
        "on_accent": "#1e1038",
        "rail": "#1a1028",
        "rail_active": "#3b2562",
        "rail_text": "#cdbfe0",
    },
}
"""What is violet in training mode: nobody takes it for the office at a glance."""

_current = LIGHT


def current() -> Theme:
    """The theme in use, for what is painted by hand."""
    return _current


def system_prefers_dark() -> bool:
    """Whether Windows (or the desktop) is set to dark."""
    from PySide6.QtCore import Qt

    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def for_training(theme: Theme) -> Theme:
    """The same in the colour of training mode."""
    return replace(theme, **_PRACTICE[theme.name])


def apply_theme(app: QApplication, theme: Theme, resources: Path) -> None:
    """Dress the whole application; what it wears already is not put on again."""
    global _current  # noqa: PLW0603 - one application has one dress
    sheet = _sheet(theme, resources)
    if theme is _current and app.styleSheet() == sheet:
        return
    _current = theme
    app.setStyle("Fusion")
    app.setFont(_font())
    app.setPalette(_palette(theme))
    app.setStyleSheet(sheet)


def _font() -> QFont:
    families = FONT_FAMILIES.get(sys.platform, FONT_FAMILIES["linux"])
    known = set(QFontDatabase.families())
    font = QFont(next((f for f in families if f in known), QFont().defaultFamily()))
    font.setPixelSize(FONT_PIXELS)
    if font.family() == WIDE_FAMILY:
        font.setStretch(QFont.Stretch.SemiCondensed)
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.ground,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.field,
        QPalette.ColorRole.AlternateBase: theme.row_alternate,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.card,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.ToolTipBase: theme.card,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Light: theme.card,
        QPalette.ColorRole.Mid: theme.line,
        QPalette.ColorRole.Dark: theme.field_line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette


def _sheet(theme: Theme, resources: Path) -> str:
    template = (resources / "theme.qss").read_text(encoding="utf-8")
    icons = (resources / "icons").as_posix()
    values = {**theme.__dict__, "icons": icons}
    # Longest names first: "danger_soft" must not be taken for "danger".
    for name in sorted(values, key=len, reverse=True):
        template = template.replace(f"@{name}", str(values[name]))
    return template
