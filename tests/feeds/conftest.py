"""A receiver that publishes, an office that is enrolled there, and ways to spoil what comes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.conftest import far_desk, impatience, proxy  # noqa: F401
from tests.feeds.meddler import Meddler
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.sync.conftest import (  # noqa: F401
    colleague,
    desk,
    new_desk,
    new_seat,
    receiver,
    stranger,
)
from tests.sync.desk import Desk


@pytest.fixture
def meddler(desk: Desk, receiver: RunningReceiver) -> Meddler:  # noqa: F811
    """The carrier of `desk`, which a test may let change what is published."""
    desk.cycle.close()
    desk.cycle = desk._new_cycle()
    carrier = Meddler(receiver)
    desk.open_carrier = lambda url: carrier
    return carrier


@pytest.fixture
def device(receiver: RunningReceiver) -> Iterator[Device]:  # noqa: F811
    """An enrolled device that speaks the bare protocol."""
    enrolled = Device(receiver).enrol()
    yield enrolled
    enrolled.close()
