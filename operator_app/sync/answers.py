"""What an answer of the server means: its JSON, or the one error that says what went wrong.

Classes of failure (design/sync.md, Rules): the way (NetworkProblem; the same request may go
again), the account (ServerRefused; a person has to act). An item's own failure is in its result.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from operator_app.errors import NetworkProblem, ServerRefused
from operator_app.sync.carriers.base import Answer
from operator_app.sync.receipts import BadSignature, verify

LONGEST_RETRY_AFTER_SECONDS = 6 * 3600
DEFAULT_RETRY_AFTER_SECONDS = 60

NEVER_ARRIVED = frozenset({"net.unreachable", "net.proxy", "net.tls", "net.certificate_time"})
"""The server did not see the request: no item can be to blame."""
BUSY = "server.busy"
TOO_LARGE = "request.too_large"

_REFUSALS = frozenset(
    {
        "device.unknown",
        "device.revoked",
        "device.not_approved",
        "signature.wrong",
        "enrol.refused",
    }
)


@dataclass(frozen=True)
class Hello:
    """The server's signed greeting. `now` in UTC milliseconds by its clock.

    `feeds`: the version of every feed it publishes; none from an older server.
    """

    epoch: str
    now: int
    max_bytes: int
    max_items: int
    kid: str
    recipients: tuple[str, ...]
    durable_through: int
    feeds: Mapping[str, int] = field(default_factory=dict)


def new_nonce() -> str:
    """22 url-safe characters that no earlier answer can contain."""
    return secrets.token_urlsafe(16)


def content(answer: Answer) -> dict[str, Any]:
    """The JSON object of a good answer.

    Raises NetworkProblem: `net.portal` (something else answers in the server's place),
    `net.server_error`, `net.bad_answer`, `server.busy` (param `seconds`), `request.too_large`,
    `request.malformed`; ServerRefused: `device.unknown`, `device.revoked`,
    `device.not_approved`, `signature.wrong`, `enrol.refused`, `server.upgrade_required`.
    """
    status = answer.status
    if status in (200, 201):
        return _json_object(answer, otherwise="net.portal")
    if 300 <= status < 400 or status == 511:
        raise NetworkProblem("net.portal")
    if status in (429, 503):
        raise NetworkProblem(BUSY, seconds=retry_after_seconds(answer))
    if status == 413:
        raise NetworkProblem(TOO_LARGE)
    if status == 404:
        raise NetworkProblem("net.bad_answer", status=status)
    if status >= 500:
        raise NetworkProblem("net.server_error", status=status)
    code = _json_object(answer, otherwise="net.bad_answer").get("code")
    if code in _REFUSALS:
        raise ServerRefused(str(code))
    if code == "upgrade-required":
        raise ServerRefused("server.upgrade_required")
    if code == "request.malformed":
        raise NetworkProblem("request.malformed")
    raise NetworkProblem("net.bad_answer", status=status)


def read_hello(answer: Answer, nonce: str, server_key: Ed25519PublicKey) -> Hello:
    """The greeting, when our server signed it for this nonce.

    Raises what `content` raises; ServerRefused("server.not_ours") when another server signed it;
    NetworkProblem("net.portal") when nobody signed it, ("net.stale_answer") when it is an old one.
    """
    data = content(answer)
    if "sig" not in data or "epoch" not in data:
        raise NetworkProblem("net.portal")
    try:
        message = verify(data, server_key, purpose="hello")
    except BadSignature:
        raise ServerRefused("server.not_ours") from None
    if message.get("n") != nonce:
        raise NetworkProblem("net.stale_answer")
    if message.get("proto") != 1:
        raise ServerRefused("server.upgrade_required")
    hello = Hello(
        epoch=text(message, "epoch"),
        now=number(message, "now"),
        max_bytes=number(message, "max_bytes"),
        max_items=number(message, "max_items"),
        kid=text(message, "kid"),
        recipients=recipients(message),
        durable_through=number(message, "durable_through"),
        feeds=_feeds(message),
    )
    if not hello.recipients or hello.max_items < 1 or hello.max_bytes < 1:
        raise ServerRefused("server.no_recipients")
    return hello


def _feeds(message: dict[str, Any]) -> dict[str, int]:
    versions = message.get("feeds", {})
    if not isinstance(versions, dict):
        raise NetworkProblem("net.bad_answer")
    return {name: number(versions, name) for name in versions}


def signed_answer(
    data: dict[str, Any], server_key: Ed25519PublicKey, *, purpose: str, nonce: str
) -> dict[str, Any]:
    """The message of an answer that must be signed and fresh. Raises NetworkProblem otherwise."""
    try:
        message = verify(data, server_key, purpose=purpose)
    except BadSignature:
        raise NetworkProblem("net.bad_answer") from None
    if message.get("n") != nonce:
        raise NetworkProblem("net.stale_answer")
    return message


def text(message: dict[str, Any], name: str) -> str:
    """A text field. Raises NetworkProblem("net.bad_answer")."""
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise NetworkProblem("net.bad_answer")
    return value


def number(message: dict[str, Any], name: str) -> int:
    """A whole number, zero or more. Raises NetworkProblem("net.bad_answer")."""
    value = message.get(name)
    if type(value) is not int or value < 0:
        raise NetworkProblem("net.bad_answer")
    return value


def listed(message: dict[str, Any], name: str) -> list[Any]:
    """A list. Raises NetworkProblem("net.bad_answer")."""
    value = message.get(name)
    if not isinstance(value, list):
        raise NetworkProblem("net.bad_answer")
    return value


def recipients(message: dict[str, Any]) -> tuple[str, ...]:
    """The age recipients. Raises NetworkProblem("net.bad_answer") when one is not readable."""
    import pyrage

    try:
        for recipient in listed(message, "recipients"):
            pyrage.x25519.Recipient.from_str(recipient)
    except (pyrage.RecipientError, TypeError):
        raise NetworkProblem("net.bad_answer") from None
    return tuple(message["recipients"])


@functools.lru_cache(maxsize=4)
def public_key(raw: bytes) -> Ed25519PublicKey:
    """The server's receipt key. Raises NetworkProblem("net.bad_answer")."""
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise NetworkProblem("net.bad_answer") from None


def retry_after_seconds(answer: Answer) -> int:
    """How long the server asks us to wait, at most six hours.

    A date is read against the server's own Date header: this PC's clock may be wrong.
    """
    said = answer.headers.get("retry-after", "").strip()
    seconds = DEFAULT_RETRY_AFTER_SECONDS
    if said.isascii() and said.isdigit():
        seconds = int(said[:9])
    elif said:
        try:
            until = parsedate_to_datetime(said)
            seconds = round((until - parsedate_to_datetime(answer.headers["date"])).total_seconds())
        except (ValueError, TypeError, KeyError):
            pass
    return max(0, min(LONGEST_RETRY_AFTER_SECONDS, seconds))


def _json_object(answer: Answer, *, otherwise: str) -> dict[str, Any]:
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise NetworkProblem(otherwise) from None
    if not isinstance(data, dict):
        raise NetworkProblem(otherwise)
    return data
