"""The history of a call: two versions side by side, what differs marked."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.calls import Advice
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind
from operator_app.i18n import _
from operator_app.services.call_history import CallVersion
from operator_app.ui import wording
from operator_app.ui.screens.call_answers import FIELDS, Answer, sections
from operator_app.ui.widgets.basic import Card, button, set_state, text


class HistoryView(QWidget):
    """Shows what it is given. `back_asked()`: back to the call."""

    back_asked = Signal()

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._versions: list[CallVersion] = []
        self._names: dict[str, str] = {}
        self._titles: Mapping[Advice, str] = {}
        self._sends = True
        self._seat = 0
        self.title = text("", "screenTitle")
        self.counter = text("", "muted")
        self.back_button = button(_("Back"), key="Esc")
        self.left = _chooser(_("Version at the left"))
        self.right = _chooser(_("Version at the right"))
        self.left_state, self.right_state = text("", "pill"), text("", "pill")
        self.changed_fields: list[str] = []
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(_("Two versions side by side"))
        self._build()
        self.back_button.clicked.connect(self.back_asked)
        for chooser in (self.left, self.right):
            chooser.currentIndexChanged.connect(self._compare)

    def show_versions(
        self,
        versions: list[CallVersion],
        names: dict[str, str],
        titles: Mapping[Advice, str],
        *,
        sends: bool,
        seat: int = 0,
    ) -> None:
        """Show the versions, oldest first; the last two stand side by side.

        `titles`: what their advice is called; `sends`: there is a server to send to; `seat`: the
        office's PC that took the call, 0 for this one.
        """
        self._titles = titles
        self._sends = sends
        self._seat = seat
        self._versions = versions
        self._names = names
        self.title.setText(_("History of call {number}").format(number=versions[-1].call.number))
        for chooser, chosen in ((self.left, len(versions) - 2), (self.right, len(versions) - 1)):
            chooser.blockSignals(True)
            chooser.clear()
            for version in versions:
                chooser.addItem(self._heading(version))
            chooser.setCurrentIndex(max(0, chosen))
            chooser.blockSignals(False)
        self._compare()

    def focus_first(self) -> None:
        """Put the keyboard on the left chooser."""
        self.left.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.title)
        top.addWidget(self.counter)
        top.addStretch(1)
        top.addWidget(self.back_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(top)
        card = Card()
        heads = QGridLayout()
        _set_columns(heads)
        for column, (chooser, state) in enumerate(
            ((self.left, self.left_state), (self.right, self.right_state)), start=1
        ):
            heads.addWidget(chooser, 0, column)
            heads.addWidget(state, 1, column, Qt.AlignmentFlag.AlignLeft)
        heads.addWidget(text(_("Compare"), "muted"), 0, 0)
        card.body.addLayout(heads)
        card.body.addWidget(self.area, 1)
        layout.addWidget(card, 1)

    def _heading(self, version: CallVersion) -> str:
        today = local_day(to_ms(self._clock()))
        parts = [
            _("Version {n}").format(n=version.call.revision),
            wording.day_and_time(version.at, today),
            wording.person(self._names, version.author_id),
        ]
        if version.kind is Kind.VOID:
            parts.insert(1, _("Void"))
        return "  ·  ".join(parts)

    def _compare(self) -> None:
        chosen = [self._versions[c.currentIndex()] for c in (self.left, self.right)]
        for version, pill in zip(chosen, (self.left_state, self.right_state), strict=True):
            mark = wording.state_or_seat(version.state, self._seat, sends=self._sends)
            pill.setText(f"{mark.sign}  {mark.words}")
            set_state(pill, "tone", mark.tone)
        for chooser in (self.left, self.right):
            chooser.setToolTip(chooser.currentText())
        left, right = (self._answers(version) for version in chosen)
        # The order of the page, with what only one of the two has in its place.
        both = {**left, **right}
        order = {field: both[field].label for field in FIELDS if field in both}
        self.changed_fields = [f for f in order if _value(left, f) != _value(right, f)]
        self.counter.setText(
            _("changed: {n}").format(n=len(self.changed_fields))
            if self.changed_fields
            else _("no difference")
        )
        self.area.setWidget(self._page(order, left, right))

    def _answers(self, version: CallVersion) -> dict[str, Answer]:
        found = sections(version.call, self._reference, self._names, self._titles)
        return {answer.field: answer for section in found for answer in section.answers}

    def _page(
        self, order: dict[str, str], left: dict[str, Answer], right: dict[str, Answer]
    ) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        _set_columns(grid)
        for line, (field, label) in enumerate(order.items()):
            changed = field in self.changed_fields
            grid.addWidget(_label(label, changed), line, 0, Qt.AlignmentFlag.AlignTop)
            for column, side in ((1, left), (2, right)):
                grid.addWidget(_cell(label, _value(side, field), changed), line, column)
        grid.setRowStretch(len(order), 1)
        return page


def _chooser(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _set_columns(grid: QGridLayout) -> None:
    grid.setColumnMinimumWidth(0, 200)
    grid.setHorizontalSpacing(12)
    for column in (1, 2):
        grid.setColumnStretch(column, 1)


def _value(side: dict[str, Answer], field: str) -> str:
    answer = side.get(field)
    return answer.value if answer else ""


def _label(label: str, changed: bool) -> QWidget:
    """The name of the field, with the word where the two differ."""
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 6, 0, 6)
    layout.setSpacing(2)
    layout.addWidget(text(label, "muted", wrap=True))
    if changed:
        layout.addWidget(text("● " + _("changed"), "strong"))
    return box


def _cell(label: str, value: str, changed: bool) -> QFrame:
    cell = QFrame()
    cell.setObjectName("notice" if changed else "")
    shown = text(value or "–", wrap=True)
    shown.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    said = value or _("not answered")
    shown.setAccessibleName(
        _("{field}, changed: {value}").format(field=label, value=said)
        if changed
        else f"{label}: {said}"
    )
    layout = QHBoxLayout(cell)
    layout.setContentsMargins(12, 6, 12, 6)
    layout.addWidget(shown)
    return cell
