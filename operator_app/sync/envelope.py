"""The envelope: one revision, sealed and signed, the same on every carrier (design/sync.md).

    {v, op_id, dev, inc, seq, kid, alg, tag, ct, sig}

`ct` is the age ciphertext of the padded, compressed payload; `sig` is Ed25519 over the RFC 8785
form of the rest with `ct` replaced by its SHA-256, so that a signature can be checked without
holding the whole ciphertext. Binary fields are base64.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.domain.wire import Header, canonical_plain
from operator_app.errors import AppError

VERSION = 1
ALGORITHM = "age-x25519"
KEY_ENDED = "kid.retired"
"""Said of an item whose `kid` the ministry takes no more: seal it to the key that `hello` names."""
BUCKETS = (1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18)
"""Sizes in bytes that sealed payloads are padded to: the length tells next to nothing."""
MOST_PLAINTEXT = 4 << 20
"""Bytes after decompression; more is refused (zip bomb)."""

FIELDS = frozenset({"v", "op_id", "dev", "inc", "seq", "kid", "alg", "tag", "ct", "sig"})


class BadEnvelope(AppError):
    """The envelope is malformed, not from the device it names, or not for this recipient."""


def seal(
    payload: bytes,
    tag: bytes,
    header: Header,
    *,
    kid: str,
    recipients: Sequence[str],
    signing_key: Ed25519PrivateKey,
) -> dict[str, Any]:
    """Seal a payload to the age recipients ("age1...") and sign it as the device."""
    sealed = sealed_for(payload, recipients)
    envelope: dict[str, Any] = {
        "v": VERSION,
        "op_id": header.op_id,
        "dev": header.dev,
        "inc": header.inc,
        "seq": header.seq,
        "kid": kid,
        "alg": ALGORITHM,
        "tag": base64.b64encode(tag).decode(),
        "ct": base64.b64encode(sealed).decode(),
    }
    envelope["sig"] = base64.b64encode(signing_key.sign(_signed_bytes(envelope))).decode()
    return envelope


def check(envelope: Any, device_key: Ed25519PublicKey) -> None:
    """Raise BadEnvelope unless the form is right and the device signed it."""
    check_form(envelope)
    try:
        device_key.verify(base64.b64decode(envelope["sig"]), _signed_bytes(envelope))
    except (InvalidSignature, ValueError):
        raise BadEnvelope("envelope.bad_signature") from None


def check_form(envelope: Any) -> None:
    """Raise BadEnvelope unless all fields are there, of their types, and nothing else."""
    if not isinstance(envelope, dict) or set(envelope) != FIELDS:
        raise BadEnvelope("envelope.malformed")
    if any(type(envelope[name]) is not int for name in ("v", "seq")) or any(
        type(envelope[name]) is not str for name in FIELDS - {"v", "seq"}
    ):
        raise BadEnvelope("envelope.malformed")
    if envelope["v"] != VERSION or envelope["alg"] != ALGORITHM:
        raise BadEnvelope("envelope.unknown_version")
    if not 1 <= envelope["seq"] < 2**53 or not all(
        0 < len(envelope[name]) <= 64 for name in ("op_id", "dev", "inc", "kid", "tag")
    ):
        raise BadEnvelope("envelope.malformed")


def sealed_for(payload: bytes, recipients: Sequence[str]) -> bytes:
    """The payload compressed, padded and sealed to the age recipients ("age1...").

    Raises pyrage.RecipientError when one of them is not readable.
    """
    sealed: bytes = pyrage.encrypt(
        _pad(zlib.compress(payload, 6)), [pyrage.x25519.Recipient.from_str(r) for r in recipients]
    )
    return sealed


def open_sealed(ciphertext: bytes, identity: pyrage.x25519.Identity) -> bytes:
    """The payload in a `ct`, its base64 taken off. Raises BadEnvelope when it cannot be opened."""
    try:
        return _unpad(pyrage.decrypt(ciphertext, [identity]))
    except (pyrage.DecryptError, ValueError, struct.error, zlib.error):
        raise BadEnvelope("envelope.cannot_open") from None


def header_of(envelope: dict[str, Any]) -> Header:
    """The identifying fields of an envelope."""
    return Header(envelope["op_id"], envelope["dev"], envelope["inc"], envelope["seq"])


def _signed_bytes(envelope: dict[str, Any]) -> bytes:
    signed = {k: v for k, v in envelope.items() if k not in ("ct", "sig")}
    signed["ct_sha256"] = hashlib.sha256(envelope["ct"].encode()).hexdigest()
    # Plain also when others made it: `check_form` went before, texts and small integers are left.
    return canonical_plain(signed)


def _pad(data: bytes) -> bytes:
    framed = struct.pack(">I", len(data)) + data
    largest = BUCKETS[-1]
    size = next((b for b in BUCKETS if len(framed) <= b), -(-len(framed) // largest) * largest)
    return framed.ljust(size, b"\0")


def _unpad(padded: bytes) -> bytes:
    (length,) = struct.unpack_from(">I", padded)
    if length > len(padded) - 4:
        raise ValueError("length beyond the padding")
    inflate = zlib.decompressobj()
    payload = inflate.decompress(padded[4 : 4 + length], MOST_PLAINTEXT)
    if not inflate.eof:
        raise ValueError("larger than allowed, or cut")
    return payload
