"""Whatever is sent, the answer is a refusal and never a failure; and nothing is left in the open."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ministry_server.backup import make_backup
from operator_app.sync.envelope import FIELDS
from operator_app.sync.receipts import BadSignature, sign
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device, case_snapshot, nonce
from tests.receiver import RunningReceiver
from tests.samples import examples

JSON = {"Content-Type": "application/json"}
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["\x00", "\ud800", "x" * 65, "=", "push"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)
fuzz = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    with RunningReceiver(tmp_path_factory.mktemp("hostile"), FrozenClock()) as running:
        device = Device(running).enrol()
        yield device
        device.close()


def post(device: Device, path: str, body: bytes) -> requests.Response:
    return device.session.post(
        f"{device.receiver.url}/sync/v1/{path}", data=body, headers=JSON, timeout=60
    )


def refused(answer: requests.Response) -> bool:
    return 400 <= answer.status_code < 500 and answer.json()["status"] == answer.status_code


@fuzz
@given(path=st.sampled_from(["push", "have", "enrol", "changes"]), body=st.binary(max_size=200))
def test_bytes(target, path, body) -> None:
    assert refused(post(target, path, body))


@pytest.mark.parametrize("path", ["push", "have", "enrol", "changes"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'{"dev": ' + b"9" * 5000 + b"}",
        b'{"dev": NaN}',
        b'{"dev": 1e999}',
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"null",
        b"",
    ],
    ids=["deep list", "deep object", "digits", "NaN", "huge", "surrogate", "BOM", "null", "empty"],
)
def test_json_that_is_none(target, path, body) -> None:
    assert refused(post(target, path, body))


def requests_of(device: Device) -> dict[str, dict[str, object]]:
    return {
        "push": device.push_request([]),
        "have": {"dev": device.dev, "inc": device.inc, "n": nonce(), "ranges": [], "cursor": 0},
        "changes": device.changes_request(),
        "enrol": device.enrol_request("ABCDEFGHJKLM" + "AAAAAAAA"),
    }


@fuzz
@given(path=st.sampled_from(["push", "have", "enrol", "changes"]), data=st.data())
def test_well_signed_requests_with_one_wrong_field(target, path, data) -> None:
    message = {k: v for k, v in requests_of(target)[path].items() if k != "sig"}
    message[data.draw(st.sampled_from(sorted(message)))] = data.draw(values)
    try:
        request = sign(message, target.key, purpose=path)
        body = json.dumps(request).encode()
    except BadSignature:
        body = json.dumps({**message, "sig": "AAAA"}).encode()
    answer = post(target, path, body)
    assert answer.status_code < 500, answer.text


@fuzz
@given(item=values, field=st.sampled_from([*sorted(FIELDS), "none"]))
def test_items_with_one_wrong_field(target, item, field) -> None:
    """The request is sound, the item is not: a result with a code, whatever the item is."""
    envelope = target.revise()
    bad = {**envelope, field: item} if field != "none" else item
    try:
        request = target.push_request([bad])
    except BadSignature:
        return  # no canonical form: the device could not have signed it
    answer = target.post("push", request)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["outcome"] in ("rejected", "applied", "mismatch", "held")
    if bad != envelope:
        assert result["outcome"] != "applied"


CANARIES = {
    "note": "Zhyldyzkanary said the cupboard is locked",
    "caller_name": "Kanarykyzy Testova",
    "phone": "+996555000117",
    "phone_e164": "+996555000117",
    "void_reason": "mistyped-kanary",
    "operator": "operator-kanary",
    "number": "0412-2026-909117",
    "division": "41708203977117",
}
WORDS = [
    b"VIOLENCE",
    b"0412-2026-C",
    b"anary",
    b"cupboard",
    b"555000117",
    b"909117",
    b"977117",
    b"BEN.UBK",
    b"1795000000000",
]


def test_no_field_value_is_in_any_file_or_log(receiver, device, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    record = "0193-kanary-record"
    first = device.revise(record_id=record, **CANARIES)
    late = device.revise(record_id=record, bases=("nowhere",), **CANARIES)
    bad_office = device.revise(**{**CANARIES, "office": "0413"})
    case = device.revise_case(
        record_id="0193-kanary-case",
        affected={**case_snapshot()["affected"], "name": CANARIES["caller_name"]},
        contact={**case_snapshot()["contact"], "phone": CANARIES["phone"]},
        close_note=CANARIES["note"],
        number=CANARIES["number"],
    )
    assert device.outcomes(case) == ["applied"]
    colleague = Device(receiver).enrol()
    assert CANARIES["note"] in colleague.all_changes()[case["op_id"]].decode()
    colleague.close()
    device.push(first, late, bad_office, {**first, "note": "anary"}, {"op_id": "anary cupboard"})
    header = device.next_header()
    device.push(device.seal(header, device.plaintext(header, **{**CANARIES, "topics": "anary"})))
    post(device, "push", b'{"note": "anary cupboard"}')
    device.have([[1, 9]])
    assert receiver.payloads()[first["op_id"]]["body"]["note"] == CANARIES["note"]
    # All rows, whichever engine holds them.
    make_backup(receiver.store, receiver.folder / "backup", receiver.receiver.now())
    files = {file.name: file for file in receiver.folder.rglob("*") if file.is_file()}
    expected = set() if receiver.database_url else {"ministry.db", "ministry.db-wal"}
    assert {"backup", *expected} <= set(files)
    receiver.stop()
    left = {file for file in files.values() if file.exists()}
    for file in left | {receiver.folder / name for name in expected - {"ministry.db-wal"}}:
        content = file.read_bytes()
        assert [word for word in WORDS if word in content] == [], file.name
    logged = caplog.text.encode()
    assert [word for word in WORDS if word in logged] == []
    receiver.start()


def test_a_failure_is_logged_without_its_text(receiver, device, caplog, monkeypatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ValueError("anary cupboard")

    monkeypatch.setattr(receiver.receiver._intake, "accept", failing)
    answer = device.post("push", device.push_request([]))
    assert (answer.status_code, answer.json()["code"]) == (500, "server.failed")
    assert "ValueError at test_hostile.py" in caplog.text
    assert "anary" not in caplog.text + answer.text
