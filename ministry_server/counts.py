"""What this process has done since it started, in numbers. No ids, no content."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """The numbers at one moment.

    `requests` by (endpoint, HTTP status), `refusals` by code, `items` of pushes by outcome,
    `seconds` spent on answers by endpoint.
    """

    requests: Mapping[tuple[str, int], int]
    refusals: Mapping[str, int]
    items: Mapping[str, int]
    seconds: Mapping[str, float]


class Counts:
    """Counts along; every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._refusals: Counter[str] = Counter()
        self._items: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def answered(self, endpoint: str, status: int, code: str | None, seconds: float) -> None:
        """A request was answered; `code` says why it was refused, if it was."""
        with self._lock:
            self._requests[endpoint, status] += 1
            self._seconds[endpoint] = self._seconds.get(endpoint, 0.0) + seconds
            if code is not None:
                self._refusals[code] += 1

    def took_in(self, outcomes: list[str]) -> None:
        """These became of the items of a push."""
        with self._lock:
            self._items.update(outcomes)

    def now(self) -> Counted:
        """The numbers as they are."""
        with self._lock:
            return Counted(
                dict(self._requests), dict(self._refusals), dict(self._items), dict(self._seconds)
            )
