"""Figures about cases, and how quickly help came, for the daily log of an office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Delay:
    """How long something took after danger was known: in how many calls it happened, and the
    median and the longest of them in seconds (None when it happened in none)."""

    calls: int
    median_seconds: int | None
    longest_seconds: int | None


@dataclass(frozen=True)
class ResponseTimes:
    """The response clock over the calls of a span with danger now or high risk (`alarms`).

    From the moment danger was known to 102 or 103 called, to the first referral passed on, to the
    first receipt of the ministry. What did not happen is in none of the figures.
    """

    alarms: int
    emergency: Delay
    referral: Delay
    ministry: Delay


@dataclass(frozen=True)
class RiskLine:
    """Open cases of one risk, a code of `risk_level`."""

    risk: str
    cases: int


@dataclass(frozen=True)
class CaseFigures:
    """Cases of a span; one whose only call was moved to another case is none.

    `opened`, `referrals_sent`, `tasks_due` and `tasks_done` are of that span; `open_by_risk` (the
    most cautious first), `referrals_overdue`, `tasks_late`, `orders_ending` (within 48 hours) and
    `without_plan` (high risk, no safety plan) are as of now.
    """

    opened: int
    open_by_risk: tuple[RiskLine, ...]
    referrals_sent: int
    referrals_overdue: int
    tasks_due: int
    tasks_done: int
    tasks_late: int
    orders_ending: int
    without_plan: int
    response: ResponseTimes

    @property
    def is_empty(self) -> bool:
        """Whether there is no case at all to speak of."""
        return not (self.opened or self.open_by_risk or self.tasks_done or self.response.alarms)


def delay(starts_and_ends: Iterable[tuple[int, int | None]]) -> Delay:
    """The delay from pairs of moments in UTC milliseconds; an end of None did not happen.

    An end before its start (a clock that was set back) counts as no time at all.
    """
    seconds = [max(0, end - start) // 1000 for start, end in starts_and_ends if end is not None]
    if not seconds:
        return Delay(0, None, None)
    return Delay(len(seconds), round(median(seconds)), max(seconds))
