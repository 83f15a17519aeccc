"""The JSON promised to the ministry: the plaintext inside an envelope.

The bytes are RFC 8785 (JCS), so that the same content always has the same tag. A newer schema
may add fields; none is renamed or given another meaning.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

import msgspec
import rfc8785

from operator_app.domain.calls import Call, CallForm, phone_columns
from operator_app.domain.case_check import EARLIEST, LATEST, case_faults
from operator_app.domain.cases import Case
from operator_app.domain.danger import LEVELS
from operator_app.domain.suggestions import suggestion_faults
from operator_app.errors import Fault

SCHEMA = 1
MOST_BASES = 64
NEWER_SCHEMA = "wire.newer_schema"
_WORD = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}")
_PLACE = re.compile(r"`\$\.([A-Za-z0-9_.\[\]]+)`$|required field `([a-z_]+)`")


class Kind(StrEnum):
    """What a revision says."""

    CALL = "call"
    VOID = "void"
    CASE = "case"
    SUGGESTION = "suggestion"


class State(StrEnum):
    """Where a revision is on its way. Only a verified receipt moves it past SENDING."""

    QUEUED = "queued"
    SENDING = "sending"
    STORED = "stored"
    APPLIED = "applied"
    HELD = "held"
    CONFLICT = "conflict"
    REJECTED = "rejected"


CONFIRMED = frozenset({State.STORED, State.APPLIED, State.HELD, State.CONFLICT})
"""The ministry holds it, by signed receipt."""
WAITING = frozenset({State.QUEUED, State.SENDING})


class Lane(IntEnum):
    """Order of sending; never on the wire."""

    URGENT = 0
    NEW = 1
    AMENDED = 2
    REST = 3


@dataclass(frozen=True)
class Header:
    """What identifies a revision; repeated inside the sealed part so that a swap is noticed."""

    op_id: str
    dev: str
    inc: str
    seq: int


def device_id_of(public_key: bytes) -> str:
    """The id of a device: the first 64 bits of the SHA-256 of its Ed25519 public key, in hex."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value; floats are not used on the wire."""
    return rfc8785.dumps(value)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
)


def canonical_plain(value: Any) -> bytes:
    """The same bytes as `canonical`, in a tenth of the time, for values this program made.

    Plain means: ASCII names, no floats, integers below 2**53. What others sent is not plain.
    """
    return _ENCODER.encode(value).encode()


def call_body(call: Call) -> dict[str, Any]:
    """The snapshot of a call as the ministry receives it."""
    phone_kind, e164, _ = phone_columns(call.form)
    return {
        **call.form.as_dict(),
        "number": call.number,
        "office": call.office_code,
        "operator": call.operator_id,
        "ended_at": call.ended_at,
        "duration_seconds": call.duration_seconds,
        "anonymous": call.anonymous,
        "phone_kind": phone_kind,
        "phone_e164": e164,
        "voided_at": call.voided_at,
        "void_reason": call.void_reason,
    }


def call_from_body(body: dict[str, Any], *, call_id: str, op_id: str, saved_at: int) -> Call:
    """The call of a snapshot, for the history of revisions. `revision` is not known here: 0."""
    return Call(
        call_id=call_id,
        number=body["number"],
        office_code=body["office"],
        operator_id=body["operator"],
        form=CallForm.from_dict(body),
        ended_at=body["ended_at"],
        duration_seconds=body["duration_seconds"],
        saved_at=saved_at,
        revision=0,
        op_id=op_id,
        voided_at=body["voided_at"],
        void_reason=body["void_reason"],
    )


_NOT_IN_SNAPSHOT = ("case_id", "revision", "op_id", "saved_at", "office_code", "withheld")


def case_body(case: Case) -> dict[str, Any]:
    """The whole snapshot of a case; what of it may be sent is decided by domain.disclosure."""
    body: dict[str, Any] = msgspec.to_builtins(case)
    for name in _NOT_IN_SNAPSHOT:
        body.pop(name, None)
    body["office"] = case.office_code
    return body


def case_from_body(
    body: dict[str, Any], *, case_id: str, op_id: str = "", saved_at: int = 0, revision: int = 0
) -> Case:
    """The case of a snapshot; fields of a newer program are left out.

    Raises msgspec.ValidationError when it is no snapshot of a case.
    """
    return msgspec.convert(
        {
            **body,
            "case_id": case_id,
            "office_code": body.get("office"),
            "op_id": op_id,
            "saved_at": saved_at,
            "revision": revision,
        },
        Case,
    )


_CAUTION_OF_DANGER = {"N": 0, None: 1, "X": 2, "U": 3, "R": 4, "Y": 5}


def caution(kind: str, body: dict[str, Any]) -> int:
    """How dangerous a snapshot says it is; of revisions that contradict each other the greater
    one is shown. Unknown codes count as "not known", or as high."""
    if kind == Kind.CASE:
        risk = body["risk"]
        return LEVELS.index(risk if risk in LEVELS else "HIGH")
    if kind == Kind.SUGGESTION:
        return 0
    return _CAUTION_OF_DANGER.get(body["danger_now"], 3)


