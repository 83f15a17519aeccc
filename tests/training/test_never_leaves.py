"""Nothing goes from the sandbox to anybody, by no way; and what a person saves of it is marked."""

from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pypdf
import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from ministry_server.schema import device
from operator_app.config import Paths
from operator_app.db import outbox, settings
from operator_app.db.models import call
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.figures import Period
from operator_app.domain.policy import (
    NOTHING_HELD,
    Held,
    InForce,
    Source,
    for_training,
    resolve,
)
from operator_app.errors import BadInput, NetworkProblem, NotAllowed
from operator_app.export.audit_table import audit_xlsx
from operator_app.export.chart_data import Chart, Form, Series
from operator_app.export.csv_file import text_csv
from operator_app.export.html import Page
from operator_app.export.stamp import stamp, stamp_everything
from operator_app.services.case_list import CaseFilter
from operator_app.services.chart_files import ChartFiles, PictureFormat
from operator_app.services.connection import Connection
from operator_app.services.follow_ups import Scope
from operator_app.services.letters import Letters
from operator_app.services.shifts import Shifts
from operator_app.services.support_file import support_file
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.seats import OfficeSeats
from operator_app.ui.printing import page_pdf, pages_pdf
from operator_app.ui.screens.daily_log_panel import DailyLogPanel
from tests.conftest import FrozenClock
from tests.journeys.office_pc import CONTROL
from tests.receiver import RunningReceiver
from tests.training.conftest import MakeTraining, TrainingPC, ticked

MARK = "TRAINING – nothing here is real"
WAYS = ("https", "xroad", "folder")


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> RunningReceiver:
    with RunningReceiver(tmp_path / "ministry", clock) as running:
        yield running  # type: ignore[misc]


def _words(read: pypdf.PdfReader) -> str:
    return read.pages[0].extract_text().replace("\t", " ")


def _refused(pc: TrainingPC) -> None:
    """By a round of sync, once the one that began by itself has ended."""
    pc.wait(lambda: not (report := pc.desk.cycle.run_once()).stopped and bool(report.problem), "")
    assert pc.desk.cycle.run_once().problem in ("carrier.not_allowed", None)


def _it_allows(url: str) -> InForce:
    """As if IT's policy said where the server is and that every way is good."""
    held: dict[str, Held] = {"server_url": Held(url, Source.MACHINE_POLICY)}
    for way in WAYS:
        held[f"allow_{way}"] = Held(True, Source.MACHINE_POLICY)
    return replace(resolve([]), held=held)


def test_whatever_it_set_there_is_no_way() -> None:
    held = for_training(_it_allows("https://117.example.kg"))
    assert [way for way in WAYS if held.allows(way)] == []
    assert held.text("server_url") == "" and held.text("updates") == "off"
    assert held.folder("backup_folder") is None


def test_no_request_reaches_a_receiver(
    make_training: MakeTraining,
    sandbox: Paths,
    receiver: RunningReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even where the address and the code of a living one stand in the sandbox's own database."""
    asked: list[str] = []
    answer = receiver.receiver.hello
    monkeypatch.setattr(
        receiver.receiver, "hello", lambda *a, **k: asked.append("hello") or answer(*a, **k)
    )
    pc = make_training(sandbox.data, _it_allows(receiver.url))
    assert pc.start()
    pc.practise_as("supervisor")
    with pc.database.write() as connection:
        settings.write_server(connection, settings.Server(receiver.url, receiver.new_code()))
        outbox.hurry(connection)
    _refused(pc)
    with pytest.raises(NetworkProblem):
        open_carrier(pc.database, receiver.url, policy=pc.desk.policy)
    pc.press(Qt.Key.Key_F2)
    pc.wait(lambda: pc.screen.in_progress, "a call")
    pc.hands.answer("11")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: "In the queue" in pc.words(pc.screen), "F8")
    pc.settle()
    _refused(pc)
    assert asked == []
    with receiver.store.read() as connection:
        assert connection.execute(device.select()).all() == []


def test_no_server_can_be_set_and_no_bundle_written(
    training: TrainingPC, tmp_path: Path, clock: FrozenClock
) -> None:
    training.practise_as("supervisor")
    _holds_an_office(training)
    desk, database = training.desk, training.database
    connection = Connection(database, clock, desk.policy)
    assert connection.facts(desk.actor).ways == ()
    with pytest.raises(NotAllowed, match=r"carrier\.not_allowed"):
        connection.change(desk.actor, "https://117.example.kg", "")
    allowed = desk.policy.allows("folder")
    stick = tmp_path / "stick"
    stick.mkdir()
    post = BundlePost(database, clock, "1", allowed=allowed)
    with pytest.raises(NotAllowed, match=r"carrier\.not_allowed"):
        post.write_into(desk.actor, stick)
    with pytest.raises(NotAllowed, match=r"carrier\.not_allowed"):
        post.set_folder(desk.actor, stick)
    seats = OfficeSeats(database, clock, lambda _connection: 0, allowed=allowed)
    assert not post.run_once() and not seats.run_once().changed
    assert list(stick.iterdir()) == []
    desk.window.go_to("administration")
    training.wait(lambda: "no server can be set" in training.words(), "the page says so")
    assert not desk.sync_page.ways.isVisible() and not desk.sync_page.server.isVisible()
    assert "Backup" not in training.words().split("\n"), "no backup of it is an office's"
    desk.backup_driver.look()
    assert not desk.backup_driver.busy


