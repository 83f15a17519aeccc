"""A running receiver and an enrolled device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "ministry", clock) as running:
        yield running


@pytest.fixture
def device(receiver: RunningReceiver) -> Iterator[Device]:
    enrolled = Device(receiver).enrol()
    yield enrolled
    enrolled.close()
