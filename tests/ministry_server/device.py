"""A device as the wire shows it: enrols, seals, signs, posts. Knows nothing of the client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import uuid
from typing import Any

import pyrage
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.domain.calls import CallForm
from operator_app.domain.cases import Affected, Case, Note
from operator_app.domain.enrolment import read_enrolment_code, server_fingerprint
from operator_app.domain.wire import Header, Kind, case_body, device_id_of, payload
from operator_app.sync.envelope import open_sealed, seal
from operator_app.sync.receipts import Receipt, sign, verify, verify_receipt
from tests.receiver import OFFICE, RunningReceiver

GENESIS = "0" * 64


def nonce() -> str:
    return base64.urlsafe_b64encode(os.urandom(18)).decode()


def body(**changes: Any) -> dict[str, Any]:
    """The snapshot of an invented call."""
    form = CallForm(
        started_at=1_795_000_000_000,
        contact_kind="SELF",
        danger_now="N",
        language="ru",
        topics=("BEN.UBK",),
        caller_sex="F",
        caller_age_group="A",
        division="41708203000000",
        actions=("INF",),
    )
    return {
        **form.as_dict(),
        "number": f"{OFFICE}-2026-000001",
        "office": OFFICE,
        "operator": "operator-1",
        "ended_at": 1_795_000_060_000,
        "duration_seconds": 60,
        "anonymous": True,
        "phone_kind": "none",
        "phone_e164": None,
        "voided_at": None,
        "void_reason": None,
        **changes,
    }


def case_snapshot(**changes: Any) -> dict[str, Any]:
    """The snapshot of an invented case, with something in every kind of part."""
    case = Case(
        case_id="",
        number=f"{OFFICE}-2026-C00001",
        office_code=OFFICE,
        kind="VIOLENCE",
        opened_at=1_795_000_000_000,
        opened_by="operator-1",
        owner_id="operator-1",
        risk="MED",
        affected=Affected(name="Invented Name", age=34),
        notes=(Note("note-1", 1_795_000_000_000, "operator-1", "Invented words"),),
    )
    return {**case_body(case), **changes}


def suggestion(**changes: Any) -> dict[str, Any]:
    """The snapshot of an invented correction."""
    return {
        "office": OFFICE,
        "operator": "operator-1",
        "entry_kind": "service",
        "entry_id": "police-102",
        "content": "0123456789abcdef",
        "field": "phones",
        "text": "The number is another one now",
        **changes,
    }


_SNAPSHOTS = {Kind.CASE: case_snapshot, Kind.SUGGESTION: suggestion}


class Device:
    """One PC. `revise` makes the next envelope; `push` sends envelopes and returns results."""

    def __init__(self, receiver: RunningReceiver, office: str = OFFICE) -> None:
        self.receiver = receiver
        self.office = office
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes_raw()
        self.dev = device_id_of(self.public)
        self.inc = os.urandom(4).hex()
        self.seq = 0
        self.tag_key = os.urandom(32)
        self.audit = {"seq": 0, "hash": GENESIS, "since_seq": 0, "since_hash": GENESIS}
        self.session = requests.Session()
        self.session.trust_env = False
        self.kid = ""
        self.recipients: list[str] = []
        self.receipt_key: Ed25519PublicKey

    def close(self) -> None:
        self.session.close()

    def post(self, path: str, message: Any) -> requests.Response:
        return self.session.post(f"{self.receiver.url}/sync/v1/{path}", json=message, timeout=60)

    def hello(self) -> dict[str, Any]:
        sent = nonce()
        answer = self.session.get(
            f"{self.receiver.url}/sync/v1/hello", params={"n": sent}, timeout=60
        )
        message = verify(answer.json(), self.receipt_key, purpose="hello")
        assert message["n"] == sent
        return message

    def enrol_request(self, code: str, **changes: Any) -> dict[str, Any]:
        message = {
            "secret": read_enrolment_code(code).secret,
            "device_key": base64.b64encode(self.public).decode(),
            "office": self.office,
            "app_version": "0.1.0",
            "n": nonce(),
            **changes,
        }
        return sign(message, self.key, purpose="enrol")

    def enrol(self, code: str | None = None) -> Device:
        code = code or self.receiver.new_code(self.office)
        answer = self.post("enrol", self.enrol_request(code))
        assert answer.status_code == 201, answer.text
        receipt_key = base64.b64decode(answer.json()["receipt_key"])
        assert server_fingerprint(receipt_key) == read_enrolment_code(code).server_fingerprint
        self.receipt_key = Ed25519PublicKey.from_public_bytes(receipt_key)
        message = verify(answer.json(), self.receipt_key, purpose="enrolled")
        assert message["device_id"] == self.dev
        self.kid, self.recipients = message["kid"], message["recipients"]
        return self

    def plaintext(
        self,
        header: Header,
        *,
        record_id: str | None = None,
        bases: tuple[str, ...] = (),
        kind: Kind = Kind.CALL,
        at: int = 1_795_000_060_000,
        over: tuple[str, ...] = (),
        **changes: Any,
    ) -> bytes:
        if kind is Kind.VOID:
            changes = {"voided_at": at, "void_reason": "mistake", **changes}
        return payload(
            header,
            record_id=record_id or str(uuid.uuid4()),
            kind=kind,
            bases=bases,
            author="operator-1",
            at=at,
            body=_SNAPSHOTS.get(kind, body)(**{"office": self.office, **changes}),
            over=over,
        )

    def revise_case(self, **what: Any) -> dict[str, Any]:
        return self.revise(kind=Kind.CASE, **what)

    def revise_suggestion(self, **what: Any) -> dict[str, Any]:
        return self.revise(kind=Kind.SUGGESTION, **what)

    def next_header(self) -> Header:
        self.seq += 1
        return Header(str(uuid.uuid4()), self.dev, self.inc, self.seq)

    def revise(self, **what: Any) -> dict[str, Any]:
        header = self.next_header()
        return self.seal(header, self.plaintext(header, **what))

    def seal(self, header: Header, plaintext: bytes, kid: str | None = None) -> dict[str, Any]:
        return seal(
            plaintext,
            hmac.digest(self.tag_key, plaintext, hashlib.sha256),
            header,
            kid=kid or self.kid,
            recipients=self.recipients,
            signing_key=self.key,
        )

    def sign_again(self, envelope: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The envelope with other fields outside, signed properly by this device."""
        from operator_app.sync.envelope import _signed_bytes

        changed = {**envelope, **changes}
        changed["sig"] = base64.b64encode(self.key.sign(_signed_bytes(changed))).decode()
        return changed

    def push_request(self, items: list[Any], **changes: Any) -> dict[str, Any]:
        message = {
            "dev": self.dev,
            "batch_id": str(uuid.uuid4()),
            "items": items,
            "report": {
                "waiting": len(items),
                "oldest_at": 1_795_000_060_000 if items else None,
                "app_version": "0.1.0",
                "audit": self.audit,
            },
            **changes,
        }
        return sign(message, self.key, purpose="push")

    def push(self, *items: Any) -> list[dict[str, Any]]:
        answer = self.post("push", self.push_request(list(items)))
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        assert len(results) == len(items)
        return results

    def outcomes(self, *items: Any) -> list[str]:
        return [result["outcome"] for result in self.push(*items)]

    def have(self, ranges: list[list[int]], cursor: int = 0, inc: str | None = None) -> Any:
        sent = nonce()
        request = {
            "dev": self.dev,
            "inc": inc or self.inc,
            "n": sent,
            "ranges": ranges,
            "cursor": cursor,
        }
        answer = self.post("have", sign(request, self.key, purpose="have"))
        assert answer.status_code == 200, answer.text
        message = verify(answer.json(), self.receipt_key, purpose="have_answer")
        assert message["n"] == sent
        return message

    def changes_request(
        self, cursor: int = 0, recipient: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """A request for the cases of the office; `identity` is what opens its answer."""
        self.identity = pyrage.x25519.Identity.generate()
        message = {
            "dev": self.dev,
            "n": nonce(),
            "cursor": cursor,
            "recipient": recipient or str(self.identity.to_public()),
            **changes,
        }
        return sign(message, self.key, purpose="changes")

    def changes(self, cursor: int = 0) -> dict[str, Any]:
        """The verified answer, its items opened: (op_id, payload bytes)."""
        request = self.changes_request(cursor)
        answer = self.post("changes", request)
        assert answer.status_code == 200, answer.text
        message = verify(answer.json(), self.receipt_key, purpose="changes_answer")
        assert (message["n"], message["dev"]) == (request["n"], self.dev)
        message["items"] = [
            (item["op_id"], open_sealed(base64.b64decode(item["sealed"]), self.identity))
            for item in message["items"]
        ]
        return message

    def places_request(self, **changes: Any) -> dict[str, Any]:
        """A request for confidential addresses; `identity` is what opens its answer."""
        self.identity = pyrage.x25519.Identity.generate()
        message = {
            "dev": self.dev,
            "n": nonce(),
            "recipient": str(self.identity.to_public()),
            **changes,
        }
        return sign(message, self.key, purpose="places")

    def places(self) -> dict[str, Any]:
        """The addresses of the verified answer, by place and language."""
        request = self.places_request()
        answer = self.post("places", request)
        assert answer.status_code == 200, answer.text
        message = verify(answer.json(), self.receipt_key, purpose="places_answer")
        assert (message["n"], message["dev"]) == (request["n"], self.dev)
        sealed = base64.b64decode(message["sealed"])
        addresses: dict[str, Any] = json.loads(open_sealed(sealed, self.identity))
        return addresses

    def all_changes(self) -> dict[str, bytes]:
        """op_id -> payload bytes, of all pages."""
        found: dict[str, bytes] = {}
        cursor, following = -1, 0
        while following != cursor:
            cursor = following
            page = self.changes(cursor)
            found |= dict(page["items"])
            following = page["next"]
        return found

    def receipts(self, result: dict[str, Any]) -> list[Receipt]:
        """The receipts of a result, verified."""
        return [verify_receipt(receipt, self.receipt_key) for receipt in result["receipts"]]
