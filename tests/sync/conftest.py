"""A real receiver over real HTTP, and an office that is enrolled there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FrozenClock, TestOffice
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "server", clock) as running:
        yield running


@pytest.fixture
def new_desk(office: TestOffice) -> Iterator[Desk]:
    """A PC that knows no server yet."""
    desk = Desk(office)
    yield desk
    desk.cycle.close()


@pytest.fixture
def desk(new_desk: Desk, receiver: RunningReceiver) -> Desk:
    """A PC that is enrolled and has nothing to send."""
    new_desk.point_at(receiver.url, receiver.new_code())
    assert new_desk.run().problem is None
    return new_desk
