"""The opener's content at rest: sealed with its own key, so that the database file tells nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from operator_app.domain.wire import Kind, canonical_plain

_NONCE_BYTES = 12


class Vault:
    """Seals JSON values under a name (AES-256-GCM); a value moved to another name does not open."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"content" + key).digest())
        self._reference_key = hashlib.sha256(b"reference" + key).digest()

    def reference(self, payload: dict[str, Any]) -> str:
        """What stands for a record in the tables: its id tells when a call came.

        A case whose id is that of a call, or of another office's case, is a record of its own:
        what claims to belong together without doing so never meets. So is a suggestion.
        """
        record_id = str(payload["record_id"])
        if payload["kind"] in (Kind.CASE, Kind.SUGGESTION):
            record_id = f"{payload['kind']} {payload['body']['office']} {record_id}"
        return hmac.digest(self._reference_key, record_id.encode(), "sha256").hex()[:32]

    def mark(self, *words: str) -> str:
        """What stands for these words in the tables.

        The first says what it is, "fact" or "bucket": so it never meets that of a record.
        """
        return hmac.digest(self._reference_key, " ".join(words).encode(), "sha256").hex()[:32]

    def seal(self, name: str, value: dict[str, Any]) -> bytes:
        """The sealed value. It is plain: see `canonical_plain`."""
        return self.seal_bytes(name, canonical_plain(value))

    def seal_bytes(self, name: str, content: bytes) -> bytes:
        """The same for what is JSON text already."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, name: str, sealed: bytes) -> dict[str, Any]:
        """The value. Raises cryptography's InvalidTag when it is not what was sealed."""
        value: dict[str, Any] = json.loads(self.open_bytes(name, sealed))
        return value

    def open_bytes(self, name: str, sealed: bytes) -> bytes:
        """The same, as the bytes that were sealed."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
