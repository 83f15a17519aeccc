"""What a device is told about what it sends, over real HTTP."""

from __future__ import annotations

import base64
import concurrent.futures
import json
import os
import struct
import uuid
import zlib

import pyrage
import pytest
import requests
from sqlalchemy import func, select

from ministry_server.messages import MAX_BYTES, MAX_ITEMS
from ministry_server.schema import alarm, event, intake, receipt
from operator_app.domain.wire import Header, State, canonical
from tests.ministry_server.device import Device, body
from tests.receiver import Role, RunningReceiver


def rows(receiver, table) -> int:
    with receiver.store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def alarms(receiver) -> list[str]:
    with receiver.store.read() as connection:
        return list(connection.execute(select(alarm.c.kind).order_by(alarm.c.id)).scalars())


def test_a_call_is_stored_and_applied_with_verified_receipts(receiver, device) -> None:
    envelope = device.revise(note="Invented note")
    (result,) = device.push(envelope)
    assert (result["outcome"], result["code"], result["retry_seconds"]) == ("applied", None, None)
    receipts = device.receipts(result)
    assert [r.stage for r in receipts] == [State.STORED, State.APPLIED]
    assert [r.server_seq for r in receipts] == [1, 2]
    assert {r.tag for r in receipts} == {envelope["tag"]}
    assert {r.epoch for r in receipts} == {device.hello()["epoch"]}
    assert receiver.payloads()[envelope["op_id"]]["body"]["note"] == "Invented note"


def test_a_batch_is_answered_in_its_order(receiver, device) -> None:
    envelopes = [device.revise() for _ in range(25)]
    results = device.push(*envelopes)
    assert [r["op_id"] for r in results] == [e["op_id"] for e in envelopes]
    assert {r["outcome"] for r in results} == {"applied"}
    assert len(receiver.records()) == 25
    with receiver.store.read() as connection:
        numbers = list(connection.execute(select(receipt.c.server_seq)).scalars())
    assert sorted(numbers) == list(range(1, 51))


def test_a_duplicate_gets_the_original_receipts_byte_for_byte(receiver, device, clock) -> None:
    envelope = device.revise()
    (first,) = device.push(envelope)
    clock.forward(hours=5)
    receiver.new_epoch()
    again = device.seal(Header(envelope["op_id"], device.dev, device.inc, 1), b"{}")
    resealed = device.sign_again({**again, "tag": envelope["tag"]})
    for copy in (envelope, resealed):
        (second,) = device.push(copy)
        assert second["outcome"] == "duplicate"
        assert json.dumps(second["receipts"]) == json.dumps(first["receipts"])
    assert rows(receiver, intake) == rows(receiver, event) == 1


def test_a_copy_in_the_same_batch_is_a_duplicate(receiver, device) -> None:
    envelope = device.revise()
    first, second = device.push(envelope, envelope)
    assert (first["outcome"], second["outcome"]) == ("applied", "duplicate")
    assert first["receipts"] == second["receipts"]


def test_an_op_id_used_again_with_other_content_is_refused_and_flagged(receiver, device) -> None:
    envelope = device.revise(note="first")
    device.push(envelope)
    header = Header(envelope["op_id"], device.dev, device.inc, 1)
    other = device.seal(header, device.plaintext(header, note="second"))
    (result,) = device.push(other)
    assert (result["outcome"], result["code"]) == ("mismatch", "mismatch")
    (refused,) = device.receipts(result)
    assert (refused.stage, refused.tag) == (State.REJECTED, other["tag"])
    assert receiver.payloads()[envelope["op_id"]]["body"]["note"] == "first"
    assert alarms(receiver) == ["mismatch"]
    # The same again: no second alarm, the same receipt; and the true one is still a duplicate.
    assert device.push(other)[0]["receipts"] == result["receipts"]
    assert alarms(receiver) == ["mismatch"]
    (true,) = device.push(envelope)
    assert [r.stage for r in device.receipts(true)] == [State.STORED, State.APPLIED]


