"""The files by which the seats of an office and its station know each other and hand records over.

    station.117card               the station: its keys, signed by itself
    seat-<dev>.117card            a seat that wants to hand over: its key, signed by itself
    seat-<dev>-<place>-<id>.117seat   revisions of a seat, in lines as a bundle (bundle.py)
    station-<dev>.117ack          what the station has of that seat, signed by the station

A card proves nothing but that its writer has the key: people compare fingerprints. After that each
side believes the pinned key only. Contract: resources/protocol/seats.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.db.settings import Device
from operator_app.domain.wire import canonical_plain, device_id_of
from operator_app.errors import AppError
from operator_app.sync.bundle import (
    MOST_ITEMS,
    BadBundle,
    Count,
    Lines,
    Recipient,
    Word,
    check_signer,
    read_lines,
)
from operator_app.sync.bundle import SEAT as PIECE
from operator_app.sync.envelope import BadEnvelope, open_sealed, sealed_for
from operator_app.sync.receipts import BadSignature, sign, verify

if TYPE_CHECKING:
    import pyrage

STATION_CARD = "station.117card"
CARD_SUFFIX = ".117card"
PIECE_SUFFIX = ".117seat"
ACK_SUFFIX = ".117ack"
MOST_CARD_BYTES = 4 << 10
MOST_ACK_BYTES = 1 << 20
MOST_PEOPLE = 500
_GROUPS = 6
_FINGERPRINT = b"117 seats of an office"


class BadSeatFile(AppError):
    """A card, a piece or a word of the station that is not good; nothing was taken from it."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody says to be. `recipient` ("age1...") is empty in the card of a seat, `station` in
    that of the station: the device the seat hands over to. `made_at` in UTC milliseconds."""

    format: Literal["117-card"]
    v: Literal[1]
    office: Word
    dev: Word
    key: Annotated[str, msgspec.Meta(max_length=64)]
    recipient: Recipient
    station: Annotated[str, msgspec.Meta(max_length=64)]
    made_at: Count
    sig: Annotated[str, msgspec.Meta(max_length=128)]

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return base64.b64decode(self.key)

    @property
    def fingerprint(self) -> str:
        """What people compare: six groups of five digits over all that is to be believed."""
        said = [self.office, self.key, self.recipient]
        number = int.from_bytes(hashlib.sha256(_FINGERPRINT + canonical_plain(said)).digest())
        groups = []
        for _group in range(_GROUPS):
            number, group = divmod(number, 100_000)
            groups.append(f"{group:05d}")
        return " ".join(groups)


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All revisions of an incarnation up to this number are at the station."""

    inc: Word
    seq: Count


class Ack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The station's word to one seat: what it has, and of the files that lie there which it `taken`
    and which it needs `again`. `stopped`: nothing more is taken from that seat."""

    format: Literal["117-ack"]
    v: Literal[1]
    dev: Word
    station: Word
    made_at: Count
    held: Annotated[list[Held], msgspec.Meta(max_length=500)]
    taken: Annotated[list[str], msgspec.Meta(max_length=2000)]
    again: Annotated[list[str], msgspec.Meta(max_length=2000)]
    stopped: bool
    sig: Annotated[str, msgspec.Meta(max_length=128)]


class PieceHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a piece. `people`: who works at the seat, sealed to the station."""

    format: Literal["117-seat"]
    v: Literal[1]
    dev: Word
    office: Word
    station: Word
    recipient: Recipient
    made_at: Count
    count: Annotated[int, msgspec.Meta(ge=0, le=MOST_ITEMS)]
    people: Annotated[str, msgspec.Meta(max_length=1 << 20)]


@dataclass(frozen=True)
class PieceRead:
    """A piece of a pinned seat, whole; its items are not judged yet."""

    head: PieceHead
    lines: Lines


def make_card(
    device: Device, office: str, now: int, *, recipient: str = "", station: str = ""
) -> bytes:
    """The bytes of a card: of the station with its `recipient`, of a seat with its `station`."""
    key = device.signing_key.public_key().public_bytes_raw()
    return _signed(
        {
            "format": "117-card",
            "v": 1,
            "office": office,
            "dev": device.device_id,
            "key": base64.b64encode(key).decode(),
            "recipient": recipient,
            "station": station,
            "made_at": now,
        },
        device.signing_key,
        "seat_card",
    )


