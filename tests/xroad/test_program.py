"""The file of a newer version comes through a Security Server, too: in pieces, past its rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from operator_app.sync import program_fetch
from operator_app.sync.carriers.base import BASE_PATH
from operator_app.sync.program_fetch import ProgramFetch
from tests.receiver import RunningReceiver
from tests.rollout.releases import content, release
from tests.sync.desk import Desk
from tests.xroad.security_server import SecurityServer


def test_a_version_is_fetched_in_pieces(
    desk: Desk,
    server: SecurityServer,
    receiver: RunningReceiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program_fetch, "LEFT_FREE", 0)
    release(receiver, tmp_path, "1.2.0")
    desk.office.clock.forward(hours=1)
    assert desk.run().feeds_changed == ("program",)
    folder = tmp_path / "updates"
    folder.mkdir()
    fetch = ProgramFetch(
        desk.database, desk.office.clock, desk.open_carrier, folder=folder, running="0.1.0",
        build=None,
    )  # fmt: skip
    # The provider grants it like the other paths; until then nothing else is hindered.
    assert fetch.next_piece().problem == "xroad.access_denied"
    assert desk.run().problem is None
    server.rights.append(("GET", f"{BASE_PATH}/program/[0-9a-f]+"))
    desk.office.clock.forward(hours=1)
    pieces = 1
    while not fetch.next_piece().ready:
        assert fetch.goes_on
        pieces += 1
    assert pieces > 1
    assert (folder / "117-operator-1.2.0.msi").read_bytes() == content("1.2.0")
    fetch.close()
