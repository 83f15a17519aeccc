"""Who gets in: passwords, waiting, people who left, the recovery key; damaged files."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from operator_app.db import audit
from operator_app.db.keyring import Keyring, read_keyring, write_keyring
from operator_app.db.models import audit as audit_table
from operator_app.domain.people import Role
from operator_app.services.accounts import Accounts
from operator_app.services.recovery import set_password_by_recovery
from operator_app.services.sign_in import FREE_TRIES, LONGEST_DELAY_SECONDS, SignIn
from tests.conftest import CHEAP, PASSWORD
from tests.db.conftest import code_of, edit_json

NEW = "walnut-river-2027"


@pytest.fixture
def quick(monkeypatch) -> None:
    """Answer wrong passwords without the work of Argon2: these tests are about waiting."""

    def open_(self: Keyring, login: str, secret: str) -> bytes:
        from operator_app.errors import NotAllowed

        if secret != PASSWORD:
            raise NotAllowed("sign_in.refused")
        return original(self, login, secret)

    original = Keyring.open
    monkeypatch.setattr(Keyring, "open", open_)


def _fail(sign_in: SignIn, clock, times: int) -> list[int]:
    """Wrong passwords, each after its wait; returns the waits that followed."""
    waits = []
    for _ in range(times):
        assert code_of(sign_in.open, "aida", "wrong") == "sign_in.refused"
        waits.append(sign_in.seconds_to_wait())
        clock.forward(seconds=waits[-1])
    return waits


def test_the_wait_grows_to_its_bound(office, quick) -> None:
    waits = _fail(SignIn(office.paths, office.clock), office.clock, 15)
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    growing = waits[FREE_TRIES - 1 :]
    assert growing[0] > 0
    assert all(a < b or b == LONGEST_DELAY_SECONDS for a, b in itertools.pairwise(growing))
    assert growing[-1] == LONGEST_DELAY_SECONDS


def test_during_the_wait_even_the_right_password_waits(office, quick) -> None:
    sign_in = SignIn(office.paths, office.clock)
    _fail(sign_in, office.clock, 6)
    assert code_of(sign_in.open, "aida", "wrong") == "sign_in.refused"
    wait = sign_in.seconds_to_wait()
    assert code_of(sign_in.open, "aida", PASSWORD) == "sign_in.wait"
    office.clock.forward(seconds=wait - 1)
    assert code_of(sign_in.open, "aida", PASSWORD) == "sign_in.wait"
    office.clock.forward(seconds=1)
    database, actor = sign_in.open("aida", PASSWORD)
    database.close()
    assert actor.login == "aida"
    assert sign_in.seconds_to_wait() == 0


def test_the_wait_survives_a_restart(office, quick) -> None:
    sign_in = SignIn(office.paths, office.clock)
    _fail(sign_in, office.clock, 6)
    assert code_of(sign_in.open, "aida", "wrong") == "sign_in.refused"
    again = SignIn(office.paths, office.clock)
    assert again.seconds_to_wait() == sign_in.seconds_to_wait() > 0
    assert code_of(again.open, "aida", PASSWORD) == "sign_in.wait"


@pytest.mark.parametrize("days", [1, 3650])
def test_a_clock_set_back_does_not_lock_people_out(office, quick, days) -> None:
    sign_in = SignIn(office.paths, office.clock)
    _fail(sign_in, office.clock, 12)
    assert code_of(sign_in.open, "aida", "wrong") == "sign_in.refused"
    office.clock.forward(days=-days)
    for attempt in (sign_in, SignIn(office.paths, office.clock)):
        before = attempt.seconds_to_wait()
        assert 0 < before <= LONGEST_DELAY_SECONDS
        office.clock.forward(seconds=before)
        assert attempt.seconds_to_wait() == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"failed_at": 7}', b'{"failed_at": ["x"]}', b'{"failed_at": [1e999]}',
     b'{"failed_at": [1e30, 9007199254740993, -5, null]}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_delay_file_keeps_nobody_out(office, content) -> None:
    office.paths.sign_in_delay.write_bytes(content)
    database, _ = SignIn(office.paths, office.clock).open("aida", PASSWORD)
    database.close()


def test_failures_are_audited_once_the_database_opens(office, quick) -> None:
    with office.database.read() as connection:
        before = audit.head(connection)[0]
    _fail(SignIn(office.paths, office.clock), office.clock, 4)
    failed_last = office.clock.now
    office.clock.forward(hours=1)
    for _ in range(2):  # the second sign-in tells nothing twice
        database, _ = SignIn(office.paths, office.clock).open("aida", PASSWORD)
        database.close()
    with office.database.read() as connection:
        rows = connection.execute(
            select(audit_table.c.action, audit_table.c.at)
            .where(audit_table.c.seq > before)
            .order_by(audit_table.c.seq)
        ).all()
        assert audit.first_broken(connection) is None
    assert [r.action for r in rows] == ["sign_in.failed"] * 4 + ["sign_in"] * 2
    assert all(r.at <= failed_last.timestamp() * 1000 for r in rows[:4])


def test_the_answer_does_not_tell_which_logins_exist(office) -> None:
    office.person(Role.OPERATOR, "bakyt")
    sign_in = SignIn(office.paths, office.clock)
    codes = {code_of(sign_in.open, login, "wrong-password") for login in ("bakyt", "nobody")}
    assert codes == {"sign_in.refused"}


def test_the_recovery_slot_is_no_login(office) -> None:
    assert code_of(SignIn(office.paths, office.clock).open, "", office.recovery_key) == (
        "sign_in.refused"
    )


def test_a_removed_person_gets_in_neither_from_outside_nor_after_the_lock(office) -> None:
    left = office.person(Role.OPERATOR, "bakyt")
    sign_in = SignIn(office.paths, office.clock)
    assert sign_in.unlock(office.database, "bakyt", PASSWORD).login == "bakyt"
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(office.actor, left.user_id)
    assert read_keyring(office.paths.keyring).slot("bakyt") is None
    assert code_of(sign_in.open, "bakyt", PASSWORD) == "sign_in.refused"
    assert code_of(sign_in.unlock, office.database, "bakyt", PASSWORD) == "sign_in.refused"


def test_a_removed_person_with_an_old_copy_of_the_slots_does_not_get_in(office) -> None:
    left = office.person(Role.OPERATOR, "bakyt")
    old = read_keyring(office.paths.keyring)
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(office.actor, left.user_id)
    write_keyring(old, office.paths.keyring)
    assert code_of(SignIn(office.paths, office.clock).open, "bakyt", PASSWORD) == "sign_in.refused"


def test_an_administrator_cannot_make_a_way_in_to_calls(office) -> None:
    admin = office.person(Role.ADMINISTRATOR, "it")
    operator = office.person(Role.OPERATOR, "bakyt")
    accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
    for act in (
        lambda: accounts.add(admin, "friend", "A Friend", Role.SUPERVISOR, NEW),
        lambda: accounts.add(admin, "friend", "A Friend", Role.OPERATOR, NEW),
        lambda: accounts.set_password(admin, operator.user_id, NEW),
        lambda: accounts.set_password(admin, office.actor.user_id, NEW),
        lambda: accounts.remove(admin, office.actor.user_id),
    ):
        assert code_of(act) == "rights.supervisor_only"
    assert code_of(accounts.people, operator) == "rights.missing"


def test_the_recovery_key_sets_a_supervisors_password(office) -> None:
    arguments = {"recovery_key": office.recovery_key, "login": "aida", "password": NEW}
    set_password_by_recovery(office.paths, office.clock, **arguments, cost=CHEAP)
    sign_in = SignIn(office.paths, office.clock)
    assert code_of(sign_in.open, "aida", PASSWORD) == "sign_in.refused"
    database, actor = sign_in.open("aida", NEW)
    assert actor.role is Role.SUPERVISOR
    with database.read() as connection:
        actions = connection.execute(select(audit_table.c.action)).scalars().all()
    database.close()
    assert "person.password_recovered" in actions


def test_the_recovery_key_is_for_supervisors_and_sound_passwords_only(office) -> None:
    office.person(Role.OPERATOR, "bakyt")
    slots = read_keyring(office.paths.keyring)

    def recover(**changes: str) -> str:
        told = {"recovery_key": office.recovery_key, "login": "aida", "password": NEW, **changes}
        return code_of(set_password_by_recovery, office.paths, office.clock, **told, cost=CHEAP)

    assert recover(login="bakyt") == "person.unknown"
    assert recover(login="nobody") == "person.unknown"
    assert recover(password="short") == "person.faults"
    assert recover(recovery_key="ABCD-EFGH") == "sign_in.refused"
    assert read_keyring(office.paths.keyring) == slots


def test_no_damaged_or_missing_file_is_answered_by_a_new_one(office) -> None:
    office.database.close()
    sign_in = SignIn(office.paths, office.clock)

    content = office.paths.database.read_bytes()
    office.paths.database.write_bytes(b"")
    assert code_of(sign_in.open, "aida", PASSWORD) == "database.damaged"
    office.paths.database.unlink()
    assert code_of(sign_in.open, "aida", PASSWORD) == "database.missing"
    assert not office.paths.database.exists()
    office.paths.database.write_bytes(content)

    slots = office.paths.keyring.read_bytes()
    office.paths.keyring.write_bytes(slots[:100])
    assert code_of(sign_in.open, "aida", PASSWORD) == "keyring.damaged"
    office.paths.keyring.unlink()
    assert code_of(sign_in.open, "aida", PASSWORD) == "keyring.missing"
    assert not office.paths.keyring.exists()
    office.paths.keyring.write_bytes(slots)
    edit_json(office.paths.keyring, lambda data: data.update(v=3))
    assert code_of(sign_in.open, "aida", PASSWORD) == "keyring.newer"
    # Trouble with files is no wrong password.
    assert sign_in.seconds_to_wait() == 0
    office.paths.keyring.write_bytes(slots)
    database, _ = sign_in.open("aida", PASSWORD)
    database.close()


def test_slots_of_another_office_do_not_open_this_database(office, tmp_path) -> None:
    from operator_app.config import paths
    from operator_app.services.set_up import set_up_office
    from tests.conftest import office_setup

    other = paths(tmp_path / "other")
    set_up_office(other, office_setup(), PASSWORD, office.recovery_key, office.clock, CHEAP)
    office.paths.keyring.write_bytes(other.keyring.read_bytes())
    assert code_of(SignIn(office.paths, office.clock).open, "aida", PASSWORD) == (
        "database.key_wrong"
    )
