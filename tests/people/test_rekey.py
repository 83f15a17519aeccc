"""A new database key: passwords and the recovery key go on, who left stays outside."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from operator_app.config import paths
from operator_app.db import rekey as machinery
from operator_app.db.audit import first_broken
from operator_app.db.engine import Database
from operator_app.db.keyring import (
    Keyring,
    new_recovery_key,
    read_keyring,
    write_keyring,
)
from operator_app.db.models import audit, call
from operator_app.db.rekey import Stopped
from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.services.accounts import Accounts
from operator_app.services.calls import Calls
from operator_app.services.recovery import set_password_by_recovery
from operator_app.services.rekey import Rekey
from operator_app.services.search_index import SearchIndex
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, Template, TestOffice, information_call
from tests.crash.workers import index_of
from tests.db.conftest import code_of, edit_json

NEW = "walnut-river-2027"


@dataclass
class Thief:
    """Somebody who left with a copy of everything, and knows their own password."""

    keyring: Keyring
    database: Path
    key: bytes


def rekey_of(office: TestOffice) -> Rekey:
    return Rekey(office.database, office.paths, office.clock, lambda: None, CHEAP)


def enters(office: TestOffice, login: str, password: str = PASSWORD) -> None:
    """From outside, as after a restart."""
    database, _actor = SignIn(office.paths, office.clock).open(login, password)
    with database.read() as connection:
        assert connection.execute(select(call.c.call_id)).scalars().all()
    assert database.verify() == []
    database.close()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Bakyt's copy of the office lies."""
    return tmp_path_factory.mktemp("thief") / "copied"


@pytest.fixture(scope="module")
def office_template(
    office_template: Template,
    tmp_path_factory: pytest.TempPathFactory,
    reference: Reference,
    copied: Path,
) -> Template:
    """An office with a call. Bakyt was an operator, and was removed; two others are there."""
    clock = FrozenClock()
    where = paths(tmp_path_factory.mktemp("left") / "data")
    shutil.copytree(office_template.data, where.data)
    database = Database(where.database, office_template.key)
    accounts = Accounts(database, where, clock, CHEAP)
    aida = office_template.actor
    for login in ("bakyt", "cholpon", "daniyar"):
        added = accounts.add(aida, login, f"{login} Testova", Role.OPERATOR, PASSWORD)
        if login == "bakyt":
            bakyt = added
    calls = Calls(database, reference, clock)
    calls.save(aida, information_call(calls.start(aida).form))
    database.close()
    shutil.copytree(where.office, copied)
    accounts.remove(aida, bakyt.user_id)
    database.close()
    return replace(office_template, data=where.data)


@pytest.fixture
def thief(office: TestOffice, copied: Path) -> Thief:
    keyring = read_keyring(copied / "keyring.json")
    return Thief(keyring, copied / "operator.db", keyring.open("bakyt", PASSWORD))


def test_everybody_who_stays_gets_in_as_before(office: TestOffice, thief: Thief) -> None:
    before = office.database.key
    rekey_of(office).change(office.actor)
    # The open office goes on under the new key.
    assert office.database.key != before
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    assert SignIn(office.paths, office.clock).unlock(office.database, "cholpon", PASSWORD)
    office.database.close()
    for login in ("aida", "cholpon", "daniyar"):
        enters(office, login)
    set_password_by_recovery(
        office.paths,
        office.clock,
        recovery_key=office.recovery_key,
        login="aida",
        password=NEW,
        cost=CHEAP,
    )
    enters(office, "aida", NEW)
    keyring = read_keyring(office.paths.keyring)
    assert keyring.generation == 2
    assert all(slot.is_fresh for slot in keyring.slots)
    with office.database.read() as connection:
        assert first_broken(connection) is None
        said = connection.execute(
            select(audit.c.entity_id, audit.c.details).where(audit.c.action == "key.changed")
        ).all()
    assert [tuple(row) for row in said] == [
        ("2", '{"left_behind":0,"new_recovery_key":false,"people":3}')
    ]


def test_who_left_opens_the_old_copy_and_nothing_new(office: TestOffice, thief: Thief) -> None:
    Database(thief.database, thief.key).prove_key()
    rekey_of(office).change(office.actor)
    office.database.close()
    assert code_of(Database(office.paths.database, thief.key).prove_key) == "database.key_wrong"
    now = read_keyring(office.paths.keyring)
    assert now.slot("bakyt") is None
    own = thief.keyring.slot("bakyt")
    assert own is not None
    # The old slot put back into the new key file: as it was, and with somebody's bridge.
    for colleague in now.slots:
        for bridges, found in (((), thief.key), (colleague.bridges, None)):
            forged = replace(now, slots=(replace(own, bridges=bridges),))
            if found:
                assert forged.open("bakyt", PASSWORD) == found
            elif bridges:
                assert code_of(forged.open, "bakyt", PASSWORD) == "sign_in.refused"
    # A colleague's slot as it was holds the old key only.
    assert thief.keyring.open("cholpon", PASSWORD) == thief.key