def test_a_number_used_again_is_refused_and_flagged(receiver, device) -> None:
    first = device.revise()
    device.push(first)
    header = Header(str(uuid.uuid4()), device.dev, device.inc, 1)
    (result,) = device.push(device.seal(header, device.plaintext(header)))
    assert result["outcome"] == "mismatch"
    assert list(receiver.stages()) == [first["op_id"]]
    assert alarms(receiver) == ["mismatch"]


def test_two_contents_under_one_id_in_one_batch(receiver, device) -> None:
    header = device.next_header()
    one = device.seal(header, device.plaintext(header, note="one"))
    two = device.seal(header, device.plaintext(header, note="two"))
    assert device.outcomes(one, two) == ["applied", "mismatch"]
    assert receiver.payloads()[header.op_id]["body"]["note"] == "one"


def test_another_device_cannot_take_an_op_id(receiver, device) -> None:
    envelope = device.revise()
    device.push(envelope)
    other = Device(receiver).enrol()
    header = Header(envelope["op_id"], other.dev, other.inc, 1)
    assert other.outcomes(other.seal(header, other.plaintext(header))) == ["mismatch"]
    other.close()


def test_a_bad_item_leaves_the_others(receiver, device) -> None:
    good, bad, last = device.revise(), device.revise(), device.revise()
    foreign = {**device.revise(), "dev": "0" * 16}
    device.seq -= 1
    items = [good, {**bad, "kid": "min-other"}, {"op_id": 7}, None, foreign, last]
    results = device.push(*items)
    assert [r["outcome"] for r in results] == [
        "applied", "rejected", "rejected", "rejected", "rejected", "applied"
    ]  # fmt: skip
    assert [r["code"] for r in results[1:5]] == [
        "envelope.bad_signature",
        "envelope.malformed",
        "envelope.malformed",
        "envelope.other_device",
    ]
    (refused,) = device.receipts(results[1])
    assert (refused.stage, refused.code) == (State.REJECTED, "envelope.bad_signature")
    assert [len(r["receipts"]) for r in results[2:5]] == [0, 0, 0]
    # What was garbled on the way arrives whole the next time.
    assert device.outcomes(bad) == ["applied"]
    assert receiver.stages().keys() == {e["op_id"] for e in (good, bad, last)}


def test_an_unknown_device_is_told_so(receiver) -> None:
    stranger = Device(receiver)
    answer = stranger.post("push", stranger.push_request([]))
    assert (answer.status_code, answer.json()["code"]) == (401, "device.unknown")
    assert answer.headers["content-type"] == "application/problem+json"
    stranger.close()


def test_a_revoked_device_is_told_so_and_stores_nothing(receiver, device) -> None:
    from ministry_server.devices import revoke

    assert revoke(receiver.store, device.dev, receiver.receiver.now())
    answer = device.post("push", device.push_request([device.revise()]))
    assert (answer.status_code, answer.json()["code"]) == (401, "device.revoked")
    assert rows(receiver, intake) == 0


def test_a_request_signed_by_another_key_is_refused(receiver, device) -> None:
    other = Device(receiver)
    other.dev = device.dev
    answer = other.post("push", other.push_request([device.revise()]))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature.wrong")
    other.close()


def test_a_request_changed_on_the_way_is_refused(receiver, device) -> None:
    request = device.push_request([device.revise()])
    answer = device.post("push", {**request, "items": []})
    assert (answer.status_code, answer.json()["code"]) == (401, "signature.wrong")


def test_the_same_push_from_many_threads_has_one_effect(receiver, device) -> None:
    envelopes = [device.revise() for _ in range(5)]
    requests_ = [device.push_request(envelopes) for _ in range(8)]

    def send(request):
        return requests.post(f"{receiver.url}/sync/v1/push", json=request, timeout=60).json()

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, requests_))
    assert rows(receiver, intake) == rows(receiver, event) == 5
    for number in range(5):
        outcomes = sorted(a["results"][number]["outcome"] for a in answers)
        assert outcomes == ["applied"] + ["duplicate"] * 7
        firsts = {json.dumps(a["results"][number]["receipts"][0]) for a in answers}
        assert len(firsts) == 1
    assert alarms(receiver) == []


