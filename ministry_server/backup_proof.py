"""Whether two tables hold the same rows, told by a count and a digest.

The digest does not depend on the order of the rows: the engines sort texts differently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MODULUS = 1 << 256


@dataclass(frozen=True)
class Proof:
    """How many rows, and the sum of their hashes (64 hex digits)."""

    rows: int
    digest: str


def digest_of(chunks: Iterable[Sequence[Mapping[str, Any]]]) -> Proof:
    """Of all rows of a table."""
    rows = total = 0
    for chunk in chunks:
        rows += len(chunk)
        for row in chunk:
            total += int.from_bytes(_hash(row), "big")
    return Proof(rows, f"{total % _MODULUS:064x}")


def _hash(row: Mapping[str, Any]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(row):
        kind, content = _bytes(row[name])
        digest.update(f"{name} {kind} {len(content)} ".encode())
        digest.update(content)
    return digest.digest()


def _bytes(value: Any) -> tuple[str, bytes]:
    if value is None:
        return "null", b""
    if isinstance(value, int):
        return "number", str(value).encode()
    if isinstance(value, str):
        return "text", value.encode()
    return "bytes", bytes(value)
