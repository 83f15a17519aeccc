"""A set-up office with the starter directory and articles, and a search over all of it."""

from __future__ import annotations

import pytest

from operator_app.config import paths
from operator_app.services.starter import bring_starter
from tests.finder import finder_of


@pytest.fixture
def finder(office):
    made = finder_of(office)
    yield made
    made.index.close()


@pytest.fixture
def full(finder):
    """With the starter content."""
    bring_starter(finder.office.database, paths().resources, finder.office.clock)
    return finder
