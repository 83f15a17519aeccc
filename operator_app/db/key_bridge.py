"""Bridges from one database key to the next, for people whose password nobody here knows.

When somebody leaves who may have copied the key file and a backup, the database gets a new key
(db/rekey.py). Only who does it is at the PC; the others' slots hold the old key under passwords
that are not known. Simply wrapping the new key under the old one would give it to the one who left
as well: they know the old key. So a bridge opens only with two things together:

- the key before it, which makes that nobody can build a bridge, and with it put a database of
  their own in front of somebody, without having opened this one; and
- the private half of the slot's own X25519 pair, which is wrapped under the owner's password and
  which nobody else ever had, the one who left included.

The bridge falls away when its owner signs in and the slot is wrapped anew. What it does not stop:
somebody who, before leaving, put a public key of their own into a colleague's slot with a program
made for it. The colleague then cannot sign in any more, which is how it is noticed.
"""

from __future__ import annotations

KEY_BYTES = 32
BRIDGE_BYTES = 32 + 32 + 16
"""The ephemeral public key; the new database key with its authentication tag."""
_INFO = b"117 operator key bridge 1"
_NONCE = bytes(12)
"""Each bridge has a key of its own, so that one nonce serves."""


def new_pair() -> tuple[bytes, bytes]:
    """A private X25519 key and its public half, 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def build(key: bytes, new_key: bytes, public: bytes, bound: bytes) -> bytes:
    """The bridge to `new_key` for who has `key` and the private half of `public`.

    `bound` is what it is tied to: it opens nowhere else.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    ephemeral = X25519PrivateKey.generate()
    passer = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return passer + AESGCM(_derive(shared, key, passer)).encrypt(_NONCE, new_key, bound)


def cross(bridge: bytes, key: bytes, private: bytes, bound: bytes) -> bytes:
    """The database key behind the bridge. Raises InvalidTag when anything does not fit."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    passer = bridge[:KEY_BYTES]
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(passer))
    except ValueError:
        # A point of low order, which no bridge of ours has.
        raise InvalidTag from None
    return AESGCM(_derive(shared, key, passer)).decrypt(_NONCE, bridge[KEY_BYTES:], bound)


def _derive(shared: bytes, key: bytes, passer: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt=key, info=_INFO + passer).derive(shared)
