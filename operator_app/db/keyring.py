"""The key slots: who can open the database, and the office's recovery key.

As in LUKS, the database key is 32 random bytes that are never stored bare. Each slot of
`keyring.json` holds it wrapped by AES-256-GCM under a key that Argon2id derives from a password,
or from the recovery key. The slot's own fields are authenticated with it, so that a slot that was
swapped or edited does not open (design/security.md, Keys).

A slot also holds a key pair of its own (db/key_bridge.py): the private half is wrapped with the
database key. So another database key can be given to a person, or to the paper in the safe,
without knowing the password: by a bridge, which the slot loses when its owner signs in next.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operator_app.db.key_bridge import BRIDGE_BYTES, KEY_BYTES, build, cross, new_pair
from operator_app.errors import EnvironmentProblem, Fault, NotAllowed
from operator_app.files import replace_file

VERSION = 2
OLD_VERSION = 1
"""Slots without a key pair; each becomes a new one when its owner signs in."""
LEAST_MEMORY_KIB = 64 * 1024
TARGET_SECONDS = 0.5
RECOVERY_GROUPS = 8
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
MOST_BRIDGES = 1000
"""More changes of the key than anybody is away for: such a file is not ours."""
_RECOVERY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RECOVERY_LOGIN = ""


@dataclass(frozen=True)
class KdfCost:
    """Argon2id cost of a slot; memory in KiB."""

    memory_kib: int = LEAST_MEMORY_KIB
    iterations: int = 1
    lanes: int = 1


@dataclass(frozen=True)
class Slot:
    """One way to open the database. `login` is empty for the recovery key."""

    slot_id: str
    login: str
    cost: KdfCost
    salt: bytes
    nonce: bytes
    wrapped: bytes
    public: bytes = b""
    bridges: tuple[bytes, ...] = ()

    @property
    def is_fresh(self) -> bool:
        """Whether it holds the key of today itself, and can be given another one."""
        return bool(self.public) and not self.bridges

    @property
    def is_recovery(self) -> bool:
        """Whether it is opened by the office's recovery key."""
        return self.login == RECOVERY_LOGIN


@dataclass(frozen=True)
class Keyring:
    """All slots of one database. Immutable: every change returns a new one to be written.

    `generation` counts the database keys, from 1: a backup of a lower one opens with a former
    key. `pending` is empty, or tells the new key while it is not certain that the database has
    it already.
    """

    database_id: str
    slots: tuple[Slot, ...] = ()
    generation: int = 1
    pending: str = ""

    def slot(self, login: str) -> Slot | None:
        """The slot of the login, or None."""
        return next((s for s in self.slots if s.login == login), None)

    def with_slot(self, login: str, secret: str, key: bytes, cost: KdfCost) -> Keyring:
        """Add the login's slot, or replace it."""
        kept = tuple(s for s in self.slots if s.login != login)
        return replace(self, slots=(*kept, _wrap(self.database_id, login, secret, key, cost)))

    def without_slot(self, login: str) -> Keyring:
        """The keyring in which the login no longer opens the database."""
        return replace(self, slots=tuple(s for s in self.slots if s.login != login))

    def left_behind(self) -> tuple[str, ...]:
        """Logins that another key cannot be given to: their slots are of the old form."""
        return tuple(s.login for s in self.slots if not s.public)

    def bridged(self, key: bytes, new_key: bytes) -> Keyring:
        """Every slot opens the new key as well as the one in use; pending until `settled`."""
        slots = tuple(
            replace(s, bridges=(*s.bridges, build(key, new_key, s.public, self._bound(s))))
            if s.public
            else s
            for s in self.slots
        )
        generation = self.generation + 1
        return replace(self, slots=slots, generation=generation, pending=_digest(new_key))

    def settled(self, key: bytes) -> Keyring:
        """The end of a change of the key: `key` fits the database, the new one or the old."""
        if _digest(key) == self.pending:
            kept = tuple(s for s in self.slots if s.public)
            return replace(self, slots=kept, pending="")
        slots = tuple(replace(s, bridges=s.bridges[:-1]) for s in self.slots)
        return replace(self, slots=slots, generation=self.generation - 1, pending="")

    def open(self, login: str, secret: str) -> bytes:
        """The database key. Raises as `keys`."""
        return self.keys(login, secret)[0]

    def keys(self, login: str, secret: str) -> tuple[bytes, ...]:
        """The database key; while `pending` the new one, then the one before.

        Raises NotAllowed("sign_in.refused") for an unknown login and a wrong secret alike, after
        the same work, so that neither the answer nor its time tells which logins exist.
        """
        # Imported when a password was typed: the sign-in window must not wait for it.
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        slot = self.slot(login)
        if slot is None:
            cost = self.slots[0].cost if self.slots else KdfCost()
            _derive(secret, os.urandom(16), cost)
            raise NotAllowed("sign_in.refused")
        wrapping = _derive(_normal(login, secret), slot.salt, slot.cost)
        bound = self._bound(slot)
        try:
            held = AESGCM(wrapping).decrypt(slot.nonce, slot.wrapped, bound)
            keys = [held[:KEY_BYTES]]
            for bridge in slot.bridges:
                keys.append(cross(bridge, keys[-1], held[KEY_BYTES:], bound))
        except InvalidTag:
            raise NotAllowed("sign_in.refused") from None
        return tuple(reversed(keys[-2:])) if self.pending else (keys[-1],)

    def _bound(self, slot: Slot) -> bytes:
        return _bound(self.database_id, slot.slot_id, slot.login, slot.cost, slot.public)


