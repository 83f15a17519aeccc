"""The intake by months: nothing is refused, nothing comes twice, and old content can move out."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.pool import NullPool

from ministry_server import store as stores
from ministry_server.backup import check_backup, make_backup, rows_of, tables_in
from ministry_server.backup_proof import digest_of
from ministry_server.cli import main
from ministry_server.month_files import bring_back, move_out, read_month
from ministry_server.partitions import (
    body_of_row,
    bounds,
    list_months,
    month_of,
    months_from,
    own_partitions,
)
from ministry_server.restore import restore
from ministry_server.schema import VERSION, intake, intake_body
from ministry_server.store import get, make_store, open_store, put
from operator_app.errors import EnvironmentProblem
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver


def contents(receiver: RunningReceiver) -> dict[str, tuple[bytes, bytes]]:
    """op_id -> what came."""
    query = select(intake.c.op_id, intake_body.c.sig, intake_body.c.ct)
    with receiver.store.read() as connection:
        rows = connection.execute(query.join(intake_body, body_of_row())).all()
    return {row.op_id: (bytes(row.sig), bytes(row.ct)) for row in rows}


def refused(receiver: RunningReceiver, month: str, name: str = "month") -> str:
    with pytest.raises(EnvironmentProblem) as caught:
        move_out(receiver.store, month, receiver.folder / name, receiver.receiver.now())
    assert not (receiver.folder / name).exists()
    assert not (receiver.folder / f"{name}.part").exists()
    return caught.value.code


def backed_up(receiver: RunningReceiver, name: str) -> Path:
    file = receiver.folder / name
    make_backup(receiver.store, file, receiver.receiver.now())
    return file


def test_months() -> None:
    assert months_from("2026-11", 3) == ["2026-11", "2026-12", "2027-01"]
    first, end = bounds("2026-12")
    assert [month_of(ms) for ms in (first - 1, first, end - 1, end)] == [
        "2026-11", "2026-12", "2026-12", "2027-01"
    ]  # fmt: skip
    assert (month_of(-(2**53)), month_of(2**53)) == ("1970-01", "9990-12")


def test_i16_a_clock_that_jumps_ten_years_refuses_nothing(receiver, device, clock) -> None:
    before = device.revise()
    device.push(before)
    clock.forward(days=3650)
    ahead = device.revise()
    assert device.outcomes(ahead) == ["applied"]
    receiver.receiver.housekeeping()
    clock.forward(days=-7300)
    assert device.outcomes(device.revise()) == ["applied"]
    assert device.outcomes(before, ahead) == ["duplicate"] * 2
    clock.forward(days=3650)
    receiver.receiver.housekeeping()
    with receiver.store.read() as connection:
        lines = list_months(connection)
        own = own_partitions(connection)
    assert [(line.month, line.revisions, line.here) for line in lines] == [
        ("2016-11", 1, 1), ("2026-11", 1, 1), ("2036-11", 1, 1)
    ]  # fmt: skip
    if receiver.database_url:
        # What the clock made was never in the way; what came before its partition stays outside.
        assert {"2026-11", "2026-12", "2027-01", "2036-12"} <= own
        assert [line.own for line in lines] == [False, True, False]


def test_partitions_are_made_ahead(receiver, device, clock) -> None:
    if not receiver.database_url:
        pytest.skip("SQLite keeps it in one piece")
    clock.forward(days=40)
    receiver.receiver.housekeeping()
    with receiver.store.read() as connection:
        assert own_partitions(connection) == {
            "2026-11", "2026-12", "2027-01", "2027-02", "2027-03"
        }  # fmt: skip
    device.push(device.revise())
    with receiver.store.read() as connection:
        name = "intake_body_2027_01"
        assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() == 1
        assert connection.execute(text("SELECT count(*) FROM intake_body_rest")).scalar() == 0


def test_a_month_moves_out_and_comes_back(receiver, device, clock, capsys) -> None:
    old = [device.revise() for _ in range(3)]
    device.push(*old)
    before = contents(receiver)
    assert refused(receiver, "2026-13") == "month.form"
    assert refused(receiver, "2026-11") == "month.not_over"
    clock.forward(days=20)
    assert refused(receiver, "2026-10") == "month.empty"
    assert refused(receiver, "2026-11") == "month.not_in_backup"
    backed_up(receiver, "first")
    new = device.revise()
    device.push(new)
    file = receiver.folder / "2026-11"
    moved = move_out(receiver.store, "2026-11", file, receiver.receiver.now())
    assert (moved.proof.rows, read_month(file)) == (3, moved)
    assert set(contents(receiver)) == {new["op_id"]}
    assert refused(receiver, "2026-11") == "month.empty"

    # Who they were is still known: an id comes once, whatever became of its content.
    assert device.outcomes(*old) == ["duplicate"] * 3
    reused = device.sign_again(device.revise(), op_id=old[0]["op_id"])
    assert device.outcomes(reused) == ["mismatch"]
    assert device.have([[1, 4]])["missing"] == []
    assert main(["partitions", "list", *receiver.where]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in told[1:]] == [
        ["2026-11", "3", "0", "3"], ["2026-12", "1", "1", "0"]
    ]  # fmt: skip

    # A backup of now is whole, too, and puts back what it has.
    check_backup(backed_up(receiver, "second"))
    receiver.stop()
    receiver.start()
    found, brought = bring_back(receiver.store, file)
    assert (found, brought) == (moved, 3)
    assert {k: v for k, v in contents(receiver).items() if k != new["op_id"]} == before
    assert bring_back(receiver.store, file)[1] == 0
    assert device.outcomes(device.revise()) == ["applied"]


def test_what_is_still_needed_does_not_move(receiver, device, clock) -> None:
    stranger = device.next_header()
    device.push(device.revise(), device.seal(stranger, device.plaintext(stranger), kid="min-none"))
    clock.forward(days=20)
    backed_up(receiver, "backup")
    assert refused(receiver, "2026-11") == "month.not_opened"


def test_a_damaged_file_brings_nothing(receiver, device, clock) -> None:
    device.push(device.revise())
    clock.forward(days=20)
    backed_up(receiver, "backup")
    file = receiver.folder / "month"
    move_out(receiver.store, "2026-11", file, receiver.receiver.now())
    whole = file.read_bytes()
    place = whole.find(device.dev.encode())
    file.write_bytes(whole[:place] + b"x" + whole[place + 1 :])
    for wrong in (file, receiver.folder / "receipt.key", receiver.folder / "backup"):
        with pytest.raises(EnvironmentProblem, match=r"backup\.damaged"):
            bring_back(receiver.store, wrong)
    assert contents(receiver) == {}


def test_the_commands(receiver, device, tmp_path, capsys, clock) -> None:
    device.push(device.revise())
    clock.now = datetime.now(UTC)
    month = month_of(receiver.receiver.now())
    file = str(tmp_path / "month")
    assert main(["partitions", "detach", month, file, *receiver.where]) == 1
    assert "not over" in capsys.readouterr().err
    assert main(["partitions", "attach", file, *receiver.where]) == 1
    assert "no such file" in capsys.readouterr().err


def as_of_version_4(connection: Connection) -> None:
    """The tables as they were, with the same rows."""
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for name in ("sig", "ct"):
        connection.execute(text(f"ALTER TABLE intake ADD COLUMN {name} {binary}"))
        connection.execute(
            text(
                f"UPDATE intake SET {name} ="
                f" (SELECT {name} FROM intake_body b WHERE b.id = intake.id)"
            )
        )
    connection.execute(text("DROP TABLE intake_body"))
    connection.execute(text("ALTER TABLE enrolment_code DROP COLUMN file_key"))
    put(connection, "schema", "4")


def backup_of_version_4(receiver: RunningReceiver) -> Path:
    file = backed_up(receiver, "older")
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as connection:
        as_of_version_4(connection)
        connection.execute(text("DELETE FROM backup_proof"))
        for table in tables_in(connection):
            proof = digest_of(rows_of(connection, table))
            connection.execute(
                text("INSERT INTO backup_proof VALUES (:name, :rows, :digest)"),
                {"name": table.name, "rows": proof.rows, "digest": proof.digest},
            )
    engine.dispose()
    return file


def test_a_database_of_version_4_is_brought_up(receiver, device, clock) -> None:
    sent = [device.revise() for _ in range(3)]
    device.push(*sent[:2])
    clock.forward(days=45)
    device.push(sent[2])
    before = contents(receiver)
    backup = backup_of_version_4(receiver)
    assert check_backup(backup).version == "4"
    with receiver.store.write() as connection:
        as_of_version_4(connection)
    receiver.stop()
    receiver.start()

    def assert_whole() -> None:
        assert contents(receiver) == before
        with receiver.store.read() as connection:
            assert get(connection, "schema") == VERSION
            assert {c["name"] for c in inspect(connection).get_columns("intake")} == set(
                intake.c.keys()
            )
            months = {line.month: line.own for line in list_months(connection)}
        assert months == dict.fromkeys(("2026-11", "2027-01"), bool(receiver.database_url))
        assert device.outcomes(*sent) == ["duplicate"] * 3

    assert_whole()
    assert device.outcomes(device.revise()) == ["applied"]
    receiver.stop()
    store = open_store(receiver.folder, receiver.database_url)
    restore(store, backup, replace=True)
    store.close()
    receiver.start()
    assert_whole()


def test_a_bringing_up_that_fails_leaves_the_old_database(receiver, device, monkeypatch) -> None:
    device.push(device.revise())
    with receiver.store.write() as connection:
        as_of_version_4(connection)
    receiver.stop()

    def full(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(stores, "put", full)
        with pytest.raises(OSError, match="no room"):
            open_store(receiver.folder, receiver.database_url)
    store = stores._connect(receiver.folder, receiver.database_url, make=False)
    with store.read() as connection:
        assert get(connection, "schema") == "4"
        assert connection.execute(text("SELECT count(ct) FROM intake")).scalar() == 1
        assert "intake_body" not in inspect(connection).get_table_names()
    store.close()
    receiver.start()
    assert len(contents(receiver)) == 1


def test_a_new_store_has_its_tables_once(tmp_path, database_url) -> None:
    for _ in range(2):
        make_store(tmp_path, database_url)
    store = open_store(tmp_path, database_url)
    with store.read() as connection:
        assert list_months(connection) == []
    store.close()


def test_two_copies_in_one_request_are_one_row_with_one_body(receiver) -> None:
    device = Device(receiver).enrol()
    header = device.next_header()
    plain = device.plaintext(header)
    first, second = device.seal(header, plain), device.seal(header, plain)
    assert first["ct"] != second["ct"]
    assert device.outcomes(first, second) == ["applied", "duplicate"]
    ((_, ct),) = contents(receiver).values()
    assert ct == base64.b64decode(first["ct"])
    device.close()
