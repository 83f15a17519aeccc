"""Figures over HTTP: who is told what, in which form, and what is said to everybody else."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ministry_server import statistics
from ministry_server.cli import main
from ministry_server.facts import KEY
from ministry_server.figure_rows import COLUMNS
from ministry_server.messages import Refusal
from ministry_server.questions import SENTENCES, read_question
from ministry_server.tokens import TokenRole
from operator_app.domain.call_figures import number_mark
from operator_app.domain.csv_table import DANGEROUS_STARTS
from operator_app.domain.definitions import DEFINITIONS
from operator_app.domain.suppression import LEAST
from tests.ministry_server.device import Device
from tests.ministry_server.test_contract import CHECKER, CONTRACT, assert_as_written
from tests.receiver import Role, RunningReceiver

NOVEMBER, DECEMBER = 1_794_000_000_000, 1_797_000_000_000
PHONE = "+996555987654"
PERIOD = {"from": "2026-11-01", "to": "2026-12-31"}


class Asking:
    """Somebody who asks with a token."""

    def __init__(self, receiver: RunningReceiver, role: TokenRole) -> None:
        self.receiver = receiver
        tokens = receiver.receiver.tokens
        self.token_id, self.token = tokens.add(role, "Statistics", receiver.receiver.now())

    def get(self, path: str = "figures", token: str = "", **query: str) -> requests.Response:
        return requests.get(
            f"{self.receiver.url}/statistics/v1/{path}",
            params=query,
            headers={"Authorization": f"Bearer {token or self.token}"},
            timeout=60,
        )

    def rows(self, **query: str) -> list[dict[str, Any]]:
        answer = self.get(**{**PERIOD, **query})
        assert answer.status_code == 200, answer.text
        schema = CONTRACT["components"]["schemas"]["FiguresAnswer"]
        assert CHECKER.faults(answer.json(), schema) == []
        found: list[dict[str, Any]] = answer.json()["rows"]
        return found

    def counts(self, *parts: str, **query: str) -> Counter[tuple[str, ...]]:
        """The figures that add up; `parts`: of the row besides indicator and keys."""
        return Counter(
            {
                (*(row[part] for part in parts), row["indicator"], *row["keys"]): row["value"]
                for row in self.rows(**query)
                if row["indicator"] not in ("length", "alarm_seconds", "referral_days")
            }
        )


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningReceiver]:
    """Two offices have told of calls in two months."""
    from tests.conftest import FrozenClock

    clock = FrozenClock()
    clock.forward(days=60)
    with RunningReceiver(tmp_path_factory.mktemp("asked") / "ministry", clock) as running:
        for office, november, december in (("0412", 9, 3), ("0413", 7, 12)):
            device = Device(running, office).enrol()
            calls = [
                device.revise(
                    office=office,
                    started_at=at + n * 60_000,
                    topics=["BEN.UBK" if n % 4 else "FAM.POV"],
                    phone_e164=PHONE if n < 3 else None,
                )
                for at, many in ((NOVEMBER, november), (DECEMBER, december))
                for n in range(many)
            ]
            device.push(*calls)
            device.close()
        yield running


@pytest.fixture(scope="module")
def analyst(receiver: RunningReceiver) -> Asking:
    return Asking(receiver, TokenRole.ANALYST)


@pytest.fixture(scope="module")
def publisher(receiver: RunningReceiver) -> Asking:
    return Asking(receiver, TokenRole.PUBLISHER)


def test_all_of_it_by_office_by_month_and_of_one_office(analyst: Asking) -> None:
    whole = analyst.counts()
    assert (whole["calls",], whole["subject", "FAM.POV"]) == (31, 9)
    assert whole["number", "CALLERS"] == 2 and whole["number", "REPEAT"] == 10
    assert {key[1] for key in whole if key[0] == "number"} == {"CALLERS", "REPEAT"}
    by_office = analyst.counts("office", by="office")
    assert {key[0] for key in by_office} == {"0412", "0413"}
    added = Counter[tuple[str, ...]]()
    for key, number in by_office.items():
        added[key[1:]] += number
    assert added == whole
    by_month = analyst.counts("month", by="month")
    assert (by_month["2026-11", "calls"], by_month["2026-12", "calls"]) == (16, 15)
    # People are the same ones in both months, everything else adds up.
    assert sum(n for k, n in by_month.items() if k[1] == "subject") == whole["asked",]
    one = analyst.counts("office", office="0413")
    assert one == Counter({k: n for k, n in by_office.items() if k[0] == "0413"})
    assert analyst.counts("office", office="0413", by="month")["0413", "calls"] in (7, 12)


def test_a_part_of_a_month_is_counted_as_such(analyst: Asking) -> None:
    assert analyst.counts(**{"from": "2026-12-01"})["calls",] == 15
    assert analyst.rows(**{"from": "2026-10-01", "to": "2026-10-31"}) == []


def test_the_table_says_the_same_and_no_spreadsheet_runs_it(analyst: Asking) -> None:
    answer = analyst.get(**PERIOD, by="office", format="csv", lang="en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["cache-control"] == "no-store"
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert tuple(table[0]) == (*COLUMNS, "title")
    told = [
        [row["office"], row["month"], row["indicator"], *(*row["keys"], "", "")[:2], row["value"]]
        for row in analyst.rows(by="office")
    ]
    assert [line[:6] for line in table[1:]] == [[*map(str, line)] for line in told]
    assert all(line[6] == DEFINITIONS[line[2]].title for line in table[1:])
    assert not any(cell.startswith(DANGEROUS_STARTS) for line in table for cell in line)


def test_definitions_and_names_are_told(analyst: Asking) -> None:
    answer = analyst.get("definitions", lang="en")
    assert_as_written(answer)
    told = {one["indicator"]: one for one in answer.json()["indicators"]}
    assert told.keys() == DEFINITIONS.keys()
    assert told["calls"]["text"] == DEFINITIONS["calls"].text
    titles = analyst.get(**PERIOD, lang="ky").json()["titles"]
    assert titles.keys() == {row["indicator"] for row in analyst.rows()} <= DEFINITIONS.keys()


WRONG: dict[str, tuple[dict[str, str], int, str]] = {
    "no dates": ({}, 400, "statistics.bad_question"),
    "no such day": ({**PERIOD, "to": "2026-02-30"}, 400, "statistics.bad_question"),
    "no day": ({**PERIOD, "to": "20261231"}, 400, "statistics.bad_question"),
    "no year": ({**PERIOD, "to": "9999-12-31"}, 400, "statistics.bad_question"),
    "other digits": ({**PERIOD, "to": "2026-12-३१"}, 400, "statistics.bad_question"),
    "turned round": ({"from": "2026-12-02", "to": "2026-12-01"}, 400, "statistics.bad_dates"),
    "too long": ({**PERIOD, "to": "2031-11-01"}, 400, "statistics.too_long"),
    "no office": ({**PERIOD, "office": "0999"}, 400, "statistics.unknown_office"),
    "no code": ({**PERIOD, "office": "' OR 1=1"}, 400, "statistics.bad_question"),
    "no such part": ({**PERIOD, "by": "district"}, 400, "statistics.bad_question"),
    "no such form": ({**PERIOD, "format": "xlsx"}, 400, "statistics.bad_question"),
    "no language": ({**PERIOD, "lang": "quenya"}, 400, "statistics.bad_question"),
    "empty": ({**PERIOD, "by": ""}, 400, "statistics.bad_question"),
    "unknown": ({**PERIOD, "ZZKANARYNAME": "1"}, 400, "statistics.bad_question"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question_is_answered_by_what_is_wrong(analyst: Asking, name: str) -> None:
    query, status, code = WRONG[name]
    answer = analyst.get(**query)
    assert_as_written(answer)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert said["title"].endswith(".")
    assert not any(value in answer.text for value in query.values() if len(value) > 1)
    assert "KANARY" not in answer.text


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["from", "to", "office", "by", "format", "lang"]) | st.text(max_size=5),
            st.sampled_from(["2026-02-28", "2031-03-01", "0412", "month", "csv", "ky"])
            | st.text(max_size=12),
        ),
        max_size=7,
    ),
    st.sampled_from(TokenRole),
)
def test_any_query_is_a_question_or_refused(query: list[tuple[str, str]], role: TokenRole) -> None:
    try:
        period = read_question(query, role).period
    except Refusal as refusal:
        assert refusal.status in (400, 403) and refusal.code in SENTENCES
    else:
        assert period.first <= period.last and period.days <= 5 * 366


def test_the_longest_period_and_a_repeated_parameter(analyst: Asking) -> None:
    assert analyst.get(**{**PERIOD, "to": "2031-10-31"}).status_code == 200
    url = (
        f"{analyst.receiver.url}/statistics/v1/figures?from=2026-11-01&to=2026-11-02&to=2026-11-03"
    )
    answer = requests.get(url, headers={"Authorization": f"Bearer {analyst.token}"}, timeout=60)
    assert answer.json()["parameter"] == "repeated"


@pytest.mark.parametrize("path", ["figures", "definitions"])
def test_without_a_good_token_nothing_is_told(
    receiver: RunningReceiver, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking(receiver, TokenRole.ANALYST)
    query = PERIOD if path == "figures" else {}
    url = f"{receiver.url}/statistics/v1/{path}"
    for header in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}):
        answer = requests.get(url, params=query, headers=header, timeout=60)
        assert_as_written(answer)
        assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    assert asking.get(path, **query).status_code == 200
    receiver.receiver.tokens.revoke(asking.token_id, receiver.receiver.now())
    answers = [asking.get(path, **query)]
    answers += [asking.get(path, "117-guessed", **query) for _ in range(10)]
    codes = [answer.json()["code"] for answer in answers]
    assert codes == ["token.revoked", *["token.wrong"] * 9, "token.too_often"]
    assert [answer.status_code for answer in answers] == [403, *[401] * 9, 429]
    for answer in answers:
        assert_as_written(answer)
    # Whoever guesses does not lock out those who need not.
    assert Asking(receiver, TokenRole.ANALYST).get(path, **query).status_code == 200
    receiver.receiver._clock.forward(minutes=11)


def test_a_question_is_counted_and_logged_without_what_was_told(
    receiver: RunningReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    asking = Asking(receiver, TokenRole.ANALYST)
    caplog.set_level(logging.INFO)
    rows = len(asking.rows()) + len(asking.rows(office="0413"))
    (line,) = [one for one in receiver.receiver.tokens.every() if one.token_id == asking.token_id]
    assert (line.questions, line.rows_told) == (2, rows)
    assert line.last_used_at == receiver.receiver.now()
    logged = [record.getMessage() for record in caplog.records if "told to" in record.getMessage()]
    assert len(logged) == 2
    assert all(asking.token_id in one and "2026-11-01 to 2026-12-31" in one for one in logged)
    assert not any(secret in caplog.text for secret in (asking.token, "BEN.UBK", "Statistics"))


def test_no_mark_of_a_number_and_no_words_in_the_place_of_a_code_are_told(
    receiver: RunningReceiver, analyst: Asking
) -> None:
    device = Device(receiver).enrol()
    october = 1_791_000_000_000
    words = "=HYPERLINK(Kanykei)"
    device.push(device.revise(started_at=october, topics=[words], phone_e164=PHONE))
    device.close()
    period = {"from": "2026-10-01", "to": "2026-10-31"}
    for form in ("json", "csv"):
        text = analyst.get(**period, by="office", format=form).text
        assert "Kanykei" not in text and number_mark(PHONE) not in text
    assert analyst.counts(**period)["subject", "?"] == 1


def test_what_is_published_hides_the_same_whatever_is_asked(publisher: Asking) -> None:
    told: dict[tuple[str, ...], int | None] = {}
    queries: list[dict[str, str]] = [
        {}, {"by": "month"}, {"by": "office"}, {"office": "0412"}, {"office": "0413", "by": "office"},
        {"from": "2026-12-01"}, {"to": "2026-11-30", "by": "office"},
    ]  # fmt: skip
    for query in queries:
        for row in publisher.rows(**query):
            assert row["month"] in ("2026-11", "2026-12")
            key = (row["office"], row["month"], row["indicator"], *row["keys"])
            assert told.setdefault(key, row["value"]) == row["value"]
            if row["indicator"] != "length":
                assert row["value"] is None or row["value"] >= LEAST
    assert told["", "2026-11", "calls"] == 16
    # 0412 had 3 calls in December: that and something to keep it from being subtracted.
    assert told["0412", "2026-12", "calls"] is None
    assert None in (told["0413", "2026-12", "calls"], told["", "2026-12", "calls"])
    assert not any(key[2:] == ("length", "LONGEST") for key in told)
    assert publisher.get(**PERIOD).json()["hidden_below"] == LEAST


def test_a_hidden_figure_is_an_empty_place_in_the_table(publisher: Asking) -> None:
    text = publisher.get(**PERIOD, by="office", format="csv").content.decode("utf-8-sig")
    assert "0412;2026-12;calls;;;\r\n" in text


@pytest.mark.parametrize(
    "period",
    [
        ("2026-11-01", "2026-11-29"),
        ("2026-11-02", "2026-11-30"),
        ("2026-11-07", "2026-11-07"),
        ("2026-01-01", "2027-01-31"),
    ],
)
def test_nothing_less_than_a_month_is_published(publisher: Asking, period: tuple[str, str]) -> None:
    answer = publisher.get(**{"from": period[0], "to": period[1]})
    assert_as_written(answer)
    assert (answer.status_code, answer.json()["code"]) == (403, "statistics.whole_months")


def test_whoever_asks_too_early_is_told_when_to_come_back(
    receiver: RunningReceiver, analyst: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import delete

    from ministry_server.schema import meta

    before = analyst.rows()
    with receiver.store.write() as connection:
        connection.execute(delete(meta).where(meta.c.key == KEY))
    with monkeypatch.context() as patch:
        patch.setattr(statistics, "STEPS_BEFORE_AN_ANSWER", 0)
        answer = analyst.get(**PERIOD)
        assert_as_written(answer)
        assert (answer.status_code, answer.json()["code"]) == (503, "statistics.counting")
    receiver.receiver.housekeeping()
    with monkeypatch.context() as patch:
        patch.setattr(statistics, "STEPS_BEFORE_AN_ANSWER", 1)
        assert analyst.rows() == before


def test_where_nothing_can_be_opened_nothing_is_counted(tmp_path) -> None:
    with RunningReceiver(tmp_path / "intake", role=Role.INTAKE) as intake:
        answer = Asking(intake, TokenRole.ANALYST).get(**PERIOD)
        assert_as_written(answer)
        assert (answer.status_code, answer.json()["code"]) == (503, "server.later")


def test_the_commands(
    receiver: RunningReceiver, capsys: pytest.CaptureFixture[str], analyst: Asking
) -> None:
    data = str(receiver.folder)

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--data", data])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    code, text = run("token", "add", "--role", "publisher", "--name", "Press office")
    token_id, secret = text.split()[0], text.split("\n")[1]
    assert code == 0 and secret.startswith("117-") and len(secret) > 40
    assert analyst.get(token=secret, **PERIOD).json()["hidden_below"] == LEAST
    listed = next(line for line in run("token", "list")[1].split("\n") if token_id in line)
    assert "publisher" in listed and "good" in listed and listed.endswith("Press office")
    assert "questions 1" in listed
    assert secret not in run("token", "list")[1]
    assert run("token", "revoke", token_id) == (0, "Revoked.\n")
    assert "revoked" in next(x for x in run("token", "list")[1].split("\n") if token_id in x)
    for wrong in (
        ("revoke", token_id),
        ("revoke", "nobody"),
        ("add", "--role", "analyst", "--name", " "),
    ):
        code, text = run("token", *wrong)
        assert code == 1 and text[0].isupper() and text.endswith(".\n")
    assert secret.encode() not in (receiver.folder / "ministry.db").read_bytes()
    assert json.dumps(secret) not in json.dumps(run("token", "list"))
