"""What the sync client needs of a way to the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

BASE_PATH = "/sync/v1"
MOST_ANSWER_BYTES = 8 << 20
ACCESS_DENIED = "xroad.access_denied"
"""This request is not opened to us on the way; others may be."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the few headers that matter in lower case, the whole body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Carrier(Protocol):
    """Carries one request and brings its answer. Knows nothing of what is in either."""

    @property
    def name(self) -> str:
        """A word for the list of attempts: "https"."""

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; `path` begins with BASE_PATH. `etag`: what is here already; when that is
        still so, the answer is 304 without a body. `headers`: of the request, besides ours.

        Raises ServerRefused when a server on the way refuses, as `xroad.access_denied`;
        NetworkProblem: `net.unreachable`, `net.proxy`, `net.tls`, `net.certificate_time`
        (the server never saw the request), `net.timeout`, `net.cut`, `net.answer_too_large`
        (it may have).
        """

    def close(self) -> None:
        """Let go of connections."""
