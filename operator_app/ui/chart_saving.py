"""A chart as a picture where the person wants it; the folder is kept for the next one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.chart_files import ChartFiles, PictureFormat
from operator_app.services.exports import Export
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.overview_charts import Drawn, Kind
from operator_app.ui.overview_wording import period_text
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.tasks import Tasks

_SHARP = 2
"""Pixels of the PNG for each of the drawing: it is printed and shown large."""


def svg_png(svg: str) -> bytes:
    """The drawing as a PNG; may run on a worker."""
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * _SHARP, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


class ChartSaving(QObject):
    """Asks where to, and writes on the worker."""

    def __init__(
        self, files: ChartFiles, actor: Actor, tasks: Tasks, dialogs: Dialogs, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._window = parent
        self._folder = documents_folder()

    def save(
        self,
        kind: Kind,
        drawn: Drawn,
        wanted: PictureFormat,
        done: Callable[[Path], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Save the chart; nothing happens when the person does not say where to."""
        file = self._ask_file(kind, drawn, wanted)
        if file is None:
            return
        title = f"{_(kind.title)}\n{period_text(drawn.period)} · " + _("• hidden: too small")
        actor, files = self._actor, self._files

        def written(export: Export) -> None:
            self._folder = export.file.parent
            done(export.file)

        self._tasks.database(
            self,
            lambda: files.save(
                actor, drawn.chart, kind.indicator, drawn.period, title, wanted, file
            ),
            written,
            failed,
        )

    def _ask_file(self, kind: Kind, drawn: Drawn, wanted: PictureFormat) -> Path | None:
        file_type = {
            PictureFormat.PNG: _("Picture (*.png)"),
            PictureFormat.SVG: _("Drawing (*.svg)"),
        }[wanted]
        first, last = drawn.period.first.isoformat(), drawn.period.last.isoformat()
        proposed = self._folder / f"117_{kind.name}_{first}_{last}.{wanted.value}"
        return ask_where(self._dialogs, self._window, _("Save the chart"), proposed, file_type)
