"""A whole day with unmistakable words, and then a search for them in everything that was written."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.domain.wire import Kind, State
from operator_app.log import start_logging
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC, make_office
from tests.receiver import RunningReceiver
from tests.sync.test_canary import shapes

PERSON = "Zzkanaryperson Канареечная"
CALLER = "Zzkanarycaller Канареев"
NOTE = "zzkanarynote хлопнулаканарейка өңүп"
AMENDED = "zzkanaryamended"
DRAFT = "zzkanarydraft"
REASON = "zzkanaryreason опечаткаканарейки"
PHONE = "+996 555 98 76 54"
PLANTED = (
    *PERSON.split(),
    *CALLER.split(),
    *NOTE.split()[:2],
    AMENDED,
    DRAFT,
    *REASON.split(),
    PHONE,
    "+996555987654",
    "0555987654",
    "555987654",
    "555 98-76-54",
)


def _found(data: bytes) -> list[str]:
    lowered = data.decode("utf-8", "ignore").lower()
    quoted = data.lower()
    return [
        word
        for word in PLANTED
        if any(shape in data for shape in shapes(word))
        or word.lower() in lowered
        or quote(word).encode().lower() in quoted
    ]


def test_the_search_finds_what_it_looks_for() -> None:
    for word in PLANTED:
        assert word in _found(b"before " + word.encode() + b" after")
        assert word in _found(f"before {word.upper()} after".encode())
        assert word in _found(quote(f"before {word} after").encode())
        assert word in _found(f"before {word} after".encode("utf-16-le"))


class _Titles(QObject):
    """Remembers the title of every window that is shown or renamed."""

    def __init__(self, qt: QApplication) -> None:
        super().__init__()
        self.seen: set[str] = set()
        qt.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.WindowTitleChange, QEvent.Type.Show)
        if event.type() in kinds and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.add(watched.windowTitle())
        return False


@pytest.fixture
def titles(qapp: QApplication) -> Iterator[_Titles]:
    watching = _Titles(qapp)
    yield watching
    qapp.removeEventFilter(watching)


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    logger = logging.getLogger("operator_app")
    level = logger.level
    start_logging(tmp_path / "pc" / "logs", logging.DEBUG)
    yield tmp_path / "pc" / "logs"
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


def test_no_planted_word_is_written_or_sent_in_the_open(
    make_pc: MakePC,
    receiver: RunningReceiver,
    titles: _Titles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    temp, exports = tmp_path / "temp", tmp_path / "exports"
    for folder in (temp, exports):
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    caplog.set_level(logging.DEBUG)
    with FaultProxy(receiver.url) as proxy:
        make_office(tmp_path / "pc", proxy.url, receiver.new_code(), PERSON)
        request.getfixturevalue("logs")
        pc = make_pc(tmp_path / "pc")
        pc.dialogs.folder = exports
        pc.dialogs.reason = REASON
        pc.sign_in()
        _a_day(pc, proxy)
        pc.end()
        requests = list(proxy.requests)
    assert sum(b"/push" in r for r in requests) >= 3
    for sent in requests:
        assert _found(sent) == [], sent.split(b"\r\n", 1)[0]
    assert titles.seen
    assert _found("\n".join(titles.seen).encode()) == []
    # The text of exceptions is for the file to leave out, which is searched below.
    messages = "\n".join(record.getMessage() for record in caplog.records)
    assert _found(messages.encode()) == []
    written = {f.relative_to(tmp_path): f for f in tmp_path.rglob("*") if f.is_file()}
    names = {path.name for path in written}
    assert {"operator.db", "keyring.json", "window.ini", "117-operator.log", "ministry.db"} <= names
    assert {f.suffix for f in exports.iterdir()} == {".xlsx", ".csv", ".pdf"}
    assert _found("\n".join(str(path) for path in written).encode()) == []
    wrong = {str(path): hits for path, f in written.items() if (hits := _found(_readable(f)))}
    # The daily log names who was on duty, and nobody else.
    on_duty = {str(path) for path in written if path.parts[0] == "exports"}
    assert {path for path, hits in wrong.items() if hits != PERSON.split()} == set()
    assert set(wrong) <= on_duty


def _readable(file: Path) -> bytes:
    """The bytes of the file, and what it holds packed."""
    data = file.read_bytes()
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as packed:
            data += b"".join(packed.read(name) for name in packed.namelist())
    if file.suffix == ".pdf":
        pages = [page.extract_text() for page in PdfReader(file).pages]
        assert any(pages)
        data += "\n".join(pages).encode()
    return data


def _fill(pc: OfficePC, note: str) -> None:
    pc.start_call()
    pc.answer_core("1", "али", "4")
    pc.press(Qt.Key.Key_F4)
    pc.hands.write(PHONE)
    pc.press(Qt.Key.Key_Tab)
    pc.hands.write(CALLER)
    pc.write_note(note)


def _a_day(pc: OfficePC, proxy: FaultProxy) -> None:
    proxy.plan(faults.answer(500))
    proxy.plan(faults.lose_answer)
    _fill(pc, NOTE)
    pc.save()
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.go_to(Qt.Key.Key_2, "journal")
    pc.wait(lambda: journal.list_page.table.current_call is not None, "a call in the list")
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: journal.opened_call is not None, "the call opened")
    pc.press(Qt.Key.Key_F6)
    pc.wait(lambda: pc.screen.in_progress, "the call to amend")
    pc.write_note(AMENDED)
    pc.save()
    pc.settle()
    pc.press(Qt.Key.Key_Delete)
    pc.wait(lambda: Kind.VOID in {r.kind for r in pc.revisions()}, "made void")
    # Danger now opened a case beside the call; the amended note is no news for it.
    kinds = [r.kind for r in pc.revisions()]
    assert kinds == [Kind.CALL, Kind.CASE, Kind.CALL, Kind.VOID]
    _export(pc)
    pc.go_to(Qt.Key.Key_7, "administration")
    for _attempt in range(10):
        pc.press(Qt.Key.Key_F9)
        pc.wait(lambda: not pc.desk.driver._busy, "the round has ended")
        if all(r.state is State.APPLIED for r in pc.revisions()):
            break
    pc.all_at_ministry(len(kinds))
    _fill(pc, DRAFT)
    _faults_of_the_program(pc)
    pc.press(Qt.Key.Key_L, CONTROL)
    pc.settle()
    pc.unlock()


def _export(pc: OfficePC) -> None:
    pc.go_to(Qt.Key.Key_6, "reports")
    pc.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    reports = pc.desk.supervision.daily_log
    assert reports is not None
    assert pc.dialogs.folder is not None
    for key, modifier, ending in (
        (Qt.Key.Key_E, CONTROL, "xlsx"),
        (Qt.Key.Key_D, CONTROL, "pdf"),
        (Qt.Key.Key_E, CONTROL | SHIFT, "csv"),
    ):
        pc.wait(reports.panel.excel_button.isEnabled, "the daily log")
        pc.press(key, modifier)
        folder = pc.dialogs.folder
        pc.wait(lambda e=ending, f=folder: any(f.glob(f"*.{e}")), f"the {ending} file")
        pc.wait(reports.panel.excel_button.isEnabled, "ready for the next")


def _faults_of_the_program(pc: OfficePC) -> None:
    """One in a slot and one on the worker, both with content in their text."""

    def fail() -> None:
        raise RuntimeError(f"cannot do it with {PHONE} of {CALLER}: {NOTE}")

    events = QEventLoop()
    QTimer.singleShot(0, pc.screen, fail)
    QTimer.singleShot(0, events.quit)
    events.exec()
    assert pc.dialogs.told.pop()
    pc.app.tasks.database(pc.app, fail, lambda _none: None, pc.screen._on_failed)
    pc.wait(pc.screen.page.problem.isVisible, "said on the screen")