def new_keyring() -> tuple[Keyring, bytes]:
    """An empty keyring and a new random database key."""
    return Keyring(str(uuid.uuid4())), secrets.token_bytes(32)


def new_recovery_key() -> str:
    """Eight groups of four signs, 160 bits: "ABCD-EFGH-..." without 0, 1, I, O."""
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(4)) for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)


def recovery_fingerprint(recovery_key: str) -> str:
    """Eight hex digits by which a printed recovery key is told from another."""
    return hashlib.sha256(_plain_recovery(recovery_key).encode()).hexdigest()[:8]


def calibrated_cost(target_seconds: float = TARGET_SECONDS) -> KdfCost:
    """Argon2id iterations that take about the target time on this PC, at 64 MiB."""
    cost = KdfCost()
    begun = time.perf_counter()
    _derive("calibration", bytes(16), cost)
    once = max(time.perf_counter() - begun, 0.001)
    return replace(cost, iterations=max(1, min(20, round(target_seconds / once))))


def write_keyring(keyring: Keyring, file: Path) -> None:
    """Write all slots: whole or not at all, on the disk before this returns."""
    data = {
        "v": VERSION,
        "database_id": keyring.database_id,
        "generation": keyring.generation,
        "pending": keyring.pending,
        "slots": [
            {
                "slot_id": s.slot_id,
                "login": s.login,
                "kdf": {
                    "name": "argon2id",
                    "memory_kib": s.cost.memory_kib,
                    "iterations": s.cost.iterations,
                    "lanes": s.cost.lanes,
                    "salt": _b64(s.salt),
                },
                "nonce": _b64(s.nonce),
                "wrapped": _b64(s.wrapped),
                "public": _b64(s.public),
                "bridges": [_b64(bridge) for bridge in s.bridges],
            }
            for s in keyring.slots
        ],
    }
    replace_file(file, json.dumps(data, indent=1).encode())