def test_what_is_too_large_is_refused_whole(receiver, device) -> None:
    big = b'{"x":"' + b"a" * MAX_BYTES + b'"}'
    json_type = {"Content-Type": "application/json"}
    url = f"{receiver.url}/sync/v1/push"
    answer = device.session.post(url, data=big, headers=json_type, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert answer.json()["max_bytes"] == MAX_BYTES
    parts = (b"a" * 65536 for _ in range(MAX_BYTES // 65536 + 1))
    answer = device.session.post(url, data=parts, headers=json_type, timeout=60)
    assert answer.status_code == 413
    answer = device.post("push", device.push_request([None] * (MAX_ITEMS + 1)))
    assert answer.status_code == 413


def test_only_json_is_understood(receiver, device) -> None:
    answer = device.session.post(f"{receiver.url}/sync/v1/push", data=b"{}", timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.media_type")


def test_a_header_swapped_outside_is_rejected(receiver, device) -> None:
    envelope = device.revise()
    moved = device.sign_again(envelope, seq=9)
    (result,) = device.push(moved)
    assert (result["outcome"], result["code"]) == ("rejected", "wire.header_swapped")
    assert [r.stage for r in device.receipts(result)] == [State.STORED, State.REJECTED]
    assert receiver.payloads() == {}


def sealed_raw(device, padded: bytes) -> dict[str, object]:
    """An envelope, well signed, around any bytes."""
    header = device.next_header()
    envelope = device.seal(header, device.plaintext(header))
    recipients = [pyrage.x25519.Recipient.from_str(r) for r in device.recipients]
    ct = base64.b64encode(pyrage.encrypt(padded, recipients)).decode()
    return device.sign_again(envelope, ct=ct)


def framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        (framed(zlib.compress(b"0" * (64 << 20), 9)), "envelope.cannot_open"),
        (framed(zlib.compress(b"[" * 100_000)), "wire.not_an_object"),
        (framed(zlib.compress(b"\xff\xfe")), "wire.not_an_object"),
        (framed(zlib.compress(b"[]")), "wire.not_an_object"),
        (framed(zlib.compress(b'{"schema": "1"}')), "wire.wrong_type"),
        (framed(b"not compressed"), "envelope.cannot_open"),
        (b"\xff" * 64, "envelope.cannot_open"),
        (b"", "envelope.cannot_open"),
    ],
    ids=[
        "zip bomb",
        "deep",
        "not text",
        "list",
        "types",
        "not compressed",
        "lying length",
        "empty",
    ],
)
def test_what_cannot_be_read_is_rejected_alone(receiver, device, padded, code) -> None:
    bad, good = sealed_raw(device, padded), device.revise()
    first, second = device.push(bad, good)
    assert (first["outcome"], first["code"]) == ("rejected", code)
    assert second["outcome"] == "applied"


def test_random_bytes_as_ciphertext_are_rejected(receiver, device) -> None:
    envelope = device.sign_again(device.revise(), ct=base64.b64encode(os.urandom(900)).decode())
    assert device.push(envelope)[0]["code"] == "envelope.cannot_open"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"office": "0999"}, "wire.other_office"),
        ({"record_id": "x" * 100}, "wire.bad_id"),
        ({"record_id": "naïve\x00"}, "wire.bad_id"),
        ({"bases": ("a b",)}, "wire.bad_base"),
        ({"bases": tuple(str(n) for n in range(100))}, "wire.bad_base"),
    ],
)
def test_what_is_not_plausible_is_rejected(receiver, device, changes, code) -> None:
    (result,) = device.push(device.revise(**changes))
    assert (result["outcome"], result["code"]) == ("rejected", code)


