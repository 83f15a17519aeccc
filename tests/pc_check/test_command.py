"""`main.py check` as IT staff run it, and the file that leaves the office."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_app import cli
from operator_app.domain.clock import to_ms
from operator_app.domain.findings import Finding, Grade
from operator_app.domain.people import Role
from operator_app.domain.policy import NOTHING_HELD, InForce, Layer, Source, resolve
from operator_app.log import start_logging, stop_logging
from operator_app.services.support_file import looked_through, support_file
from operator_app.ui.check_wording import NAMES
from operator_app.ui.instance import InstanceLock
from tests.conftest import PASSWORD, TestOffice, information_call

CANARIES = ("Kanykei", "Kanaryeva", "0555", "112233", "996555", "Аламудунск", "aida", "Testova")
LINE = "2026-11-24 09:00:00,000 INFO operator_app.sync.cycle "


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    yield
    stop_logging()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def made(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        code = cli.main(["check", *arguments, "--language", "en"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return made


def test_it_looks_on_while_the_program_runs_and_changes_nothing(
    run, office: TestOffice, qapp: object
) -> None:
    office.paths.data.chmod(0o700)
    office.paths.database.with_name("operator.db-wal").unlink(missing_ok=True)
    lock = InstanceLock(office.paths)
    assert lock.take()
    before = {file: file.stat().st_mtime_ns for file in office.paths.data.rglob("*")}
    code, out, _err = run("--data", str(office.paths.data), "--json")
    lock.release()
    found = json.loads(out)
    assert [*dict.fromkeys(line["check"] for line in found)] == list(NAMES)
    by_check = {line["check"]: line for line in found}
    assert by_check["database"]["code"] == "database.there"
    assert by_check["database_whole"]["code"] == "sign_in.needed"
    # No backup yet; other PCs may lack memory or wait for a restart besides.
    assert by_check["backups"]["grade"] == "warning" and by_check["backups"]["to_do"]
    assert code in (1, 2)
    after = {file: file.stat().st_mtime_ns for file in office.paths.data.rglob("*")}
    touched = {file.name for file in before if after.get(file) != before[file]}
    assert touched <= {"data", "instance.lock"} and set(before) - set(after) <= {office.paths.lock}


def test_with_a_password_the_pages_are_looked_at(run, office: TestOffice, qapp: object) -> None:
    office.database.close()
    where = ("--data", str(office.paths.data), "--login", "aida")
    code, out, _err = run(*where, typed=PASSWORD)
    assert "Database, page by page: Every page and every table is whole." in out
    assert "Ministry's server: No server is set." in out
    assert code in (1, 2) and PASSWORD not in out
    code, _out, err = run(*where, typed="wrong-password-2026")
    assert (code, err) == (2, "Login or password is not right.\n")
    damaged = bytearray(office.paths.database.read_bytes())
    middle = len(damaged) // 4096 // 2 * 4096
    damaged[middle : middle + 64] = bytes(64)
    office.paths.database.write_bytes(damaged)
    code, out, err = run(*where, typed=PASSWORD)
    assert code == 2 and "damaged" in out + err


def test_a_support_file_that_cannot_be_written_is_said(run, tmp_path: Path, qapp: object) -> None:
    gone = str(tmp_path / "gone" / "support.zip")
    code, _out, err = run("--data", str(tmp_path / "none"), "--support", gone)
    assert code == 2 and err


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_of_a_person_is_in_the_support_file(office: TestOffice) -> None:
    office.person(Role.OPERATOR, "kanykei")
    form = office.calls.start(office.actor).form
    office.calls.save(
        office.actor,
        information_call(
            form, caller_name="Kanykei Kanaryeva", phone="0555112233", note="Kanykei 0555 112233"
        ),
    )
    start_logging(office.paths.logs)
    log = logging.getLogger("operator_app.planted")
    # The program writes no such lines; were there one, it would not leave.
    log.info("call of Kanykei Kanaryeva, +996 555 11-22-33, in /srv/Kanykei/x.db")
    log.info("Аламудунское управление wrote to someone@example.kg about aida")
    log.info("sync run ended: net.timeout, failure 3 in a row")
    with (office.paths.logs / "117-operator.log").open("a", encoding="utf-8") as stream:
        stream.write("Kanykei Kanaryeva on a line of its own\n")
    stop_logging()
    held = resolve(
        [
            Layer(
                Source.MACHINE_POLICY,
                {
                    "server_url": "https://117.example.kg/Kanykei",
                    "backup_folder": "/srv/Kanykei/backups",
                    "proxy": "http://10.0.0.1:3128",
                    "idle_minutes": 9,
                    "export_folder": "Kanykei",
                },
            )
        ],
        windows=False,
    )
    found = [Finding("memory", Grade.OK, "memory.enough", {"free": 1000})]
    files = unpacked(
        support_file(found, office.paths, held, office.database, to_ms(office.clock()))
    )
    assert set(files) == {"check.json", "log.txt"}
    for canary in CANARIES:
        assert canary not in "\n".join(files.values()), canary
    assert "net.timeout, failure 3 in a row" in files["log.txt"]
    told = json.loads(files["check.json"])
    assert (told["office"], told["grade"], told["findings"][0]["code"]) == (
        "0412", 0, "memory.enough",
    )  # fmt: skip
    settings = {line["name"]: line for line in told["settings"] if "problem" not in line}
    assert settings["server_url"]["host"] == "117.example.kg"
    assert settings["idle_minutes"] == {
        "name": "idle_minutes", "source": "machine_policy", "value": 9,
    }  # fmt: skip
    assert settings["backup_folder"]["set"] is True


def test_without_a_sign_in_the_log_is_looked_through_all_the_same(office: TestOffice) -> None:
    said = [
        LINE + "x-road 5f0c: status 200, error none",
        LINE + "phone 0555112233 and 0555 11 22 33 and +996555112233",
        LINE + "Каныкей",
        LINE + r"in C:\Data\Kanykei\x.db",
        "ValueError  at call_rows.py:12 row_of < calls.py:40 save < tasks.py:111 <lambda>",
        "no line of ours 0555112233",
        "",
    ]
    kept = looked_through(said)
    assert kept[0] == said[0]
    assert len(kept) == 5 and kept[4] == said[4]
    assert not any(sign in line for line in kept[1:4] for sign in ("0555", "112233", "Кан", "Kany"))
    assert unpacked(support_file([], office.paths, NOTHING_HELD, None, 0))["log.txt"] == "\n"


def test_policy_that_cannot_be_used_is_in_it(office: TestOffice) -> None:
    held: InForce = resolve([Layer(Source.USER_POLICY, {"idle_minutes": 0, "Kanykei": 1})])
    told = json.loads(unpacked(support_file([], office.paths, held, None, 0))["check.json"])
    problems = [line for line in told["settings"] if "problem" in line]
    assert problems == [
        {"name": "", "source": "user_policy", "problem": "policy.unknown"},
        {"name": "idle_minutes", "source": "user_policy", "problem": "policy.not_number"},
    ]
