"""An office with many calls; made once, then used again by every benchmark that wants one."""

from __future__ import annotations

import hashlib
import shutil
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


def open_big_office(reference: Reference, number: int) -> tuple[Database, Actor]:
    """Its database and its supervisor; made when it is not there or of another schema."""
    where = paths(FOLDER / f"office-{number}")
    if not _is_current(where):
        shutil.rmtree(where.data, ignore_errors=True)
        set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), system_clock, CHEAP)
        database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
        print(f"\nfilling an office with {number:,} calls", flush=True)
        many_calls.fill(database, reference, actor, number)
        database.close()
        (where.data / "made-by").write_text(_made_by(), "utf-8")
    return SignIn(where, system_clock).open("aida", PASSWORD)


def _is_current(where: Paths) -> bool:
    stamp = where.data / "made-by"
    return stamp.exists() and stamp.read_text("utf-8") == _made_by()


def _made_by() -> str:
    """What the generated file depends on: the schema and the generator."""
    sources = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), Path(many_calls.__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
