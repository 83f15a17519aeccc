"""A chart as a file: small figures hidden, written whole or not at all, and audited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.figures import Period
from operator_app.domain.people import Actor, Right
from operator_app.domain.suppression import hide_small
from operator_app.errors import EnvironmentProblem
from operator_app.export.chart_data import Chart, Series
from operator_app.export.chart_palette import PRINT
from operator_app.export.charts import chart_svg
from operator_app.export.stamp import stamp
from operator_app.services.exports import Export, write_file

WIDTH, HEIGHT = 960, 540
"""Of the picture; it fits on a slide, and in the text column of a report."""


class PictureFormat(StrEnum):
    """What a chart can be saved as; the value is the ending of the file name."""

    PNG = "png"
    SVG = "svg"


class ChartFiles:
    """Saves charts; needs EXPORT_FIGURES.

    `png` turns the text of an SVG into the bytes of a PNG; it comes from ui/, the only part that
    can draw, and must work on a worker.
    """

    def __init__(
        self, database: Database, clock: Clock, font: str, png: Callable[[str], bytes]
    ) -> None:
        self._database = database
        self._clock = clock
        self._font = font
        self._png = png

    def save(
        self,
        actor: Actor,
        chart: Chart,
        indicator: str,
        period: Period,
        title: str,
        wanted: PictureFormat,
        file: Path,
    ) -> Export:
        """Write the chart under its title, without figures that could point at somebody.

        Raises NotAllowed, and EnvironmentProblem as services.exports does.
        """
        actor.require(Right.EXPORT_FIGURES)
        title = "\n".join(filter(None, (stamp(), title)))
        svg = chart_svg(without_small(chart), PRINT, WIDTH, HEIGHT, self._font, title)
        content = svg.encode() if wanted is PictureFormat.SVG else self._png(svg)
        sha256 = hashlib.sha256(content).hexdigest()
        facts = {
            "indicator": indicator,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "format": wanted.value,
            "sha256": sha256,
        }
        # Before the file takes its name, as in services/exports.py.
        self._audited(actor, "chart.exported", facts)
        try:
            write_file(file, content)
        except EnvironmentProblem:
            self._audited(actor, "chart.export_failed", facts)
            raise
        return Export(file, 0, sha256)

    def _audited(self, actor: Actor, action: str, facts: dict[str, str]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="export",
                details=dict(facts),
            )


def without_small(chart: Chart) -> Chart:
    """The chart with every figure hidden that could point at somebody, and none that gives one of
    those away: the sum of a series may be known."""
    return replace(chart, series=tuple(_hidden(one) for one in chart.series))


def _hidden(series: Series) -> Series:
    known = {i: value for i, value in enumerate(series.values) if value is not None}
    shown = hide_small(known)
    return replace(series, values=tuple(shown.get(i) for i in range(len(series.values))))
