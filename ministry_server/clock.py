"""The server's clock, injected so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime."""


def system_clock() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def now_ms(clock: Clock) -> int:
    """The present moment in UTC milliseconds."""
    return round(clock().timestamp() * 1000)
