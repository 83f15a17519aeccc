"""The `.117` files that carry revisions by hand, and receipts back: one JSON value a line.

    {"format":"117-bundle","v":1,...}          {"format":"117-receipts","v":1,...}
    {...an envelope...}                        {...a receipt...}
    {"lines":n,"digest":"...","sig":"..."}     {"lines":n,"digest":"...","sig":"..."}

The last line is signed over the number of the lines before it and the SHA-256 of their bytes, by
the device or by the server. Envelopes and receipts are those of HTTPS. Contract:
resources/protocol/bundle.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Protocol, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.domain.wire import canonical_plain
from operator_app.errors import AppError
from operator_app.sync.receipts import BadSignature, sign, verify

SUFFIX = ".117"
RECEIPTS_SUFFIX = ".receipts.117"
RECORDS: Final = "117-bundle"
RECEIPTS: Final = "117-receipts"
SEAT: Final = "117-seat"
"""What a seat hands over to the office's station (seat_files.py): the same lines."""
VERSION: Final = 1
MOST_BYTES = 48 << 20
"""A file that is larger is not even read."""
MOST_ITEMS = 5_000
MOST_ITEM_BYTES = 24 << 20
"""Of all envelopes of a bundle; the receipts of so many fit into MOST_BYTES."""
MOST_CLAIMS = 200
MOST_RANGES = 5_000

