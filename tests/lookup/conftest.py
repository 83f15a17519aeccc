"""An enrolled office, the receiver, its Security Server and the system behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.lookup import BenefitLookup
from tests.conftest import FrozenClock
from tests.lookup.social_system import SocialSystem
from tests.receiver import RunningReceiver
from tests.sync.conftest import new_desk  # noqa: F401
from tests.sync.desk import Desk
from tests.xroad.security_server import SecurityServer

CLIENT = "central-server/GOV/70000099/helpline-117"
SERVICE = "central-server/GOV/70000098/social-assistance/benefits"
SETTINGS = """\
[xroad]
security_server = "{url}"
client = "{client}"
service = "{service}"

[request]
path = "/benefits"
pin = "pin"
purpose = "why"

[answer]
list = "data.benefits"
kind = "name"
status = "state"
since = "dateFrom"
until = "dateTo"

[statuses]
ACTIVE = "paid"
STOPPED = "ended"
"""


@dataclass
class Ways:
    """Everything between the operator and the social assistance system."""

    desk: Desk
    receiver: RunningReceiver
    road: SecurityServer
    system: SocialSystem
    lookup: BenefitLookup


@pytest.fixture
def make_receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[Callable[..., RunningReceiver]]:
    """Starts a receiver over a folder that holds this lookup.toml."""
    made: list[RunningReceiver] = []

    def make(settings: str) -> RunningReceiver:
        folder = tmp_path / "server"
        folder.mkdir()
        if settings:
            (folder / "lookup.toml").write_text(settings, encoding="utf-8")
        made.append(RunningReceiver(folder, clock).__enter__())
        return made[-1]

    yield make
    for receiver in made:
        receiver.__exit__()


@pytest.fixture
def ways(
    make_receiver: Callable[..., RunningReceiver],
    new_desk: Desk,  # noqa: F811
) -> Iterator[Ways]:
    with (
        SocialSystem() as system,
        SecurityServer(system.url, client=CLIENT, service=SERVICE) as road,
    ):
        road.rights = [("POST", "/benefits")]
        receiver = make_receiver(SETTINGS.format(url=road.url, client=CLIENT, service=SERVICE))
        new_desk.point_at(receiver.url, receiver.new_code())
        assert new_desk.run().problem is None
        lookup = BenefitLookup(
            new_desk.database,
            new_desk.office.clock,
            lambda url: open_carrier(new_desk.database, url, connect_seconds=3, read_seconds=3),
            "0.1.0",
        )
        yield Ways(new_desk, receiver, road, system, lookup)
