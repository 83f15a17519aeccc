"""Protection orders: what stands when, and what has to be written down of each."""

from __future__ import annotations

from datetime import time

from operator_app.domain.cases import Case, ProtectionOrder, find_part
from operator_app.domain.clock import local
from operator_app.domain.moments import read_moment
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.screens.case_parts.choices import chips, label
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import ChipsBox, LineBox, focus
from operator_app.ui.screens.case_parts.order_words import (
    alarm_words,
    order_lines,
    order_mark,
    typed_moment,
)
from operator_app.ui.screens.case_parts.part import CasePart, Tools
from operator_app.ui.screens.case_parts.records import Record, RecordsCard
from operator_app.ui.widgets.basic import text

NEW = ""
STATUSES = ("ASK", "APPL", "ISS3", "EXT30", "ELEC", "BRK", "REFP", "END", "NONE")
MOMENTS = ("asked_at", "issued_at", "ends_at", "broken_at")
ASKED_OF = {
    "ASK": (),
    "APPL": ("asked_at",),
    "ISS3": ("asked_at", "issued_at"),
    "EXT30": ("issued_at", "ends_at"),
    "ELEC": ("issued_at", "ends_at"),
    "BRK": ("issued_at", "ends_at", "broken_at"),
    "REFP": ("asked_at",),
    "END": ("issued_at", "ends_at"),
}
"""Moments that are asked for each status; one that is known is shown in any case."""

OF_POLICE = ("APPL", "ISS3", "EXT30", "REFP")
"""Statuses for which the office of the police is asked."""


class OrdersPart(CasePart):
    """The list, and the order that is chosen, or a new one."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.records = RecordsCard(
            _("Protection orders"),
            _("New order"),
            _("No order is written down. The police issue one within 24 hours of the request."),
        )
        self.form = EditBlock("", _("Save"))
        self.hint = text("", "hint", wrap=True)
        self.form.body.addWidget(self.hint)
        self.form.add(
            ChipsBox(
                "status", _("Where it stands"), chips(tools.reference, "order_status", STATUSES)
            )
        )
        example = "24.11 14:30"
        self.form.add(
            LineBox("asked_at", _("Applied"), example), LineBox("issued_at", _("Issued"), example)
        )
        self.form.add(
            LineBox("ends_at", _("Holds until"), _("24.12 or 24.12 14:30")),
            LineBox("broken_at", _("Broken"), example),
        )
        self.form.add(LineBox("police_office", _("Police office")))
        self.form.finish()
        self.form.body.addStretch(1)
        self.form.boxes["status"].edited.connect(self._show_asked)
        self.form.save_asked.connect(self._save)
        self.records.list.chosen.connect(lambda _key: self._show_chosen())
        self.records.list.entered.connect(lambda: focus(self.form.boxes["status"]))
        self.records.new_asked.connect(self._on_new)
        self._came = NEW
        self.fill([self.records, self.form], {"order": self.form})

    def refresh(self) -> None:
        self.retell()
        case = self.case
        if case is not None and self.form.key.split("/")[0] != case.case_id and case.orders:
            self._came = case.orders[-1].order_id
        if self._came:
            self.records.list.select(self._came)
            self._came = NEW
        self._show_chosen()
        self.form.set_read_only(not self.may_change)
        self.records.new_button.setVisible(self.may_change)

    def retell(self) -> None:
        case = self.case
        if case is None:
            return
        reference = self.tools.reference
        shown = []
        for order in reversed(case.orders):
            status = label(reference, "order_status", order.status)
            first, *rest = order_lines(order, self.now) or [_("Protection order")]
            said = (*rest, alarm_words(case, order, self.now), order.police_office)
            shown.append(
                Record(
                    order.order_id,
                    first,
                    "\n".join(line for line in said if line),
                    order_mark(status, order, self.now),
                )
            )
        self.records.show_records(shown)

    def _show_chosen(self) -> None:
        case = self.case
        if case is None:
            return
        order = find_part(case.orders, "order_id", self.records.list.key)
        self.form.title.setText(_("Protection order") if order else _("New protection order"))
        alarms = alarm_words(case, order, self.now) if order else ""
        lines = order_lines(order, self.now) if order else []
        self.hint.setText("\n".join(words for words in (*lines, alarms) if words))
        self.hint.setVisible(bool(self.hint.text()))
        shown = order or ProtectionOrder(NEW, "", 0)
        self.form.show_values(
            self.key(shown.order_id),
            {
                "status": shown.status or None,
                "police_office": shown.police_office,
                **{name: typed_moment(getattr(shown, name)) for name in MOMENTS},
            },
        )
        self._show_asked()

    def _show_asked(self) -> None:
        status = self.form.boxes["status"].value() or ""
        asked = ASKED_OF.get(status, ())
        for name in MOMENTS:
            box = self.form.boxes[name]
            box.setVisible(name in asked or bool(box.value()) or bool(box.problem))
        office = self.form.boxes["police_office"]
        office.setVisible(status in OF_POLICE or bool(office.value()))

    def _on_new(self) -> None:
        self.records.list.select(NEW)
        self._show_chosen()
        focus(self.form.boxes["status"])

    def _save(self) -> None:
        order, faults = self._read()
        if order is None:
            self.form.show_faults(faults)
            return
        tools = self.tools
        self.save(
            self.form,
            lambda case_id: tools.work.set_order(tools.actor, case_id, order),
            self._on_saved,
        )

    def _read(self) -> tuple[ProtectionOrder | None, list[Fault]]:
        values = self.form.values()
        if values["status"] is None:
            return None, [Fault("status", "call.missing")]
        issued = read_moment(values["issued_at"], self.now)
        # The law counts whole days from the hour of issue.
        hour = local(issued).time() if issued is not None else time(0, 0)
        moments: dict[str, int | None] = {}
        faults = []
        before = find_part(self.case.orders if self.case else (), "order_id", self._chosen)
        for name in MOMENTS:
            typed = values[name].strip()
            known = getattr(before, name, None)
            if typed == typed_moment(known):
                # Not read again: the field shows no seconds.
                moments[name] = known
                continue
            otherwise = hour if name == "ends_at" else time(0, 0)
            moments[name] = read_moment(typed, self.now, otherwise=otherwise)
            if typed and moments[name] is None:
                faults.append(Fault(name, "moment.not_understood"))
        if faults:
            return None, faults
        return (
            ProtectionOrder(
                order_id=before.order_id if before else NEW,
                status=values["status"],
                recorded_at=before.recorded_at if before else 0,
                police_office=values["police_office"],
                **moments,
            ),
            [],
        )

    @property
    def _chosen(self) -> str:
        return self.form.key.split("/")[-1]

    def _on_saved(self, case: Case) -> None:
        known = {o.order_id for o in self.case.orders} if self.case else set()
        new = [o.order_id for o in case.orders if o.order_id not in known]
        if new and self._chosen == NEW:
            self._came = new[-1]