def test_an_old_database_put_in_place_does_not_open(office: TestOffice, thief: Thief) -> None:
    rekey_of(office).change(office.actor)
    office.database.close()
    shutil.copyfile(thief.database, office.paths.database)
    sign_in = SignIn(office.paths, office.clock)
    assert code_of(sign_in.open, "cholpon", PASSWORD) == "database.key_wrong"


def test_the_key_is_changed_again_before_everybody_was_there(
    office: TestOffice, thief: Thief
) -> None:
    for _time in range(3):
        rekey_of(office).change(office.actor)
    slot = read_keyring(office.paths.keyring).slot("daniyar")
    assert slot is not None
    assert len(slot.bridges) == 3
    office.database.close()
    enters(office, "daniyar")
    enters(office, "daniyar")
    assert read_keyring(office.paths.keyring).generation == 4


def test_a_new_recovery_key_takes_the_place_of_the_old(office: TestOffice, thief: Thief) -> None:
    recovery = new_recovery_key()
    rekey_of(office).change(office.actor, recovery)
    keyring = read_keyring(office.paths.keyring)
    assert keyring.open("", recovery) == office.database.key
    assert code_of(keyring.open, "", office.recovery_key) == "sign_in.refused"


def test_row_numbers_and_all_pages_stay(office: TestOffice, thief: Thief) -> None:
    def content() -> list[object]:
        with office.database.read() as connection:
            names = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master ORDER BY name"
            ).all()
            rows = connection.exec_driver_sql("SELECT rowid, op_id FROM revision").all()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            return [names, rows, version]

    before = content()
    assert before[1]
    rekey_of(office).change(office.actor)
    assert content() == before


def test_the_index_is_made_anew_under_the_new_key(office: TestOffice, thief: Thief) -> None:
    index: SearchIndex = index_of(office.database)
    assert index.step() == 0
    old = index.file.file.read_bytes()[:16]
    rekey = Rekey(office.database, office.paths, office.clock, index.begin_anew, CHEAP)
    rekey.change(office.actor)
    assert not index.file.file.exists()
    assert index.step() == 0
    assert index.state().documents == 1
    assert index.file.file.read_bytes()[:16] != old
    index.close()


