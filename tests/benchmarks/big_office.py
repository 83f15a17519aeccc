"""An office with many calls; made once, then used again by every benchmark that wants one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from operator_app.config import Paths, paths
from operator_app.db.engine import Database
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.benchmarks import many_calls
from tests.benchmarks.measure import FOLDER, ROOT
from tests.conftest import CHEAP, PASSWORD, office_setup
from tests.figures import bulk, year, year_calls, year_cases

Fill = Callable[[Database, Reference, Actor, int], object]
FIRST_OF_YEARS = date(2022, 1, 1)
DAYS_OF_YEARS = 1826


def open_big_office(reference: Reference, number: int) -> tuple[Database, Actor]:
    """Its database and its supervisor; made when it is not there or of another schema."""
    return _open(reference, number, f"office-{number}", many_calls.fill, many_calls.__file__)


def open_office_of_years(reference: Reference, number: int) -> tuple[Database, Actor]:
    """The same with five years of calls whose revisions, cases and words are true ones."""

    def fill(database: Database, reference: Reference, actor: Actor, number: int) -> None:
        years = year.Year(number, FIRST_OF_YEARS, DAYS_OF_YEARS)
        year.fill(database, reference, [actor], years)

    sources = (module.__file__ or "" for module in (bulk, year, year_calls, year_cases))
    return _open(reference, number, f"years-{number}", fill, *sources)


def _open(
    reference: Reference, number: int, name: str, fill: Fill, *sources: str
) -> tuple[Database, Actor]:
    where = paths(FOLDER / name)
    if not _is_current(where, sources):
        shutil.rmtree(where.data, ignore_errors=True)
        set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), system_clock, CHEAP)
        database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
        print(f"\nfilling an office with {number:,} calls", flush=True)
        fill(database, reference, actor, number)
        database.close()
        (where.data / "made-by").write_text(_made_by(sources), "utf-8")
    return SignIn(where, system_clock).open("aida", PASSWORD)


def _is_current(where: Paths, sources: tuple[str, ...]) -> bool:
    stamp = where.data / "made-by"
    return stamp.exists() and stamp.read_text("utf-8") == _made_by(sources)


def _made_by(sources: tuple[str, ...]) -> str:
    """What the generated file depends on: the schema and the generator."""
    files = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), *map(Path, sources)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
