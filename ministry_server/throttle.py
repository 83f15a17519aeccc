"""Slows down those who guess codes and tokens, and those who ask without end; who is honest never
notices.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from ministry_server.messages import Refusal

MOST_ADDRESSES = 10_000


class Pace:
    """At most `per_second` requests of one caller in the long run, and `burst` at once.

    A caller is an address or a device. Kept in memory, of bounded size. It counts with a clock
    that nobody sets: the time of day may jump.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        code: str,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._code = code
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> None:
        """Count a request. Raises Refusal(429) with the seconds to wait when there were too many."""
        now = self._seconds()
        with self._lock:
            left, at = self._left.get(who, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._per_second)
            refused = left < 1
            self._left[who] = (left if refused else left - 1, now)
            self._left.move_to_end(who)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        if refused:
            wait = math.ceil((1 - left) / self._per_second)
            raise Refusal(429, self._code, retry_seconds=max(1, wait))


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
