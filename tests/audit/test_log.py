"""Reading the audit log: what it shows, to whom, and how far one step looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from operator_app.db.models import audit
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.people import Role
from operator_app.errors import NotAllowed
from operator_app.services import audit_log
from operator_app.services.accounts import Accounts
from operator_app.services.audit_check import AuditCheck
from operator_app.services.audit_log import GLASS, AuditFilter
from operator_app.services.sign_in import SignIn
from operator_app.ui import audit_wording
from tests.audit.watched import CALLER, PHONE, REASON, Watched, exporter, lines
from tests.conftest import CHEAP, PASSWORD
from tests.db.conftest import code_of


def _actions(watched: Watched, wanted: AuditFilter) -> list[str]:
    return [line.action for line in lines(watched.log, watched.auditor, wanted)]


def _words(watched: Watched, actor) -> str:
    names = watched.log.names(actor)
    return "\n".join(
        " ".join(
            [
                line.reason,
                line.stored,
                audit_wording.who(names, line.user_id),
                audit_wording.action_words(line.action),
                audit_wording.about(line, names),
                *audit_wording.detail_words(line, names, watched.office.reference),
            ]
        )
        for line in lines(watched.log, actor)
    )


def test_the_newest_first_with_numbers_and_times(watched: Watched) -> None:
    found = lines(watched.log, watched.auditor)
    assert [line.seq for line in found] == sorted((x.seq for x in found), reverse=True)
    newest, seen, case_opened, call_opened = found[:4]
    assert newest.action == "case.viewed"
    assert newest.user_id == watched.office.actor.user_id
    assert newest.numbers == {watched.case_id: watched.case_number}
    assert (call_opened.action, case_opened.action) == GLASS
    assert call_opened.numbers[watched.call_id] == watched.call_number
    assert case_opened.opening is not None
    assert case_opened.opening.until == case_opened.at + 3_600_000
    assert case_opened.opening.seen_by == watched.office.actor.user_id
    assert case_opened.opening.seen_at == seen.at
    assert list(seen.numbers.values()) == [watched.case_number]
    assert found[-1].action == "office.set_up"


def test_the_reason_is_for_those_who_may_read_reasons(watched: Watched) -> None:
    stated = [x.reason for x in lines(watched.log, watched.office.actor) if x.action in GLASS]
    assert stated == [REASON, REASON]
    assert REASON in _words(watched, watched.office.actor)
    assert REASON not in _words(watched, watched.auditor)


def test_nobody_reads_a_word_of_a_record_in_it(watched: Watched) -> None:
    for actor in (watched.auditor, watched.office.actor):
        said = _words(watched, actor)
        assert watched.case_number in said
        assert "Bek Testova" in said
        for word in (CALLER, PHONE, "555987321"):
            assert word not in said


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ANALYST])
def test_who_may_not_see_it_gets_nothing(watched: Watched, role: Role) -> None:
    actor = watched.taker if role is Role.OPERATOR else watched.analyst
    check = AuditCheck(watched.office.database, watched.office.clock)
    for look in (
        lambda: watched.log.page(actor, AuditFilter()),
        lambda: watched.log.names(actor),
        lambda: check.state(actor),
        lambda: check.check(actor),
        lambda: exporter(watched).write(actor, AuditFilter(), "csv", watched.office.paths.data),
    ):
        with pytest.raises(NotAllowed) as refused:
            look()
        assert refused.value.code == "rights.missing"


def test_filters(watched: Watched) -> None:
    bek, dana = watched.taker.user_id, watched.opener.user_id
    assert _actions(watched, AuditFilter(user_id=dana)) == [
        "case.glass_broken",
        "call.glass_broken",
    ]
    assert set(_actions(watched, AuditFilter(user_id=bek))) == {"call.saved", "case.told_by_call"}
    assert _actions(watched, AuditFilter(actions=GLASS, user_id=bek)) == []
    assert _actions(watched, AuditFilter(actions=(GLASS[1],))) == ["case.glass_broken"]
    assert _actions(watched, AuditFilter(actions=("person.added",))) == ["person.added"] * 4
    assert _actions(watched, AuditFilter(number=watched.call_number)) == [
        "call.glass_broken", "call.saved",
    ]  # fmt: skip
    assert _actions(watched, AuditFilter(number=f" {watched.case_number.lower()} ")) == [
        "case.viewed", "case.access_seen", "case.glass_broken", "case.told_by_call",
    ]  # fmt: skip
    assert _actions(watched, AuditFilter(number="0412-99-999999")) == []
    today = local_day(to_ms(watched.office.clock()))
    yesterday = today - timedelta(days=1)
    assert _actions(watched, AuditFilter(first_day=today)) == ["case.viewed"]
    assert "case.viewed" not in _actions(watched, AuditFilter(last_day=yesterday))
    assert _actions(watched, AuditFilter(first_day=date(2030, 1, 1))) == []
    assert _actions(watched, AuditFilter(last_day=date(2020, 1, 1))) == []
    assert _actions(
        watched, AuditFilter(first_day=yesterday, last_day=yesterday, number=watched.case_number)
    ) == ["case.access_seen", "case.glass_broken", "case.told_by_call"]


def test_steps_and_pages_lose_nothing_and_tell_nothing_twice(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [line.seq for line in lines(watched.log, watched.auditor)]
    some = [x.seq for x in lines(watched.log, watched.auditor, AuditFilter(user_id=""))]
    monkeypatch.setattr(audit_log, "STEP", 3)
    for limit in (1, 2, 3, 100):
        for wanted, expected in ((AuditFilter(), every), (AuditFilter(user_id=""), some)):
            found, before = [], None
            for _step in range(1000):
                page = watched.log.page(watched.auditor, wanted, before, limit)
                assert len(page.lines) <= min(limit, 3)
                found += [line.seq for line in page.lines]
                if page.before is None:
                    break
                assert before is None or page.before < before
                before = page.before
            assert found == expected


def test_clocks_that_were_put_back_hide_nothing(watched: Watched, tmp_path) -> None:
    late = watched.copied(tmp_path / "late")
    office = late.office
    office.clock.forward(days=-4000)
    office.calls.open(office.actor, late.call_id)
    day = local_day(to_ms(office.clock()))
    office.clock.forward(days=4000)
    assert _actions(late, AuditFilter(first_day=day, last_day=day)) == ["call.viewed"]
    assert lines(late.log, late.auditor)[0].action == "call.viewed"
    office.database.close()


@pytest.mark.parametrize(
    "values",
    [
        {"at": 10**17},
        {"at": -5},
        {"details": "not json"},
        {"details": "[1, 2]"},
        {"details": '{"reason": {"a": [1]}}', "action": "case.glass_broken"},
        {"action": "=cmd()", "user_id": "\N{RIGHT-TO-LEFT OVERRIDE}"},
        {"seq": 10**15},
    ],
)
def test_a_forged_row_is_shown_and_stops_nothing(watched: Watched, tmp_path, values) -> None:
    forged = watched.copied(tmp_path / "forged")
    before = lines(forged.log, forged.auditor)
    row = {"seq": before[0].seq + 1, "at": 1, "user_id": "x", "action": "y", "entity": "z",
           "entity_id": "", "details": "{}", "prev_hash": "", "hash": ""}  # fmt: skip
    with forged.office.database.write() as connection:
        connection.execute(insert(audit).values({**row, **values}))
    after = lines(forged.log, forged.office.actor)
    assert [x.seq for x in after[1:]] == [x.seq for x in before]
    assert after[0].seq == values.get("seq", row["seq"])
    assert _words(forged, forged.auditor)
    forged.office.database.close()


def test_who_came_and_went_is_there(office) -> None:
    """A wrong password, signing in, a removed person's key, the lock, a refused change."""
    auditor = office.person(Role.AUDITOR, "vera")
    left = office.person(Role.OPERATOR, "bakyt")
    accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
    slots = office.paths.keyring.read_bytes()
    accounts.remove(office.actor, left.user_id)
    office.paths.keyring.write_bytes(slots)
    sign_in = SignIn(office.paths, office.clock)
    assert code_of(sign_in.unlock, office.database, "aida", "wrong-password") == "sign_in.refused"
    sign_in.unlock(office.database, "aida", PASSWORD)
    assert code_of(sign_in.unlock, office.database, "bakyt", PASSWORD) == "sign_in.refused"
    assert code_of(accounts.change_own_password, auditor, "wrong-password", "x") == "person.faults"
    log = audit_log.AuditLog(office.database)
    newest = [(x.action, x.user_id) for x in lines(log, auditor)[:4]]
    assert newest == [
        ("person.password_refused", auditor.user_id),
        ("sign_in.failed", ""),
        ("unlock", office.actor.user_id),
        ("sign_in.failed", ""),
    ]
