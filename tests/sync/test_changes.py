"""Two PCs of one office see each other's cases; nobody else does, and no fault of the way matters."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ministry_server.receiver import Role
from operator_app.db import sync_state
from operator_app.domain.cases import Affected
from operator_app.domain.consent import RECORD, Consent
from operator_app.domain.wire import SCHEMA, canonical
from operator_app.errors import NetworkProblem
from operator_app.sync import changes as changes_module
from operator_app.sync.carriers.base import Answer
from operator_app.sync.envelope import sealed_for
from operator_app.sync.receipts import sign
from operator_app.sync.status import LinkState, last_attempts
from tests.receiver import RunningReceiver
from tests.sync.desk import HER_NAME, Desk, quick_https
from tests.sync.invariants import check_alike

CHANGES = "/sync/v1/changes"
HIGH = {"A1": "Y"}


class Meddling:
    """The real carrier; a test may change requests for changes and the answers to them.

    `items` and `message` change what the answer says before it is signed by the server's own key;
    `answer` takes the place of the whole answer.
    """

    name = "https"

    def __init__(self, receiver: RunningReceiver) -> None:
        self._receiver = receiver
        self._carrier = quick_https(receiver.url)
        self.asked: list[dict[str, Any]] = []
        self.given: list[Answer] = []
        self.message: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None = None
        self.answer: Callable[[Answer], Answer] | None = None

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        answer = self._carrier.exchange(method, path, body, etag=etag)
        if path != CHANGES:
            return answer
        request = json.loads(body)
        self.asked.append(request)
        if self.message is not None:
            said = json.loads(answer.body)
            del said["sig"]
            key = self._receiver.receiver.keys.receipt_key
            changed = sign(self.message(request, said), key, purpose="changes_answer")
            answer = Answer(200, {}, json.dumps(changed).encode())
        if self.answer is not None:
            answer = self.answer(answer)
        self.given.append(answer)
        return answer

    def close(self) -> None:
        self._carrier.close()


@pytest.fixture
def meddling(desk: Desk, receiver: RunningReceiver) -> Meddling:
    desk.cycle.close()
    desk.cycle = desk._new_cycle()
    carrier = Meddling(receiver)
    desk.open_carrier = lambda url: carrier
    return carrier


def problems(desk: Desk) -> list[tuple[str, int]]:
    """The codes of what was set aside, and how many."""
    return [
        (a.outcome, a.items)
        for a in last_attempts(desk.database)
        if a.action == "changes" and a.outcome != "ok"
    ]


def test_a_colleague_sees_the_case_and_goes_on_with_it(desk: Desk, colleague: Desk) -> None:
    case_id = desk.open_case(happened="Pushed, in the kitchen")
    desk.run()
    report = colleague.run()
    assert (report.problem, report.cases_changed) == (None, 1)
    seen = colleague.case(case_id)
    assert (seen.affected.name, seen.incidents[0].happened) == (HER_NAME, "Pushed, in the kitchen")
    check_alike(desk, colleague)
    assert colleague.run().cases_changed == 0, "nothing is new"
    noted = colleague.note(case_id, "She called back")
    colleague.run()
    assert desk.run().cases_changed == 1
    assert desk.case(case_id).op_id == noted.op_id
    assert [n.text for n in desk.case(case_id).notes] == ["She called back"]
    assert desk.case_revisions() == colleague.case_revisions()
    check_alike(desk, colleague)
    # It is no revision of ours: nothing of it is sent, counted or confirmed here.
    assert noted.op_id not in desk.states()
    assert desk.status().waiting == desk.status().needs_you == 0


def test_calls_are_not_given(desk: Desk, colleague: Desk) -> None:
    desk.save(note="about a benefit")
    desk.open_case()
    desk.run()
    colleague.run()
    kinds = [json.loads(p)["kind"] for p in colleague.case_revisions().values()]
    assert kinds == ["case"]


def test_another_office_sees_nothing(desk: Desk, colleague: Desk, stranger: Desk) -> None:
    theirs = stranger.open_case()
    ours = desk.open_case()
    for seat in (desk, stranger, colleague, desk, stranger):
        assert seat.run().problem is None
    assert stranger.foreign() == {}
    assert set(stranger.case_rows()) == {theirs}
    assert set(colleague.case_rows()) == set(desk.case_rows()) == {ours}


def test_an_urgent_case_goes_first_and_alone(desk: Desk, receiver: RunningReceiver) -> None:
    for _ in range(3):
        desk.save()
    case_id = desk.open_case()
    acute = desk.cases.assess(desk.office.actor, case_id, {}, raised_to="HIGH")
    lanes = {row["op_id"]: row["lane"] for row in desk.rows()}
    history = [row["op_id"] for row in desk.rows() if row["record_id"] == case_id]
    assert history[-1] == acute.op_id
    assert {lanes[op_id] for op_id in history} == {0}, "its base goes before it, as fast"
    desk.run()
    assert set(receiver.stages().values()) == {"applied"}


def test_two_change_one_case_and_a_supervisor_brings_them_together(
    desk: Desk, colleague: Desk, receiver: RunningReceiver
) -> None:
    case_id = desk.open_case()
    desk.run(), colleague.run()
    mine = desk.cases.set_status(desk.office.actor, case_id, "WAIT")
    theirs = colleague.cases.assess(colleague.office.actor, case_id, {}, raised_to="HIGH")
    desk.run()
    colleague.run()
    assert receiver.stages()[mine.op_id] == "applied"
    assert receiver.stages()[theirs.op_id] == "conflict"
    # The one the ministry doubts asks for a person; both show both, with the graver risk.
    assert colleague.status().needs_you == 1
    desk.run()
    assert desk.conflicts() == colleague.conflicts() == [case_id]
    assert desk.case(case_id).risk == colleague.case(case_id).risk == "HIGH"
    check_alike(desk, colleague)
    assert receiver.records()[case_id]["conflict"]
    merged = desk.merge(case_id)
    assert desk.run().problem is None
    assert receiver.stages()[merged.op_id] == receiver.stages()[theirs.op_id] == "applied"
    assert not receiver.records()[case_id]["conflict"]
    # One round, and nobody is needed any more.
    colleague.run()
    assert set(colleague.states().values()) == {"applied"}
    assert colleague.status().needs_you == 0
    assert desk.conflicts() == colleague.conflicts() == []
    check_alike(desk, colleague)
    assert desk.case_revisions() == colleague.case_revisions()


def test_the_counter_clears_where_the_doubted_version_was_merged(
    desk: Desk, colleague: Desk
) -> None:
    case_id = desk.open_case()
    desk.run(), colleague.run()
    desk.note(case_id, "one")
    colleague.note(case_id, "other")
    desk.run(), colleague.run()
    assert colleague.status().needs_you == 1
    colleague.merge(case_id)
    colleague.run()
    assert colleague.status().needs_you == 0
    assert {n.text for n in colleague.case(case_id).notes} == {"one", "other"}


def test_the_counter_clears_also_for_what_was_doubted_further_back(
    desk: Desk, colleague: Desk
) -> None:
    """The doubted version was built upon before anybody merged: the merging does not name it."""
    case_id = desk.open_case()
    desk.run(), colleague.run()
    desk.note(case_id, "one")
    doubted = colleague.note(case_id, "other")
    colleague.note(case_id, "and more")
    desk.run(), colleague.run(), desk.run()
    assert colleague.states()[doubted.op_id] == "conflict"
    desk.merge(case_id)
    desk.run(), colleague.run()
    assert set(colleague.states().values()) == {"applied"}
    assert colleague.status().needs_you == 0


def test_a_case_with_something_unsent_is_not_touched(desk: Desk, colleague: Desk) -> None:
    """I14."""
    case_id, other = desk.open_case(), desk.open_case()
    desk.run(), colleague.run()
    theirs, quiet = desk.note(case_id, "from the first PC"), desk.note(other, "elsewhere")
    desk.run()
    mine = colleague.note(case_id, "from the second PC")
    before = colleague.case_rows()[case_id]
    with colleague.database.write() as connection:
        # It was put aside for an hour; the round goes on without it.
        connection.exec_driver_sql(
            f"UPDATE revision SET next_try_at = {before['saved_at'] + 3_600_000}"
        )
    assert colleague.run().cases_changed == 1
    assert colleague.case_rows()[case_id] == before
    assert colleague.foreign()[theirs.op_id] == 0
    assert colleague.foreign()[quiet.op_id] == 1
    assert [n.text for n in colleague.case(other).notes] == ["elsewhere"]
    # A change of our own still builds on what was on the screen, and shows nothing else.
    again = colleague.note(case_id, "and more")
    assert colleague.case_rows()[case_id]["heads"] == json.dumps([again.op_id])
    colleague.cycle.send_now()
    assert colleague.run().cases_changed == 1
    assert set(colleague.foreign().values()) == {1}
    desk.run()
    assert desk.conflicts() == colleague.conflicts() == [case_id]
    check_alike(desk, colleague)
    assert mine.op_id in desk.case_revisions()


def test_what_lacks_its_base_is_kept_and_not_shown(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    case_id = colleague.open_case()
    opened = colleague.case(case_id).op_id
    noted = colleague.note(case_id, "later")
    colleague.run()

    def without_the_first(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "items": [i for i in said["items"] if i["op_id"] != opened]}

    meddling.message = without_the_first
    assert desk.run().cases_changed == 0
    assert desk.foreign() == {noted.op_id: 1}
    assert desk.case_rows() == {}
    meddling.message = None
    with desk.database.write() as connection:
        sync_state.write_position(connection, sync_state.Position())
    assert desk.run().cases_changed == 1
    check_alike(desk, colleague)


def test_what_she_did_not_allow_to_leave_does_not_leave_and_is_not_lost(
    desk: Desk, colleague: Desk
) -> None:
    """I13, and the way back: a colleague who saw a blank has not said that there is none."""
    case_id = desk.open_case(may_leave=False, happened="In the kitchen")
    desk.note(case_id, "Said she fears for the dog")
    desk.run(), colleague.run()
    seen = colleague.case(case_id)
    assert (seen.affected.name, seen.incidents[0].happened, seen.notes[0].text) == ("", "", "")
    actor = colleague.office.actor
    colleague.cases.set_person(actor, case_id, replace(seen.affected, sex="F"))
    colleague.note(case_id, "A word from the second PC")
    colleague.run(), desk.run()
    back = desk.case(case_id)
    assert (back.affected.name, back.affected.sex) == (HER_NAME, "F")
    assert back.incidents[0].happened == "In the kitchen"
    assert back.notes[0].text == "Said she fears for the dog"
    # What is built on it here is whole, and still does not leave.
    desk.note(case_id, "third")
    desk.run(), colleague.run()
    assert desk.case(case_id).affected.name == HER_NAME
    for payload in colleague.case_revisions().values():
        assert HER_NAME not in payload.decode()
        assert "kitchen" not in payload.decode()
    # Now she allows it, at the other PC; the next change here brings her words along.
    colleague.cases.add_consent(actor, case_id, Consent(RECORD, "Y", at=0))
    colleague.run(), desk.run()
    desk.note(case_id, "fourth")
    desk.run(), colleague.run()
    assert colleague.case(case_id).affected.name == HER_NAME
    assert colleague.case(case_id).incidents[0].happened == "In the kitchen"


def test_what_a_colleague_says_counts_before_what_was_held_back(
    desk: Desk, colleague: Desk
) -> None:
    case_id = desk.open_case(may_leave=False)
    desk.run(), colleague.run()
    actor = colleague.office.actor
    colleague.cases.add_consent(actor, case_id, Consent(RECORD, "Y", at=0))
    colleague.cases.set_person(actor, case_id, Affected(name="Another Name", age=34))
    colleague.run(), desk.run()
    assert desk.case(case_id).affected.name == "Another Name"
    desk.cases.set_person(desk.office.actor, case_id, replace(desk.case(case_id).affected, name=""))
    desk.run(), colleague.run()
    assert colleague.case(case_id).affected.name == ""


def test_pages_follow_each_other(
    desk: Desk, colleague: Desk, meddling: Meddling, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ministry_server import changes

    monkeypatch.setattr(changes, "MOST_CHANGES", 2)
    cases = [colleague.open_case() for _ in range(5)]
    colleague.settle()
    assert desk.run().cases_changed == 5
    assert set(desk.case_rows()) == set(cases)
    counts = [len(json.loads(answer.body)["items"]) for answer in meddling.given]
    assert counts == [2, 2, 1, 0]
    cursors = [request["cursor"] for request in meddling.asked]
    assert cursors == sorted(cursors)
    assert len({request["recipient"] for request in meddling.asked}) == 4, "a key is used once"


def test_a_round_that_is_stopped_ends_between_pages(
    desk: Desk, colleague: Desk, meddling: Meddling, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ministry_server import changes

    monkeypatch.setattr(changes, "MOST_CHANGES", 1)
    for _ in range(4):
        colleague.open_case()
    colleague.settle()

    def stopping(answer: Answer) -> Answer:
        desk.cycle.stop()
        return answer

    meddling.answer = stopping
    desk.run()
    assert len(desk.foreign()) == 1


def test_an_older_server_is_no_error(desk: Desk, meddling: Meddling) -> None:
    call = desk.save()
    for body in (b'{"code": "request.unknown_path"}', b"<html>nothing here</html>"):
        meddling.answer = lambda _answer, body=body: Answer(404, {}, body)
        report = desk.run()
        assert (report.state, report.problem) == (LinkState.ONLINE, None)
        assert desk.status().problem is None
    assert desk.states() == {call.op_id: "applied"}


def test_a_server_that_cannot_open_anything_is_asked_again_later(
    desk: Desk, colleague: Desk, receiver: RunningReceiver
) -> None:
    case_id = desk.open_case()
    desk.run()
    receiver.stop()
    receiver._role = Role.INTAKE
    receiver.start()
    for _ in range(2):
        report = colleague.run()
        assert (report.state, report.problem) == (LinkState.ONLINE, None)
        assert colleague.case_rows() == {}
    receiver.stop()
    receiver._role = Role.BOTH
    receiver.start()
    colleague.run()
    assert set(colleague.case_rows()) == {case_id}


def _other_nonce(_request: Any, said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "n": "0" * 22}


BAD_ANSWERS: dict[str, tuple[Callable[[Any, dict[str, Any]], dict[str, Any]], str]] = {
    "another nonce": (_other_nonce, "net.stale_answer"),
    "another device": (lambda r, said: {**said, "dev": "0" * 16}, "net.bad_answer"),
    "no epoch": (lambda r, said: {**said, "epoch": ""}, "net.bad_answer"),
    "backwards": (lambda r, said: {**said, "next": -1}, "net.bad_answer"),
    "cursor is text": (lambda r, said: {**said, "next": "5"}, "net.bad_answer"),
    "no items": (lambda r, said: {**said, "items": None}, "net.bad_answer"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_answers_that_are_not_believed(
    name: str, desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    meddling.message, code = BAD_ANSWERS[name]
    _nothing_is_taken_until_it_is_mended(desk, colleague, meddling, code)


def _signed_by_another(answer: Answer) -> Answer:
    said = {k: v for k, v in json.loads(answer.body).items() if k != "sig"}
    signed = sign(said, Ed25519PrivateKey.generate(), purpose="changes_answer")
    return Answer(200, {}, json.dumps(signed).encode())


def _for_another_purpose(answer: Answer) -> Answer:
    return Answer(200, {}, answer.body.replace(b'"items"', b'"receipts"'))


SPOILT: dict[str, tuple[Callable[[Answer], Answer], str]] = {
    "wrong signature": (_signed_by_another, "net.bad_answer"),
    "changed": (_for_another_purpose, "net.bad_answer"),
    "no signature": (lambda a: Answer(200, {}, b"{}"), "net.bad_answer"),
    "cut json": (lambda a: Answer(200, {}, a.body[:-40]), "net.portal"),
    "500": (lambda a: Answer(500), "net.server_error"),
    "deep": (lambda a: Answer(200, {}, b"[" * 200_000), "net.portal"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_answers_that_are_spoilt(
    name: str, desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    meddling.answer, code = SPOILT[name]
    _nothing_is_taken_until_it_is_mended(desk, colleague, meddling, code)


def _nothing_is_taken_until_it_is_mended(
    desk: Desk, colleague: Desk, meddling: Meddling, code: str
) -> None:
    case_id = colleague.open_case()
    colleague.run()
    call = desk.save()
    report = desk.run()
    # What was sent arrived; the server is there, only this did not work.
    assert (report.state, report.problem) == (LinkState.ONLINE, code)
    assert desk.status().problem == code
    assert desk.states() == {call.op_id: "applied"}
    assert desk.foreign() == {}
    meddling.message = meddling.answer = None
    assert desk.run().problem is None
    assert set(desk.case_rows()) == {case_id}


def test_an_old_answer_played_again_is_not_believed(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    colleague.open_case()
    colleague.run()
    desk.run()
    old = meddling.given[0]
    colleague.open_case()
    colleague.run()
    meddling.answer = lambda _answer: old
    assert desk.run().problem == "net.stale_answer"
    assert len(desk.foreign()) == 1


def test_a_broken_way_ends_the_round(desk: Desk, meddling: Meddling) -> None:
    def broken(_answer: Answer) -> Answer:
        raise NetworkProblem("net.unreachable")

    meddling.answer = broken
    report = desk.run()
    assert (report.state, report.problem) == (LinkState.OFFLINE, "net.unreachable")


def resealed(request: dict[str, Any], plain: bytes, op_id: str) -> dict[str, str]:
    sealed = base64.b64encode(sealed_for(plain, [request["recipient"]])).decode()
    return {"op_id": op_id, "sealed": sealed}


def _payload(colleague: Desk) -> dict[str, Any]:
    (plain,) = colleague.case_revisions().values()
    data: dict[str, Any] = json.loads(plain)
    return data


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def _bodies(data: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    """What a hostile server may give, and the code under which it is set aside."""

    def body(**changes: Any) -> dict[str, Any]:
        return {**copy.deepcopy(data), "body": {**data["body"], **changes}}

    part = {"note_id": "n", "at": 1, "by": "x", "text": "x"}
    return {
        "a call": ({**data, "kind": "call"}, "wire.wrong_type"),
        "another kind": ({**data, "kind": "audit_head"}, "wire.unknown_kind"),
        "another id inside": ({**data, "op_id": "other"}, "change.header_swapped"),
        "no device": ({**data, "dev": "no word"}, "change.header_swapped"),
        "no record": ({**data, "record_id": "no word"}, "wire.bad_id"),
        "its own base": ({**data, "bases": [data["op_id"]]}, "wire.bad_base"),
        "many bases": ({**data, "bases": ["b"] * 5000}, "wire.bad_base"),
        "time of no calendar": ({**data, "at": 10**30}, "wire.out_of_range"),
        "newer": ({**data, "schema": SCHEMA + 1}, "wire.newer_schema"),
        "another office": (body(office="0413"), "change.other_office"),
        "risk is a number": (body(risk=5), "wire.wrong_type"),
        "notes are text": (body(notes="x"), "wire.wrong_type"),
        "nested": (body(notes=_nested(400)), "wire.wrong_type"),
        "a part twice": (body(notes=[part, part]), "wire.part_twice"),
        "no step": (
            body(referrals=[{"referral_id": "r", "service_type": "POL", "steps": []}]),
            "wire.part_empty",
        ),
        "no Unicode": (body(close_note="\ud800"), "wire.bad_text"),
        "due never": (
            body(
                tasks=[
                    {
                        "task_id": "t",
                        "kind": "CALL",
                        "way": "PHONE",
                        "due_at": 2**80,
                        "assignee_id": "a",
                        "created_at": 1,
                    }
                ]
            ),
            "wire.out_of_range",
        ),
        "no object": ([1], "wire.not_an_object"),
    }


def _names() -> list[str]:
    return list(_bodies({"op_id": "", "body": {}}))


@pytest.mark.parametrize("name", _names())
def test_one_bad_item_leaves_the_others(
    name: str, desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    case_id = colleague.open_case()
    data = _payload(colleague)
    colleague.run()
    bad, code = _bodies({**data, "op_id": "bad-one", "record_id": "bad-record"})[name]

    def with_a_bad_one(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        if not said["items"]:
            return said
        return {
            **said,
            "items": [resealed(request, json.dumps(bad).encode(), "bad-one"), *said["items"]],
        }

    meddling.message = with_a_bad_one
    report = desk.run()
    assert (report.problem, report.cases_changed) == (None, 1)
    assert problems(desk) == [(code, 1)]
    assert set(desk.case_rows()) == {case_id}
    assert set(desk.foreign()) == {data["op_id"]}


def test_items_that_do_not_open_leave_the_others(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    case_id = colleague.open_case()
    data = _payload(colleague)
    colleague.run()
    another = {"recipient": str(pyrage.x25519.Identity.generate().to_public())}

    def with_bad_ones(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        if not said["items"]:
            return said
        good = said["items"][0]
        bad = [
            resealed(another, canonical(data), "other-key"),
            {"op_id": "no-base64", "sealed": "é"},
            {"op_id": "no-age", "sealed": "AAAA"},
            {"op_id": "cut", "sealed": good["sealed"][:-8]},
            resealed(request, b"[" * 100_000, "deep"),
            resealed(request, b"\xff", "bytes"),
            {"op_id": "bare"},
            7,
            None,
        ]
        return {**said, "items": [*bad, good]}

    meddling.message = with_bad_ones
    assert desk.run().cases_changed == 1
    assert problems(desk) == [("change.malformed", 6), ("change.cannot_open", 3)]
    assert set(desk.case_rows()) == {case_id}


def test_our_own_revision_given_back_changes_nothing(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    case_id = desk.open_case()
    own = _payload(desk)
    before = desk.case_rows()
    disguised = {**own, "dev": "0" * 16, "body": {**own["body"], "risk": "STD"}}

    def echoed(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        items = [resealed(request, canonical(p), own["op_id"]) for p in (own, disguised)]
        return {**said, "items": items}

    meddling.message = echoed
    assert desk.run().cases_changed == 0
    assert problems(desk) == [("change.own", 2)]
    assert desk.foreign() == {}
    assert desk.case_rows() == before
    assert [v.own for v in desk.cases.versions(desk.office.actor, case_id)] == [True]


def test_a_case_under_the_id_of_a_call_is_set_aside(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    call = desk.save()
    colleague.open_case()
    colleague.run()
    data = {**_payload(colleague), "op_id": "odd", "record_id": call.call_id}

    def odd(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        items = [resealed(request, canonical(data), "odd")] if said["items"] else []
        return {**said, "items": items}

    meddling.message = odd
    assert desk.run().cases_changed == 0
    assert problems(desk) == [("change.not_a_case", 1)]


def test_an_item_that_came_before_is_kept_as_it_was(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    case_id = colleague.open_case()
    data = _payload(colleague)
    colleague.run(), desk.run()
    other = {**data, "body": {**data["body"], "risk": "STD", "status": "MON"}}

    def again(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "items": [resealed(request, canonical(other), data["op_id"])]}

    meddling.message = again
    before = desk.case_revisions(), desk.case_rows()
    assert desk.run().cases_changed == 0
    assert (desk.case_revisions(), desk.case_rows()) == before
    assert desk.case(case_id).status == "NEW"


def test_one_case_that_cannot_be_folded_leaves_the_others(
    desk: Desk, colleague: Desk, meddling: Meddling
) -> None:
    """Two cases claim one follow-up: the second cannot be written, and is not half written."""
    first = colleague.open_case()
    colleague.cases.assess(colleague.office.actor, first, {}, raised_to="HIGH")
    assert colleague.case(first).tasks
    colleague.run(), desk.run()
    thief = json.loads(list(colleague.case_revisions().values())[-1])
    thief |= {"op_id": "thief", "record_id": "ffff-thief", "bases": [], "seq": 999}

    def stealing(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "items": [*said["items"], resealed(request, canonical(thief), "thief")]}

    meddling.message = stealing
    before = desk.case_rows()
    assert desk.run().cases_changed == 0
    assert desk.case_rows() == before
    assert desk.foreign()["thief"] == 0
    good = colleague.open_case()
    colleague.run()
    assert desk.run().cases_changed == 1
    assert set(desk.case_rows()) == {first, good}


def test_a_case_of_ten_thousand_notes_is_taken(desk: Desk, colleague: Desk) -> None:
    case_id = colleague.open_case()
    one = colleague.note(case_id, "ж" * 90).notes[0]
    many = tuple(replace(one, note_id=f"n{i}") for i in range(10_000))
    colleague.cases.change(
        colleague.office.actor, case_id, lambda case: replace(case, notes=many), "case.noted"
    )
    colleague.settle()
    assert desk.run().problem is None
    assert len(desk.case(case_id).notes) == 10_000


def test_a_restored_server_is_read_from_the_beginning(
    desk: Desk, colleague: Desk, meddling: Meddling, receiver: RunningReceiver
) -> None:
    first = colleague.open_case()
    colleague.run(), desk.run()
    assert meddling.asked[-1]["cursor"] > 0
    receiver.new_epoch()
    second = colleague.open_case()
    colleague.run()
    asked = len(meddling.asked)
    assert desk.run().cases_changed == 1
    assert meddling.asked[asked]["cursor"] == 0
    assert set(desk.case_rows()) == {first, second}
    assert len(desk.foreign()) == 2


def test_a_server_restored_between_greeting_and_answer(
    desk: Desk, colleague: Desk, meddling: Meddling, receiver: RunningReceiver
) -> None:
    colleague.open_case()
    colleague.run(), desk.run()
    second = colleague.open_case()
    colleague.run()
    told = iter([True])

    def of_a_new_life(request: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        if next(told, False):
            receiver.new_epoch()
            with receiver.store.read() as connection:
                from ministry_server.store import get

                return {**said, "epoch": get(connection, "epoch"), "items": [], "next": 10_000}
        return said

    meddling.message = of_a_new_life
    assert desk.run().problem is None
    assert second in desk.case_rows()
    with desk.database.read() as connection:
        assert sync_state.read_position(connection).cursor < 10_000


def test_what_an_older_program_left_aside_is_fetched_by_a_newer_one(
    desk: Desk, colleague: Desk, meddling: Meddling, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = colleague.open_case()
    colleague.run()
    monkeypatch.setattr("operator_app.domain.wire.SCHEMA", SCHEMA - 1)
    monkeypatch.setattr(changes_module, "SCHEMA", SCHEMA - 1)
    assert desk.run().cases_changed == 0
    assert problems(desk) == [("wire.newer_schema", 1)]
    monkeypatch.undo()
    desk.open_carrier = lambda url: meddling
    assert desk.run().cases_changed == 1
    assert set(desk.case_rows()) == {case_id}


def test_a_revoked_pc_is_given_nothing(
    desk: Desk, colleague: Desk, receiver: RunningReceiver
) -> None:
    from ministry_server import devices
    from operator_app.db import settings

    with colleague.database.read() as connection:
        dev = settings.read_device(connection).device_id
    desk.open_case()
    desk.run()
    devices.revoke(receiver.store, dev, 1)
    report = colleague.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "device.revoked")
    assert colleague.foreign() == {}


def test_what_a_revoked_pc_wrote_before_is_still_given(
    desk: Desk, colleague: Desk, receiver: RunningReceiver
) -> None:
    """A stolen PC is shut out; her case goes on."""
    from ministry_server import devices
    from operator_app.db import settings

    with colleague.database.read() as connection:
        dev = settings.read_device(connection).device_id
    case_id = colleague.open_case()
    colleague.run()
    devices.revoke(receiver.store, dev, 1)
    desk.run()
    assert set(desk.case_rows()) == {case_id}