def payload(
    header: Header,
    *,
    record_id: str,
    kind: Kind,
    bases: tuple[str, ...],
    author: str,
    at: int,
    body: dict[str, Any],
    over: tuple[str, ...] = (),
) -> bytes:
    """The canonical plaintext of a revision; `over` are refused ones it takes the place of."""
    return canonical_plain(
        {
            **({"over": list(over)} if over else {}),
            "schema": SCHEMA,
            "op_id": header.op_id,
            "dev": header.dev,
            "inc": header.inc,
            "seq": header.seq,
            "record_id": record_id,
            "kind": kind.value,
            "bases": list(bases),
            "author": author,
            "at": at,
            "body": body,
        }
    )


_BODY_TYPES: dict[str, tuple[type, ...]] = {
    "number": (str,),
    "office": (str,),
    "operator": (str,),
    "started_at": (int,),
    "ended_at": (int,),
    "duration_seconds": (int,),
    "contact_kind": (str,),
    "topics": (list,),
    "actions": (list,),
    "danger_now": (str, type(None)),
    "language": (str, type(None)),
    "division": (str, type(None)),
    "caller_sex": (str, type(None)),
    "caller_age_group": (str, type(None)),
    "note": (str,),
    "phone": (str,),
    "caller_name": (str,),
    "voided_at": (int, type(None)),
    "void_reason": (str, type(None)),
}
_PAYLOAD_TYPES: dict[str, type] = {
    "schema": int,
    "op_id": str,
    "dev": str,
    "inc": str,
    "seq": int,
    "record_id": str,
    "kind": str,
    "bases": list,
    "author": str,
    "at": int,
    "body": dict,
}


def check_payload(data: Any) -> list[Fault]:
    """What is wrong with an opened payload, field by field; empty when it may be applied."""
    if not isinstance(data, dict):
        return [Fault("payload", "wire.not_an_object")]
    faults = [
        Fault(name, "wire.wrong_type")
        for name, kind in _PAYLOAD_TYPES.items()
        if type(data.get(name)) is not kind
    ]
    if faults:
        return faults
    if data["schema"] > SCHEMA:
        faults.append(Fault("schema", NEWER_SCHEMA, {"known": SCHEMA}))
    if data["kind"] not in set(Kind):
        faults.append(Fault("kind", "wire.unknown_kind"))
    if not EARLIEST <= data["at"] <= LATEST:
        faults.append(Fault("at", "wire.out_of_range"))
    if not all(isinstance(base, str) for base in data["bases"]):
        faults.append(Fault("bases", "wire.wrong_type"))
    over = data.get("over", [])
    if type(over) is not list or not all(isinstance(op_id, str) for op_id in over):
        faults.append(Fault("over", "wire.wrong_type"))
    body = data["body"]
    if data["kind"] == Kind.CASE:
        return faults + _check_case(body)
    if data["kind"] == Kind.SUGGESTION:
        if data["bases"]:
            faults.append(Fault("bases", "wire.bad_base"))
        return faults + [Fault(f"body.{f.where}", f.code) for f in suggestion_faults(body)]
    faults += [
        Fault(f"body.{name}", "wire.wrong_type")
        for name, kinds in _BODY_TYPES.items()
        if name not in body or type(body[name]) not in kinds
    ]
    if data["kind"] == Kind.VOID and not body.get("void_reason"):
        faults.append(Fault("body.void_reason", "wire.reason_missing"))
    return faults


def check_references(data: dict[str, Any]) -> list[Fault]:
    """What is wrong with the ids of a payload whose fields are of their types."""
    faults = [
        Fault(name, "wire.bad_id") for name in ("record_id", "author") if not is_word(data[name])
    ]
    faults += [
        Fault(name, "wire.bad_base")
        for name in ("bases", "over")
        if not are_bases(data.get(name, []), data["op_id"])
    ]
    return faults


def are_bases(value: Any, op_id: Any) -> bool:
    """Whether it is a list of ids of other revisions, and not too many."""
    return (
        type(value) is list
        and len(value) <= MOST_BASES
        and all(map(is_word, value))
        and op_id not in value
    )


def is_word(value: Any) -> bool:
    """Whether it is an identifier, a hash or a tag: up to 64 plain characters."""
    return type(value) is str and _WORD.fullmatch(value) is not None


def _check_case(body: dict[str, Any]) -> list[Fault]:
    try:
        return case_faults(case_from_body(body, case_id=""))
    except msgspec.ValidationError as error:
        # The message ends with the names of the fields that lead there, never with a value.
        found = _PLACE.search(str(error))
        place = next(filter(None, found.groups()), "") if found else ""
        return [Fault(f"body.{place}".rstrip("."), "wire.wrong_type")]