def full_disk(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize("step", ["_copy", "_finish_copy", "write_keyring", "_clear_logs"])
def test_what_fails_on_the_way_leaves_the_old_key(
    office: TestOffice, thief: Thief, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    key, slots = office.database.key, read_keyring(office.paths.keyring)
    with monkeypatch.context() as broken:
        broken.setattr(machinery, step, full_disk)
        assert code_of(rekey_of(office).change, office.actor) == "rekey.not_written"
    assert office.database.key == key
    assert read_keyring(office.paths.keyring) == slots
    assert sorted(f.name for f in office.paths.office.glob("*rekeyed*")) == []
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    office.database.close()
    enters(office, "cholpon")


def test_it_can_be_stopped(office: TestOffice, thief: Thief) -> None:
    seen: list[tuple[int, int]] = []
    key = office.database.key
    with pytest.raises(Stopped):
        rekey_of(office).change(
            office.actor,
            progress=lambda done, all_: seen.append((done, all_)),
            stopped=lambda: True,
        )
    assert seen
    assert office.database.key == key
    assert read_keyring(office.paths.keyring).generation == 1


def test_it_waits_for_nobody_who_does_not_end(
    office: TestOffice, thief: Thief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operator_app.db.engine.LEAVE_SECONDS", 0)
    with office.database.write():
        assert code_of(rekey_of(office).change, office.actor) == "database.locked"
    rekey_of(office).change(office.actor)


def test_others_wait_while_the_file_is_changed(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operator_app.db.engine.BUSY_TIMEOUT_MS", 0)
    with office.database.alone(), pytest.raises(EnvironmentProblem) as refused:
        office.calls.start(office.actor)
        office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    assert refused.value.code == "database.taken"
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))


def test_a_full_disk_is_told_before_anything_is_written(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "operator_app.db.rekey.shutil.disk_usage",
        lambda _path: shutil._ntuple_diskusage(9, 9, 2**20),
    )
    for act in (rekey_of(office).look, rekey_of(office).change):
        with pytest.raises(EnvironmentProblem) as refused:
            act(office.actor)
        assert refused.value.code == "rekey.no_space"
        assert refused.value.params["free"] == 1


def test_slots_of_the_former_program_are_left_behind_and_named(
    office: TestOffice, thief: Thief
) -> None:
    old_form(office, "cholpon", "")
    rekey = rekey_of(office)
    look = rekey.look(office.actor)
    assert (look.minutes, look.left_behind, look.recovery_left_behind) == (1, ("cholpon",), True)
    assert code_of(rekey.change, office.actor) == "rekey.faults"
    rekey.change(office.actor, new_recovery_key())
    office.database.close()
    assert code_of(SignIn(office.paths, office.clock).open, "cholpon", PASSWORD) == (
        "sign_in.refused"
    )
    enters(office, "daniyar")


def test_a_slot_of_the_former_program_becomes_a_new_one_at_sign_in(
    office: TestOffice, thief: Thief
) -> None:
    old_form(office, "cholpon", "")
    office.database.close()
    enters(office, "cholpon")
    set_password_by_recovery(
        office.paths,
        office.clock,
        recovery_key=office.recovery_key,
        login="aida",
        password=NEW,
        cost=CHEAP,
    )
    assert read_keyring(office.paths.keyring).left_behind() == ()


def test_it_staff_make_no_recovery_key(office: TestOffice) -> None:
    """With it they could set a supervisor's password."""
    admin = office.person(Role.ADMINISTRATOR, "it")
    slots = read_keyring(office.paths.keyring)
    assert code_of(rekey_of(office).change, admin, new_recovery_key()) == "rights.supervisor_only"
    assert read_keyring(office.paths.keyring) == slots
    rekey_of(office).change(admin)
    assert read_keyring(office.paths.keyring).open("", office.recovery_key)


def test_only_who_keeps_people_may(office: TestOffice) -> None:
    operator = office.person(Role.OPERATOR, "nurbek")
    assert code_of(rekey_of(office).look, operator) == "rights.missing"
    assert code_of(rekey_of(office).change, operator) == "rights.missing"


@pytest.mark.parametrize("placed", [False, True])
def test_a_change_that_was_cut_is_settled_by_whoever_comes_first(
    office: TestOffice, thief: Thief, monkeypatch: pytest.MonkeyPatch, placed: bool
) -> None:
    """As after a power cut just before, or just after, the copy took its place."""
    old_form(office, "daniyar")
    if placed:
        with monkeypatch.context() as cut:
            written: list[Keyring] = []

            def once(keyring: Keyring, file: Path) -> None:
                if written:
                    raise OSError(errno.EIO, "power")
                written.append(keyring)
                write_keyring(keyring, file)

            cut.setattr(machinery, "write_keyring", once)
            rekey_of(office).change(office.actor)
    else:
        keyring = read_keyring(office.paths.keyring)
        write_keyring(keyring.bridged(office.database.key, bytes(32)), office.paths.keyring)
        (office.paths.office / "operator-rekeyed.db").write_bytes(b"half")
    assert read_keyring(office.paths.keyring).pending
    # A password set meanwhile holds whichever way it ends.
    accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
    cholpon = next(p for p in accounts.people(office.actor) if p.login == "cholpon")
    accounts.set_password(office.actor, cholpon.user_id, NEW)
    office.database.close()
    enters(office, "cholpon", NEW)
    settled = read_keyring(office.paths.keyring)
    assert (settled.pending, settled.generation) == ("", 2 if placed else 1)
    assert not (office.paths.office / "operator-rekeyed.db").exists()
    enters(office, "aida")
    if placed:
        assert settled.slot("daniyar") is None
    else:
        enters(office, "daniyar")
    assert read_keyring(office.paths.keyring).open("", office.recovery_key)


def test_a_pending_key_file_does_not_open_what_fits_neither_key(
    office: TestOffice, tmp_path: Path
) -> None:
    keyring = read_keyring(office.paths.keyring)
    write_keyring(keyring.bridged(bytes(32), bytes(32)), office.paths.keyring)
    office.database.close()
    with pytest.raises(AppError):
        SignIn(office.paths, office.clock).open("aida", PASSWORD)
    edit_json(office.paths.keyring, lambda data: data.update(pending=1))
    assert code_of(read_keyring, office.paths.keyring) == "keyring.damaged"


def old_form(office: TestOffice, *logins: str) -> None:
    """Slots as the program before wrote them: the database key alone, no key pair."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from operator_app.db import keyring as module

    keyring = read_keyring(office.paths.keyring)
    slots = []
    for slot in keyring.slots:
        secret = PASSWORD if slot.login else office.recovery_key
        wrapping = module._derive(module._normal(slot.login, secret), slot.salt, slot.cost)
        bound = module._bound(keyring.database_id, slot.slot_id, slot.login, slot.cost, b"")
        wrapped = AESGCM(wrapping).encrypt(slot.nonce, office.database.key, bound)
        old = replace(slot, wrapped=wrapped, public=b"")
        slots.append(old if slot.login in logins else slot)
    write_keyring(Keyring(keyring.database_id, tuple(slots)), office.paths.keyring)
