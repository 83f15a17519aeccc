"""The way between the PCs and the receiver, without sockets: it loses, delays, doubles, reorders,
answers in the server's place, and may be cut off for days."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer

Deliver = Callable[[str, str, bytes], Answer]
FATES = (
    "request lost",
    "answer lost",
    "delayed",
    "twice",
    "twice at once",
    "again later",
    "old answer",
    "a page in its place",
    "half an answer",
    "error page",
    "wrong status",
    "PC stops before",
    "PC stops after",
)
MOST_ON_THE_WAY = 6


class PcStopped(BaseException):
    """The PC loses its power in the middle of what it did."""


@dataclass(frozen=True)
class _Request:
    """Something that was sent and may arrive at any time."""

    name: str
    method: str
    path: str
    body: bytes


@dataclass
class Network:
    """`deliver` brings a request to the receiver; `note` writes the trace; `before_write` lets
    something happen between the receiver's reading of a request and its transaction."""

    chance: random.Random
    deliver: Deliver
    note: Callable[[str], None]
    before_write: Callable[[Callable[[], None]], None]
    badness: float = 0.3
    fates: tuple[str, ...] = FATES
    cut_off: dict[str, float] = field(default_factory=dict)
    now: float = 0.0
    _on_the_way: list[_Request] = field(default_factory=list)
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def exchange(self, name: str, method: str, path: str, body: bytes) -> Answer:
        """One request of a PC, with what becomes of it on the way."""
        request = _Request(name, method, path, body)
        if self.cut_off.get(name, 0) > self.now:
            raise NetworkProblem("net.unreachable")
        fate = "arrives"
        if self.chance.random() < self.badness:
            fate = self.chance.choice(self.fates)
        self.note(f"{name} {_told(request)}: {fate}")
        return self._meet(fate, request)

    def late_arrival(self) -> None:
        """One request of long ago arrives; nobody waits for its answer."""
        if self._on_the_way:
            request = self._on_the_way.pop(self.chance.randrange(len(self._on_the_way)))
            self.note(f"late: {request.name} {_told(request)}")
            self._unheard(request)

    def heal(self) -> None:
        """Faults stop; what is on the way arrives."""
        while self._on_the_way:
            self.late_arrival()
        self.badness = 0.0
        self.cut_off.clear()

    def _meet(self, fate: str, request: _Request) -> Answer:
        if fate == "request lost":
            raise NetworkProblem("net.cut")
        if fate == "delayed":
            self._keep(request)
            raise NetworkProblem("net.timeout")
        if fate == "PC stops before":
            raise PcStopped
        if fate == "a page in its place":
            return Answer(200, {}, b"<html>Sign in to the network</html>")
        if fate == "error page":
            return Answer(500, {}, b"<html>Internal error</html>")
        if fate == "old answer" and (request.name, request.path) in self._answers:
            return self._answers[request.name, request.path]
        if fate == "twice":
            self._arrive(request)
        if fate == "twice at once":
            self.before_write(lambda: self._beside(request))
        if fate == "again later":
            self._keep(request)
        answer = self._arrive(request)
        if fate == "answer lost":
            raise NetworkProblem("net.cut")
        if fate == "PC stops after":
            raise PcStopped
        if fate == "half an answer":
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        if fate == "wrong status":
            return Answer(502, answer.headers, answer.body)
        return answer

    def _keep(self, request: _Request) -> None:
        self._on_the_way = [*self._on_the_way[1 - MOST_ON_THE_WAY :], request]

    def _arrive(self, request: _Request) -> Answer:
        answer = self.deliver(request.method, request.path, request.body)
        self._answers[request.name, request.path] = answer
        return answer

    def _unheard(self, request: _Request) -> None:
        """Nobody waits for the answer, or hears that there is none."""
        with contextlib.suppress(NetworkProblem):
            self.deliver(request.method, request.path, request.body)

    def _beside(self, request: _Request) -> None:
        """The copy is dealt with while the first one is looked at: another thread of the server."""

        other = threading.Thread(target=self._unheard, args=(request,))
        other.start()
        other.join()


@dataclass
class SimulatedCarrier:
    """What a PC has of the network."""

    network: Network
    pc: str
    name: str = "simulated"

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        """As a carrier; feeds are not part of the simulation."""
        del etag
        return self.network.exchange(self.pc, method, path, body)

    def close(self) -> None:
        """Nothing is held."""


def _told(request: _Request) -> str:
    """A request in the trace: its path, and a mark of the records in it."""
    action = request.path.split("?")[0].rsplit("/", 1)[-1]
    if action != "push":
        return action
    op_ids = [item["op_id"] for item in json.loads(request.body)["items"]]
    return f"push {len(op_ids)} {hashlib.sha256(json.dumps(op_ids).encode()).hexdigest()[:8]}"
