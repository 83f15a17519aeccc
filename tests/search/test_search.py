"""Search as you type: what is found, by whom, however it is written; and what an index fault costs."""

from __future__ import annotations

import pytest

from operator_app.domain.calls import Advice
from operator_app.domain.people import Role
from operator_app.domain.search import Group
from operator_app.domain.violence import ViolenceForm


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Үй-бүлөдө үч бала бар", "уй-булодо"),
        ("уй-булодо уч бала", "үй-бүлөдө"),
        ("Ребёнок болен", "ребенок"),
        ("ребенок болен", "РЕБЁНОК"),
        ("Көчөдө жашайт, ТЕҢДЕШИ жок", "тендеш"),
        ("Зарплату не платят", "зарп"),
        ("He said “help”", "HELP"),
        ("Жёлчный й й", "желчныи"),
        ("два слова рядом", "рядом сло"),
    ],
)
def test_letters_of_three_languages_are_one(finder, written, typed) -> None:
    saved = finder.save(note=written)
    assert finder.calls(typed) == [saved]


def test_all_words_must_be_there_the_newest_call_comes_first(finder) -> None:
    first = finder.save(note="просит коляску для сына")
    finder.office.clock.forward(minutes=5)
    second = finder.save(note="коляска пришла, просит костыли")
    finder.office.clock.forward(minutes=5)
    finder.save(note="костыли")
    assert finder.calls("коляска") == [second, first]
    assert finder.calls("костыли коляску ") == [second]
    assert finder.calls("коляска больница") == []


def test_a_word_is_found_by_its_beginning_only_while_it_is_typed(finder) -> None:
    saved = finder.save(note="пособие назначено")
    assert finder.calls("по") == [saved]
    assert finder.calls("п") == []
    assert finder.calls("особие") == []


def test_the_hit_is_marked_and_stands_in_its_sentence(finder) -> None:
    finder.save(note="Длинный рассказ без конца. " * 20 + "Потом спросила про пособие на ребёнка.")
    hit = finder.hits(Group.CALLS, "пособие ребенок")[0]
    assert [p.text for p in hit.snippet if p.hit] == ["пособие", "ребёнка"]
    assert "".join(p.text for p in hit.snippet).startswith("… ")
    assert len("".join(p.text for p in hit.snippet)) < 130


def test_calls_are_found_by_the_names_of_callers(finder) -> None:
    saved = finder.save(caller_name="Жаңыл Өмүрбекова")
    assert finder.calls("омурбек") == [saved]


@pytest.mark.parametrize("typed", ["0555 12 34", "555123", "+996 555 12-34-56", "23456", "123"])
def test_fragments_of_a_telephone_number_find_its_calls(finder, typed) -> None:
    saved = finder.save(phone="0555 12-34-56")
    finder.save(phone="0777 98-76-54")
    assert finder.calls(typed) == [saved]


def test_digits_that_are_near_but_not_in_a_row_find_nothing(finder) -> None:
    finder.save(phone="0555 12-34-56")
    assert finder.calls("1256") == []
    assert finder.calls("34512") == []


@pytest.mark.parametrize("typed", ["1", "000002", "0412-2026-000002", "117-0412-2026-000002"])
def test_a_call_is_found_by_its_number(finder, typed) -> None:
    one, two = finder.save(), finder.save()
    wanted = one if typed == "1" else two
    found = finder.calls(typed if typed != "1" else "01")
    assert found[:1] == [wanted]


def test_the_beginning_of_a_number_finds_those_that_begin_so(finder) -> None:
    saved = [finder.save() for _ in range(3)]
    assert finder.calls("0412-2026-0000") == saved[::-1]
    assert finder.calls("0412-2025") == []


def test_an_amended_call_is_found_by_what_it_says_now(finder) -> None:
    office = finder.office
    saved = finder.save(note="паспорт потерян")
    assert finder.calls("паспорт") == [saved]
    call = office.calls.open(office.actor, saved)
    from dataclasses import replace

    office.calls.amend(office.actor, saved, replace(call.form, note="метрика"), call.op_id)
    assert finder.calls("паспорт") == []
    assert finder.calls("метрика") == [saved]


def test_words_of_a_violence_call_are_found_by_its_operator_and_the_supervisor_only(finder) -> None:
    office = finder.office
    ainura, nurlan = office.person(Role.OPERATOR, "ainura"), office.person(Role.OPERATOR, "nurlan")
    block = ViolenceForm(happened="угрожал топориком", affected_name="Сезимова Айпери")
    told = {"topics": ("VIO.DOM",), "violence": block, "phone": "0700 11-22-33"}
    saved = finder.save(ainura, note="кричал у калитки", **told)
    for words in ("калитка", "топорик", "айпери"):
        assert finder.calls(words, ainura) == [saved], words
        assert finder.calls(words, office.actor) == [saved], words
        assert finder.calls(words, nurlan) == [], words
    # That there was a call is no secret among those who answer the next one: its words are.
    for known in ("0700 112233", "000001"):
        hit = finder.hits(Group.CALLS, known, nurlan)[0]
        assert (hit.record_id, hit.protected, hit.snippet) == (saved, True, ())
    assert not finder.hits(Group.CALLS, "000001", ainura)[0].protected