def read_card(data: bytes, *, of_station: bool) -> Card:
    """A card that its writer signed, for the id that its key gives. Raises BadSeatFile."""
    try:
        card = msgspec.json.decode(data, type=Card)
        key = base64.b64decode(card.key, validate=True)
        verify(
            msgspec.to_builtins(card), Ed25519PublicKey.from_public_bytes(key), purpose="seat_card"
        )
    except (msgspec.MsgspecError, ValueError, RecursionError, BadSignature):
        raise BadSeatFile("seats.bad_card") from None
    if device_id_of(key) != card.dev or bool(card.recipient) != of_station:
        raise BadSeatFile("seats.bad_card")
    return card


def make_ack(
    device: Device,
    dev: str,
    now: int,
    held: Mapping[str, int],
    taken: Sequence[str],
    again: Sequence[str],
    *,
    stopped: bool,
) -> bytes:
    """The bytes of the station's word to a seat."""
    return _signed(
        {
            "format": "117-ack",
            "v": 1,
            "dev": dev,
            "station": device.device_id,
            "made_at": now,
            "held": [{"inc": inc, "seq": seq} for inc, seq in sorted(held.items())],
            "taken": sorted(taken),
            "again": sorted(again),
            "stopped": stopped,
        },
        device.signing_key,
        "seat_ack",
    )


def read_ack(data: bytes, key: Ed25519PublicKey, *, dev: str) -> Ack:
    """The word of the pinned station to this seat. Raises BadSeatFile."""
    try:
        ack = msgspec.json.decode(data, type=Ack)
        verify(msgspec.to_builtins(ack), key, purpose="seat_ack")
    except (msgspec.MsgspecError, ValueError, RecursionError, BadSignature):
        raise BadSeatFile("seats.bad_ack") from None
    if ack.dev != dev:
        raise BadSeatFile("seats.bad_ack")
    return ack


def read_piece(data: bytes, key: Ed25519PublicKey) -> PieceRead:
    """A piece that the pinned seat signed.

    Raises BadSeatFile: `seats.piece_cut`, `seats.piece_changed`, `seats.piece_newer`,
    `seats.piece_bad_signature`, `seats.piece_too_large`.
    """
    try:
        lines = read_lines(data, PIECE)
        check_signer(lines, key)
        head = msgspec.json.decode(lines.head, type=PieceHead)
    except BadBundle as problem:
        code = problem.code.removeprefix("bundle.")
        known = {"cut", "newer", "bad_signature", "too_large"}
        raise BadSeatFile(f"seats.piece_{code if code in known else 'changed'}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadSeatFile("seats.piece_changed") from None
    if head.count != len(lines.items):
        raise BadSeatFile("seats.piece_changed")
    return PieceRead(head, lines)


def seal_people(people: Mapping[str, str], recipient: str) -> str:
    """Full names by user id, for the station's eyes only."""
    some = dict(sorted(people.items())[:MOST_PEOPLE])
    return base64.b64encode(sealed_for(canonical_plain(some), [recipient])).decode()


def open_people(sealed: str, identity: pyrage.x25519.Identity) -> dict[str, str]:
    """The same as it was; empty when it is not readable: a name is not worth a record."""
    try:
        said: Any = json.loads(open_sealed(base64.b64decode(sealed), identity))
    except (BadEnvelope, ValueError, RecursionError):
        return {}
    if not isinstance(said, dict) or len(said) > MOST_PEOPLE:
        return {}
    return {
        user_id: name
        for user_id, name in said.items()
        if isinstance(name, str) and 0 < len(name) <= 120 and len(user_id) <= 64
    }


def card_name(dev: str) -> str:
    """What the card of a seat is called."""
    return f"seat-{dev}{CARD_SUFFIX}"


def ack_name(dev: str) -> str:
    """What the station's word to a seat is called."""
    return f"station-{dev}{ACK_SUFFIX}"


def piece_beginning(dev: str) -> str:
    """How the pieces of a seat begin."""
    return f"seat-{dev}-"


def piece_name(dev: str, place: int, piece_id: str) -> str:
    """What a piece is called; by name they stand in the order in which they were written."""
    return f"{piece_beginning(dev)}{place:010d}-{piece_id[:8]}{PIECE_SUFFIX}"


def device_in(file: Path) -> str:
    """Whose card or piece it says to be, by its name."""
    return file.name.removeprefix("seat-").removesuffix(CARD_SUFFIX).split("-")[0]


def _signed(message: dict[str, Any], key: Ed25519PrivateKey, purpose: str) -> bytes:
    return canonical_plain(sign(message, key, purpose=purpose)) + b"\n"
