"""Who is let in."""

from __future__ import annotations

import base64
import concurrent.futures

from sqlalchemy import select

from ministry_server.devices import revoke
from ministry_server.schema import device as device_table
from ministry_server.schema import enrolment_code
from operator_app.domain.enrolment import read_enrolment_code
from tests.ministry_server.device import Device, nonce


def refused(answer) -> bool:
    return (answer.status_code, answer.json()["code"]) == (403, "enrol.refused")


def test_a_lost_answer_is_given_again_to_the_same_device_only(receiver, clock) -> None:
    code = receiver.new_code()
    first, second = Device(receiver).enrol(code), Device(receiver)
    clock.forward(days=9)
    first.enrol(code)
    assert refused(second.post("enrol", second.enrol_request(code)))
    first.close(), second.close()


def test_codes_that_let_nobody_in(receiver, clock) -> None:
    device = Device(receiver)
    code = receiver.new_code()
    assert refused(device.post("enrol", device.enrol_request(code, secret="ABCDEFGHJKLM")))
    assert refused(device.post("enrol", device.enrol_request(code, office="0999")))
    clock.forward(hours=72)
    assert refused(device.post("enrol", device.enrol_request(code)))
    device.enrol()
    assert revoke(receiver.store, device.dev, 1)
    assert refused(device.post("enrol", device.enrol_request(receiver.new_code())))
    device.close()


def test_a_request_not_signed_by_the_key_inside_is_refused(receiver) -> None:
    one, two = Device(receiver), Device(receiver)
    request = one.enrol_request(receiver.new_code())
    other = {**request, "device_key": base64.b64encode(two.public).decode()}
    answer = one.post("enrol", other)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature.wrong")
    one.close(), two.close()


def test_one_code_and_many_devices_at_once_let_one_in(receiver) -> None:
    code = receiver.new_code()
    devices = [Device(receiver) for _ in range(6)]
    requests = [device.enrol_request(code) for device in devices]
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        answers = list(
            threads.map(
                lambda pair: pair[0].post("enrol", pair[1]), zip(devices, requests, strict=True)
            )
        )
    assert sorted(a.status_code for a in answers) == [201] + [403] * 5
    with receiver.store.read() as connection:
        assert len(connection.execute(select(device_table.c.dev)).all()) == 1
    for device in devices:
        device.close()


def test_guessing_is_slowed_down_and_forgiven(receiver, clock) -> None:
    device = Device(receiver)
    code = receiver.new_code()
    guess = device.enrol_request(code, secret="ABCDEFGHJKLM")
    assert all(refused(device.post("enrol", guess)) for _ in range(10))
    answer = device.post("enrol", device.enrol_request(code))
    assert (answer.status_code, answer.json()["code"]) == (429, "enrol.too_often")
    assert int(answer.headers["Retry-After"]) == 601
    clock.forward(seconds=601)
    device.enrol(code)
    device.close()


def test_the_secret_is_not_in_the_database(receiver, tmp_path) -> None:
    code = read_enrolment_code(receiver.new_code())
    with receiver.store.read() as connection:
        (kept,) = connection.execute(select(enrolment_code.c.secret_hash)).scalars()
    assert code.secret not in kept
    for file in receiver.folder.glob("ministry.db*"):
        assert code.secret.encode() not in file.read_bytes()


def test_hello_proves_the_key_for_this_nonce(receiver, device) -> None:
    hello = device.hello()
    assert (hello["proto"], hello["kid"], hello["recipients"]) == (
        1, device.kid, device.recipients
    )  # fmt: skip
    assert len(hello["recipients"]) == 2
    for bad in (None, "", "short", "x" * 65, "a b c d e f g h i j"):
        answer = device.session.get(
            f"{receiver.url}/sync/v1/hello", params={"n": bad} if bad is not None else {}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")
    assert len(nonce()) == 24
