"""An office for all tests of a module: setting one up derives keys, which takes its time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.reference import Reference
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice, office_setup


@pytest.fixture(scope="module")
def shared_office(
    tmp_path_factory: pytest.TempPathFactory, reference: Reference
) -> Iterator[TestOffice]:
    """As `office`, with a clock of its own; what one test writes the next one finds."""
    where, clock = paths(tmp_path_factory.mktemp("shared") / "data"), FrozenClock()
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), clock, CHEAP)
    database, aida = SignIn(where, clock).open("aida", PASSWORD)
    yield TestOffice(where, database, aida, Calls(database, reference, clock), clock, reference, "")
    database.close()
