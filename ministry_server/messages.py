"""What devices say, read strictly: a request that is not exactly of its form is refused whole."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import pyrage

from operator_app.domain.wire import is_word
from operator_app.errors import AppError

PROTO = 1
MAX_BYTES = 1 << 20
MAX_ITEMS = 200
MAX_RANGES = 5_000
MAX_INCARNATIONS = 200
"""A PC that was restored more often names the last ones."""
MAX_QUESTION = 8_000
_BIGGEST = 2**53 - 1
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LABEL = re.compile(r"[A-Za-z0-9._+ ()-]{1,64}")


class Refusal(AppError):
    """The whole request is refused. `status` is the HTTP status; `params` go into the answer."""

    def __init__(self, status: int, code: str, **params: str | int) -> None:
        super().__init__(code, **params)
        self.status = status


@dataclass(frozen=True)
class AuditReport:
    """Where the device's audit chain stands now, and where it stood at the last answer it got."""

    seq: int
    hash: str
    since_seq: int
    since_hash: str


@dataclass(frozen=True)
class Report:
    """What the device says of itself with each push. `oldest_at` in UTC milliseconds."""

    waiting: int
    oldest_at: int | None
    app_version: str
    audit: AuditReport


@dataclass(frozen=True)
class Push:
    """A batch; its items are looked at one by one later. `report` is None when it is no news."""

    dev: str
    batch_id: str
    items: list[Any]
    report: Report | None


@dataclass(frozen=True)
class Have:
    """What the device believes we hold of one incarnation, and the last receipt it has."""

    dev: str
    inc: str
    nonce: str
    ranges: list[tuple[int, int]]
    cursor: int


@dataclass(frozen=True)
class Changes:
    """A device that asks what its office's other devices wrote into cases.

    `recipient` is an age public key that the device made for this one answer. A device that was
    restored asks for its own instead, all but those it names: up to which number of each
    incarnation it has them (`own`); None for the others'.
    """

    dev: str
    nonce: str
    cursor: int
    recipient: str
    own: dict[str, int] | None = None


@dataclass(frozen=True)
class PlacesRequest:
    """A device that asks for the addresses of confidential places; `recipient` as in Changes."""

    dev: str
    nonce: str
    recipient: str


@dataclass(frozen=True)
class LookupRequest:
    """A device that asks for somebody's benefits. `question` is sealed to our key `kid`;
    `recipient` as in Changes."""

    dev: str
    nonce: str
    kid: str
    recipient: str
    question: bytes


@dataclass(frozen=True)
class Enrolment:
    """A device that asks to be let in, by a one-time secret."""

    secret: str
    device_key: bytes
    office: str
    app_version: str
    nonce: str


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises Refusal(400)."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    return _object(data)


def read_nonce(value: Any) -> str:
    """A nonce: 16 to 64 letters that need no quoting in a URL."""
    if type(value) is not str or not _NONCE.fullmatch(value):
        _refuse()
    return value


def read_push(data: dict[str, Any]) -> Push:
    """Raises Refusal(400), or Refusal(413) when there are too many items."""
    _exactly(data, "dev", "batch_id", "items", "report", "sig")
    items = data["items"]
    if type(items) is not list:
        _refuse()
    if len(items) > MAX_ITEMS:
        raise Refusal(413, "request.too_large", max_bytes=MAX_BYTES, max_items=MAX_ITEMS)
    return Push(
        dev=word(data["dev"]),
        batch_id=word(data["batch_id"]),
        items=items,
        report=read_report(data["report"]),
    )


def read_report(value: Any) -> Report:
    """What a device says of itself. Raises Refusal(400)."""
    report = _object(value)
    _exactly(report, "waiting", "oldest_at", "app_version", "audit")
    audit = _object(report["audit"])
    _exactly(audit, "seq", "hash", "since_seq", "since_hash")
    oldest_at = report["oldest_at"]
    return Report(
        waiting=_count(report["waiting"]),
        oldest_at=None if oldest_at is None else _integer(oldest_at),
        app_version=_label(report["app_version"]),
        audit=AuditReport(
            _count(audit["seq"]),
            word(audit["hash"]),
            _count(audit["since_seq"]),
            word(audit["since_hash"]),
        ),
    )


