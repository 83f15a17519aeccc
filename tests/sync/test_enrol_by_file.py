"""A PC that is never online: a card from the ministry, a bundle that asks, receipts that answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from ministry_server.admission import approve, need_approval
from ministry_server.bundles import Answered, take_in
from ministry_server.cli import main
from ministry_server.devices import revoke
from ministry_server.file_enrolment import make_card
from ministry_server.overview import overview
from ministry_server.schema import enrolment_code
from operator_app.db import settings
from operator_app.domain.people import Role
from operator_app.errors import AppError, BadInput
from operator_app.sync import bundles
from operator_app.sync.bundle import BadBundle
from operator_app.sync.enrol_by_file import EnrolmentByFile
from operator_app.sync.office_card import BadCard, OfficeCard, in_digits, read_card, write_card
from operator_app.ui.sync_wording import code_sentence
from tests.receiver import OFFICE, RunningReceiver
from tests.sync.conftest import new_desk  # noqa: F401
from tests.sync.desk import Desk, arrived
from tests.sync.test_bundles import bundle_of, code_of, read


class Offline:
    """The desk of a PC without a line, and what IT does there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.actor = replace(desk.office.actor, role=Role.ADMINISTRATOR)
        self.enrolment = EnrolmentByFile(desk.database, desk.office.clock)

    def use(self, data: bytes, code: str = "") -> None:
        self.enrolment.use(self.actor, self.enrolment.look_at(self.actor, data), code)

    @property
    def answer(self) -> str:
        return self.enrolment.facts(self.actor).answer

    def carry(self, receiver: RunningReceiver) -> Answered:
        """To the ministry and back."""
        answered = take_in(receiver.receiver, bundle_of(self.desk))
        taken = read(self.desk, answered.receipts)
        assert taken.refused == answered.refused
        return answered

    def refused(self, receiver: RunningReceiver) -> str:
        """Nothing was taken, nothing was lost; why."""
        before = self.desk.states()
        answered = self.carry(receiver)
        assert self.desk.states() == before
        assert not answered.outcomes
        assert self.answer == answered.refused
        assert code_sentence(self.answer) not in (self.answer, code_sentence("no.such"))
        return str(answered.refused)


@pytest.fixture
def offline(new_desk: Desk) -> Iterator[Offline]:  # noqa: F811
    yield Offline(new_desk)


def card_of(receiver: RunningReceiver, office: str = OFFICE) -> bytes:
    return make_card(receiver.receiver.keys, office, "", receiver.receiver.now())


def test_card_code_and_one_bundle_are_enough(offline: Offline, receiver: RunningReceiver) -> None:
    desk = offline.desk
    assert code_of(lambda: bundle_of(desk)) == "bundle.not_enrolled"
    desk.save()
    code = receiver.new_code()
    offline.use(card_of(receiver), code)
    assert not offline.enrolment.facts(offline.actor).known
    bundle = bundle_of(desk)
    secret = code.replace("-", "")[:12]
    assert secret.encode() not in bundle
    answered = take_in(receiver.receiver, bundle)
    # What came with the asking was taken with it.
    assert (answered.refused, answered.outcomes) == (None, {"applied": 1})
    assert set(desk.states().values()) == {"queued"}
    assert read(desk, answered.receipts).confirmed == 2
    assert set(desk.states().values()) == {"applied"}
    facts = offline.enrolment.facts(offline.actor)
    assert (facts.known, facts.answer) == (True, "let_in")
    # The next one asks no more.
    desk.save()
    later = bundle_of(desk)
    assert b'"asking"' in bundle and b'"asking"' not in later
    assert take_in(receiver.receiver, later).outcomes == {"applied": 1}
    # A code is good once, whoever shows the first bundle again.
    assert take_in(receiver.receiver, bundle).outcomes == {"duplicate": 1}


def test_without_a_code_a_person_lets_it_in(offline: Offline, receiver: RunningReceiver) -> None:
    desk = offline.desk
    desk.save()
    offline.use(card_of(receiver))
    for _ in range(2):
        assert offline.refused(receiver) == "device.not_approved"
    assert not arrived(receiver.store)
    device = offline.enrolment.facts(offline.actor)
    (line,) = overview(receiver.store, None, receiver.receiver.now()).devices
    assert (line.dev, line.state) == (device.device_id, "pending")
    assert approve(receiver.store, device.device_id)
    assert offline.carry(receiver).outcomes == {"applied": 1}
    assert offline.enrolment.facts(offline.actor).known