def newer(device) -> dict[str, object]:
    header = device.next_header()
    data = json.loads(device.plaintext(header))
    return device.seal(header, canonical({**data, "schema": 2, "kind": "hologram"}))


def test_a_newer_schema_is_kept_until_it_is_known(receiver, device, monkeypatch) -> None:
    header = device.next_header()
    data = json.loads(device.plaintext(header)) | {"schema": 2}
    (result,) = device.push(device.seal(header, canonical(data)))
    assert (result["outcome"], result["code"]) == ("held", "wire.newer_schema")
    assert device.outcomes(newer(device)) == ["held"]
    receiver.stop()
    receiver.start()
    assert set(receiver.stages().values()) == {"held"}
    receiver.stop()
    monkeypatch.setattr("operator_app.domain.wire.SCHEMA", 2)
    receiver.start()
    assert receiver.stages()[header.op_id] == "applied"
    assert [r["stage"] for r in device.have([[1, 2]])["receipts"] if r["seq"] == 1] == [
        "stored", "held", "applied"
    ]  # fmt: skip


def test_a_key_that_is_not_here_yet_is_waited_for(receiver, device) -> None:
    header = device.next_header()
    envelope = device.seal(header, device.plaintext(header), kid="min-next")
    (result,) = device.push(envelope)
    assert (result["outcome"], result["code"]) == ("held", "opener.no_key")


def test_what_breaks_the_opener_is_held_and_the_others_go_on(receiver, device, monkeypatch) -> None:
    import ministry_server.opener as opener

    original = opener.check_payload

    def failing(data):
        if data["body"]["note"] == "poison":
            raise ZeroDivisionError(data)
        return original(data)

    monkeypatch.setattr(opener, "check_payload", failing)
    assert device.outcomes(device.revise(note="poison"), device.revise()) == ["held", "applied"]
    monkeypatch.undo()
    receiver.stop()
    receiver.start()
    assert set(receiver.stages().values()) == {"applied"}


def test_the_intake_runs_without_the_key_and_an_opener_finishes(tmp_path, clock) -> None:
    folder = tmp_path / "split"
    with RunningReceiver(folder, clock) as running:
        code = running.new_code()
    hidden = (folder / "opener.key").read_bytes()
    (folder / "opener.key").unlink()
    with RunningReceiver(folder, clock, role=Role.INTAKE) as running:
        device = Device(running).enrol(code)
        envelope = device.revise()
        (result,) = device.push(envelope)
        assert result["outcome"] == "stored"
        assert [r.stage for r in device.receipts(result)] == [State.STORED]
        # A process with the key works on the same database at the same time.
        (folder / "opener.key").write_bytes(hidden)
        with RunningReceiver(folder, clock, role=Role.OPENER) as opener:
            assert device.session.get(f"{opener.url}/sync/v1/hello", timeout=60).status_code == 404
            late = device.revise()
            device.push(late)
            opener.receiver.housekeeping()
            assert set(opener.stages().values()) == {"applied"}
        (again,) = device.push(envelope)
        assert [r.stage for r in device.receipts(again)] == [State.STORED, State.APPLIED]
        device.close()


def test_a_restart_keeps_everything(receiver, device) -> None:
    envelopes = [device.revise() for _ in range(3)]
    before = device.push(*envelopes)
    url, epoch = receiver.url, device.hello()["epoch"]
    receiver.stop()
    with pytest.raises(requests.ConnectionError):
        device.hello()
    receiver.start()
    assert (receiver.url, device.hello()["epoch"]) == (url, epoch)
    after = device.push(*envelopes)
    assert [r["receipts"] for r in after] == [r["receipts"] for r in before]
    assert device.outcomes(device.revise()) == ["applied"]


def test_the_body_of_the_tests_is_a_whole_call() -> None:
    from operator_app.domain.wire import call_from_body

    assert call_from_body(body(), call_id="c", op_id="o", saved_at=1).form.danger_now == "N"
