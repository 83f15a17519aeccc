"""How quickly help came: from danger known to 102, 103, a referral, the ministry's receipt."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.case_models import response
from operator_app.domain.calls import Call
from operator_app.domain.clock import local_day


def note(connection: Connection, saved: Call) -> None:
    """Keep the times of a call with danger now or high risk."""
    form = saved.form
    block = form.violence
    starts = [form.danger_at if form.danger_now == "Y" else None, block.high_at if block else None]
    known = [at for at in starts if at is not None]
    if not known:
        return
    values = {
        "local_day": local_day(form.started_at).isoformat(),
        "alarm_at": min(known),
        "police_at": block.police_at if block else None,
        "ambulance_at": block.ambulance_at if block else None,
    }
    connection.execute(
        upsert(response)
        .values(call_id=saved.call_id, **values)
        .on_conflict_do_update(index_elements=["call_id"], set_=values)
    )
