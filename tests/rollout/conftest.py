"""A receiver, an office that is enrolled there, and a device that speaks the bare protocol."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.sync.conftest import desk, new_desk, new_seat, receiver  # noqa: F401


@pytest.fixture
def device(receiver: RunningReceiver) -> Iterator[Device]:  # noqa: F811
    enrolled = Device(receiver).enrol()
    yield enrolled
    enrolled.close()
