"""An office with three days of generated calls, and the facts about them kept in plain Python."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select, update

from operator_app import i18n
from operator_app.config import paths
from operator_app.db.models import revision
from operator_app.domain.calls import NUISANCE_KINDS, UNKNOWN_PLACE, Call, new_form, nuisance
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.daily_log import DailyLog, RecordRow
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.domain.wire import WAITING, State
from operator_app.export.csv_file import write_records_csv
from operator_app.export.html import Page
from operator_app.export.xlsx import write_daily_log_xlsx
from operator_app.services.calls import Calls
from operator_app.services.exports import Exports
from operator_app.services.reports import Reports
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from operator_app.ui.printing import page_pdf
from tests.conftest import (
    ALAMUDUN,
    CHEAP,
    PASSWORD,
    FrozenClock,
    TestOffice,
    information_call,
    office_setup,
)
from tests.reports.log_bench import Bench

DAY = date(2026, 11, 24)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
"""The beginning of DAY in Bishkek."""


@dataclass
class Busy:
    """The office, and every call as it stands now with the person who took it."""

    office: TestOffice
    people: list[Actor]
    calls: dict[str, Call] = field(default_factory=dict)

    @property
    def reports(self) -> Reports:
        return Reports(self.office.database, self.office.reference, self.office.clock)

    def of(self, day: date) -> list[Call]:
        return [c for c in self.calls.values() if local_day(c.form.started_at) == day]

    def waiting(self) -> list[str]:
        """The record of each revision without a receipt."""
        with self.office.database.read() as connection:
            rows = connection.execute(select(revision.c.record_id, revision.c.state)).all()
        return [row.record_id for row in rows if State(row.state) in WAITING]


def exports_of(office: TestOffice) -> Exports:
    reports = Reports(office.database, office.reference, office.clock)
    return Exports(office.database, reports, office.reference, office.clock, page_pdf)


def random_call(
    rng: random.Random, reference: Reference, started_at: int, topics: tuple[str, ...] = ()
) -> object:
    """A call form as offices see them: many nuisance contacts, some violence."""
    form = new_form(started_at, "ky", ALAMUDUN)
    if rng.random() < 0.4:
        return nuisance(form, rng.choice(NUISANCE_KINDS))
    known = [c.code for c in reference.codes("topic_l2")]
    actions = [c.code for c in reference.codes("action")]
    divisions = [d.code for d in reference.divisions(2)]
    return information_call(
        form,
        contact_kind=rng.choice(["SELF", "SELF", "OTHER", "PROF", "FOLLOW", "THANKS"]),
        topics=topics or tuple(rng.sample(known, rng.choice([1, 1, 2, 4]))),
        language=rng.choice(["ky", "ky", "ru", "uz", "oth"]),
        caller_sex=rng.choice("FFMU"),
        caller_age_group=rng.choice("AAAC"),
        division=rng.choice([ALAMUDUN, ALAMUDUN, *divisions, UNKNOWN_PLACE]),
        actions=tuple(rng.choices(actions, k=rng.choice([1, 1, 2, 3]))),
        danger_now=rng.choice("NNNNUY"),
        caller_name=rng.choice(["", "Ivan Primerov"]),
    )


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Busy]:
    """About 300 calls on three days, some at the very edges of midnight, some amended, voided,
    received by the ministry."""
    clock = FrozenClock()
    where = paths(tmp_path_factory.mktemp("busy") / "data")
    set_up_office(where, office_setup(), PASSWORD, "recovery-key-of-the-tests", clock, CHEAP)
    database, actor = SignIn(where, clock).open("aida", PASSWORD)
    office = TestOffice(
        where, database, actor, Calls(database, reference, clock), clock, reference, ""
    )
    made = Busy(office, [actor, office.person(Role.OPERATOR, "bek")])
    rng = random.Random(117)
    millisecond = timedelta(milliseconds=1)
    moments = [MIDNIGHT, MIDNIGHT - millisecond, MIDNIGHT + timedelta(days=1)]
    moments += [MIDNIGHT + timedelta(days=1) - millisecond] * 3
    # The last minutes of a day: these calls are saved on the next one.
    moments += [MIDNIGHT + timedelta(days=1, minutes=-m) for m in range(1, 9)]
    moments += [
        MIDNIGHT + timedelta(seconds=rng.randrange(-86_400, 2 * 86_400)) for _ in range(290)
    ]
    for moment in moments:
        clock.now = moment + timedelta(seconds=rng.choice([0, 15, 240, 4000]))
        person = rng.choice(made.people)
        saved = office.calls.save(person, random_call(rng, reference, to_ms(moment)))
        chance = rng.random()
        if chance < 0.08:
            saved = office.calls.void(actor, saved.call_id, "entered twice")
        elif chance < 0.2:
            form = random_call(rng, reference, to_ms(moment))
            saved = office.calls.amend(actor, saved.call_id, form, saved.op_id)
        made.calls[saved.call_id] = saved
    clock.now = MIDNIGHT + timedelta(days=2)
    _receive(office, rng)
    yield made
    database.close()


def _receive(office: TestOffice, rng: random.Random) -> None:
    """Put the revisions at every stage of their way."""
    with office.database.write() as connection:
        for op_id in connection.execute(select(revision.c.op_id)).scalars().all():
            state = rng.choice([State.QUEUED, State.QUEUED, *State])
            connection.execute(
                update(revision).where(revision.c.op_id == op_id).values(state=state.value)
            )


@pytest.fixture
def exports(office: TestOffice) -> Exports:
    return exports_of(office)


@pytest.fixture
def speak() -> Iterator[object]:
    """Switch to a language for one test: its code labels, and English or made-up sentences."""
    yield i18n.use_language
    i18n.use_language("en", Path())


def words_of(pdf: bytes) -> str:
    """The text of a PDF with every run of white space as one blank."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def blank_page(_page: Page) -> bytes:
    """Stands for a PDF where none is looked at."""
    return b"%PDF-"


def xlsx_of(log: DailyLog, records: Iterable[RecordRow], reference: Reference) -> bytes:
    """The Excel file in memory."""
    stream = io.BytesIO()
    write_daily_log_xlsx(stream, log, iter(records), reference)
    return stream.getvalue()


def csv_of(records: Iterable[RecordRow], reference: Reference) -> bytes:
    """The CSV file in memory."""
    stream = io.BytesIO()
    write_records_csv(stream, records, reference)
    return stream.getvalue()


@pytest.fixture
def bench(qtbot: QtBot, office: TestOffice, exports: Exports, tmp_path: Path) -> Bench:
    folder = tmp_path / "handed over"
    folder.mkdir()
    return Bench(qtbot, office, exports, folder)
