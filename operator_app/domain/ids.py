"""Identifiers made on the PC."""

from __future__ import annotations

import os
import uuid

from operator_app.domain.clock import Clock, system_clock, to_ms


def new_record_id(clock: Clock = system_clock) -> str:
    """A UUIDv7 (RFC 9562, 5.7): sorts by time. Stays inside the sealed payload.

    The standard library has uuid7 only from Python 3.14.
    """
    ms = to_ms(clock()) & 0xFFFF_FFFF_FFFF
    random = int.from_bytes(os.urandom(10))
    value = ms << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def new_op_id() -> str:
    """A UUIDv4: visible outside the envelope, so it must not tell when a call came."""
    return str(uuid.uuid4())


def new_incarnation() -> str:
    """Eight hex digits naming one life of a database; a restore makes a new one."""
    return os.urandom(4).hex()
