"""The danger questions fit their place: two lines beside the three answers, in every language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from operator_app.config import paths
from operator_app.domain.reference import Reference
from operator_app.ui.theme import LIGHT, apply_theme
from tests.samples import first_of

WIDTH = 210
LINES = 2


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    """The look of the program, for as long as the test runs."""
    before = qapp.style().objectName(), qapp.font(), qapp.palette()
    apply_theme(qapp, LIGHT, paths().resources)
    yield
    style, font, palette = before
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setFont(font)
    qapp.setPalette(palette)


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("language", first_of("ru", "ky", "en"))
def test_each_question_has_room_in_two_lines(
    qapp: QApplication, reference: Reference, language: str
) -> None:
    metrics = QFontMetrics(qapp.font())
    for question in reference.danger_rules.questions:
        words = question.label(language)
        taken = metrics.boundingRect(QRect(0, 0, WIDTH, 999), Qt.TextFlag.TextWordWrap, words)
        assert taken.width() <= WIDTH, (question.code, words)
        assert round(taken.height() / metrics.lineSpacing()) <= LINES, (question.code, words)