def test_a_good_code_may_wait_for_a_person_too(offline: Offline, receiver: RunningReceiver) -> None:
    need_approval(receiver.store, True)
    offline.use(card_of(receiver), receiver.new_code())
    assert offline.refused(receiver) == "device.not_approved"
    need_approval(receiver.store, False)
    # The code it showed is its own: it is not used up by asking.
    assert offline.carry(receiver).refused is None


def test_codes_that_are_not_good(offline: Offline, receiver: RunningReceiver, clock) -> None:
    from tests.ministry_server.device import Device

    desk = offline.desk
    desk.save()
    card = card_of(receiver)
    good = receiver.new_code()
    wrong = ("A" if good[0] != "A" else "B") + good[1:]
    offline.use(card, wrong)
    assert offline.refused(receiver) == "enrol.code_unknown"
    offline.use(card, receiver.new_code("0413"))
    assert offline.refused(receiver) == "enrol.code_other_office"
    used = receiver.new_code()
    Device(receiver).enrol(used).close()
    offline.use(card, used)
    assert offline.refused(receiver) == "enrol.code_used"
    offline.use(card, good)
    clock.forward(days=4)
    assert offline.refused(receiver) == "enrol.code_expired"
    assert not arrived(receiver.store)
    offline.use(card, receiver.new_code())
    assert offline.carry(receiver).outcomes == {"applied": 1}
    # An old refusal that is brought again changes nothing.
    assert offline.enrolment.facts(offline.actor).known


def test_codes_of_before_are_told_from_wrong_ones_by_nobody(
    offline: Offline, receiver: RunningReceiver
) -> None:
    code = receiver.new_code()
    with receiver.store.write() as connection:
        connection.execute(update(enrolment_code).values(file_key=None))
    offline.use(card_of(receiver), code)
    assert offline.refused(receiver) == "enrol.code_unknown"


def test_cards_that_are_not_good(
    offline: Offline, receiver: RunningReceiver, tmp_path: Path
) -> None:
    card = card_of(receiver)
    assert read_card(card).fingerprint == in_digits(receiver.receiver.keys.receipt_public)
    other_office = card_of(receiver, "0413")
    assert code_of(lambda: offline.use(other_office)) == "card.other_office"
    changed = json.loads(card)
    for name, value in (
        ("kid", "min-x"),
        ("recipients", [str(1)]),
        ("made_at", 5),
        ("sig", "AA=="),
    ):
        data = json.dumps({**changed, name: value}).encode()
        assert code_of(lambda data=data: offline.use(data)) == "card.changed"
    assert code_of(lambda: offline.use(json.dumps({**changed, "v": 2}).encode())) == "card.newer"
    for junk in (b"", b"\x00" * 50, b'{"format":"117-bundle"}', b"{" * 9000):
        assert code_of(lambda junk=junk: offline.use(junk)) == "card.not_one"
    with pytest.raises(BadInput) as raised:
        offline.use(card, "K7QM-2RXW-9TBH-MFRG-GZDF")
    assert [fault.code for fault in raised.value.faults] == ["card.code_of_another"]
    with offline.desk.database.read() as connection:
        assert not settings.read_server(connection).enrolled


def test_a_card_of_another_server_is_found_out_at_take_in(
    offline: Offline, receiver: RunningReceiver, tmp_path: Path
) -> None:
    with RunningReceiver(tmp_path / "other") as other:
        offline.use(card_of(other))
        with pytest.raises(BadBundle, match=r"bundle\.other_server"):
            take_in(receiver.receiver, bundle_of(offline.desk))
    # IT gives it the right card; nothing had been let in anywhere.
    offline.use(card_of(receiver), receiver.new_code())
    assert offline.carry(receiver).refused is None
    with RunningReceiver(tmp_path / "third") as third:
        assert code_of(lambda: offline.use(card_of(third))) == "card.other_server"
    assert code_of(lambda: offline.use(card_of(receiver))) == "card.known_already"


def test_the_proof_is_good_for_this_pc_only(offline: Offline, receiver: RunningReceiver) -> None:
    """Who finds the stick cannot let a PC of their own in with it."""
    from tests.ministry_server.device import Device

    thief = Device(receiver)
    offline.use(card_of(receiver), receiver.new_code())
    bundle = bundle_of(offline.desk)
    head = json.loads(bundle.split(b"\n")[0])
    head["dev"] = thief.dev
    head["asking"]["device_key"] = thief.enrol_request(receiver.new_code())["device_key"]
    forged = signed_anew(head, thief.key)
    assert take_in(receiver.receiver, forged).refused == "enrol.code_unknown"
    head["asking"]["device_key"] = "AAAA"
    for bad in (signed_anew(head, thief.key), bundle.replace(b'"proof":"', b'"proof":"x')):
        with pytest.raises(BadBundle):
            take_in(receiver.receiver, bad)
    assert offline.carry(receiver).refused is None
    thief.close()


