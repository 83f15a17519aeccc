"""Signed messages around the envelopes: the server's receipts and answers, the device's requests.

Only a receipt whose signature verifies under the key pinned at enrolment moves a revision forward,
whatever the HTTP status said (design/sync.md, Model).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.domain.wire import State, canonical, canonical_plain
from operator_app.errors import AppError

STAGES = frozenset({State.STORED, State.APPLIED, State.HELD, State.CONFLICT, State.REJECTED})


class BadSignature(AppError):
    """Not signed by whom it says, or changed on the way."""


@dataclass(frozen=True)
class Receipt:
    """What the ministry signs about one revision. `at` in UTC milliseconds by its clock.

    `server_seq` is the server's own gapless count; `code` says why for rejected and conflict.
    """

    dev: str
    inc: str
    seq: int
    op_id: str
    tag: str
    stage: State
    epoch: str
    server_seq: int
    at: int
    code: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The signed fields as JSON types."""
        return {
            "dev": self.dev,
            "inc": self.inc,
            "seq": self.seq,
            "op_id": self.op_id,
            "tag": self.tag,
            "stage": self.stage.value,
            "epoch": self.epoch,
            "server_seq": self.server_seq,
            "at": self.at,
            "code": self.code,
        }


def sign(message: dict[str, Any], key: Ed25519PrivateKey, *, purpose: str) -> dict[str, Any]:
    """The message with `sig`: Ed25519 over the RFC 8785 form of {purpose, message}.

    The message is plain (see `canonical_plain`). The purpose ("receipt", "hello", "push", ...)
    keeps a signature from being used elsewhere.
    """
    content = _bytes(message, purpose, canonical_plain)
    return {**message, "sig": base64.b64encode(key.sign(content)).decode()}


def verify(signed: Any, key: Ed25519PublicKey, *, purpose: str) -> dict[str, Any]:
    """The message without `sig`. Raises BadSignature when it does not verify."""
    if not isinstance(signed, dict) or not isinstance(signed.get("sig"), str):
        raise BadSignature("signature.missing")
    message = {k: v for k, v in signed.items() if k != "sig"}
    # Nearly every message is plain, and telling takes longer than trying. No two messages have the
    # same bytes in either form, so whoever signed them signed this message.
    for form in (canonical_plain, canonical):
        if _signed(_bytes(message, purpose, form), signed["sig"], key):
            return message
    raise BadSignature("signature.wrong")


def _signed(content: bytes, signature: str, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_receipt(receipt: Receipt, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The receipt as it travels."""
    return sign(receipt.as_dict(), key, purpose="receipt")


def verify_receipt(signed: Any, key: Ed25519PublicKey) -> Receipt:
    """The receipt, when the ministry signed it and its fields are of their types."""
    message = verify(signed, key, purpose="receipt")
    try:
        receipt = Receipt(**{**message, "stage": State(message["stage"])})
    except (TypeError, ValueError, KeyError):
        raise BadSignature("receipt.malformed") from None
    wrong = (
        receipt.stage not in STAGES
        or type(receipt.seq) is not int
        or type(receipt.server_seq) is not int
        or type(receipt.at) is not int
        or not all(
            isinstance(v, str)
            for v in (receipt.dev, receipt.inc, receipt.op_id, receipt.tag, receipt.epoch)
        )
    )
    if wrong:
        raise BadSignature("receipt.malformed")
    return receipt


def _bytes(message: dict[str, Any], purpose: str, form: Callable[[Any], bytes]) -> bytes:
    try:
        return form({"purpose": purpose, "message": message})
    except Exception as error:  # several kinds are raised for what is no JSON
        raise BadSignature("signature.not_canonical") from error
