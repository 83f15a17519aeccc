"""Help in a call, by the keyboard on the real program: offered, read, told, kept, found again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from operator_app.db import feeds
from operator_app.domain.articles import Article
from operator_app.domain.calls import MAX_ADVICE, Advice
from operator_app.domain.clock import to_ms
from operator_app.domain.directory import Service, ServicePlace
from operator_app.domain.feeds import ARTICLES, DIRECTORY, FeedEntry, entry_body, entry_id_of
from operator_app.ui.screens.help_card import HelpCard
from operator_app.ui.widgets.referral_field import SENT
from tests.conftest import ALAMUDUN
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC
from tests.receiver import RunningReceiver
from tests.samples import first_of

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
OSH_CITY = "41721000000000"
TITLES = {"ru": "Бесплатная юридическая помощь", "ky": "Акысыз юридикалык жардам"}
DANGER = {
    "ru": "Опасность прямо сейчас: что делать",
    "ky": "Азыр коркунуч бар: эмне кылуу керек",
}
LEGAL_AID = {"ru": "legal-aid.ru", "ky": "legal-aid.ky"}
SPOKEN_KEY = {"ky": "1", "ru": "2"}
MOST_TABS = 40
PLANTS = (
    "абрикос берёза василёк гвоздика ежевика жасмин земляника клюква лаванда малина "
    "облепиха подсолнух ромашка"
)


def take(pc: OfficePC, feed: str, *things: Article | Service) -> None:
    """As if the ministry's feed had come."""
    entries = [FeedEntry(entry_id_of(feed, thing), entry_body(thing)) for thing in things]
    with pc.database.write() as connection:
        feeds.take(connection, feed, entries, feeds.MINISTRY, to_ms(pc.clock()))
    pc.desk.events.feeds_changed.emit((feed,))
    pc.settle()


def card(pc: OfficePC) -> HelpCard:
    return pc.screen.page.help.answers


def offers(pc: OfficePC) -> list[str]:
    """What a screen reader says of each offer: "Alt+1: title. the rest"."""
    pc.settle()
    return [row.accessibleName() for row in card(pc).rows]


def titles(pc: OfficePC) -> list[str]:
    return [said.partition(": ")[2].partition(". ")[0] for said in offers(pc)]


def told(pc: OfficePC) -> list[str]:
    return [advice.entry_id for advice in pc.screen.fields.form().advice]


def actions(pc: OfficePC) -> tuple[str, ...]:
    return pc.screen.fields.form().actions