def _holds_an_office(training: TrainingPC) -> None:
    """Calls of many kinds from telephones of nobody, cases, follow-ups, an announcement, a shift."""
    desk = training.desk
    with training.database.read() as connection:
        kinds = set(connection.execute(select(call.c.contact_kind)).scalars())
        phones = set(connection.execute(select(call.c.phone_raw)).scalars()) - {""}
    assert {"SELF", "SILENT"} <= kinds
    assert phones and all(phone.startswith("0400") for phone in phones)
    assert desk.casework is not None
    assert len(desk.casework.case_list.page(desk.actor, CaseFilter())) > 5
    assert desk.casework.follow_ups.page(desk.actor, Scope.OFFICE)
    assert desk.answers.announcements.due(desk.actor)
    assert Shifts(training.database, training.clock).roster(local_day(to_ms(training.clock())), 1)


def test_what_is_saved_carries_the_mark(training: TrainingPC, tmp_path: Path) -> None:
    """By its keys: the sheet on the screen, the PDF, the Excel file, the CSV."""
    training.practise_as("supervisor")
    training.dialogs.folder = tmp_path
    training.press(Qt.Key.Key_6, CONTROL)
    training.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    training.settle()
    ticked(training)
    for key, modifier, suffix in (
        (Qt.Key.Key_D, CONTROL, "pdf"),
        (Qt.Key.Key_E, CONTROL, "xlsx"),
        (Qt.Key.Key_E, CONTROL | Qt.KeyboardModifier.ShiftModifier, "csv"),
    ):
        (panel,) = training.desk.window.findChildren(DailyLogPanel)
        training.wait(panel.excel_button.isEnabled, "the file before is done")
        training.press(key, modifier)
        training.wait(lambda s=suffix: list(tmp_path.glob(f"TRAINING-*.{s}")), suffix)
    (pdf,), (xlsx,), (csv,) = (tmp_path.glob(f"TRAINING-*.{s}") for s in ("pdf", "xlsx", "csv"))
    assert MARK in _words(pypdf.PdfReader(pdf))
    book = openpyxl.load_workbook(xlsx)
    assert book.active.cell(1, 1).value == MARK
    heads = [str(sheet.oddHeader.center.text) for sheet in book.worksheets]
    assert len(heads) > 2 and all(MARK in head for head in heads)
    assert csv.read_text("utf-8-sig").startswith(MARK)
    ticked(training, "daily-log")
    _letter_is_marked(training, tmp_path / "letter.pdf")
    _chart_is_marked(training, tmp_path / "chart.svg")


def _letter_is_marked(training: TrainingPC, file: Path) -> None:
    """Of the first case that may be told of at all."""
    desk = training.desk
    letters = Letters(training.database, desk.cases, desk.reference, training.clock, page_pdf)
    assert desk.casework is not None
    for row in desk.casework.case_list.page(desk.actor, CaseFilter()):
        for referral in desk.cases.open(desk.actor, row.case_id).referrals:
            with contextlib.suppress(BadInput):
                letters.save_pdf(desk.actor, row.case_id, referral.referral_id, "ru", file)
    assert MARK in _words(pypdf.PdfReader(file))


def _chart_is_marked(training: TrainingPC, file: Path) -> None:
    files = ChartFiles(training.database, training.clock, "DejaVu Sans", lambda _svg: b"")
    chart = Chart(Form.BARS, ("a", "b"), (Series("calls", (10, 20)),))
    day = local_day(to_ms(training.clock()))
    actor = training.desk.actor
    files.save(actor, chart, "calls", Period(day, day), "Calls", PictureFormat.SVG, file)
    assert MARK in file.read_text("utf-8")


@pytest.fixture
def stamped() -> object:
    stamp_everything(True)
    yield
    stamp_everything(False)


def test_every_paper_and_table_carries_the_mark(stamped: object) -> None:
    page = Page(
        "117 1 POL", "<html><body><p>letter</p></body></html>", "<html><body>foot</body></html>"
    )
    for made in (page_pdf(page), pages_pdf(page)):
        read = pypdf.PdfReader(io.BytesIO(made))
        assert _words(read).count(MARK) == 2, "above and below"
        assert read.metadata is not None and str(read.metadata.title).startswith(MARK)
    assert text_csv(["a"], [["b"]]).decode("utf-8-sig").split("\r\n")[0] == MARK
    book = openpyxl.load_workbook(io.BytesIO(audit_xlsx([])))
    assert book.active.cell(1, 1).value == MARK


def test_an_office_carries_none(sandbox: Paths, clock: FrozenClock) -> None:
    assert stamp() == ""
    page = Page("117", "<html><body><p>letter</p></body></html>", "<html><body></body></html>")
    assert "TRAINING" not in pypdf.PdfReader(io.BytesIO(page_pdf(page))).pages[0].extract_text()
    for policy, said in (
        (NOTHING_HELD, b'"training": false'),
        (for_training(NOTHING_HELD), b"true"),
    ):
        made = zipfile.ZipFile(io.BytesIO(support_file([], sandbox, policy, None, 0)))
        assert said in made.read("check.json")
