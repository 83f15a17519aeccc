"""An office whose way leads through a Security Server to the real receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from operator_app.db import settings
from operator_app.domain.xroad import XRoad
from operator_app.sync.carriers.xroad import XRoadCarrier
from tests.receiver import RunningReceiver
from tests.sync.conftest import new_desk, receiver  # noqa: F401
from tests.sync.desk import Desk
from tests.xroad.security_server import CLIENT, SERVICE, SecurityServer


@pytest.fixture
def server(receiver: RunningReceiver) -> Iterator[SecurityServer]:  # noqa: F811
    with SecurityServer(receiver.url) as running:
        yield running


@pytest.fixture
def join(new_desk: Desk, receiver: RunningReceiver) -> Callable[..., Desk]:  # noqa: F811
    """Makes the office one that enrols and sends through a Security Server."""

    def make(server: SecurityServer, *, read_seconds: float = 5, **changes: str) -> Desk:
        road = replace(XRoad(server.url, CLIENT, SERVICE), **changes)
        new_desk.open_carrier = lambda _url: XRoadCarrier(
            road, connect_seconds=5, read_seconds=read_seconds
        )
        with new_desk.database.write() as connection:
            code = receiver.new_code()
            settings.write_server(connection, settings.Server(road.address, code, xroad=road))
        return new_desk

    return make


@pytest.fixture
def desk(join: Callable[..., Desk], server: SecurityServer) -> Desk:
    """Enrolled, and with nothing to send."""
    made = join(server)
    assert made.run().problem is None
    return made
