"""A slow line that loses packets, in simulated time: the program's own requests over a real receiver,
and a clock that moves by what each of them would have taken.

What is modelled of TCP, rather worse than better: both directions at the same rate; every packet
takes its time on the line; a lost one stops everything until it is sent again, after a second, and
twice as long each time it is lost again; the first request after a pause or a failure shakes hands
(TCP and TLS). A client that would have lost patience does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer
from operator_app.sync.carriers.https import (
    READ_SECONDS,
    SLOWEST_BYTES_PER_SECOND,
    SPARE,
    HttpsCarrier,
)
from tests.conftest import FrozenClock

PACKET = 1_400
PACKET_OVERHEAD = 80
"""TCP, IP and TLS."""
HEADERS = 350
HANDSHAKE = 5_000
HANDSHAKE_TURNS = 3
FIRST_TIMEOUT = 1.0
IDLE_SECONDS = 60.0
"""After so long a quiet connection is closed by somebody on the way."""


@dataclass
class SlowLine:
    """A carrier of the product behind a slow line. Set `clock` to where it begins.

    `events`: (when, what) in seconds since the beginning, in order; each happens at its moment, also
    while a request is on its way. `pushes`: (items' bytes, seconds) of each that arrived.
    """

    url: str
    clock: FrozenClock
    chance: random.Random
    bits_per_second: float = 64_000
    loss: float = 0.05
    round_trip: float = 0.2
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    name: str = "https"
    pushes: list[tuple[int, float]] = field(default_factory=list)
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    _quiet_since: float | None = None

    def __post_init__(self) -> None:
        self._carrier = HttpsCarrier(self.url)
        self._begin = self.clock.now

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        began = self.seconds
        if self._quiet_since is None or began - self._quiet_since > IDLE_SECONDS:
            self.wait(self._transfer(HANDSHAKE) + HANDSHAKE_TURNS * self.round_trip)
        patience = READ_SECONDS + SPARE * len(body) / SLOWEST_BYTES_PER_SECOND
        up = self._transfer(len(body) + HEADERS)
        self.bytes_up += len(body)
        self.wait(min(up, patience))
        if up > patience:
            self._quiet_since = None
            raise NetworkProblem("net.timeout")
        answer = self._carrier.exchange(method, path, body, etag=etag)
        self.bytes_down += len(answer.body)
        self.wait(self._transfer(len(answer.body) + HEADERS))
        self._quiet_since = self.seconds
        if path.endswith("/push"):
            self.pushes.append((len(body), self.seconds - began))
        return answer

    def close(self) -> None:
        self._carrier.close()

    def wait(self, seconds: float) -> None:
        """Let time pass, and happen what happens in it."""
        until = self.seconds + seconds
        while self.events and self.events[0][0] <= until:
            when, happens = self.events.pop(0)
            self._move(max(when, self.seconds))
            happens()
        self._move(until)

    def _move(self, to: float) -> None:
        self.clock.forward(seconds=to - self.seconds)
        self.seconds = to

    def _transfer(self, size: int) -> float:
        """Seconds until all of it is there."""
        seconds = self.round_trip / 2
        packets = -(-size // PACKET)
        on_the_line = (size + packets * PACKET_OVERHEAD) * 8 / self.bits_per_second
        for _ in range(packets):
            timeout = FIRST_TIMEOUT
            while self.chance.random() < self.loss:
                seconds += timeout + on_the_line / packets
                timeout *= 2
        return seconds + on_the_line
