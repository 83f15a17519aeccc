"""The rows and revisions of cases, inside somebody else's transaction. No rights are checked here.

The content of a case is the snapshot of its head revision; the tables hold what lists and searches
need of it and are written anew from the snapshot with each revision.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import revisions, settings
from operator_app.db.case_models import case_call, case_file
from operator_app.db.settings import Device
from operator_app.domain.calls import Call
from operator_app.domain.case_intake import absorb, case_kind
from operator_app.domain.case_merge import Decision, Merged, last_common, merged
from operator_app.domain.cases import CLOSED, TOLD, Case
from operator_app.domain.clock import Clock, local_day
from operator_app.domain.consent import SHARE, STATISTICS, Consent, allows
from operator_app.domain.danger import ACUTE, DangerRules
from operator_app.domain.disclosure import case_outgoing
from operator_app.domain.fold import Revision as Node
from operator_app.domain.fold import fold
from operator_app.domain.follow_ups import with_rule_tasks
from operator_app.domain.ids import new_op_id, new_record_id
from operator_app.domain.wire import Kind, Lane, call_from_body, case_body
from operator_app.errors import BadInput, Fault, NotFound
from operator_app.services import case_rows
from operator_app.services.case_versions import Version, read_versions

REOPENED = "WORK"
DUPLICATE = "DUP"


class CaseFiles:
    """Reads and writes case files."""

    def __init__(self, device: Device, office_code: str, rules: DangerRules, clock: Clock) -> None:
        self._device = device
        self._office_code = office_code
        self._rules = rules
        self._clock = clock

    def read(self, connection: Connection, case_id: str) -> Case:
        """The case as it is shown: in a conflict with the more cautious values.

        Raises NotFound("case.unknown").
        """
        return shown_case(connection, case_id)

    def merged(
        self, connection: Connection, case_id: str, decision: Decision | None = None
    ) -> Merged:
        """The versions of the case and what they come to; one version is not changed by this."""
        wanted = json.loads(_row(connection, case_id).heads)
        return _merged(self.versions(connection, case_id), wanted, decision)

    def head(self, connection: Connection, case_id: str) -> Case:
        """The version that changes made here build on: in a conflict the one the row names."""
        row = _row(connection, case_id)
        heads = self.heads(connection, case_id)
        return next((h.case for h in heads if h.case.op_id == row.op_id), heads[0].case)

    def heads(self, connection: Connection, case_id: str) -> list[Version]:
        """The versions no other is based on; more than one is a conflict."""
        return _heads(connection, case_id, self.versions(connection, case_id))

    def versions(self, connection: Connection, case_id: str) -> list[Version]:
        """All revisions, own and others', oldest first; numbered in that order."""
        return read_versions(connection, case_id)

    def of_call(self, connection: Connection, call_id: str) -> str | None:
        """The id of the case the call belongs to."""
        return connection.execute(
            select(case_call.c.case_id).where(case_call.c.call_id == call_id)
        ).scalar()

    def words_for(self, connection: Connection, call: Call) -> tuple[Consent, ...]:
        """What was said about consent on the case the call belongs to, or is to join."""
        block = call.form.violence
        case_id = self.of_call(connection, call.call_id) if call.revision > 1 else None
        case_id = case_id or (block.joins if block else None)
        return self.read(connection, case_id).consents if case_id else ()

    def absorb(
        self, connection: Connection, call: Call, actor_id: str, now: int, *, early: bool = False
    ) -> Case | None:
        """Bring a violence call into its case: the one it is in, the chosen one, or a new one.

        The case as it was written, its news opening a closed one again; None where nothing was:
        a question about an order is no violence that was told and needs no case, and a call that
        brings nothing new leaves its case as it is.
        Raises BadInput("call.faults") when a service was told without consent or a recorded
        reason, unless `early`: a call that is still going on is not held up by that.
        """
        block = call.form.violence
        own = self.of_call(connection, call.call_id)
        chosen = block.joins if block else None
        if own and chosen and self._moved(connection, own, chosen, call, actor_id, now):
            own = None
        known = own or chosen
        if known is None and not needs_case(call):
            return None
        case = self.head(connection, known) if known else self._new(connection, call, now)
        before = _call_before(connection, call) if own else None

        def told(base: Case) -> Case:
            return absorb(
                base,
                call,
                self._rules,
                by=actor_id,
                now=now,
                new_id=lambda: new_record_id(self._clock),
                before=before,
            )

        after = told(case)
        if known and after == case:
            return None
        if case.is_closed:
            after = told(_reopened(case))
        if not early:
            _check_referrals(after, call, before)
        return self.write(connection, after, (case.op_id,) if known else (), actor_id, now)

    def _moved(
        self,
        connection: Connection,
        own: str,
        chosen: str,
        call: Call,
        actor_id: str,
        now: int,
    ) -> bool:
        """Close the case that a call opened when it was sent early, once the operator sees to
        which case it belongs; only while there is nothing in it but that call."""
        case = self.head(connection, own)
        untouched = not (case.notes or case.orders or case.is_closed)
        if own == chosen or not untouched or {c.call_id for c in case.calls} != {call.call_id}:
            return False
        ended = replace(
            case,
            status=CLOSED,
            closed_at=now,
            closed_by=actor_id,
            close_reason=DUPLICATE,
            calls=(),
        )
        self.write(connection, with_rule_tasks(ended, now), (case.op_id,), actor_id, now)
        return True

    def write(
        self,
        connection: Connection,
        case: Case,
        bases: tuple[str, ...],
        author_id: str,
        now: int,
    ) -> Case:
        """A new revision of the case and the rows that screens read."""
        saved = replace(case, op_id=new_op_id(), saved_at=now, revision=case.revision + 1)
        body = case_body(saved)
        ordinary = Lane.AMENDED if bases else Lane.NEW
        known = self.versions(connection, saved.case_id) if bases else []
        words = self._known_words(connection, known, saved, bases)
        own = [v.sent for v in known if v.sent is not None]
        bases, over = revisions.stand_on(own, bases)
        revisions.append(
            connection,
            self._device,
            record_id=saved.case_id,
            kind=Kind.CASE,
            bases=bases,
            over=over,
            author_id=author_id,
            at=now,
            lane=Lane.URGENT if _is_alarm(connection, saved, now) else ordinary,
            body=body,
            outgoing=case_outgoing(saved, body, words),
            op_id=saved.op_id,
        )
        self.project(connection, saved.case_id, prefer=saved.op_id)
        return saved

    def _known_words(
        self,
        connection: Connection,
        known: Sequence[Version],
        saved: Case,
        bases: tuple[str, ...],
    ) -> tuple[Consent, ...]:
        """Her words as this version and others that contradict it have them: what was refused to
        another seat is refused here, also before anybody brought the versions together."""
        heads = _heads(connection, saved.case_id, known) if bases else []
        others = [head.case for head in heads if head.case.op_id not in bases]
        return merged([saved, *others]).case.consents if others else saved.consents

    def project(self, connection: Connection, case_id: str, prefer: str = "") -> None:
        """Write the rows of a case from its revisions: after a new one, here or from elsewhere.

        `prefer`: the head that changes made here build on, where there are several.
        """
        every = self.versions(connection, case_id)
        versions = {v.case.op_id: v for v in every}
        heads = fold(
            [Node(v.case.op_id, v.bases, i, over=v.over) for i, v in enumerate(versions.values())]
        ).heads
        if not heads:
            return
        ours = [h for h in heads if versions[h].own] or list(heads)
        base = prefer if prefer in heads else max(ours, key=lambda h: versions[h].at)
        shown = _merged(every, heads).case
        row = {
            "number": shown.number,
            "office_code": shown.office_code,
            "kind": shown.kind,
            "status": shown.status,
            "risk": shown.risk,
            "gbv_type": shown.gbv_type,
            "division": shown.division,
            "opened_at": shown.opened_at,
            "opened_day": local_day(shown.opened_at).isoformat(),
            "opened_by": shown.opened_by,
            "owner_id": shown.owner_id,
            "next_action_at": shown.next_action_at,
            "closed_at": shown.closed_at,
            "has_plan": int(shown.plan.agreed_at is not None),
            "statistics": int(allows(shown.consents, STATISTICS)),
            "revision_no": len(versions),
            "saved_at": versions[base].at,
            "op_id": base,
            "heads": json.dumps(sorted(heads)),
            "conflict": int(len(heads) > 1),
        }
        statement = upsert(case_file).values(case_id=case_id, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=row))
        case_rows.write_parts(connection, shown)

    def _new(self, connection: Connection, call: Call, now: int) -> Case:
        year = local_day(now).year
        running = settings.next_number(connection, f"case.{year}")
        return Case(
            case_id=new_record_id(self._clock),
            number=case_number(self._office_code, year, running),
            office_code=self._office_code,
            kind=case_kind(call),
            opened_at=now,
            opened_by=call.operator_id,
            owner_id=call.operator_id,
        )


