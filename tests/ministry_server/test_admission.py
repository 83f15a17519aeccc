"""Who is let in, by the commands, and what the status page says of it."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import select, text

from ministry_server import schema
from ministry_server.cli import main
from ministry_server.store import get, open_store
from operator_app.sync.status import LinkState
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.sync.conftest import new_desk, new_seat
from tests.sync.desk import Desk, arrived

__all__ = ["new_desk", "new_seat"]
"""Fixtures that are used from here."""


@pytest.fixture
def command(receiver: RunningReceiver, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, *receiver.where])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def page(receiver: RunningReceiver) -> str:
    return requests.get(f"{receiver.url}/status", timeout=60).text


def test_a_new_device_waits_for_a_persons_word(receiver, device, command) -> None:
    assert command("approval", "on")[0] == 0
    newcomer = Device(receiver).enrol()
    item = newcomer.revise()
    for path, request in (
        ("push", newcomer.push_request([item])),
        ("changes", newcomer.changes_request()),
    ):
        answer = newcomer.post(path, request)
        assert (answer.status_code, answer.json()["code"]) == (401, "device.not_approved")
    assert arrived(receiver.store) == []
    assert f"{newcomer.dev}  0412  pending" in command("devices")[1]
    assert "waits for approval" in page(receiver)
    # Who was let in before goes on, and enrolling again changes nothing.
    assert device.outcomes(device.revise()) == ["applied"]
    assert command("approve", device.dev)[0] == 1
    assert command("approve", newcomer.dev) == (0, "Approved.\n")
    assert newcomer.outcomes(item) == ["applied"]
    assert command("approval", "off")[0] == 0
    third = Device(receiver).enrol()
    assert third.outcomes(third.revise()) == ["applied"]
    newcomer.close()
    third.close()


def test_approval_may_be_wanted_from_the_beginning(tmp_path, clock) -> None:
    data = tmp_path / "other"
    assert main(["init", "--approval", "--data", str(data)]) == 0
    with RunningReceiver(data, clock) as other:
        newcomer = Device(other).enrol()
        answer = newcomer.post("push", newcomer.push_request([]))
        assert answer.json()["code"] == "device.not_approved"
        newcomer.close()


def test_the_pc_says_that_it_waits_and_sends_by_itself_once_let_in(
    receiver, new_desk: Desk, command, clock: FrozenClock
) -> None:
    command("approval", "on")
    new_desk.point_at(receiver.url, receiver.new_code())
    saved = new_desk.save()
    report = new_desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "device.not_approved")
    with receiver.store.read() as connection:
        (dev,) = connection.execute(select(schema.pending_device.c.dev)).scalars()
    assert command("approve", dev)[0] == 0
    new_desk.settle()
    assert arrived(receiver.store) == [saved.op_id]


def test_codes_are_listed_by_an_id_that_is_not_the_code_and_withdrawn(
    receiver, device, command
) -> None:
    code = command("code", "0412")[1].strip()
    other = command("code", "0500")[1].strip()
    listed = command("code", "list")[1].splitlines()
    assert [line.split()[1] for line in listed] == ["0412", "0500"]
    code_id = listed[0].split()[0]
    shown = page(receiver)
    assert code_id in shown and "<td>0500" in shown
    for secret in (code, other, code.replace("-", "")):
        assert secret not in "".join(listed) and secret not in shown
    assert command("code", "revoke", code_id) == (0, "Revoked.\n")
    assert command("code", "revoke", code_id)[0] == 1
    refused = Device(receiver)
    answer = refused.post("enrol", refused.enrol_request(code))
    assert (answer.status_code, answer.json()["code"]) == (403, "enrol.refused")
    refused.close()
    Device(receiver, office="0500").enrol(other).close()
    assert command("code", "list")[1] == ""


@pytest.mark.parametrize("wrong", [("list", "x"), ("revoke",), ("0412", "x")])
def test_what_is_no_command_about_codes_is_said(command, wrong: tuple[str, ...]) -> None:
    code, said = command("code", *wrong)
    assert code == 1 and "code OFFICE" in said
    assert command("code", "list")[1] == ""


def test_why_a_device_was_revoked_is_kept_and_not_told_to_it(receiver, device, command) -> None:
    reason = "Stolen <from the office>"
    assert command("revoke", device.dev, "--reason", "two\nlines")[0] == 1
    assert command("revoke", device.dev, "--reason", reason) == (0, "Revoked.\n")
    answer = device.post("push", device.push_request([]))
    assert answer.json()["code"] == "device.revoked"
    assert "Stolen" not in answer.text
    assert command("devices")[1].rstrip().endswith(reason)
    assert "Stolen &lt;from the office&gt;" in page(receiver)


def test_the_list_tells_how_each_device_does(receiver, device, clock, command) -> None:
    device.push(device.revise(), device.revise(bases=("gone",)), device.revise(office="0413"))
    device.next_header()
    device.push(device.revise())
    clock.forward(days=-3650)  # the commands go by the time of this machine
    heads, line = command("devices")[1].splitlines()
    told = dict(zip(heads.split("  "), line.split("  "), strict=False))
    assert told["device"] == device.dev
    assert [told[n] for n in ("received", "gaps", "held", "rejected", "waiting")] == list("41111")


def test_a_database_of_the_version_before_is_brought_up(receiver, device) -> None:
    device.push(device.revise())
    with receiver.store.write() as connection:
        for table in (schema.pending_device, schema.revocation):
            table.drop(connection)
        connection.execute(text("UPDATE meta SET value = '3' WHERE key = 'schema'"))
    receiver.stop()
    store = open_store(receiver.folder, receiver.database_url)
    with store.read() as connection:
        assert get(connection, "schema") == schema.VERSION
        assert connection.execute(select(schema.pending_device)).all() == []
    store.close()
    receiver.start()
    assert device.outcomes(device.revise()) == ["applied"]
