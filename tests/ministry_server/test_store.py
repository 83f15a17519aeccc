"""What the rest relies on, whichever engine it is."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ministry_server.keys import make_keys
from ministry_server.schema import intake
from ministry_server.store import open_store
from operator_app.errors import EnvironmentProblem


def test_a_reader_sees_one_state(receiver, device) -> None:
    count = select(func.count()).select_from(intake)
    device.push(device.revise())
    with receiver.store.read() as connection:
        assert connection.execute(count).scalar() == 1
        device.push(device.revise())
        assert connection.execute(count).scalar() == 1
    with receiver.store.read() as connection:
        assert connection.execute(count).scalar() == 2


def test_a_database_without_tables_is_missing(tmp_path, database_url) -> None:
    make_keys(tmp_path)
    with pytest.raises(EnvironmentProblem, match=r"server\.database_missing"):
        open_store(tmp_path, database_url)


def test_a_database_that_does_not_answer_is_away(tmp_path) -> None:
    nobody = "postgresql+psycopg://test@127.0.0.1:1/test?connect_timeout=5"
    with pytest.raises(EnvironmentProblem, match=r"server\.database_away"):
        open_store(tmp_path, nobody)
