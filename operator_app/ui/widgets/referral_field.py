"""Referrals of a call: pick a service, then how far it came, each by one key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.violence import ReferralAsk
from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.tag_field import FieldOfTags, tag_button, wrap_tags
from operator_app.ui.widgets.type_ahead import Entry

OFFERED = "OFF"
SENT = "SENT"
DECLINED = "DEC"
PUT_THROUGH = "WARM"
"""On the screen only: sent, and the caller was put through or introduced."""
TAKE_AWAY = ""


class ReferralField(QWidget):
    """Tags of the form "Police · sent ✕" before the field that finds a service.

    A picked service is noted as offered at once, the status is then asked for; picking it again
    asks again. `settled(service)`: its status was given, the person goes on. `passed`: Enter with
    nothing to pick.
    """

    changed = Signal()
    settled = Signal(str)
    passed = Signal()
    asked = Signal(QWidget)
    """The focus moved to this widget, which may have to be brought into view."""

    def __init__(
        self,
        services: Sequence[Entry],
        statuses: dict[str, str],
        clock: Clock,
        name: str,
    ) -> None:
        """`services`: kinds of services; `statuses`: all words of `referral_status` by code."""
        super().__init__()
        self._clock = clock
        self._services = {e.code: e for e in services}
        self._statuses = statuses
        self._asks: list[ReferralAsk] = []
        self._tags: list[QPushButton] = []
        self._asked_for = ""
        self.field = FieldOfTags(services, name, _("digit or letters of a service…"), digits=True)
        self.status = ChipGroup(
            [
                Chip(OFFERED, statuses[OFFERED], "1"),
                Chip(SENT, statuses[SENT], "2"),
                Chip(PUT_THROUGH, _("Put through"), "3"),
                Chip(DECLINED, statuses[DECLINED], "4"),
                Chip(TAKE_AWAY, _("Take away"), "5"),
            ],
            _("How far the referral came"),
        )
        self._status_caption = text("", "strong")
        self._status_line = QWidget()
        self._status_line.hide()
        self.setFocusProxy(self.field)
        self._lay_out()
        self.field.picked.connect(self.offer)
        self.field.passed.connect(self.passed)
        self.field.erased.connect(self._on_erased)
        self.status.picked.connect(self._on_status)
        self.status.passed.connect(lambda: self._on_status(self.status.value or OFFERED))

    @property
    def values(self) -> tuple[ReferralAsk, ...]:
        """The referrals in the order of picking."""
        return tuple(self._asks)

    def set_values(self, asks: Sequence[ReferralAsk]) -> None:
        """Show these referrals; unknown services and statuses by their codes, never dropped."""
        self._asked_for = ""
        self._status_line.hide()
        if list(asks) != self._asks:
            self._asks = list(asks)
            self._rebuild()

    def label(self, service_type: str) -> str:
        """The short name of a kind of service."""
        entry = self._services.get(service_type)
        return entry.shown if entry else service_type

    def offer(self, service_type: str) -> None:
        """Note the service as offered, if it is not there yet, and ask how far it came."""
        self.field.clear()
        known = next((a for a in self._asks if a.service_type == service_type), None)
        if known is None:
            known = ReferralAsk(service_type, OFFERED, to_ms(self._clock()))
            self._asks.append(known)
            self._rebuild()
        self._asked_for = service_type
        self._status_caption.setText(_("{service}:").format(service=self.label(service_type)))
        self.status.setAccessibleName(
            _("{service}: how far did it come?").format(service=self.label(service_type))
        )
        self.status.set_value(PUT_THROUGH if known.warm else known.status)
        self._status_line.show()
        self.status.setFocus(Qt.FocusReason.TabFocusReason)
        self.asked.emit(self.status)

    def _on_status(self, code: str) -> None:
        service_type, self._asked_for = self._asked_for, ""
        if code == TAKE_AWAY:
            self._remove(service_type)
            return
        warm = code == PUT_THROUGH
        status = SENT if warm else code
        for index, ask in enumerate(self._asks):
            if ask.service_type == service_type and (ask.status, ask.warm) != (status, warm):
                self._asks[index] = ReferralAsk(service_type, status, to_ms(self._clock()), warm)
                self._rebuild()
        self.field.setFocus(Qt.FocusReason.TabFocusReason)
        self._status_line.hide()
        self.settled.emit(service_type)

    def _on_erased(self) -> None:
        if self._asks:
            self._remove(self._asks[-1].service_type)

    def _remove(self, service_type: str) -> None:
        self._asks = [a for a in self._asks if a.service_type != service_type]
        self._asked_for = ""
        self._rebuild()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._status_line.hide()

    def _words(self, ask: ReferralAsk) -> str:
        status = _("Put through") if ask.warm else self._statuses.get(ask.status, ask.status)
        return f"{self.label(ask.service_type)} · {status.lower()}"

    def _rebuild(self) -> None:
        for tag in self._tags:
            self._flow.removeWidget(tag)
            tag.deleteLater()
        self._tags = []
        for index, ask in enumerate(self._asks):
            words = self._words(ask)
            tag = tag_button(words)
            tag.clicked.connect(lambda _checked=False, s=ask.service_type: self._remove(s))
            self._flow.insert_widget(index, tag)
            tag.show()
            self._tags.append(tag)
        self.updateGeometry()
        self.changed.emit()

    def _lay_out(self) -> None:
        tags = QWidget()
        self._flow = wrap_tags(tags)
        self._flow.addWidget(self.field)
        line = QHBoxLayout(self._status_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self._status_caption)
        line.addWidget(self.status, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(tags)
        layout.addWidget(self._status_line)
