"""Saves a number of calls in a new office and ends: `python -m tests.benchmarks.saves DIR N`."""

from __future__ import annotations

import sys
from pathlib import Path

from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.clock import system_clock
from operator_app.services.calls import Calls
from operator_app.services.reference import load_reference
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, information_call, office_setup


def main(folder: Path, number: int) -> None:
    """The database stays open until the end, so that no last checkpoint is counted as a save's."""
    where = paths(folder)
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), system_clock, CHEAP)
    database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
    calls = Calls(database, load_reference(where.resources), system_clock)
    for _ in range(number):
        calls.save(actor, information_call(calls.start(actor).form))
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