def shown_case(connection: Connection, case_id: str) -> Case:
    """The case as it is shown: in a conflict with the more cautious values.

    Raises NotFound("case.unknown").
    """
    heads = json.loads(_row(connection, case_id).heads)
    return _merged(read_versions(connection, case_id), heads).case


def case_number(office_code: str, year: int, running: int) -> str:
    """The number people say aloud: "0412-2026-C00031"."""
    return f"{office_code}-{year}-C{running:05d}"


def needs_case(call: Call) -> bool:
    """Danger now, anything told in the violence block, or a case wished for by the operator."""
    block = call.form.violence
    told = block is not None and block.has_content
    return (
        call.form.danger_now == "Y"
        or told
        or (call.form.is_violence and "CASE" in call.form.actions)
    )


def _merged(
    versions: Sequence[Version], heads: Sequence[str], decision: Decision | None = None
) -> Merged:
    known = {v.case.op_id: v for v in versions}
    if len(heads) == 1:
        only = known[heads[0]].case
        return Merged(only, (only,), ())
    ancestor = last_common({op_id: v.bases for op_id, v in known.items()}, heads)
    before = known[ancestor].case if ancestor else None
    return merged([known[h].case for h in heads], before, decision)


def _heads(connection: Connection, case_id: str, versions: Sequence[Version]) -> list[Version]:
    found = {v.case.op_id: v for v in versions}
    return [found[op_id] for op_id in json.loads(_row(connection, case_id).heads)]


