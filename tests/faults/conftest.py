"""The faulty way between an enrolled office and its receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from operator_app.sync.carriers import https
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.conftest import (  # noqa: F401
    colleague,
    desk,
    new_desk,
    new_seat,
    receiver,
)
from tests.sync.desk import Desk


@pytest.fixture
def proxy(receiver: RunningReceiver) -> Iterator[FaultProxy]:  # noqa: F811
    with FaultProxy(receiver.url) as running:
        yield running


@pytest.fixture
def far_desk(desk: Desk, proxy: FaultProxy) -> Desk:  # noqa: F811
    """An enrolled office that reaches the server through the proxy."""
    desk.point_at(proxy.url)
    return desk


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> Callable[[Desk], None]:
    """Makes an office give up soon on a server that does not answer; to be used before its run."""

    def apply(desk: Desk) -> None:  # noqa: F811
        monkeypatch.setattr(https, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
        desk.open_carrier = lambda url: https.HttpsCarrier(url, read_seconds=0.3)

    return apply
