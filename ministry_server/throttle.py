"""Slows down those who guess codes and tokens; who is honest never notices."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from ministry_server.messages import Refusal

MOST_ADDRESSES = 10_000


class Throttle:
    """At most `most` refusals in `window_ms` per address. Kept in memory, of bounded size.

    `code` is that of the refusal that follows them.
    """

    def __init__(self, most: int, window_ms: int, code: str) -> None:
        self._code = code
        self._most = most
        self._window = window_ms
        self._refusals: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Raise Refusal(429) with the seconds to wait when the address has used up its tries."""
        with self._lock:
            times = self._refusals.get(address)
            if times and len(times) == self._most and times[0] > now - self._window:
                wait = (times[0] + self._window - now) // 1000 + 1
                raise Refusal(429, self._code, retry_seconds=wait)

    def count(self, address: str, now: int) -> None:
        """Note a refusal."""
        with self._lock:
            times = self._refusals.setdefault(address, deque(maxlen=self._most))
            times.append(now)
            self._refusals.move_to_end(address)
            if len(self._refusals) > MOST_ADDRESSES:
                self._refusals.popitem(last=False)
