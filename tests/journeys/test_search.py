"""Search on the real program: found, opened, left again; nothing of a call in progress is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from operator_app.domain.people import Actor
from operator_app.domain.violence import ViolenceForm
from operator_app.ui.models.search_model import ROW_ROLE, Kind, Row
from operator_app.ui.widgets.search_results import SearchPanel
from tests.conftest import information_call
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, OfficePC
from tests.samples import first_of

Key = Qt.Key
NOTE = "the turquoise umbrella stays with the neighbour"
PHONE = "0555 12 34 56"


def save_call(pc: OfficePC, actor: Actor | None = None, **changes: object) -> str:
    """A call that is there already; the screens hear of it."""
    by = actor or pc.desk.actor
    form = information_call(pc.desk.calls.start(by).form, **changes)
    call = pc.desk.calls.save(by, form)
    pc.desk.events.calls_changed.emit(call.call_id)
    pc.settle()
    return call.number


def violence(words: str) -> dict[str, object]:
    block = ViolenceForm(affected="CALLER", forms=("PHY",), happened=words)
    return {"topics": ("VIO.DOM",), "violence": block}


def panel(pc: OfficePC) -> SearchPanel | None:
    return pc.desk.search_field.results


def rows(pc: OfficePC) -> list[Row]:
    shown = panel(pc)
    if shown is None or not shown.list.isVisible():
        return []
    model = shown.list.model()
    return [model.index(i, 0).data(ROW_ROLE) for i in range(model.rowCount())]


def titles(pc: OfficePC, group: str = "calls") -> list[str]:
    return [row.title for row in rows(pc) if row.hit and row.hit.group == group]


def ask(pc: OfficePC, words: str) -> None:
    """Ctrl+K, the words, and the answer to them."""
    pc.press(Key.Key_K, CONTROL)
    pc.hands.write(words)
    pc.wait(lambda: pc.desk.search_field.answered == words, "an answer")
    assert pc.desk.search_field.hasFocus()


def test_words_of_a_call_lead_to_it(pc: OfficePC) -> None:
    pc.record(NOTE)
    pc.settle()
    ask(pc, "turquoise umbr")
    (found,) = [row for row in rows(pc) if row.kind is Kind.HIT]
    assert found.title.endswith("-000001")
    assert "umbrella" in found.spoken
    pc.press(Key.Key_Return)
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.wait(lambda: journal.opened_call is not None, "the call is open")
    assert pc.desk.window.current_place == "journal"
    assert NOTE in pc.words(journal)
    assert pc.desk.window.windowTitle() == "117"


def test_a_search_in_the_middle_of_a_call_takes_nothing_from_it(pc: OfficePC) -> None:
    save_call(pc, note=NOTE)
    pc.start_call()
    pc.hands.answer("12")
    pc.press(Key.Key_F4)
    pc.hands.write(PHONE)
    pc.write_note("asks about a pram")
    for _letter in "pram":
        pc.press(Key.Key_Left)
    ask(pc, "turquoise 12")
    assert pc.desk.search_field.text() == "turquoise 12"
    pc.press(Key.Key_Escape)
    assert pc.screen.fields.note.hasFocus()
    pc.hands.write("red ")
    assert pc.screen.fields.note.toPlainText() == "asks about a red pram"
    ask(pc, "turquoise")
    pc.press(Key.Key_Return)
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.wait(lambda: journal.opened_call is not None, "the other call is open")
    pc.press(Key.Key_1, CONTROL)
    assert pc.screen.in_progress
    assert pc.screen.fields.note.toPlainText() == "asks about a red pram"
    assert pc.screen.fields.phone.text() == PHONE
    assert pc.screen.fields.form().contact_kind == "SELF"
    ask(pc, "turquoise")
    pc.press(Key.Key_Return)
    pc.wait(lambda: pc.desk.window.current_place == "journal", "the journal")
    pc.press(Key.Key_F2)
    assert pc.screen.in_progress
    assert pc.screen.fields.note.toPlainText() == "asks about a red pram"


@pytest.mark.parametrize("typed", first_of("суйунчу", "сүйүнчү"))
def test_an_article_opens_in_the_directory(make_pc: MakePC, typed: str) -> None:
    pc = make_pc(language="ru")
    pc.sign_in()
    pc.settle()
    ask(pc, typed)
    first = next(row for row in rows(pc) if row.hit and row.hit.group == "articles")
    while (shown := panel(pc)) is not None and shown.current is not first:
        pc.press(Key.Key_Down)
    pc.press(Key.Key_Return)
    pc.settle()
    assert pc.desk.window.current_place == "directory"
    assert first.hit is not None
    assert pc.desk.directory_screen.page is pc.desk.directory_screen.articles
    assert pc.desk.directory_screen.articles.opened[0] == first.hit.record_id
    assert first.title in pc.words(pc.desk.directory_screen)


def test_a_service_opens_in_the_directory(pc: OfficePC) -> None:
    pc.settle()
    ask(pc, "Сезим")
    first = next(row for row in rows(pc) if row.hit and row.hit.group == "services")
    shown = panel(pc)
    assert shown is not None
    assert shown.current == first
    pc.press(Key.Key_Return)
    pc.settle()
    assert first.hit is not None
    assert pc.desk.directory_screen.services.opened[0] == first.hit.record_id
    assert first.title in pc.words(pc.desk.directory_screen)


def test_a_case_opens_and_a_call_of_somebody_else_wants_a_reason(pc: OfficePC) -> None:
    number = save_call(pc, **violence(NOTE))
    ask(pc, "umbrella")
    found = [row for row in rows(pc) if row.kind is Kind.HIT]
    assert [row.hit.group for row in found if row.hit] == ["calls", "cases"]
    pc.press(Key.Key_Down)
    pc.press(Key.Key_Return)
    cases = pc.desk.cases_screen
    assert cases is not None
    pc.settle()
    assert pc.desk.window.current_place == "cases"
    assert found[1].title in pc.words(cases)

    pc.press(Key.Key_L, CONTROL)
    pc.unlock("bek")
    ask(pc, "umbrella")
    assert titles(pc) == titles(pc, "cases") == []
    ask(pc, number[-6:])
    told = [row for row in rows(pc) if row.kind is Kind.HIT and row.title == number]
    assert [row.spoken.splitlines()[-1] for row in told] == ["Opens with a reason"]
    assert "umbrella" not in pc.desk.search_field.accessibleDescription()
    pc.press(Key.Key_Return)
    pc.settle()
    assert len(pc.dialogs.asked) == 1
    journal = pc.desk.journal_screen
    assert journal is not None
    assert journal.opened_call is None


def test_all_of_many_calls_are_in_the_journal(pc: OfficePC) -> None:
    for _call in range(53):
        by = pc.desk.actor
        form = information_call(pc.desk.calls.start(by).form, phone=PHONE)
        pc.desk.calls.save(by, form)
    pc.desk.events.calls_changed.emit("")
    pc.settle()
    ask(pc, PHONE)
    assert len(titles(pc)) == 5
    pc.press(Key.Key_Up)
    pc.press(Key.Key_Return)
    pc.settle()
    assert len(titles(pc)) == 50
    pc.press(Key.Key_Up)
    for _page in range(6):
        pc.press(Key.Key_PageDown)
    pc.press(Key.Key_Return)
    pc.settle()
    journal = pc.desk.journal_screen
    assert journal is not None
    assert pc.desk.window.current_place == "journal"
    assert journal.model.rowCount() == 53


def test_nothing_of_a_search_is_seen_under_the_lock(pc: OfficePC) -> None:
    save_call(pc, note=NOTE)
    ask(pc, "umbrella")
    assert titles(pc)
    pc.press(Key.Key_L, CONTROL)
    assert panel(pc) is None
    assert "umbrella" not in pc.words()
    pc.press(Key.Key_K, CONTROL)
    assert panel(pc) is None
    pc.unlock("aida")
    assert pc.desk.search_field.text() == ""
    assert panel(pc) is None


def test_an_administrator_finds_no_call(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in("aida")
    number = save_call(pc, note=NOTE)
    pc.app.sign_out()
    pc.sign_in("cholpon")
    pc.settle()
    for words in ("umbrella", number, number[-6:]):
        ask(pc, words)
        assert not [row for row in rows(pc) if row.hit and row.hit.group in ("calls", "cases")]
        pc.press(Key.Key_Escape)


def test_a_damaged_index_loses_no_call_and_is_made_anew(pc: OfficePC) -> None:
    save_call(pc, note=NOTE)
    file = pc.desk.answers.index.file.file
    pc.app.sign_out()
    file.write_bytes(b"not an index " * 500)
    pc.sign_in("aida")
    pc.record("another umbrella")
    pc.settle()
    pc.wait(lambda: pc.desk.answers.index.behind() == 0, "the index is up to date")
    ask(pc, "umbrella")
    assert len(titles(pc)) == 2
