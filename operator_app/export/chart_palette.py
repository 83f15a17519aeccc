"""The colours of charts: on light, on dark, on paper. Safe for colour-blind eyes (tests/dashboard)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours ("#rrggbb") by their job: `ground` behind everything, `text` for what is read (4.5:1
    or more), `line` for guides, `series` in their order (3:1 or more)."""

    ground: str
    text: str
    line: str
    series: tuple[str, str]


# Blue and orange of Okabe and Ito, moved in lightness to stand out on their ground.
LIGHT = Palette(ground="#ffffff", text="#1b2733", line="#d5dce3", series=("#0a6aa6", "#c25e00"))
DARK = Palette(ground="#1b232c", text="#e6ebf0", line="#3a4753", series=("#56b4e9", "#e69f00"))
PRINT = Palette(ground="#ffffff", text="#000000", line="#c4c4c4", series=("#0a5f96", "#b85a00"))
