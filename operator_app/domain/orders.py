"""What can be true of a protection order (law 63/2017, arts 25-29): its moments, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from operator_app.domain.cases import ProtectionOrder
from operator_app.domain.clock import BISHKEK, local, to_ms
from operator_app.domain.follow_ups import (
    DAY_MS,
    EXTENDED_TO_MOST_MS,
    ISSUED_FOR_MS,
    ORDER_RUNS,
)
from operator_app.errors import BadInput, Fault

ISSUED = "ISS3"
EXTENDED = "EXT30"
BROKEN = "BRK"
MONITORED = "ELEC"
_OLDEST_MS = 5 * 366 * DAY_MS
_LONGEST_MS = 366 * DAY_MS
"""Not a rule of law: longer than any ban of a court, so a slip of the year."""


def checked_order(order: ProtectionOrder, now: int) -> ProtectionOrder:
    """The order, its three days filled in. Raises BadInput for moments that cannot be."""
    faults = _faults_of_moments(order, now)
    if order.status in ORDER_RUNS and not faults:
        order = _with_end(order)
        faults = _faults_of_end(order, now)
    if faults:
        raise BadInput("case.faults", faults)
    return order


def with_end_of_issue(order: ProtectionOrder, before: ProtectionOrder | None) -> ProtectionOrder:
    """A corrected hour of issue moves the three days that were filled in from the wrong one."""
    if before is None or before.issued_at is None or order.issued_at == before.issued_at:
        return order
    filled_in = before.ends_at == before.issued_at + ISSUED_FOR_MS
    return replace(order, ends_at=None) if filled_in and order.ends_at == before.ends_at else order


def _faults_of_moments(order: ProtectionOrder, now: int) -> list[Fault]:
    faults = []
    for name in ("asked_at", "issued_at", "broken_at"):
        moment = getattr(order, name)
        if moment is not None and moment > now:
            faults.append(Fault(name, "day.in_future"))
        elif moment is not None and moment < now - _OLDEST_MS:
            faults.append(Fault(name, "day.too_long_ago"))
    if faults:
        return faults
    if order.status == ISSUED and order.issued_at is None:
        faults.append(Fault("issued_at", "order.issued_missing"))
    if order.status == BROKEN and order.broken_at is None:
        faults.append(Fault("broken_at", "order.broken_missing"))
    if order.issued_at is not None:
        if order.asked_at is not None and order.issued_at < order.asked_at:
            faults.append(Fault("issued_at", "order.issued_before_asked"))
        if order.broken_at is not None and order.broken_at < order.issued_at:
            faults.append(Fault("broken_at", "order.broken_before_issued"))
    return faults


def _with_end(order: ProtectionOrder) -> ProtectionOrder:
    three_days = order.status in (ISSUED, BROKEN)
    if order.ends_at is None and order.issued_at is not None and three_days:
        return replace(order, ends_at=order.issued_at + ISSUED_FOR_MS)
    return order


def _faults_of_end(order: ProtectionOrder, now: int) -> list[Fault]:
    if order.ends_at is None:
        # Broken is told even when nobody knows how long it was to hold.
        return [] if order.status == BROKEN else [Fault("ends_at", "order.ends_missing")]
    # An order that runs and of which only the end is known was issued by now.
    begun = now if order.issued_at is None else order.issued_at
    most = _LONGEST_MS if order.status == MONITORED else EXTENDED_TO_MOST_MS
    three_days = begun + ISSUED_FOR_MS
    fault = None
    if order.issued_at is not None and order.ends_at <= order.issued_at:
        fault = Fault("ends_at", "order.ends_before_issued")
    elif order.status == ISSUED and order.ends_at > _end_of_day(three_days):
        fault = Fault("ends_at", "order.three_days")
    elif order.status == EXTENDED and order.issued_at and order.ends_at <= three_days:
        fault = Fault("ends_at", "order.not_extended")
    elif order.ends_at > begun + most:
        fault = Fault("ends_at", "order.too_long", {"days": most // DAY_MS})
    elif order.ends_at < now - _OLDEST_MS:
        fault = Fault("ends_at", "day.too_long_ago")
    return [fault] if fault else []


def _end_of_day(at: int) -> int:
    day = local(at).date() + timedelta(days=1)
    return to_ms(datetime.combine(day, time.min, tzinfo=BISHKEK))
