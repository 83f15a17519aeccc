"""How much of a thing the default run tries, and how much the long one.

    @pytest.mark.parametrize("language", first_of("ru", "ky", "en"))
    @settings(max_examples=examples(300))

Every test is in the default run; what it repeats for one more language, size or example is in
`-m long`. Tests with planted faults say by how much the sample may shrink until it sees nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

LEAST_EXAMPLES = 25
_SHARE = 8
_all_examples = False


def first_of(first: Any, *others: Any) -> list[Any]:
    """Parameters: the default run takes the first, the long one the others."""
    return [first, *(pytest.param(other, marks=pytest.mark.long) for other in others)]


def examples(full: int) -> int:
    """So many examples of Hypothesis, or an eighth (never below 25) in the default run."""
    return full if _all_examples else min(full, max(LEAST_EXAMPLES, full // _SHARE))


def choose_examples(*, full: bool) -> None:
    """To be said before the tests are read: decorators are worked out then."""
    from hypothesis import settings

    global _all_examples  # noqa: PLW0603 - a decorator has nothing else to ask
    _all_examples = full
    settings.register_profile("117", max_examples=examples(settings().max_examples))
    settings.load_profile("117")
