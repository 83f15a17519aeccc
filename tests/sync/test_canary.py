"""I13: words planted in every field appear in no request, no address, no header and no file."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ministry_server.cli import main
from operator_app.domain.violence import SafeContact
from operator_app.log import start_logging
from operator_app.services.call_drafts import Draft
from operator_app.sync.bundle import receipts_name
from operator_app.sync.bundle_post import BundlePost
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived

CANARIES = ("ZZKANARYNAME", "ZZKANARYNOTE", "ZZКАНАРЕЙКА", "ZZKANARYREASON", "555987654")


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    logger = logging.getLogger("operator_app")
    level = logger.level
    start_logging(tmp_path / "data" / "logs", logging.DEBUG)
    yield tmp_path / "data" / "logs"
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


def shapes(word: str) -> Iterator[bytes]:
    """How a word may look in bytes: as it is, in JSON escapes, UTF-16, and inside base64."""
    for encoding in ("utf-8", "utf-16-le", "cp1251"):
        yield word.encode(encoding)
    yield word.encode("unicode_escape")
    for offset in range(3):
        # Without the first and last signs: they depend on what stands beside the word.
        yield base64.b64encode(bytes(offset) + word.encode())[4:-4]


def assert_absent(data: bytes, where: str) -> None:
    for word in CANARIES:
        for shape in shapes(word):
            assert shape not in data, f"{word[:4]}... found in {where}"


def test_the_search_finds_what_it_looks_for() -> None:
    for prefix in (b"", b"a", b"ab"):
        for word in CANARIES:
            with pytest.raises(AssertionError):
                assert_absent(base64.b64encode(prefix + word.encode() + b"tail"), "here")
            with pytest.raises(AssertionError):
                assert_absent(prefix + word.encode(), "here")


def test_no_planted_word_leaves_the_sealed_part(
    desk: Desk, receiver: RunningReceiver, logs: Path, tmp_path: Path
) -> None:
    planted: dict[str, object] = {
        "caller_name": CANARIES[0],
        "note": f"{CANARIES[1]} {CANARIES[2]}",
        "phone": f"0{CANARIES[4]}",
    }
    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        first = desk.save(**planted)
        urgent = desk.save_urgent(**planted)
        danger = desk.save_danger(**planted)
        amended = desk.amend(first, note=CANARIES[1] * 3)
        desk.office.calls.save_draft(desk.office.actor, Draft(amended.form))
        for fault in (faults.answer(500), faults.lose_answer):
            proxy.plan(fault)
            desk.run()
        voided = desk.office.calls.void(desk.office.actor, urgent.call_id, CANARIES[3])
        desk.settle()
        case = next(row["op_id"] for row in desk.rows() if row["kind"] == "case")
        saved = (first, urgent, danger, amended, voided)
        assert set(arrived(receiver.store)) == {case, *(c.op_id for c in saved)}
        assert sum(b"/push" in request for request in proxy.requests) >= 4
        for request in proxy.requests:
            assert_absent(request, "a request")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"operator.db", "ministry.db", "117-operator.log"} <= {file.name for file in files}
    for file in files:
        assert_absent(file.read_bytes(), file.name)


def test_no_planted_word_of_a_case_is_on_the_way_to_a_colleague(
    desk: Desk, colleague: Desk, receiver: RunningReceiver, logs: Path, tmp_path: Path
) -> None:
    answers: list[bytes] = []

    def record(exchange: faults.Exchange) -> None:
        answers.append(exchange.forward())
        exchange.client.sendall(answers[-1])

    with FaultProxy(receiver.url) as proxy:
        for seat in (desk, colleague):
            seat.point_at(proxy.url)
        proxy.plan(record, times=1000, path="/sync/v1/")
        case_id = desk.open_case(affected_name=CANARIES[0], happened=f"{CANARIES[1]} {CANARIES[2]}")
        contact = SafeContact(phone=f"0{CANARIES[4]}", hours="9-10", what_to_say=CANARIES[3])
        desk.cases.set_contact(desk.office.actor, case_id, contact)
        desk.run(), colleague.run()
        assert colleague.case(case_id).contact == contact
        colleague.note(case_id, CANARIES[1])
        colleague.run(), desk.run()
        assert [n.text for n in desk.case(case_id).notes] == [CANARIES[1]]
        assert sum(b"/changes" in request for request in proxy.requests) >= 4
        for data in (*proxy.requests, *answers):
            assert_absent(data, "a request or an answer")
    receiver.stop()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len([file for file in files if file.name == "operator.db"]) == 2
    for file in files:
        assert_absent(file.read_bytes(), file.name)


def test_no_planted_word_lies_on_the_stick(
    desk: Desk, receiver: RunningReceiver, logs: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    first = desk.save(caller_name=CANARIES[0], note=CANARIES[2], phone=f"0{CANARIES[4]}")
    desk.amend(first, note=CANARIES[1] * 3)
    desk.open_case(affected_name=CANARIES[0], happened=f"{CANARIES[1]} {CANARIES[2]}")
    post = BundlePost(desk.database, desk.office.clock, "0.1.0")
    written = post.write_into(desk.office.actor, stick)
    assert main(["take-in", str(stick), "--data", str(receiver.folder)]) == 0
    post.read_from(desk.office.actor, stick / receipts_name(written.name))
    assert set(desk.states().values()) == {"applied"}
    receiver.stop()
    carried = list(stick.iterdir())
    assert len(carried) == 2
    for file in [*carried, *tmp_path.rglob("*.db"), *tmp_path.rglob("*.log")]:
        assert_absent(file.name.encode() + file.read_bytes(), file.suffix)
