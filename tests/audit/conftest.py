"""An office with a history, made once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.reference import Reference
from operator_app.services.calls import Calls
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.audit.watched import Watched, watch
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice, office_setup


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Watched]:
    """The office of `watch`."""
    where, clock = paths(tmp_path_factory.mktemp("watched") / "data"), FrozenClock()
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), clock, CHEAP)
    database, aida = SignIn(where, clock).open("aida", PASSWORD)
    office = TestOffice(
        where, database, aida, Calls(database, reference, clock), clock, reference, ""
    )
    yield watch(office)
    database.close()
