"""Facts of this installation, kept inside the encrypted database as JSON values."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Integer, Text, bindparam, cast, literal_column, select
from sqlalchemy.dialects.sqlite import insert

from operator_app.db.models import setting
from operator_app.db.prepared import Prepared
from operator_app.domain.ids import new_incarnation
from operator_app.domain.office import Office
from operator_app.domain.wire import device_id_of
from operator_app.domain.xroad import XRoad
from operator_app.errors import EnvironmentProblem

OFFICE = "office"
SERVER = "server"
DEVICE = "device"
PREFERENCES = "preferences"

# Built once: building a statement costs more than running it, and saving a call runs several.
_READ = select(setting.c.value).where(setting.c.key == bindparam("key"))
_INSERT = insert(setting)
_PUT = _INSERT.on_conflict_do_update(index_elements=["key"], set_={"value": _INSERT.excluded.value})
_COUNT_ON = Prepared(
    _INSERT.on_conflict_do_update(
        index_elements=["key"],
        set_={"value": cast(cast(setting.c.value, Integer) + literal_column("1"), Text)},
    ).returning(setting.c.value)
)


def get(connection: Connection, key: str) -> Any:
    """The value, or None."""
    text = connection.execute(_READ, {"key": key}).scalar()
    return None if text is None else json.loads(text)


def put(connection: Connection, key: str, value: Any) -> None:
    """Set or replace the value."""
    connection.execute(_PUT, {"key": key, "value": json.dumps(value, ensure_ascii=False)})


def next_number(connection: Connection, counter: str) -> int:
    """The next value of a counter, from 1; part of the caller's transaction."""
    counted = _COUNT_ON.run(connection, {"key": f"counter.{counter}", "value": "1"})
    return int(counted.fetchone()[0])


def peek_number(connection: Connection, counter: str) -> int:
    """What `next_number` would give now."""
    return int(get(connection, f"counter.{counter}") or 0) + 1


def read_office(connection: Connection) -> Office:
    """The office of this PC."""
    data = get(connection, OFFICE)
    if data is None:
        raise EnvironmentProblem("database.not_set_up")
    return Office(data["code"], data["names"], data["division"])


def write_office(connection: Connection, office: Office) -> None:
    """Set the office of this PC."""
    put(
        connection,
        OFFICE,
        {"code": office.code, "names": dict(office.names), "division": office.division},
    )


@dataclass(frozen=True)
class Server:
    """The ministry server: its address, and what was pinned at enrolment.

    `enrolment_code` is kept until it was used. `receipt_key` is the Ed25519 public key (32 bytes)
    whose signature makes a receipt; `kid` names the sealing key in use and `recipients` are the
    age recipients ("age1..."): ministry and escrow; `keys_at` is when the server told of these, by
    its clock (UTC ms; 0 when it is not known). `xroad`: the way there when it leads through a
    Security Server; `url` is its `address` then.
    """

    url: str
    enrolment_code: str = ""
    receipt_key: bytes = b""
    kid: str = ""
    recipients: tuple[str, ...] = ()
    xroad: XRoad | None = None
    keys_at: int = 0

    @property
    def enrolled(self) -> bool:
        """Whether the server knows this PC and this PC knows the server."""
        return bool(self.receipt_key)


def read_server(connection: Connection) -> Server:
    """The server as known now; an empty address means that none is configured."""
    data = get(connection, SERVER) or {}
    return Server(
        url=data.get("url", ""),
        enrolment_code=data.get("enrolment_code", ""),
        receipt_key=base64.b64decode(data.get("receipt_key", "")),
        kid=data.get("kid", ""),
        recipients=tuple(data.get("recipients", ())),
        xroad=XRoad(**data["xroad"]) if data.get("xroad") else None,
        keys_at=data.get("keys_at", 0),
    )


def write_server(connection: Connection, server: Server) -> None:
    """Set what is known of the server."""
    put(
        connection,
        SERVER,
        {
            "url": server.url,
            "enrolment_code": server.enrolment_code,
            "receipt_key": base64.b64encode(server.receipt_key).decode(),
            "kid": server.kid,
            "recipients": list(server.recipients),
            "xroad": asdict(server.xroad) if server.xroad else None,
            "keys_at": server.keys_at,
        },
    )


@dataclass(frozen=True)
class Device:
    """This installation: its id, incarnation and keys.

    `device_id` is derived from the public key, so it exists before the server was ever reached.
    """

    device_id: str
    inc: str
    signing_key: Ed25519PrivateKey
    tag_key: bytes


def new_device(connection: Connection) -> Device:
    """Make the keys of this installation; called once, at set-up."""
    key = Ed25519PrivateKey.generate()
    device = Device(
        device_id_of(key.public_key().public_bytes_raw()), new_incarnation(), key, os.urandom(32)
    )
    write_device(connection, device)
    return device


def write_device(connection: Connection, device: Device) -> None:
    """Keep the device's keys; they never leave the encrypted file."""
    put(
        connection,
        DEVICE,
        {
            "device_id": device.device_id,
            "inc": device.inc,
            "signing_key": base64.b64encode(device.signing_key.private_bytes_raw()).decode(),
            "tag_key": base64.b64encode(device.tag_key).decode(),
        },
    )


def read_device(connection: Connection) -> Device:
    """The device of this installation."""
    data = get(connection, DEVICE)
    if data is None:
        raise EnvironmentProblem("database.not_set_up")
    return Device(
        data["device_id"],
        data["inc"],
        Ed25519PrivateKey.from_private_bytes(base64.b64decode(data["signing_key"])),
        base64.b64decode(data["tag_key"]),
    )
