"""An office that moves: to another folder, to another PC; two people on two PCs."""

from __future__ import annotations

import shutil
from pathlib import Path

from operator_app.config import paths, windows_data_folder
from operator_app.db import settings
from operator_app.domain.policy import Layer, Source
from operator_app.services.calls import Calls
from operator_app.services.policy import installation
from operator_app.services.sign_in import SignIn
from tests.conftest import PASSWORD, TestOffice, information_call
from tests.ui.journal_office import save_call


def test_a_data_folder_can_be_moved_while_the_program_is_closed(
    office: TestOffice, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.delenv("OPERATOR117_DATA", raising=False)
    before = save_call(office)
    with office.database.read() as connection:
        device = settings.read_device(connection)
    office.database.close()
    there = tmp_path / "Диск" / "117 Operator"
    there.parent.mkdir()
    shutil.move(office.paths.data, there)
    layer = Layer(Source.MACHINE_POLICY, {"data_folder": str(there)})
    where, _policy = installation(read=lambda: [layer])
    assert where.data == there and where.is_set_up
    database, actor = SignIn(where, office.clock).open("aida", PASSWORD)
    calls = Calls(database, office.reference, office.clock)
    assert calls.open(actor, before.call_id).number == before.number
    calls.save(actor, information_call(calls.start(actor).form))
    with database.read() as connection:
        # The same PC for the ministry: no new enrolment.
        assert settings.read_device(connection).device_id == device.device_id
    database.close()


def test_where_windows_keeps_the_data(tmp_path: Path) -> None:
    known = {"PROGRAMDATA": str(tmp_path / "all"), "LOCALAPPDATA": str(tmp_path / "mine")}
    folder = windows_data_folder(tmp_path / "program" / "x.exe", known)
    assert folder == tmp_path / "all" / "117 Operator"
    assert paths(folder).data == folder