def test_a_call_that_became_one_of_violence_is_closed_before_the_index_knows_it(finder) -> None:
    from dataclasses import replace

    office = finder.office
    ainura, nurlan = office.person(Role.OPERATOR, "ainura"), office.person(Role.OPERATOR, "nurlan")
    saved = finder.save(ainura, note="соседка за забором")
    assert finder.calls("забором", nurlan) == [saved]
    call = office.calls.open(ainura, saved)
    office.calls.amend(ainura, saved, replace(call.form, topics=("VIO.DOM",)), call.op_id)
    found = finder.search.find(nurlan, "забором", "ru")
    assert [hit for hit in found.hits if hit.group is Group.CALLS] == []
    assert found.behind > 0


def test_words_of_a_case_are_found_by_its_owner_and_the_supervisor(finder) -> None:
    office = finder.office
    ainura, nurlan = office.person(Role.OPERATOR, "ainura"), office.person(Role.OPERATOR, "nurlan")
    block = ViolenceForm(happened="бил ремнём", affected="CALLER")
    finder.save(
        ainura, topics=("VIO.DOM",), violence=block, caller_name="Токтосунова", phone="0700112233"
    )
    mine = finder.hits(Group.CASES, "ремнём", ainura)
    assert len(mine) == 1
    assert not mine[0].protected
    assert [p.text for p in mine[0].snippet if p.hit] == ["ремнём"]
    assert finder.hits(Group.CASES, "ремнем", office.actor)
    assert finder.hits(Group.CASES, "ремнем", nurlan) == []
    others = finder.hits(Group.CASES, "0700 112233", nurlan)
    assert [(hit.protected, hit.snippet) for hit in others] == [(True, ())]
    assert finder.hits(Group.CASES, mine[0].title, nurlan)[0].protected


def test_an_administrator_finds_services_and_no_call(full) -> None:
    finder = full
    admin = finder.office.person(Role.ADMINISTRATOR, "itman")
    finder.save(note="кризисный центр", phone="0555123456")
    found = finder.find("кризисный центр", admin)
    assert {hit.group for hit in found.hits} <= {Group.SERVICES, Group.ARTICLES}
    assert found.hits
    assert finder.find("0555123456", admin).hits == ()


@pytest.mark.parametrize("typed", ["сизим", "сезиим", "сзеим", "сезм"])
def test_one_wrong_letter_in_the_name_of_a_service(full, typed) -> None:
    found = full.find(f"{typed} ")
    assert found.hits[0].record_id == "crisis-sezim"
    # «сезиим» begins like the name and needs no mending.
    assert found.spelled == (() if typed == "сезиим" else ((typed, "сезим"),))


def test_two_wrong_letters_are_another_word(full) -> None:
    assert full.find("сизум ").spelled == ()


def test_the_nearer_of_two_services_comes_first(full) -> None:
    def first(division: str) -> str:
        found = full.find("кризисный центр", division=division)
        return next(h.record_id for h in found.hits if h.group is Group.SERVICES)

    assert first("41704245000000") == "crisis-tendesh"
    assert first("41721000000000") == "crisis-ak-jurok"


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "a", '"', "*", "AND", "NOT", 'x" OR "y', "(", "слово)", "words : x", "-", "^a",
        "NEAR(a b)", "\0", "\ud83d\ude00", "😀😀", "ـــ", "0" * 5000, "я" * 5000, "+", "'; DROP",
        "%", "_", "a\nb", "\u202eabc",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_no_command(full, typed) -> None:
    saved = full.save(note="обычный звонок")
    found = full.find(typed)
    assert all(hit.record_id != saved or hit.title in typed for hit in found.hits)
    assert full.index.problem is None
    assert full.calls("обычный") == [saved]


def test_there_is_more_than_is_shown(finder) -> None:
    for _ in range(7):
        finder.save(note="неслыханно")
    found = finder.find("неслыханно", limit=5)
    assert len(found.hits) == 5
    assert found.more == {Group.CALLS}
    assert len(finder.search.call_ids(finder.office.actor, "неслыханно")) == 7