def tab_to(pc: OfficePC, target: QWidget, *, back: bool = False) -> None:
    for _tab in range(MOST_TABS):
        focused = QApplication.focusWidget()
        if focused is target or (focused is not None and target.isAncestorOf(focused)):
            return
        if back:
            pc.press(Key.Key_Backtab, SHIFT)
        else:
            pc.press(Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {target.accessibleName()}")


def begin(pc: OfficePC, topic: str = "алимент", danger: str = "2") -> None:
    """Own matter, danger, woman, adult, a topic; the caller speaks the language of the screens."""
    pc.start_call()
    pc.hands.answer("1" + danger + "12")
    pc.hands.answer(topic)
    pc.press(Key.Key_Return)
    tab_to(pc, pc.screen.fields.language, back=True)
    pc.hands.answer(SPOKEN_KEY[pc.app.preferences.language])
    pc.settle()


@pytest.fixture(params=first_of("ru", "ky"))
def pc(make_pc: MakePC, request: pytest.FixtureRequest) -> OfficePC:
    pc = make_pc(language=request.param)
    pc.sign_in()
    return pc


def spoken(pc: OfficePC) -> str:
    return pc.app.preferences.language


def test_offers_follow_topic_language_place_and_danger(pc: OfficePC) -> None:
    near, far = (
        Service(
            name,
            {"ru": name},
            "o1",
            {"ru": "o1"},
            topics=("CHI.ALI",),
            places=(ServicePlace(f"{name}-place", division),),
        )
        for name, division in (("Alamudun-house", ALAMUDUN), ("Osh-house", OSH_CITY))
    )
    take(pc, DIRECTORY, near, far)
    pc.start_call()
    pc.hands.answer("1212")
    assert offers(pc) == []
    pc.hands.answer("алимент")
    pc.press(Key.Key_Return)
    fields = pc.screen.fields
    for language in ("ru", "ky"):
        tab_to(pc, fields.language, back=True)
        pc.hands.answer(SPOKEN_KEY[language])
        assert titles(pc)[0] == TITLES[language]
    assert titles(pc)[1] == "Alamudun-house"
    tab_to(pc, fields.place, back=fields.language.isAncestorOf(_focused()))
    pc.press(Key.Key_A, CONTROL)
    pc.hands.answer("ош шаар")
    pc.press(Key.Key_Return)
    assert fields.form().division == OSH_CITY
    assert titles(pc)[1] == "Osh-house"
    tab_to(pc, fields.danger, back=True)
    pc.hands.answer("1")
    assert titles(pc)[0] == DANGER["ky"]


def test_advice_and_action_are_noted_once(pc: OfficePC) -> None:
    begin(pc)
    assert titles(pc)[0] == TITLES[spoken(pc)]
    assert actions(pc) == ()
    pc.press(Key.Key_1, ALT)
    once = pc.screen.fields.form()
    assert told(pc) == [LEGAL_AID[spoken(pc)]]
    assert once.actions == ("INF",)
    pc.press(Key.Key_1, ALT)
    assert pc.screen.fields.form() == once
    pc.press(Key.Key_2, ALT)
    both = pc.screen.fields.form()
    assert told(pc) == [LEGAL_AID[spoken(pc)], "legal-aid-service"]
    assert both.actions == ("INF", "REFC")
    pc.press(Key.Key_1, ALT)
    assert pc.screen.fields.form() == both
    pc.press(Key.Key_4, ALT)
    assert pc.screen.fields.form() == both


def test_in_a_violence_call_a_service_becomes_a_referral(pc: OfficePC) -> None:
    begin(pc, topic="семейн")
    number = next(n for n, s in enumerate(card(pc)._offered, start=1) if s.listed is not None)
    listed = card(pc)._offered[number - 1].listed
    assert listed is not None
    pc.press(Key(Key.Key_0 + number), ALT)
    referrals = pc.screen.fields.violence.consents.referrals
    assert _focused() is referrals.status or referrals.status.isAncestorOf(_focused())
    pc.hands.answer("2")
    block = pc.screen.fields.form().violence
    assert block is not None
    assert [(r.service_type, r.status) for r in block.referrals] == [
        (listed.service.service_type, SENT)
    ]
    assert told(pc) == [listed.service.service_id]
    pc.press(Key(Key.Key_0 + number), ALT)
    assert pc.screen.fields.form().violence == block


def test_looked_up_read_and_back_step_by_step(pc: OfficePC) -> None:
    begin(pc)
    before = offers(pc)
    pc.press(Key.Key_F6)
    pc.hands.write("начало")
    pc.press(Key.Key_F5)
    assert card(pc).field.hasFocus()
    pc.hands.write({"ru": "паспорт", "ky": "документ"}[spoken(pc)])
    pc.wait(lambda: offers(pc) not in ([], before), "answers for the words")
    by_words = offers(pc)
    pc.press(Key.Key_Return)
    pc.wait(card(pc).reading.hasFocus, "the first of them")
    assert titles(pc)[0] in card(pc).reading.toPlainText()
    assert not card(pc).field.isVisible()
    pc.press(Key.Key_Escape)
    assert card(pc).field.hasFocus()
    assert offers(pc) == by_words
    pc.press(Key.Key_Escape)
    assert card(pc).field.text() == ""
    assert offers(pc) == before
    pc.press(Key.Key_Escape)
    assert pc.screen.fields.note.hasFocus()
    pc.hands.write(" и конец")
    assert pc.screen.fields.note.toPlainText() == "начало и конец"
    assert told(pc) == []


def test_what_is_read_is_told_by_its_button(pc: OfficePC) -> None:
    begin(pc)
    pc.press(Key.Key_F6)
    pc.press(Key.Key_F5)
    pc.press(Key.Key_Return)
    pc.wait(card(pc).reading.hasFocus, "the first offer")
    tab_to(pc, card(pc).take_button)
    pc.press(Key.Key_Space)
    assert told(pc) == [LEGAL_AID[spoken(pc)]]
    assert pc.screen.fields.note.hasFocus()
    assert titles(pc)[0] == TITLES[spoken(pc)]


def test_in_a_narrow_window_the_panel_comes_by_its_key(pc: OfficePC) -> None:
    pc.desk.window.resize(910, 600)
    begin(pc)
    pc.press(Key.Key_1, ALT)
    assert told(pc) == [], "nobody saw what it would be"
    pc.press(Key.Key_F6)
    pc.press(Key.Key_F5)
    assert card(pc).field.hasFocus()
    pc.press(Key.Key_Return)
    pc.wait(card(pc).reading.hasFocus, "the first offer")
    assert card(pc).reading.isVisible()
    pc.press(Key.Key_1, ALT)
    assert told(pc) == [LEGAL_AID[spoken(pc)]]
    pc.press(Key.Key_Escape)
    assert card(pc).field.hasFocus()
    pc.press(Key.Key_Escape)
    assert pc.screen.fields.note.hasFocus()
    assert not card(pc).isVisible()


def test_advice_survives_a_power_cut(make_pc: MakePC, pc: OfficePC, tmp_path: Path) -> None:
    begin(pc)
    pc.press(Key.Key_1, ALT)
    typed = pc.screen.fields.form()
    pc.screen._autosave.timeout.emit()
    pc.settle()
    after_cut = pc.copy(tmp_path / "after-cut")
    again = make_pc(after_cut, language=spoken(pc))
    again.sign_in()
    again.wait(again.screen.ready.resume_button.hasFocus, "the call is offered")
    again.press(Key.Key_Return)
    assert again.screen.fields.form() == typed
    again.settle()
    assert TITLES[spoken(pc)][:20] in again.words(again.screen.fields.advice)
    again.press(Key.Key_1, ALT)
    assert again.screen.fields.form() == typed


def test_advice_survives_another_language(pc: OfficePC) -> None:
    begin(pc)
    pc.press(Key.Key_1, ALT)
    typed = pc.screen.fields.form()
    title = TITLES[spoken(pc)]
    pc.desk.window.language_asked.emit({"ru": "ky", "ky": "ru"}[spoken(pc)])
    pc.settle()
    assert pc.screen.fields.form() == typed
    # It is called what it was called when it was told.
    assert title[:20] in pc.words(pc.screen.fields.advice)
    assert titles(pc)[0] == title


def test_an_amendment_keeps_what_was_told_and_adds_to_it(pc: OfficePC) -> None:
    _save_with_advice(pc)
    _open_newest(pc)
    pc.press(Key.Key_F6)
    pc.wait(lambda: pc.screen.in_progress, "the amendment")
    assert told(pc) == [LEGAL_AID[spoken(pc)]]
    assert len(offers(pc)) == 2
    pc.press(Key.Key_2, ALT)
    assert told(pc) == [LEGAL_AID[spoken(pc)], "legal-aid-service"]
    pc.save()
    last = pc.revisions()[-1]
    assert [a["entry_id"] for a in last.body["advice"]] == [
        LEGAL_AID[spoken(pc)],
        "legal-aid-service",
    ]


def test_no_more_than_there_is_room_for(pc: OfficePC) -> None:
    language = spoken(pc)
    made = [
        Article(f"a{n:02d}", language, ("CHI.ALI",), title, "Текст.\n")
        for n, title in enumerate(PLANTS.split())
    ]
    assert len(made) == MAX_ADVICE + 1
    take(pc, ARTICLES, *made)
    pc.wait(lambda: pc.desk.answers.index.behind() == 0, "an index up to date")
    begin(pc)
    for article in made:
        pc.press(Key.Key_F5)
        pc.hands.write(article.title)
        pc.wait(lambda wanted=article.title: titles(pc)[:1] == [wanted], article.title)
        pc.press(Key.Key_1, ALT)
    assert told(pc) == [article.entry_id for article in made[:MAX_ADVICE]]
    pc.save()
    assert len(pc.revisions()[-1].body["advice"]) == MAX_ADVICE


def test_the_journal_opens_the_version_that_was_told(pc: OfficePC) -> None:
    language = spoken(pc)
    told_then = _save_with_advice(pc)
    newer = Article("legal-aid", language, ("CHI.ALI",), TITLES[language], "Совсем новое.\n")
    take(pc, ARTICLES, newer)
    view = _open_newest(pc)
    _press_link(pc, TITLES[language])
    page = pc.desk.directory_screen.articles
    pc.wait(lambda: page.card.view is not None and page.outdated.isVisible(), "the old article")
    pc.settle()
    assert pc.desk.window.current_place == "directory"
    assert page.opened == (told_then.entry_id, told_then.content)
    assert "Совсем новое." not in page.card.text.toPlainText()
    assert TITLES[language] in pc.words(view) or not view.isVisible()
    pc.press(Key.Key_F8)
    pc.wait(lambda: not page.outdated.isVisible(), "today's")
    assert "Совсем новое." in page.card.text.toPlainText()


def test_the_ministry_gets_kind_id_and_version_only(
    sending_pc: OfficePC, receiver: RunningReceiver
) -> None:
    pc = sending_pc
    pc.app.use_language("ru")
    advice = _save_with_advice(pc)
    pc.all_at_ministry(1)
    (payload,) = receiver.payloads().values()
    sent: list[dict[str, Any]] = payload["body"]["advice"]
    assert sent == [{"kind": "article", "entry_id": "legal-aid.ru", "content": advice.content}]
    assert TITLES["ru"] not in str(payload)


def _focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def _save_with_advice(pc: OfficePC) -> Advice:
    begin(pc)
    pc.wait(lambda: bool(offers(pc)), "offers")
    pc.press(Key.Key_1, ALT)
    (advice,) = pc.screen.fields.form().advice
    pc.save()
    return advice


def _open_newest(pc: OfficePC) -> QWidget:
    pc.go_to(Key.Key_2, "journal")
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.wait(lambda: journal.model.rowCount() == 1, "the call is listed")
    pc.wait(journal.list_page.table.hasFocus, "the list has the keyboard")
    pc.press(Key.Key_Home)
    pc.press(Key.Key_Return)
    pc.wait(lambda: journal.opened_call is not None, "the call is open")
    return journal.call_view


def _press_link(pc: OfficePC, title: str) -> None:
    for _tab in range(MOST_TABS):
        focused = _focused()
        if isinstance(focused, QPushButton) and focused.accessibleName() == title:
            pc.press(Key.Key_Space)
            return
        pc.press(Key.Key_Tab)
    raise AssertionError("Tab does not lead to what was told")
