"""One service of the directory, large enough to be read aloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.directory import label
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.directory import ServiceView
from operator_app.ui import theme
from operator_app.ui.icons import icon
from operator_app.ui.screens import service_words as words
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, button, text
from operator_app.ui.widgets.mark_label import MarkLabel
from operator_app.ui.wording import Wording

LABEL_WIDTH = 150
LOCK_PIXELS = 16
INDENT = 9
LEAST_FOR_TWO = 560
LEAST_HEIGHT = 48


class ServiceCard(Card):
    """Shows what it is given. `copied(number)`: a telephone number is on the clipboard now."""

    copied = Signal(str)

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self._reference = reference
        self._number = ""
        self._copies: list[QPushButton] = []
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.title = text("", "screenTitle", wrap=True)
        self.organization = text("", "muted", wrap=True)
        self.area = QScrollArea()
        self.area.setObjectName("entryArea")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setMinimumHeight(LEAST_HEIGHT)
        self.area.setAccessibleName(_("The service"))
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for label_ in (self.title, self.organization):
            # In line with what the frame of the focus stands around.
            label_.setIndent(INDENT)
            self.body.addWidget(label_)
        self.body.addWidget(self.area, 1)

    @property
    def number(self) -> str:
        """The first telephone number, "" where there is none."""
        return self._number

    def show_view(
        self, view: ServiceView, now: dt.datetime, ahead: Sequence[tuple[dt.date, str]]
    ) -> None:
        """Show the service as it stands at this moment of Bishkek time.

        `ahead`: the public holidays of the next days, with their names.
        """
        service = view.service
        self._number = service.phones[0].number if service.phones else ""
        organization = label(service.organization_names, language())
        self.title.setText(service.name(language()))
        self.organization.setText(organization)
        self.organization.setVisible(organization != service.name(language()))
        self.area.setAccessibleDescription(service.name(language()))
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self._marks(view, now))
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(2 * GRID)
        self._top.addWidget(self._phones(view), 1)
        if service.hours:
            self._top.addWidget(self._hours(view, now, ahead), 1)
        self._arrange()
        layout.addLayout(self._top)
        layout.addLayout(self._facts(view))
        layout.addStretch(1)
        self.area.setWidget(page)
        for before, after in pairwise((self.area, *self._copies)):
            QWidget.setTabOrder(before, after)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def copy_number(self) -> None:
        """Put the first number on the clipboard."""
        if self._number:
            self._copy(self._number)

    def _arrange(self) -> None:
        """Numbers beside the hours; above them where everything is shown larger."""
        beside = self.width() >= LEAST_FOR_TWO
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._top.setDirection(across if beside else down)

    def _marks(self, view: ServiceView, now: dt.datetime) -> QWidget:
        service = view.service
        marks = [
            words.open_wording(view.openness, now),
            words.checked_wording(service, stale=view.stale, today=now.date()),
        ]
        if not service.confirmed:
            marks.append(Wording(words.not_confirmed(), "waiting", "?"))
        line = QWidget()
        flow = FlowLayout(line, GRID)
        for mark in marks:
            flow.addWidget(MarkLabel(mark))
        return line

    def _phones(self, view: ServiceView) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._copies = []
        for phone in view.service.phones:
            line = QHBoxLayout()
            line.setSpacing(12)
            number = text(phone.number, "figure")
            number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            copy = button(_("Copy"), "link")
            self._copies.append(copy)
            copy.setAccessibleName(_("Copy {number}").format(number=phone.number))
            copy.clicked.connect(lambda _on=False, said=phone.number: self._copy(said))
            line.addWidget(number)
            line.addWidget(copy)
            line.addStretch(1)
            layout.addLayout(line)
            note = words.phone_note(phone.kind, label(phone.notes, language()))
            if note:
                layout.addWidget(text(note, "muted", wrap=True))
            layout.addSpacing(GRID)
        if not view.service.phones:
            layout.addWidget(text(_("No telephone number is known."), "muted", wrap=True))
        layout.addStretch(1)
        return box

    def _hours(
        self, view: ServiceView, now: dt.datetime, ahead: Sequence[tuple[dt.date, str]]
    ) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        line = 0
        for table in words.hours_tables(view.service, now.date()):
            if table.caption:
                grid.addWidget(text(table.caption, "muted"), line, 0, 1, 2)
                line += 1
            for name, days, times in table.lines:
                today = "strong" if now.weekday() in days and not table.caption else ""
                shown = text(times, today)
                shown.setAccessibleName(f"{name}: {times}")
                grid.addWidget(text(name, today or "muted"), line, 0)
                grid.addWidget(shown, line, 1)
                line += 1
        said = words.holidays_line(view.service, ahead, now.date())
        grid.addWidget(text(said, "hint", wrap=True), line, 0, 1, 2)
        grid.setRowStretch(line + 1, 1)
        return box

    def _facts(self, view: ServiceView) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        places = words.place_lines(view, self._reference)
        rows: list[tuple[str, QWidget]] = [
            ("" if number else _("Where"), self._place(said, secret=secret))
            for number, (said, secret) in enumerate(places)
        ]
        rows += [(name, _value(name, said)) for name, said in words.facts(view, self._reference)]
        for line, (name, value) in enumerate(rows):
            caption = text(name, "muted", wrap=True)
            caption.setFixedWidth(LABEL_WIDTH)
            grid.addWidget(caption, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
        return grid

    def _place(self, said: str, *, secret: bool) -> QWidget:
        value = _value(_("Where"), said)
        if not secret:
            return value
        box = QWidget()
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        sign = QLabel()
        sign.setObjectName("lockSign")
        colour = theme.current().warning_text
        sign.setPixmap(icon("lock", colour, LOCK_PIXELS).pixmap(LOCK_PIXELS, LOCK_PIXELS))
        sign.setAccessibleName(_("Confidential"))
        sign.setToolTip(_("Confidential: tell it to nobody who need not know."))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(value, 1)
        return box

    def _copy(self, number: str) -> None:
        QApplication.clipboard().setText(number)
        self.copied.emit(number)


def _value(name: str, said: str) -> QLabel:
    made = text(_breakable(said), wrap=True)
    made.setAccessibleName(f"{name}: {said}")
    return made


def _breakable(said: str) -> str:
    """Addresses of pages may break at their slashes: a label does not break a word."""
    return said.replace("/", "/\u200b").replace("_", "_\u200b") if "://" in said else said