_PURPOSE = {RECORDS: "bundle", RECEIPTS: "receipts", SEAT: "seat_records"}
_BEGINNING = b'{"format":"117-'

Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:+/=-]{1,64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
Recipient = Annotated[str, msgspec.Meta(max_length=128)]
Ranges = Annotated[list[tuple[Number, Number]], msgspec.Meta(max_length=MOST_RANGES)]


class BadBundle(AppError):
    """The file is not what is asked for, or not whole; nothing was taken from it."""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers of one incarnation, as runs (first, last)."""

    inc: Word
    ranges: Ranges


Claims = Annotated[list[Claim], msgspec.Meta(max_length=MOST_CLAIMS)]


class BundleHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a bundle. `made_at` in UTC milliseconds by the PC's clock.

    `sent` names the numbers of the envelopes; `holds` those the ministry has by receipt, as in
    `have`; `epoch` and `cursor` say up to where receipts are here; `report` is that of a push.
    """

    format: Literal["117-bundle"]
    v: Literal[1]
    bundle_id: Word
    dev: Word
    inc: Word
    office: Word
    made_at: Count
    count: Annotated[int, msgspec.Meta(ge=0, le=MOST_ITEMS)]
    sent: Claims
    epoch: Annotated[str, msgspec.Meta(max_length=64)]
    cursor: Count
    holds: Claims
    report: dict[str, Any]


class ReceiptsHead(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """The first line of receipts: the answer to one bundle. Times in UTC milliseconds.

    `receipt_key` is the signer's, in base64; `missing` of what the bundle said the ministry holds;
    `after` and `next`: every receipt for the device between these numbers of the server is there.
    `again`: of what the bundle sent, what was not taken because it is sealed to a key of the
    ministry that is taken no more; it is to be sealed to `recipients`, and sent again.
    """

    format: Literal["117-receipts"]
    v: Literal[1]
    receipt_key: Annotated[str, msgspec.Meta(max_length=64)]
    bundle_id: Word
    dev: Word
    made_at: Count
    count: Count
    epoch: Word
    after: Count
    next: Count
    missing: Claims
    kid: Word
    recipients: Annotated[list[Recipient], msgspec.Meta(min_length=1, max_length=16)]
    durable_through: Count
    again: Claims = []


Head = TypeVar("Head", BundleHead, ReceiptsHead)


class HeadOfFile(Protocol):
    """The first line of a file: a Struct whose `format` is one of the kinds."""

    @property
    def format(self) -> str: ...


@dataclass(frozen=True)
class Lines:
    """A file taken apart: whole, but nobody's until `check_signer` says so."""

    head: bytes
    items: tuple[bytes, ...]
    trailer: dict[str, Any]
    kind: str


def write_lines(head: HeadOfFile, items: Sequence[dict[str, Any]], key: Ed25519PrivateKey) -> bytes:
    """The bytes of a file, signed."""
    lines = [msgspec.json.encode(head), *(canonical_plain(item) for item in items)]
    before = b"".join(line + b"\n" for line in lines)
    said = {"lines": len(lines), "digest": hashlib.sha256(before).hexdigest()}
    return before + canonical_plain(sign(said, key, purpose=_PURPOSE[head.format])) + b"\n"


def read_lines(data: bytes, kind: str) -> Lines:
    """Take a file apart; `kind` is RECORDS or RECEIPTS.

    Raises BadBundle: `bundle.too_large`, `bundle.not_one` (something else), `bundle.is_records`
    and `bundle.is_receipts` (the other kind), `bundle.newer`, `bundle.cut`, `bundle.changed`.
    """
    if len(data) > MOST_BYTES:
        raise BadBundle("bundle.too_large")
    if not data.startswith(_BEGINNING):
        raise BadBundle("bundle.not_one")
    lines = data.split(b"\n")
    if len(lines) < 3 or lines.pop():
        raise BadBundle("bundle.cut")
    head = _object(lines[0], "bundle.changed")
    if head.get("format") != kind:
        other = {RECORDS: "bundle.is_records", RECEIPTS: "bundle.is_receipts"}
        raise BadBundle(other.get(str(head.get("format")), "bundle.not_one"))
    if head.get("v") != VERSION:
        raise BadBundle("bundle.newer")
    trailer = _object(lines[-1], "bundle.changed")
    if set(trailer) != {"lines", "digest", "sig"}:
        raise BadBundle("bundle.cut")
    before = data[: len(data) - len(lines[-1]) - 1]
    if (trailer["lines"], trailer["digest"]) != (
        len(lines) - 1,
        hashlib.sha256(before).hexdigest(),
    ) or type(trailer["lines"]) is not int:
        raise BadBundle("bundle.changed")
    return Lines(lines[0], tuple(lines[1:-1]), trailer, kind)


def check_signer(lines: Lines, key: Ed25519PublicKey) -> None:
    """Raise BadBundle("bundle.bad_signature") unless this key signed the file."""
    try:
        verify(lines.trailer, key, purpose=_PURPOSE[lines.kind])
    except BadSignature:
        raise BadBundle("bundle.bad_signature") from None


def read_head(lines: Lines, form: type[Head]) -> Head:
    """The first line in its strict form. Raises BadBundle("bundle.malformed")."""
    try:
        head: Head = msgspec.json.decode(lines.head, type=form)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadBundle("bundle.malformed") from None
    if isinstance(head, BundleHead):
        claims = [*head.sent, *head.holds]
    else:
        claims = [*head.missing, *head.again]
    backwards = any(first > last for claim in claims for first, last in claim.ranges)
    if head.count != len(lines.items) or backwards:
        raise BadBundle("bundle.malformed")
    return head


def read_items(lines: Lines) -> list[dict[str, Any]]:
    """The lines between first and last as JSON objects. Raises BadBundle("bundle.malformed")."""
    return [_object(line, "bundle.malformed") for line in lines.items]


def bundle_name(dev: str, bundle_id: str) -> str:
    """What a bundle is called: whose it is by ids alone."""
    return f"{dev}-{bundle_id[:8]}{SUFFIX}"


def receipts_name(name: str) -> str:
    """What the receipts for a bundle of this name are called."""
    return name.removesuffix(SUFFIX) + RECEIPTS_SUFFIX


def _object(line: bytes, otherwise: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadBundle(otherwise) from None
    if not isinstance(value, dict):
        raise BadBundle(otherwise)
    return value
