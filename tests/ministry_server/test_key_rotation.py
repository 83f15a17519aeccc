"""The ministry's sealing key changes: on disk, at the intake, at the opener, without a restart."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import func, select

from ministry_server import keys as key_files
from ministry_server import rotation
from ministry_server.cli import main
from ministry_server.keys import (
    OPENER_FILE,
    RECIPIENTS_FILE,
    Ending,
    read_opener_keys,
    read_sealing_keys,
    write_opener_keys,
)
from ministry_server.opener import NO_KEY
from ministry_server.receiver import Receiver, Role
from ministry_server.rotation import end, rotate
from ministry_server.schema import alarm, event, intake
from operator_app.errors import EnvironmentProblem
from operator_app.sync.envelope import KEY_ENDED, open_sealed
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver


def turn(receiver: RunningReceiver) -> str:
    return rotate(receiver.folder, receiver.receiver.now()).kid


def follow(device: Device) -> str:
    """Take the key that the receiver names now."""
    hello = device.hello()
    device.kid, device.recipients = hello["kid"], hello["recipients"]
    return device.kid


def rows(receiver: RunningReceiver) -> dict[str, str]:
    """op_id -> kid of what lies in the intake; each once."""
    with receiver.store.read() as connection:
        found = connection.execute(select(intake.c.op_id, intake.c.kid)).all()
    assert len({row.op_id for row in found}) == len(found)
    return {row.op_id: row.kid for row in found}


def alarms(receiver: RunningReceiver) -> int:
    with receiver.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(alarm)).scalar_one())


def lose(receiver: RunningReceiver, kid: str) -> None:
    """opener.key comes back from a copy made before this key."""
    opener = read_opener_keys(receiver.folder)
    kept = {name: identity for name, identity in opener.identities.items() if name != kid}
    write_opener_keys(receiver.folder, replace(opener, identities=kept))


def test_a_new_key_is_in_use_at_once_and_the_old_one_opens_for_ever(
    receiver: RunningReceiver, device: Device
) -> None:
    old, before = device.kid, device.revise()
    new = turn(receiver)
    assert new != old
    # The old one is still taken: who is offline has not heard of the other.
    assert device.outcomes(before) == ["applied"]
    assert follow(device) == new
    after = device.revise()
    assert device.outcomes(after) == ["applied"]
    assert rows(receiver) == {before["op_id"]: old, after["op_id"]: new}
    # Who enrols now is told the new one.
    late = Device(receiver).enrol()
    assert late.kid == new
    late.close()


def test_a_retired_key_is_asked_to_be_changed_and_what_came_before_stays(
    receiver: RunningReceiver, device: Device
) -> None:
    old, stored = device.kid, device.revise()
    device.push(stored)
    turn(receiver)
    end(receiver.folder, old, Ending.RETIRED)
    header = device.next_header()
    plaintext = device.plaintext(header)
    refused, again = device.push(device.seal(header, plaintext), stored)
    assert (refused["outcome"], refused["code"], refused["receipts"]) == ("retry", KEY_ENDED, [])
    # The answer to the first time was lost: it is a duplicate, whatever became of its key.
    assert again["outcome"] == "duplicate"
    assert header.op_id not in rows(receiver)
    follow(device)
    anew = device.seal(header, plaintext)
    assert device.outcomes(anew, anew) == ["applied", "duplicate"]
    assert alarms(receiver) == 0


def test_i4_stored_under_the_old_key_and_sent_again_under_the_new_one_is_one(
    receiver: RunningReceiver, device: Device
) -> None:
    old, header = device.kid, device.next_header()
    plaintext = device.plaintext(header)
    device.push(device.seal(header, plaintext))
    turn(receiver)
    end(receiver.folder, old, Ending.COMPROMISED)
    follow(device)
    (result,) = device.push(device.seal(header, plaintext))
    assert result["outcome"] == "duplicate"
    assert device.receipts(result)[-1].stage == "applied"
    assert rows(receiver) == {header.op_id: old}
    # I5: another content under the same id is what it always was.
    other = device.plaintext(header, at=1_795_000_070_000)
    assert device.outcomes(device.seal(header, other)) == ["mismatch"]
    assert alarms(receiver) == 1


def test_what_was_sealed_to_a_lost_key_is_asked_for_and_takes_effect_once(
    receiver: RunningReceiver, device: Device
) -> None:
    first = device.kid
    opened = device.revise()
    device.push(opened)
    lost = turn(receiver)
    follow(device)
    read_before = device.revise()
    assert device.outcomes(read_before) == ["applied"]
    lose(receiver, lost)
    headers = [device.next_header() for _ in range(3)]
    plain = {h.op_id: device.plaintext(h) for h in headers}
    held = device.push(*(device.seal(h, plain[h.op_id]) for h in headers))
    assert [(r["outcome"], r["code"]) for r in held] == [("held", NO_KEY)] * 3
    turn(receiver)
    end(receiver.folder, lost, Ending.LOST)
    answer = device.have([[1, 5]])
    # What was opened in time is not asked for again.
    assert answer["missing"] == [[3, 5]]
    follow(device)
    anew = [device.seal(h, plain[h.op_id]) for h in headers]
    wrong = device.seal(headers[0], device.plaintext(headers[0], at=1_795_000_070_000))
    assert device.outcomes(wrong) == ["mismatch"]
    assert alarms(receiver) == 1
    # The last one first, and one twice in a request.
    results = device.push(anew[2], anew[0], anew[0])
    assert [r["outcome"] for r in results] == ["applied", "applied", "duplicate"]
    assert [r.stage for r in device.receipts(results[0])] == ["stored", "applied"]
    assert device.have([[1, 5]])["missing"] == [[4, 4]]
    # The old request arrives late: it changes nothing.
    assert device.outcomes(device.seal(headers[1], plain[headers[1].op_id], kid=lost)) == [
        "duplicate"
    ]
    assert device.outcomes(anew[1]) == ["applied"]
    assert device.have([[1, 5]])["missing"] == []
    assert set(receiver.stages().values()) == {"applied"}
    assert rows(receiver) == {
        opened["op_id"]: first,
        read_before["op_id"]: lost,
        **dict.fromkeys(plain, device.kid),
    }
    assert {op_id: p["at"] for op_id, p in receiver.payloads().items() if op_id in plain} == (
        dict.fromkeys(plain, 1_795_000_060_000)
    )


def test_an_opener_in_another_process_meets_the_copy_that_takes_the_place(
    tmp_path: Path, clock: FrozenClock, database_url: str | None
) -> None:
    """It read the row under the lost key, and the copy came before it could write what it saw."""
    with RunningReceiver(tmp_path / "two", clock, Role.INTAKE, database_url) as receiver:
        device = Device(receiver).enrol()
        opener = Receiver(receiver.folder, database_url=database_url, role=Role.OPENER, clock=clock)
        lost = turn(receiver)
        follow(device)
        header = device.next_header()
        plaintext = device.plaintext(header)
        assert device.outcomes(device.seal(header, plaintext)) == ["stored"]
        lose(receiver, lost)
        turn(receiver)
        end(receiver.folder, lost, Ending.LOST)
        follow(device)
        assert opener.opener is not None
        real = opener.opener._open
        before_it_writes: list[Callable[[], object]] = [
            lambda: device.push(device.seal(header, plaintext))
        ]

        def slow(row: object) -> object:
            judged = real(row)  # type: ignore[arg-type]
            while before_it_writes:
                assert before_it_writes.pop()()
            return judged

        opener.opener._open = slow  # type: ignore[method-assign, assignment]
        opener.housekeeping()
        opener.housekeeping()
        assert receiver.stages() == {header.op_id: "applied"}
        assert rows(receiver) == {header.op_id: device.kid}
        opener.close()
        device.close()


def test_a_key_that_comes_back_opens_what_waited_for_it(
    receiver: RunningReceiver, device: Device
) -> None:
    new = turn(receiver)
    follow(device)
    whole = read_opener_keys(receiver.folder)
    lose(receiver, new)
    assert device.outcomes(device.revise()) == ["held"]
    write_opener_keys(receiver.folder, whole)
    receiver.receiver.housekeeping()
    assert set(receiver.stages().values()) == {"applied"}


class Power(Exception):
    """It goes."""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_the_power_goes_at_any_moment_of_a_rotation(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_files.make_keys(tmp_path)
    old = read_sealing_keys(tmp_path).kid
    real, left = Path.replace, [after]

    def renamed(self: Path, target: Path) -> Path:
        if not left[0]:
            raise Power
        left[0] -= 1
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", renamed)
        try:
            rotate(tmp_path, 1)
        except Power:
            assert after < 2
    sealing, opener = read_sealing_keys(tmp_path), read_opener_keys(tmp_path)
    assert (sealing.kid == old) == (after < 2)
    assert str(opener.identities[sealing.kid].to_public()) == sealing.recipients[0]
    assert old in opener.identities
    # What the stopped command left is in nobody's way.
    turned = rotate(tmp_path, 2)
    assert turned.kid in read_opener_keys(tmp_path).identities
    if sys.platform != "win32":
        assert {f.stat().st_mode & 0o777 for f in tmp_path.glob("*.key")} == {0o600}


def test_another_escrow_and_what_cannot_be_done(tmp_path: Path) -> None:
    key_files.make_keys(tmp_path)
    first, store_key = read_sealing_keys(tmp_path), read_opener_keys(tmp_path).store_key
    safe = pyrage.x25519.Identity.generate()
    second = rotate(tmp_path, 5, str(safe.to_public()))
    assert second.recipients[1] == str(safe.to_public()) != first.recipients[1]
    assert read_opener_keys(tmp_path).store_key == store_key
    assert rotate(tmp_path, 6).recipients[1] == str(safe.to_public())
    for kid, why, code in (
        (read_sealing_keys(tmp_path).kid, Ending.RETIRED, "server.key_in_use"),
        (first.kid, Ending.LOST, "server.key_not_lost"),
        ("min-typo", Ending.RETIRED, "server.key_unknown"),
    ):
        with pytest.raises(EnvironmentProblem, match=code):
            end(tmp_path, kid, why)
    with pytest.raises(EnvironmentProblem, match=r"server\.escrow_wrong"):
        rotate(tmp_path, 7, "age1nobody")
    # Once lost it is lost.
    (tmp_path / OPENER_FILE).unlink()
    end(tmp_path, first.kid, Ending.LOST)
    end(tmp_path, first.kid, Ending.RETIRED)
    assert read_sealing_keys(tmp_path).ended[first.kid] is Ending.LOST


def test_two_commands_at_once_lose_neither_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_files.make_keys(tmp_path)
    real, begun, made = rotation.read_opener_keys, threading.Barrier(2, timeout=0.3), list[str]()

    def together(folder: Path) -> object:
        found = real(folder)
        with contextlib.suppress(threading.BrokenBarrierError):
            begun.wait()
        return found

    monkeypatch.setattr(rotation, "read_opener_keys", together)
    both = [
        threading.Thread(target=lambda n=n: made.append(rotate(tmp_path, n).kid)) for n in (1, 2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert set(made) < set(real(tmp_path).identities)


def test_half_a_file_in_the_place_of_the_keys_leaves_those_before_in_use(
    receiver: RunningReceiver, device: Device
) -> None:
    file = receiver.folder / RECIPIENTS_FILE
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[: len(whole) // 2], encoding="utf-8")
    assert device.hello()["kid"] == device.kid
    data = json.loads(whole)
    # Nor is a file taken by which devices would seal to an ended key for ever.
    file.write_text(json.dumps({**data, "ended": {data["kid"]: "retired"}}), encoding="utf-8")
    assert device.hello()["kid"] == device.kid
    file.write_text(whole, encoding="utf-8")
    new = turn(receiver)
    assert device.hello()["kid"] == new


def test_the_commands_say_what_there_is(
    receiver: RunningReceiver, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    old, sealed = device.kid, device.revise()
    device.push(sealed)
    assert main(["keys", "rotate", *receiver.where]) == 0
    said = capsys.readouterr().out
    assert "copy recipients.json" in said
    new = follow(device)
    assert f"seal to {new} " in said
    assert main(["keys", "retire", new, *receiver.where]) == 1
    assert main(["keys", "lost", old, *receiver.where]) == 1
    assert main(["keys", "retire", old, "--compromised", *receiver.where]) == 0
    capsys.readouterr()
    assert main(["keys", "list", *receiver.where]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert re.match(rf"{new}  in use +since \d{{4}}-\d\d-\d\d  revisions 0  not_opened 0 ", first)
    assert re.match(rf"{old}  compromised  since .* revisions 1  not_opened 0  can be", second)
    assert "AGE-SECRET" not in said
    # Escrow opens what the new key seals, too.
    assert len(receiver.receiver.keys.recipients) == 2
    envelope = device.revise()
    escrow = pyrage.x25519.Identity.from_str(
        (receiver.folder / "escrow.key").read_text(encoding="utf-8").strip()
    )
    assert open_sealed(base64.b64decode(envelope["ct"]), escrow)
    with receiver.store.read() as connection:
        assert connection.execute(select(event.c.op_id)).scalars().all() == [sealed["op_id"]]
