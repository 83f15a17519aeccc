"""Time as the product uses it: stored in UTC milliseconds, shown in Bishkek time.

Asia/Bishkek has been UTC+6 all year since 2005 (research/domain.md 2.6).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BISHKEK = ZoneInfo("Asia/Bishkek")

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime. Tests pass their own."""


def system_clock() -> datetime:
    """The PC's clock. No rule may depend on its being right (sync invariant I16)."""
    return datetime.now(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return round(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The aware UTC moment of `ms` milliseconds since 1970-01-01."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def local(ms: int) -> datetime:
    """The moment in Bishkek time."""
    return from_ms(ms).astimezone(BISHKEK)


def local_day(ms: int) -> date:
    """The calendar day in Bishkek."""
    return local(ms).date()


def day_bounds_ms(day: date) -> tuple[int, int]:
    """First millisecond of the Bishkek day, and first millisecond after it."""
    start = datetime.combine(day, time.min, tzinfo=BISHKEK)
    return to_ms(start), to_ms(start + timedelta(days=1))
