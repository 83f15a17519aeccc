"""The faulty way between an enrolled office and its receiver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operator_app.sync.carriers.https import HttpsCarrier
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.conftest import desk, new_desk, receiver  # noqa: F401
from tests.sync.desk import Desk


@pytest.fixture
def proxy(receiver: RunningReceiver) -> Iterator[FaultProxy]:  # noqa: F811
    with FaultProxy(receiver.url) as running:
        yield running


@pytest.fixture
def far_desk(desk: Desk, proxy: FaultProxy) -> Desk:  # noqa: F811
    """An enrolled office that reaches the server through the proxy, and is soon out of patience."""
    desk.open_carrier = lambda url: HttpsCarrier(url, connect_seconds=5, read_seconds=0.5)
    desk.point_at(proxy.url)
    return desk
