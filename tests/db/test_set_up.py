"""Setting up an office: whole or not at all, and never over one that is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from operator_app.config import Paths, paths
from operator_app.db.keyring import new_recovery_key
from operator_app.errors import EnvironmentProblem
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, office_setup
from tests.db.conftest import code_of


class Planted(OSError):
    pass


def _fail(*args: object, **kwargs: object) -> None:
    raise Planted("planted")


@pytest.fixture
def where(tmp_path: Path) -> Paths:
    return paths(tmp_path / "data")


def _set_up(where: Paths, clock) -> None:
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), clock, CHEAP)


def _opens(where: Paths, clock) -> bool:
    database, actor = SignIn(where, clock).open("aida", PASSWORD)
    sound = database.verify() == []
    database.close()
    return sound and actor.login == "aida"


STEPS = [
    "Database",
    "bring_up_to_date",
    "settings.write_office",
    "settings.write_server",
    "settings.new_device",
    "settings.put",
    "audit.append",
    "write_keyring",
    "Path.replace",
    "sync_folder",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_leaves_nothing_or_a_whole_office(
    where, clock, monkeypatch, step
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(f"operator_app.services.set_up.{step}", _fail)
        with pytest.raises(EnvironmentProblem) as told:
            _set_up(where, clock)
    assert told.value.code == "database.cannot_open"
    if step == "sync_folder":  # the last step, after the office took its place
        assert _opens(where, clock)
        return
    assert not where.is_set_up
    assert list(where.data.iterdir()) == []
    _set_up(where, clock)
    assert _opens(where, clock)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ends a forked process without clean-up")
@pytest.mark.parametrize("step", ["bring_up_to_date", "write_keyring", "Path.replace"])
def test_a_process_that_dies_at_a_step_leaves_nothing_that_counts(
    where, clock, monkeypatch, step
) -> None:
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(f"operator_app.services.set_up.{step}", lambda *a, **k: os._exit(7))
        try:
            _set_up(where, clock)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert not where.is_set_up
    assert list(where.data.iterdir()) != []  # the half-made folder under its own name
    _set_up(where, clock)
    assert _opens(where, clock)
    # What the dead process left is gone: it held a key nobody knows.
    assert not list(where.data.glob("setting-up-*"))


def test_an_office_is_never_set_up_over_another(where, clock) -> None:
    _set_up(where, clock)
    content = {f.name: f.read_bytes() for f in where.office.iterdir()}
    assert code_of(_set_up, where, clock) == "setup.already_done"
    where.database.unlink()
    assert code_of(_set_up, where, clock) == "setup.already_done"
    where.keyring.unlink()
    assert code_of(_set_up, where, clock) == "setup.already_done"
    assert set(content) == {"operator.db", "keyring.json"}


@pytest.mark.parametrize(
    ("changes", "password"),
    [
        ({}, "short"),
        ({"supervisor_login": "A B"}, PASSWORD),
        ({"supervisor_name": "  "}, PASSWORD),
        ({}, "aida-aida-aida"),
        ({}, "aaaaaaaaaaaa"),
    ],
)
def test_bad_input_is_told_before_anything_is_made(where, clock, changes, password) -> None:
    code = code_of(
        set_up_office, where, office_setup(**changes), password, new_recovery_key(), clock, CHEAP
    )
    assert code == "setup.faults"
    assert not where.data.exists()


def test_no_secret_lies_beside_the_office(where, clock) -> None:
    recovery_key = new_recovery_key()
    setup = office_setup(server_url="https://example.invalid", enrolment_code="K7QM-2RXW-9TBH")
    set_up_office(where, setup, PASSWORD, recovery_key, clock, CHEAP)
    assert [p.name for p in where.data.iterdir()] == ["office"]
    for file in where.office.iterdir():
        content = file.read_bytes()
        for secret in (PASSWORD, recovery_key, recovery_key.replace("-", ""), "K7QM", "Testova"):
            assert secret.encode() not in content
    assert where.is_set_up
