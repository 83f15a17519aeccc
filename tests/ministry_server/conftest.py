"""A running receiver and an enrolled device, over each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests import postgres
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver

ALWAYS_ON_POSTGRES = (
    "push",
    "have",
    "enrol",
    "admission",
    "records",
    "changes",
    "backup",
    "processes",
    "store",
    "partitions",
)
"""What the engine may matter for; the others run on PostgreSQL with the long tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("database_url")
        module = item.path.stem.removeprefix("test_")
        if engine == "postgresql" and module not in ALWAYS_ON_POSTGRES:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[URL]:
    """A database of its own; the server is started when the first test asks for it."""
    with postgres.cluster() as server:
        database = postgres.new_database(server)
        yield database
        postgres.drop_database(server, database)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing()),
        ),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for the SQLite file in the receiver's folder; else an empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    database: URL = request.getfixturevalue("postgres_database")
    postgres.clear_database(database)
    return database.render_as_string(hide_password=False)


@pytest.fixture
def receiver(
    tmp_path: Path, clock: FrozenClock, database_url: str | None
) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "ministry", clock, database_url=database_url) as running:
        yield running


@pytest.fixture
def device(receiver: RunningReceiver) -> Iterator[Device]:
    enrolled = Device(receiver).enrol()
    yield enrolled
    enrolled.close()