def test_the_journal_finds_by_words_within_its_other_filters(finder) -> None:
    from operator_app.services.journal import Journal, JournalFilter

    office = finder.office
    nurlan = office.person(Role.OPERATOR, "nurlan")
    first = finder.save(note="справка о составе семьи", phone="0555 12-34-56")
    office.clock.forward(minutes=1)
    second = finder.save(nurlan, note="справка с места работы")
    office.clock.forward(minutes=1)
    hidden = finder.save(note="справка", topics=("VIO.DOM",))
    finder.find("справка")
    journal = Journal(office.database, office.reference, finder.search)

    def listed(actor=office.actor, **wanted: object) -> list[str]:
        return [row.call_id for row in journal.page(actor, JournalFilter(**wanted))]

    assert listed(text="справка") == [hidden, second, first]
    assert listed(nurlan, text="справка") == [second, first]
    assert listed(text="справки семью") == [first]
    assert listed(text="справка", operator_id=nurlan.user_id) == [second]
    assert listed(text="справка", topic="VIO") == [hidden]
    assert listed(text="123456") == [first]
    assert listed(text="0412-2026-000002") == [second]
    assert listed(text="ничего такого") == []
    page = journal.page(office.actor, JournalFilter(text="справка"), limit=2)
    older = journal.page(office.actor, JournalFilter(text="справка"), page[-1].key)
    assert [row.call_id for row in older] == [first]


def test_a_damaged_index_blocks_nothing_and_is_made_anew(finder) -> None:
    saved = finder.save(note="справка", phone="0555123456")
    assert finder.calls("справка") == [saved]
    finder.index.close()
    file = finder.index.file.file
    for found in file.parent.glob("search.db*"):
        if found.name != "search.db":
            found.unlink()
    data = bytearray(file.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\x17" * 4096 * 4
    file.write_bytes(data)
    again = finder.save(note="справка вторая")
    assert finder.search.find(finder.office.actor, "000001", "ru").hits[0].record_id == saved
    for _ in range(4):
        finder.index.step()
    assert finder.calls("справка") == [again, saved]
    assert finder.index.problem is None


def test_an_index_that_cannot_be_written_costs_no_save(finder, monkeypatch) -> None:
    def broken(*_args: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("operator_app.services.search_index.put_calls", broken)
    saved = finder.save(note="справка")
    assert finder.index.step() == 0
    assert finder.index.problem == "search.index_fault"
    assert finder.search.find(finder.office.actor, "000001", "ru").hits[0].record_id == saved
    assert finder.search.find(finder.office.actor, "000001", "ru").behind == -1
    monkeypatch.undo()
    assert finder.calls("справка") == [saved]


def test_a_file_of_another_key_is_replaced(finder) -> None:
    saved = finder.save(note="справка")
    finder.index.close()
    finder.index.file.file.write_bytes(b"not a database at all" * 400)
    assert finder.calls("справка") == [saved]


def test_the_index_holds_nothing_in_the_clear(finder) -> None:
    finder.save(note="неповторимоеслово", phone="0555123456", caller_name="Canary Zzyzx")
    finder.find("неповторимоеслово")
    finder.index.close()
    for file in finder.index.file.file.parent.glob("search.db*"):
        data = file.read_bytes().lower()
        for word in ("неповторимоеслово", "zzyzx", "555123456"):
            assert word.encode() not in data


def test_rebuilding_finds_the_same_and_tells_how_far_it_is(finder) -> None:
    saved = [finder.save(note=f"справка номер {n}") for n in range(12)]
    before = finder.calls("справка")
    steps: list[tuple[int, int]] = []
    assert finder.index.rebuild(lambda done, total: steps.append((done, total))) == 12
    assert steps[-1] == (12, 12)
    assert finder.calls("справка") == before == saved[: -len(before) - 1 : -1]
    state = finder.index.state()
    assert (state.documents, state.behind, state.problem) == (12, 0, None)
    assert state.size_bytes > 0


def test_an_older_database_put_back_is_indexed_from_the_beginning(finder) -> None:
    """A restored backup has fewer revisions than the index has seen."""
    saved = finder.save(note="справка")
    finder.find("справка")
    with finder.index.file.transaction():
        finder.index.file.put("revision", 1_000)
    assert finder.calls("справка") == [saved]
    later = finder.save(note="справка вторая")
    assert finder.calls("вторая") == [later]


def test_what_was_told_stays_with_the_call(full) -> None:
    finder, office = full, full.office
    help_ = finder.advice
    form = office.calls.start(office.actor).form
    from dataclasses import replace

    form = replace(form, topics=("BEN.BYR",), language="ky")
    first = help_.suggest(office.actor, form, "ru")[0]
    assert first.advice.entry_id == "bala-yrysy.ky"
    saved = finder.save(advice=(first.advice, Advice("service", "district-office", "0" * 16)))
    opened = office.calls.open(office.actor, saved)
    assert opened.form.advice[0] == first.advice
    titles = help_.titles(office.actor, opened.form.advice, "ru")
    assert titles[first.advice].startswith("Бала ырысы")
    assert titles[opened.form.advice[1]] == "district-office"
