"""Unmistakable words in every field of a violence call and its case, and then a search for them:
in what was written, sent, logged, shown in titles and in the notices beside the clock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon

from operator_app.config import paths
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import SHARE, Consent
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.log import start_logging
from operator_app.services.calls import Calls
from operator_app.services.letters import Letters
from operator_app.ui.printing import page_pdf
from tests.conftest import TestOffice
from tests.faults.proxy import FaultProxy
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, OfficePC, make_office
from tests.journeys.test_canary import _readable, _Titles, titles
from tests.receiver import RunningReceiver
from tests.services.test_disclosure import CONTACT, E164, PHONE, WORD, Told
from tests.sync.test_canary import shapes

__all__ = ["titles"]
PLANTED = (WORD, PHONE, E164, "555987654", "+996 555 98-76-54")


def found(data: bytes) -> list[str]:
    lowered, quoted = data.decode("utf-8", "ignore").lower(), data.lower()
    return [
        word
        for word in PLANTED
        if any(shape in data for shape in shapes(word))
        or word.lower() in lowered
        or quote(word).encode().lower() in quoted
    ]


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[None]:
    logger = logging.getLogger("operator_app")
    level = logger.level
    start_logging(tmp_path / "pc" / "logs", logging.DEBUG)
    yield
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _tray, *said: shown.append(str(said))
    )
    monkeypatch.setattr(QSystemTrayIcon, "setToolTip", lambda _tray, said: shown.append(said))
    return shown


def test_no_word_of_a_case_is_written_or_sent_in_the_open(
    make_pc: MakePC,
    receiver: RunningReceiver,
    reference: Reference,
    titles: _Titles,
    notices: list[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    caplog.set_level(logging.DEBUG)
    letter = tmp_path / "letters" / "117-letter.pdf"
    letter.parent.mkdir()
    with FaultProxy(receiver.url) as proxy:
        make_office(tmp_path / "pc", proxy.url, receiver.new_code())
        request.getfixturevalue("logs")
        pc = make_pc(tmp_path / "pc")
        pc.sign_in()
        case_id = _two_cases(pc, reference, letter)
        _look_at(pc, case_id)
        _send_all(pc)
        pc.end()
        requests = list(proxy.requests)
    assert sum(b"/push" in r for r in requests) >= 1
    for sent in requests:
        assert found(sent) == [], sent.split(b"\r\n", 1)[0]
    assert titles.seen
    assert found("\n".join(titles.seen).encode()) == []
    assert found("\n".join(notices).encode()) == []
    messages = "\n".join(record.getMessage() for record in caplog.records)
    assert found(messages.encode()) == []
    written = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert {"operator.db", "117-operator.log", "ministry.db"} <= {f.name for f in written}
    assert found("\n".join(str(f) for f in written).encode()) == []
    # The letter she agreed to is the one place where they stand.
    assert [f for f in written if found(_readable(f))] == [letter]
    assert WORD in _readable(letter).decode("utf-8", "ignore")


def _two_cases(pc: OfficePC, reference: Reference, letter: Path) -> str:
    """One whose words may go to the ministry, sealed, and one whose words may not: its id."""
    actor = pc.desk.actor
    office = TestOffice(
        paths(pc.folder),
        pc.database,
        actor,
        Calls(pc.database, reference, pc.clock),
        pc.clock,  # type: ignore[arg-type]
        reference,
        "",
    )
    for said in (("Y", ""), ("N", "")):
        told = Told(office)
        told.begin(said)
        told.write_everywhere()
        told.step("void", ("", ""))
        told.check()
    told.cases.set_status(actor, told.case_id, "WORK")
    agreed = Consent(SHARE, "Y", to_ms(pc.clock()), recipient="PSY")
    told.cases.add_consent(actor, told.case_id, agreed)
    told.cases.set_contact(actor, told.case_id, CONTACT)
    referral = told.work.refer(actor, told.case_id, "PSY", "SENT").referrals[-1]
    letters = Letters(pc.database, told.cases, reference, pc.clock, page_pdf)
    letters.save_pdf(actor, told.case_id, referral.referral_id, "ru", letter)
    pc.desk.events.calls_changed.emit(told.call.call_id)
    return told.case_id


def _look_at(pc: OfficePC, case_id: str) -> None:
    """Every place that shows the case, with its late follow-ups told beside the clock."""
    pc.go_to(Qt.Key.Key_2, "journal")
    pc.settle()
    pc.go_to(Qt.Key.Key_3, "cases")
    cases = pc.desk.cases_screen
    assert cases is not None
    cases.open_case(case_id)
    pc.wait(lambda: cases.opened_case is not None, "the case opened")
    assert WORD in pc.words()
    pc.press(Qt.Key.Key_L, CONTROL)
    pc.settle()
    pc.clock.forward(days=9)  # type: ignore[attr-defined]
    pc.unlock()
    pc.go_to(Qt.Key.Key_4, "follow-ups")
    pc.settle()


def _send_all(pc: OfficePC) -> None:
    for _attempt in range(10):
        pc.desk.events.send_now_asked.emit()
        while pc.desk.driver._busy:
            # On a slow machine urgent records go one by one: the round is long, each step is not.
            before = _left(pc)
            pc.wait(
                lambda before=before: not pc.desk.driver._busy or _left(pc) < before,
                "a receipt, or the end of the round",
            )
        if not _left(pc):
            break
    pc.all_at_ministry(len(pc.revisions()))


def _left(pc: OfficePC) -> int:
    """Revisions that are not at the ministry yet."""
    return sum(r.state is not State.APPLIED for r in pc.revisions())
