"""The sync page over real rows: what it says is what is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import update

import ministry_server
from operator_app.db import settings, sync_state
from operator_app.db.models import revision
from operator_app.domain.people import Role
from operator_app.domain.wire import State
from operator_app.services.connection import Connection
from operator_app.ui.events import Events
from operator_app.ui.refusal_wording import SENTENCES
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.sync_wording import clock_words
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice
from tests.ui.door import show
from tests.ui.journal_office import AnsweringDialogs, save_call

CODE = "K7QM-2RXW-9TBH-MFRG-GZDF"


@dataclass
class Shown:
    page: SyncPage
    events: Events
    dialogs: AnsweringDialogs

    @property
    def words(self) -> str:
        return "\n".join(w.text() for w in self.page.findChildren(QLabel) if w.isVisible())


@pytest.fixture
def shown(qtbot: QtBot, office: TestOffice) -> Callable[..., Shown]:
    def make(role: Role = Role.SUPERVISOR) -> Shown:
        actor = office.actor if role is Role.SUPERVISOR else office.person(role, role.value)
        events = Events()
        connection = Connection(office.database, office.clock)
        dialogs = AnsweringDialogs(reason="a test of long ago")
        page = SyncPage(
            office.database, connection, actor, InlineTaskRunner(), events, office.clock, dialogs
        )
        show(qtbot, page)
        return Shown(page, events, dialogs)

    return make


def set_state(office: TestOffice, op_id: str, state: State, code: str | None) -> None:
    with office.database.write() as connection:
        connection.execute(
            update(revision)
            .where(revision.c.op_id == op_id)
            .values(state=state.value, last_code=code)
        )


def test_without_a_server_it_says_what_to_do(shown: Callable[..., Shown]) -> None:
    page = shown()
    assert "No server is set" in page.words
    assert page.page.figures["waiting"].text() == "0"


def test_it_lists_what_waits_and_what_was_refused(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    with office.database.write() as connection:
        settings.write_server(
            connection, settings.Server("https://117.example.kg", receipt_key=bytes(32))
        )
    waiting, refused, sent = (save_call(office) for _n in range(3))
    set_state(office, refused.op_id, State.REJECTED, "mismatch")
    set_state(office, sent.op_id, State.APPLIED, None)
    page = shown().page
    assert page.figures["waiting"].text() == "1"
    assert page.figures["refused"].text() == "1"
    assert page.waiting.index(0, 0).data() == waiting.number
    assert page.waiting.index(0, 2).data() == "On its way"
    assert page.refused.table.index(0, 0).data() == f"Call {refused.number}"
    assert "put back to an older copy" in page.refused.table.index(0, 3).data()
    assert "put back to an older copy" in page.refused.explanation.text()
    assert (page.waiting.rowCount(), page.refused.table.rowCount()) == (1, 1)


def test_send_again_puts_the_refused_one_back_in_the_queue(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    refused = save_call(office)
    set_state(office, refused.op_id, State.REJECTED, "too_big")
    shown_page = shown()
    asked = QSignalSpy(shown_page.events.send_now_asked)
    assert shown_page.page.refused.again_button.isEnabled()
    shown_page.page.refused.again_button.click()
    assert asked.count() == 1
    assert shown_page.page.waiting.rowCount() == 1
    assert not shown_page.page.refused.again_button.isEnabled()


def test_each_of_several_has_its_reason_and_its_verbs(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    calls = [save_call(office) for _n in range(4)]
    codes = ["wire.other_office", "wire.unknown_kind", "made.up", "wire.conflict"]
    for call, code in zip(calls, codes, strict=True):
        state = State.CONFLICT if code == "wire.conflict" else State.REJECTED
        set_state(office, call.op_id, state, code)
    made = shown()
    page = made.page.refused
    for row, words in enumerate(
        ("another office", "does not know this yet", "made.up", "two versions")
    ):
        page.view.selectRow(row)
        assert words in page.explanation.text()
        assert page.again_button.isEnabled() == (codes[row] != "wire.conflict")
    opened = QSignalSpy(page._events.mend_asked)
    page.view.selectRow(1)
    page.mend_button.click()
    assert [args[0].record_id for args in (opened.at(0),)] == [calls[1].call_id]


def test_what_is_set_aside_stays_in_sight_and_is_counted_no_more(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    refused = save_call(office)
    set_state(office, refused.op_id, State.REJECTED, "wire.other_office")
    page = shown()
    assert page.page.figures["refused"].text() == "1"
    page.page.refused.aside_button.click()
    assert page.dialogs.asked
    assert page.page.figures["refused"].text() == "0"
    assert page.page.refused.table.index(0, 2).data() == "Set aside"
    assert "a test of long ago" in page.page.refused.explanation.text()
    assert not page.page.refused.aside_button.isEnabled()


def test_every_code_of_a_refusal_has_its_sentence() -> None:
    """What the opener and the intake can give is searched for in their own words."""
    root = Path(ministry_server.__file__).parents[1]
    sources = ["operator_app/domain/wire.py", "operator_app/domain/case_check.py"]
    sources += ["operator_app/domain/suggestions.py", "operator_app/domain/text.py"]
    sources += ["operator_app/sync/envelope.py", "ministry_server/opener.py"]
    sources += ["ministry_server/intake.py"]
    given = {
        code
        for name in sources
        for code in re.findall(
            r'"((?:wire|envelope|suggestion|call)\.[a-z_]+|mismatch)"',
            (root / name).read_text(encoding="utf-8"),
        )
    }
    # These hold a record, they do not refuse it.
    given -= {"wire.newer_schema", "wire.base_missing", "wire.forced"}
    assert len(given) > 15
    assert given <= SENTENCES.keys(), sorted(given - SENTENCES.keys())


def test_send_now_asks_once_and_says_so(shown: Callable[..., Shown]) -> None:
    page = shown()
    asked = QSignalSpy(page.events.send_now_asked)
    page.page.send_button.click()
    assert asked.count() == 1
    assert "under way" in page.words


def test_address_and_code_are_saved_and_the_server_tried(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    page = shown()
    asked = QSignalSpy(page.events.send_now_asked)
    page.page.server.url.setText("https://117.example.kg/")
    page.page.server.code.setText(CODE.lower())
    page.page.server.save_button.click()
    with office.database.read() as connection:
        server = settings.read_server(connection)
    assert (server.url, server.enrolment_code) == ("https://117.example.kg", CODE)
    assert asked.count() == 1
    assert page.page.server.code.text() == ""
    assert "Saved. The server is tried now." in page.words


@pytest.mark.parametrize(
    ("url", "code", "field", "words"),
    [
        ("ftp://nowhere", "", "url", "begins with https://"),
        ("https://117.example.kg", "K7QM", "code", "20 signs"),
        ("", CODE, "url", "needs the address"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_changed(
    shown: Callable[..., Shown], office: TestOffice, url: str, code: str, field: str, words: str
) -> None:
    page = shown()
    page.page.server.url.setText(url)
    page.page.server.code.setText(code)
    page.page.server.save_button.click()
    assert words in page.page.problem.label.text()
    assert getattr(page.page.server, field).property("missing")
    assert page.page.server.code.text() == code
    with office.database.read() as connection:
        assert settings.read_server(connection) == settings.Server("", "")


def test_an_operator_sees_but_does_not_change(shown: Callable[..., Shown]) -> None:
    page = shown(Role.OPERATOR)
    assert not page.page.server.url.isVisible()
    assert not page.page.refused.again_button.isVisible()
    assert page.page.send_button.isVisible()


def test_a_typed_address_is_not_overwritten_by_news(shown: Callable[..., Shown]) -> None:
    page = shown()
    page.page.server.url.insert("https://half")
    page.page.refresh()
    assert page.page.server.url.text() == "https://half"


def test_the_last_verified_receipt_is_told_with_its_time(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    with office.database.write() as connection:
        contact = sync_state.read_contact(connection)
        at = int(office.clock.now.timestamp() * 1000)
        sync_state.write_contact(connection, replace(contact, last_verified_at=at))
    page = shown().page
    assert page.figures["receipt"].text() == "Today, 09:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (301, "ahead of the ministry's by: 5 minutes."),
        (-3 * 3600, "behind the ministry's by: 3 hours."),
        (-5 * 86_400, "behind the ministry's by: 5 days."),
        (10 * 365 * 86_400, "ahead of the ministry's by: 10 years."),
    ],
)
def test_a_wrong_clock_is_told_with_its_gap(seconds: int, words: str) -> None:
    assert words in clock_words(seconds)
    assert "records are safe" in clock_words(seconds)


def test_the_page_tells_by_how_much_the_clock_is_wrong(
    shown: Callable[..., Shown], office: TestOffice
) -> None:
    now = int(office.clock.now.timestamp() * 1000)
    with office.database.write() as connection:
        server = settings.Server("https://117.example.kg", receipt_key=bytes(32))
        settings.write_server(connection, server)
        contact = sync_state.Contact("online", last_contact_at=now, skew_ms=-7_200_000)
        sync_state.write_contact(connection, contact)
    assert "behind the ministry's by: 2 hours" in shown().page.advice.label.text()