def read_keyring(file: Path) -> Keyring:
    """The slots of the file.

    Raises EnvironmentProblem: `keyring.missing`, `keyring.damaged`, `keyring.newer`. A missing or
    damaged slot file is never answered by a new database.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise EnvironmentProblem("keyring.missing") from None
    except OSError:
        raise EnvironmentProblem("keyring.damaged") from None
    return parse_keyring(content)


def parse_keyring(content: bytes) -> Keyring:
    """The slots of a slot file's content. Raises EnvironmentProblem as `read_keyring`."""
    try:
        data = json.loads(content)
        if data["v"] > VERSION:
            raise EnvironmentProblem("keyring.newer")
        slots = tuple(_slot(s) for s in data["slots"])
        generation, pending = data.get("generation", 1), data.get("pending", "")
        if type(generation) is not int or type(pending) is not str:
            raise ValueError("generation")
        return Keyring(data["database_id"], slots, generation, pending)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise EnvironmentProblem("keyring.damaged") from None


def check_recovery_part(recovery_key: str, positions: tuple[int, ...], typed: str) -> list[Fault]:
    """Whether the groups at the positions (from 0) were typed back."""
    groups = recovery_key.split("-")
    wanted = "".join(groups[p] for p in positions)
    if _plain_recovery(typed) != wanted:
        return [Fault("recovery", "setup.recovery_mismatch")]
    return []


def _slot(data: dict[str, Any]) -> Slot:
    kdf = data["kdf"]
    if kdf["name"] != "argon2id":
        raise ValueError("unknown kdf")
    cost = KdfCost(int(kdf["memory_kib"]), int(kdf["iterations"]), int(kdf["lanes"]))
    if (
        not LEAST_MEMORY_KIB <= cost.memory_kib <= 1024 * 1024
        or not 1 <= cost.iterations <= 100
        or not 1 <= cost.lanes <= 16
    ):
        raise ValueError("cost out of bounds")
    salt, nonce, wrapped, public = (
        base64.b64decode(text)
        for text in (kdf["salt"], data["nonce"], data["wrapped"], data.get("public", ""))
    )
    bridges = tuple(base64.b64decode(text) for text in data.get("bridges", ()))
    held = 2 * KEY_BYTES if public else KEY_BYTES
    if (len(salt), len(nonce), len(wrapped)) != (SALT_BYTES, NONCE_BYTES, held + TAG_BYTES):
        raise ValueError("sizes")
    if len(public) not in (0, KEY_BYTES) or any(len(b) != BRIDGE_BYTES for b in bridges):
        raise ValueError("sizes")
    if len(bridges) > (MOST_BRIDGES if public else 0):
        raise ValueError("bridges")
    return Slot(
        str(data["slot_id"]), str(data["login"]), cost, salt, nonce, wrapped, public, bridges
    )


def _wrap(database_id: str, login: str, secret: str, key: bytes, cost: KdfCost) -> Slot:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    slot_id = str(uuid.uuid4())
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    private, public = new_pair()
    wrapping = _derive(_normal(login, secret), salt, cost)
    bound = _bound(database_id, slot_id, login, cost, public)
    wrapped = AESGCM(wrapping).encrypt(nonce, key + private, bound)
    return Slot(slot_id, login, cost, salt, nonce, wrapped, public)


def _bound(database_id: str, slot_id: str, login: str, cost: KdfCost, public: bytes) -> bytes:
    """What the wrap is tied to: the database, the slot, its login, its cost and its key pair."""
    plain = [database_id, slot_id, login, cost.memory_kib, cost.iterations, cost.lanes]
    if not public:
        return json.dumps([OLD_VERSION, *plain]).encode()
    return json.dumps([VERSION, *plain, _b64(public)]).encode()


def _digest(key: bytes) -> str:
    """By which a database key is known again; the key itself is 256 random bits."""
    return hashlib.sha256(b"117 operator database key" + key).hexdigest()


def _derive(secret: str, salt: bytes, cost: KdfCost) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    ).derive(secret.encode())


def _normal(login: str, secret: str) -> str:
    return _plain_recovery(secret) if login == RECOVERY_LOGIN else secret


def _plain_recovery(typed: str) -> str:
    return "".join(c for c in typed.upper() if c in _RECOVERY_LETTERS)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