def signed_anew(head: dict[str, object], key: object) -> bytes:
    import hashlib

    from operator_app.domain.wire import canonical_plain
    from operator_app.sync.receipts import sign

    before = json.dumps(head, separators=(",", ":")).encode() + b"\n"
    said = {"lines": 1, "digest": hashlib.sha256(before).hexdigest()}
    return before + canonical_plain(sign(said, key, purpose="bundle")) + b"\n"  # type: ignore[arg-type]


def test_a_revoked_pc_hears_so(offline: Offline, receiver: RunningReceiver) -> None:
    offline.use(card_of(receiver), receiver.new_code())
    assert take_in(receiver.receiver, bundle_of(offline.desk)).refused is None
    device = offline.enrolment.facts(offline.actor).device_id
    assert revoke(receiver.store, device, receiver.receiver.now())
    # Its receipts were lost on the way; it asks again.
    assert offline.refused(receiver) == "device.revoked"


def test_with_a_line_after_all_nothing_is_asked_by_file_any_more(
    offline: Offline, receiver: RunningReceiver
) -> None:
    offline.use(card_of(receiver))
    assert offline.refused(receiver) == "device.not_approved"
    assert approve(receiver.store, offline.enrolment.facts(offline.actor).device_id)
    offline.desk.save()
    offline.desk.point_at(receiver.url, receiver.new_code())
    assert offline.desk.run().problem is None
    assert offline.enrolment.facts(offline.actor).known
    assert b'"asking"' not in bundle_of(offline.desk)


def test_only_who_manages_the_connection_takes_cards(
    offline: Offline, receiver: RunningReceiver
) -> None:
    operator = replace(offline.actor, role=Role.OPERATOR)
    card = read_card(card_of(receiver))
    for work in (
        lambda: offline.enrolment.look_at(operator, card_of(receiver)),
        lambda: offline.enrolment.use(operator, card, ""),
    ):
        with pytest.raises(AppError):
            work()


def test_a_forged_card_is_not_signed_by_the_key_it_names(receiver: RunningReceiver) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    keys = receiver.receiver.keys
    card = OfficeCard(OFFICE, keys.receipt_public, keys.kid, tuple(keys.recipients), "", 0)
    with pytest.raises(BadCard, match=r"card\.changed"):
        read_card(write_card(card, Ed25519PrivateKey.generate()))


def test_the_commands(
    offline: Offline, receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "office.117card"
    assert main(["card", OFFICE, "--out", str(file), *receiver.where]) == 0
    card = read_card(file.read_bytes())
    assert card.fingerprint in capsys.readouterr().out
    assert main(["code", OFFICE, "--days", "30", *receiver.where]) == 0
    code = capsys.readouterr().out.strip()
    offline.desk.save()
    offline.use(file.read_bytes())
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "one.117").write_bytes(bundle_of(offline.desk))
    assert main(["take-in", str(stick), *receiver.where]) == 1
    assert "still to be approved" in capsys.readouterr().out
    assert (stick / "one.receipts.117").exists()
    offline.use(file.read_bytes(), code)
    (stick / "one.117").write_bytes(bundle_of(offline.desk))
    assert main(["take-in", str(stick), *receiver.where]) == 0
    assert "1 applied" in capsys.readouterr().out
    assert read(offline.desk, (stick / "one.receipts.117").read_bytes()).confirmed == 2


def test_through_a_shared_folder_it_asks_by_itself(
    offline: Offline, receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from operator_app.sync.bundle_post import BundlePost

    post = BundlePost(offline.desk.database, offline.desk.office.clock, "0.1.0")
    share = tmp_path / "share"
    share.mkdir()
    post.set_folder(offline.actor, share)
    assert main(["code", OFFICE, "--days", "30", *receiver.where]) == 0
    offline.use(card_of(receiver), capsys.readouterr().out.strip())
    # Nothing waits, and the asking goes all the same; once.
    assert post.run_once()
    post.run_once()
    assert len(list(share.glob("*.117"))) == 1
    assert main(["take-in", str(share), *receiver.where]) == 0
    assert post.run_once()
    assert list(share.glob("*.117")) == []
    assert offline.enrolment.facts(offline.actor).known
    assert (
        bundles.make_bundle(offline.desk.database, offline.desk.office.clock, "0.1.0").carried
        is None
    )
