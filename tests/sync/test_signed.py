"""Signatures over messages: those this program makes, and those of another that may hold more."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.domain.wire import canonical
from operator_app.sync.receipts import BadSignature, sign, verify

KEY = Ed25519PrivateKey.generate()
FOREIGN: dict[str, Any] = {"share": 1e21, "\U0001f600": 1, "\ufb33": 2, "seq": 7}


def by_the_standard(message: dict[str, Any]) -> dict[str, Any]:
    """Signed by a program that knows only RFC 8785."""
    signature = KEY.sign(canonical({"purpose": "push", "message": message}))
    return {**message, "sig": base64.b64encode(signature).decode()}


@pytest.mark.parametrize("message", [{"seq": 7, "note": "ң\u2028\x1f\U0001f600"}, FOREIGN])
def test_what_the_standard_signs_is_verified(message: dict[str, Any]) -> None:
    signed = by_the_standard(message)
    assert verify(signed, KEY.public_key(), purpose="push") == message
    for changed in ({**signed, "seq": 8}, {**signed, "more": None}):
        with pytest.raises(BadSignature, match="wrong"):
            verify(changed, KEY.public_key(), purpose="push")
    with pytest.raises(BadSignature, match="wrong"):
        verify(signed, KEY.public_key(), purpose="have")


def test_what_we_sign_is_what_the_standard_signs() -> None:
    message = {"n": "x", "at": 2**53 - 1, "note": 'ң\u2028\x1f\\"/', "list": [None, True, []]}
    assert sign(message, KEY, purpose="push") == by_the_standard(message)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1, 2}])
def test_what_is_no_json_is_not_signed(value: Any) -> None:
    with pytest.raises(BadSignature, match="not_canonical"):
        sign({"value": value}, KEY, purpose="push")
    with pytest.raises(BadSignature, match="not_canonical"):
        verify({"value": value, "sig": "AAAA"}, KEY.public_key(), purpose="push")
