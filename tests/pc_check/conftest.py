"""An office with a real receiver."""

from tests.sync.conftest import desk, new_desk, receiver  # noqa: F401
