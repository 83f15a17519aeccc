"""Chance that can be replayed: ids, nonces and incarnations come from the seed.

What the sealing draws inside its own library stays random; nothing that decides depends on it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let everything in this process draw its randomness from the seed, until the block ends."""
    source = random.Random(f"entropy {seed}")
    with (
        mock.patch.object(os, "urandom", source.randbytes),
        # `secrets` and SystemRandom took the name at their import.
        mock.patch.object(random, "_urandom", source.randbytes),
    ):
        yield