def _is_alarm(connection: Connection, saved: Case, now: int) -> bool:
    """Whether the revision brings news of high danger: a note on an acute case does not."""
    before = connection.execute(
        select(case_file.c.risk).where(case_file.c.case_id == saved.case_id)
    ).scalar()
    news = any(a.at == now and {a.computed, a.raised_to} & ACUTE for a in saved.assessments)
    return saved.is_acute and (news or before not in ACUTE)


def _call_before(connection: Connection, call: Call) -> Call | None:
    """The call as the case took it in last."""
    earlier = [r for r in revisions.history(connection, call.call_id) if r.op_id != call.op_id]
    if not earlier:
        return None
    last = earlier[-1]
    return call_from_body(
        last.body, call_id=call.call_id, op_id=last.op_id, saved_at=last.created_at
    )


def _reopened(case: Case) -> Case:
    return replace(
        case, status=REOPENED, closed_at=None, closed_by="", close_reason=None, close_note=""
    )


def _check_referrals(case: Case, call: Call, before: Call | None) -> None:
    # What she took back after the call does not keep the call from being written down better.
    then = [c for c in case.consents if before is not None and c.at <= before.saved_at]
    faults = [
        Fault("referrals", "referral.no_consent_for", {"service": referral.service_type})
        for referral in case.referrals
        if referral.call_id == call.call_id
        and referral.status in TOLD
        and not allows(case.consents, SHARE, referral.service_type)
        and not allows(then, SHARE, referral.service_type)
    ]
    if faults:
        raise BadInput("call.faults", faults)


def _row(connection: Connection, case_id: str) -> Row[Any]:
    row = connection.execute(select(case_file).where(case_file.c.case_id == case_id)).first()
    if row is None:
        raise NotFound("case.unknown")
    return row