def read_have(data: dict[str, Any]) -> Have:
    """Raises Refusal(400)."""
    _exactly(data, "dev", "inc", "n", "ranges", "cursor", "sig")
    ranges = data["ranges"]
    if type(ranges) is not list or len(ranges) > MAX_RANGES:
        _refuse()
    return Have(
        dev=word(data["dev"]),
        inc=word(data["inc"]),
        nonce=read_nonce(data["n"]),
        ranges=[_range(entry) for entry in ranges],
        cursor=_count(data["cursor"]),
    )


def read_changes(data: dict[str, Any]) -> Changes:
    """Raises Refusal(400)."""
    asks_own = "own" in data
    _exactly(data, "dev", "n", "cursor", "recipient", "sig", *(["own"] if asks_own else []))
    return Changes(
        dev=word(data["dev"]),
        nonce=read_nonce(data["n"]),
        cursor=_count(data["cursor"]),
        recipient=_recipient(data["recipient"]),
        own=_own(data["own"]) if asks_own else None,
    )


def read_places(data: dict[str, Any]) -> PlacesRequest:
    """Raises Refusal(400)."""
    _exactly(data, "dev", "n", "recipient", "sig")
    return PlacesRequest(word(data["dev"]), read_nonce(data["n"]), _recipient(data["recipient"]))


def read_program(data: dict[str, Any]) -> tuple[str, str]:
    """The device and the SHA-256 of the file it asks for. Raises Refusal(400)."""
    _exactly(data, "dev", "n", "sha256", "sig")
    read_nonce(data["n"])
    return word(data["dev"]), word(data["sha256"])


def read_lookup(data: dict[str, Any]) -> LookupRequest:
    """Raises Refusal(400)."""
    _exactly(data, "dev", "n", "kid", "recipient", "question", "sig")
    question = data["question"]
    if type(question) is not str or len(question) > MAX_QUESTION:
        _refuse()
    try:
        sealed = base64.b64decode(question, validate=True)
    except ValueError:
        _refuse()
    return LookupRequest(
        word(data["dev"]),
        read_nonce(data["n"]),
        word(data["kid"]),
        _recipient(data["recipient"]),
        sealed,
    )


def read_enrolment(data: dict[str, Any]) -> Enrolment:
    """Raises Refusal(400)."""
    _exactly(data, "secret", "device_key", "office", "app_version", "n", "sig")
    try:
        key = base64.b64decode(word(data["device_key"]), validate=True)
    except ValueError:
        _refuse()
    if len(key) != 32:
        _refuse()
    return Enrolment(
        secret=word(data["secret"]),
        device_key=key,
        office=word(data["office"]),
        app_version=_label(data["app_version"]),
        nonce=read_nonce(data["n"]),
    )


def word(value: Any) -> str:
    """The value, if it is an identifier, a hash or a tag. Raises Refusal(400)."""
    if not is_word(value):
        _refuse()
    return str(value)


def _own(value: Any) -> dict[str, int]:
    if type(value) is not list or len(value) > MAX_INCARNATIONS:
        _refuse()
    named: dict[str, int] = {}
    for entry in value:
        _exactly(_object(entry), "inc", "seq")
        named[word(entry["inc"])] = _count(entry["seq"])
    return named


def _recipient(value: Any) -> str:
    recipient = word(value)
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        _refuse()
    return recipient


def _label(value: Any) -> str:
    if type(value) is not str or not _LABEL.fullmatch(value):
        _refuse()
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or abs(value) > _BIGGEST:
        _refuse()
    return value


def _count(value: Any) -> int:
    if _integer(value) < 0:
        _refuse()
    return int(value)


def _range(value: Any) -> tuple[int, int]:
    if type(value) is not list or len(value) != 2:
        _refuse()
    first, last = _count(value[0]), _count(value[1])
    if not 1 <= first <= last:
        _refuse()
    return first, last


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        _refuse()
    return value


def _exactly(data: dict[str, Any], *names: str) -> None:
    if set(data) != set(names):
        _refuse()


def _refuse(*_: object) -> NoReturn:
    raise Refusal(400, "request.malformed")
