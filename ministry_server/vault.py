"""The opener's content at rest: sealed with its own key, so that the database file tells nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from operator_app.domain.wire import canonical_plain

_NONCE_BYTES = 12


class Vault:
    """Seals JSON values under a name (AES-256-GCM); a value moved to another name does not open."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"content" + key).digest())
        self._reference_key = hashlib.sha256(b"reference" + key).digest()

    def reference(self, record_id: str) -> str:
        """What stands for a record's id in the tables: ids of records tell when a call came."""
        return hmac.digest(self._reference_key, record_id.encode(), "sha256").hex()[:32]

    def seal(self, name: str, value: dict[str, Any]) -> bytes:
        """The sealed value. It is plain: see `canonical_plain`."""
        return self.seal_bytes(name, canonical_plain(value))

    def seal_bytes(self, name: str, content: bytes) -> bytes:
        """The same for what is JSON text already."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, name: str, sealed: bytes) -> dict[str, Any]:
        """The value. Raises cryptography's InvalidTag when it is not what was sealed."""
        plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        value: dict[str, Any] = json.loads(plain)
        return value
