"""The rows of a call, as screens read them: written with each revision, read back as a Call."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import (
    BindParameter,
    Connection,
    RowMapping,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from operator_app.db import revisions
from operator_app.db.models import call, call_action, call_topic
from operator_app.db.prepared import Prepared
from operator_app.db.reference_models import call_advice
from operator_app.domain.calls import Advice, Call, CallForm, phone_columns
from operator_app.domain.clock import local_day
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import NotFound

_OF_CALL: BindParameter[str] = bindparam("of_call")
_ADD = Prepared(insert(call), columns=[c.name for c in call.c if c.name != "device"])
_ADD_FOREIGN = Prepared(insert(call))
_ADD_TOPICS = Prepared(insert(call_topic))
_ADD_ACTIONS = Prepared(insert(call_action))
_ADD_ADVICE = Prepared(insert(call_advice))
_CHANGE = update(call).where(call.c.call_id == _OF_CALL)
_DROP_TOPICS = delete(call_topic).where(call_topic.c.call_id == _OF_CALL)
_DROP_ACTIONS = delete(call_action).where(call_action.c.call_id == _OF_CALL)
_DROP_ADVICE = delete(call_advice).where(call_advice.c.call_id == _OF_CALL)
_READ = select(call).where(call.c.call_id == _OF_CALL)
_TOPICS = (
    select(call_topic.c.topic)
    .where(call_topic.c.call_id == _OF_CALL)
    .order_by(call_topic.c.position)
)
_ACTIONS = (
    select(call_action.c.action)
    .where(call_action.c.call_id == _OF_CALL)
    .order_by(call_action.c.position)
)

_ADVICE = (
    select(call_advice.c.kind, call_advice.c.entry_id, call_advice.c.content)
    .where(call_advice.c.call_id == _OF_CALL)
    .order_by(call_advice.c.position)
)


def add(connection: Connection, new: Call, reference: Reference, *, complete: bool = True) -> None:
    """Write the rows of a new call; its revision is there already. A call that was sent early is
    not complete."""
    _ADD.run(connection, {"call_id": new.call_id, **_columns(new, reference, complete)})
    _add_lists(connection, new)


def add_foreign(connection: Connection, new: Call, reference: Reference) -> None:
    """Write the rows of a call that another PC of the office took."""
    columns = _columns(new, reference, complete=True)
    _ADD_FOREIGN.run(connection, {"call_id": new.call_id, "device": new.device, **columns})
    _add_lists(connection, new)


def device_of(connection: Connection, call_id: str) -> str | None:
    """The PC that took the call, "" for this one; None for an unknown call."""
    found = connection.execute(select(call.c.device).where(call.c.call_id == call_id))
    device: str | None = found.scalar()
    return device


def replace(
    connection: Connection, new: Call, reference: Reference, *, complete: bool = True
) -> None:
    """Bring the rows up to the newest revision."""
    connection.execute(_CHANGE, {"of_call": new.call_id, **_columns(new, reference, complete)})
    for drop in (_DROP_TOPICS, _DROP_ACTIONS, _DROP_ADVICE):
        connection.execute(drop, {"of_call": new.call_id})
    _add_lists(connection, new)


def read(connection: Connection, call_id: str) -> Call:
    """The call as it is now. Raises NotFound("call.unknown")."""
    row = connection.execute(_READ, {"of_call": call_id}).mappings().first()
    if row is None:
        raise NotFound("call.unknown")
    topics = connection.execute(_TOPICS, {"of_call": call_id}).scalars()
    told = tuple(Advice(*a) for a in connection.execute(_ADVICE, {"of_call": call_id}))
    return _call(row, tuple(topics), actions(connection, call_id), told)


def actions(connection: Connection, call_id: str) -> tuple[str, ...]:
    """The codes of what was done, in their order."""
    return tuple(connection.execute(_ACTIONS, {"of_call": call_id}).scalars())


def is_complete(connection: Connection, call_id: str) -> bool:
    """Whether all that is required was answered once: a call that was sent early is not."""
    found = select(call.c.complete).where(call.c.call_id == call_id)
    return bool(connection.execute(found).scalar_one())


def block(text: str | None) -> ViolenceForm | None:
    """The violence block as it is kept in the row."""
    return msgspec.json.decode(text, type=ViolenceForm) if text else None


def was_violence(history: Iterable[revisions.Revision]) -> bool:
    """Whether any revision of the call told of violence: what was said then stays protected."""
    return any(CallForm.from_dict(revision.body).is_violence for revision in history)


def _add_lists(connection: Connection, new: Call) -> None:
    if topics := new.form.topics:
        rows = [
            {"call_id": new.call_id, "position": i, "topic": topic}
            for i, topic in enumerate(topics)
        ]
        _ADD_TOPICS.run_many(connection, rows)
    if done := new.form.actions:
        rows = [
            {"call_id": new.call_id, "position": i, "action": action}
            for i, action in enumerate(done)
        ]
        _ADD_ACTIONS.run_many(connection, rows)
    if told := new.form.advice:
        rows = [
            {
                "call_id": new.call_id,
                "position": i,
                "kind": one.kind,
                "entry_id": one.entry_id,
                "content": one.content,
            }
            for i, one in enumerate(told)
        ]
        _ADD_ADVICE.run_many(connection, rows)


def _columns(saved: Call, reference: Reference, complete: bool) -> dict[str, object]:
    form = saved.form
    _, e164, phone_key = phone_columns(form)
    return {
        "number": saved.number,
        "office_code": saved.office_code,
        "operator_id": saved.operator_id,
        "started_at": form.started_at,
        "ended_at": saved.ended_at,
        "duration_seconds": saved.duration_seconds,
        "local_day": local_day(form.started_at).isoformat(),
        "saved_at": saved.saved_at,
        "contact_kind": form.contact_kind,
        "substantive": int(reference.is_substantive(form.contact_kind or "")),
        "violence": int(form.is_violence),
        "channel": form.channel,
        "danger_now": form.danger_now,
        "danger_at": form.danger_at,
        "language": form.language,
        "topic": form.topics[0] if form.topics else None,
        "benefit_issue": form.benefit_issue,
        "caller_sex": form.caller_sex,
        "caller_age_group": form.caller_age_group,
        "relation": form.relation,
        "division": form.division,
        "caller_name": form.caller_name,
        "phone_raw": form.phone,
        "phone_e164": e164,
        "phone_key": phone_key,
        "note": form.note,
        "revision_no": saved.revision,
        "op_id": saved.op_id,
        "voided_at": saved.voided_at,
        "void_reason": saved.void_reason,
        "violence_block": (
            msgspec.json.encode(form.violence).decode() if form.violence is not None else None
        ),
        "complete": int(complete),
    }


def _call(
    row: RowMapping, topics: tuple[str, ...], done: tuple[str, ...], told: tuple[Advice, ...]
) -> Call:
    form = CallForm(
        started_at=row["started_at"],
        contact_kind=row["contact_kind"],
        channel=row["channel"],
        danger_now=row["danger_now"],
        danger_at=row["danger_at"],
        language=row["language"],
        topics=topics,
        benefit_issue=row["benefit_issue"],
        caller_sex=row["caller_sex"],
        caller_age_group=row["caller_age_group"],
        relation=row["relation"],
        division=row["division"],
        caller_name=row["caller_name"],
        phone=row["phone_raw"],
        note=row["note"],
        actions=done,
        violence=block(row["violence_block"]),
        advice=told,
    )
    return Call(
        call_id=row["call_id"],
        number=row["number"],
        office_code=row["office_code"],
        operator_id=row["operator_id"],
        form=form,
        ended_at=row["ended_at"],
        duration_seconds=row["duration_seconds"],
        saved_at=row["saved_at"],
        revision=row["revision_no"],
        op_id=row["op_id"],
        voided_at=row["voided_at"],
        void_reason=row["void_reason"],
        device=row["device"],
    )
