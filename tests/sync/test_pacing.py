"""When to try again and how much to send: figures, and clocks that jump."""

from __future__ import annotations

import pytest

from operator_app.db.sync_state import BatchSize, Retry
from operator_app.sync import pacing

NOW = 1_800_000_000_000
YEARS = 10 * 365 * 86_400_000


def wait(retry: Retry, now: int = NOW, due: int | None = None, urgent: bool = False) -> int:
    return pacing.wait_ms(retry, now, next_due_at=due, urgent=urgent)


def test_full_jitter() -> None:
    for jitter in (0.0, 0.25, 0.999):
        retry = pacing.failed(Retry(failures=3), NOW, jitter, None)
        assert wait(retry) == round(jitter * 40_000)
        assert wait(retry, NOW + 10_000) == max(0, round(jitter * 40_000) - 10_000)


@pytest.mark.parametrize(("urgent", "cap"), [(False, 3_600_000), (True, 300_000)])
def test_the_wait_has_a_cap_whatever_the_number_of_failures(urgent: bool, cap: int) -> None:
    assert wait(Retry(10_000, 1.0, NOW), urgent=urgent) == cap


def test_the_servers_wish_is_a_floor() -> None:
    retry = pacing.failed(Retry(), NOW, 0.0, 900)
    assert wait(retry) == 900_000
    assert wait(retry, urgent=True) == 900_000
    assert wait(pacing.hurried(retry)) == 0


@pytest.mark.parametrize("jump", [-YEARS, YEARS])
@pytest.mark.parametrize(
    "retry", [Retry(9, 1.0, NOW, NOW + 900_000), Retry(at=NOW), Retry(9, 1.0, NOW)]
)
def test_a_clock_that_jumps_makes_nobody_wait(retry: Retry, jump: int) -> None:
    assert wait(retry, NOW + jump) == 0


def test_idle_rounds_and_what_is_due() -> None:
    retry = pacing.succeeded(NOW)
    assert wait(retry) == pacing.IDLE_MS
    assert wait(retry, due=NOW) == 0
    assert wait(retry, due=NOW + 60_000) == 60_000
    assert wait(retry, due=NOW + 10**9) == pacing.IDLE_MS
    assert wait(Retry()) == 0


def test_batches() -> None:
    size = BatchSize()
    counts = []
    for _ in range(6):
        size = pacing.halved(size, size.items)
        counts.append(size.items)
    assert counts == [10, 5, 2, 1, 1, 1]
    for _ in range(100):
        size = pacing.grown(size, most_items=200)
    assert size == BatchSize(200, pacing.MOST_BATCH_BYTES)
    assert pacing.within(size, 50, 100_000) == BatchSize(50, 95_904)


def test_a_slow_line_gets_short_batches_and_a_quick_one_grows() -> None:
    size = BatchSize(20, 128 << 10)
    sent = BatchSize(20, 110_000)
    assert pacing.fitted(size, sent, 300, 200) == pacing.grown(size, 200)
    # A quarter more would be too long.
    assert pacing.fitted(size, sent, 9_000, 200) == size
    assert pacing.fitted(size, sent, 40_000, 200) == BatchSize(5, 27_500)
    assert pacing.fitted(size, sent, 10**9, 200) == BatchSize(1, 8_192)


def test_an_urgent_record_that_took_its_time_tells_of_a_slow_line() -> None:
    size, alone = BatchSize(200, 256 << 10), BatchSize(1, 6_000)
    assert pacing.shortened(size, alone, 700) == size
    assert pacing.shortened(size, alone, 3_000) == BatchSize(200, 20_000)
    assert pacing.shortened(size, alone, 60_000) == BatchSize(200, 8_192)
    assert pacing.shortened(BatchSize(9, 9_000), alone, 3_000) == BatchSize(9, 9_000)


@pytest.mark.parametrize("jump", [-YEARS, YEARS])
def test_a_clock_that_jumps_while_a_batch_is_on_its_way_stops_nothing(jump: int) -> None:
    size = pacing.fitted(BatchSize(), BatchSize(), jump, 200)
    assert size.items >= 1
    for _ in range(100):
        size = pacing.fitted(size, size, 100, 200)
    assert size == BatchSize(200, pacing.MOST_BATCH_BYTES)


def test_a_size_of_before_is_cut_to_what_an_urgent_record_can_wait_for() -> None:
    assert pacing.within(BatchSize(200, 1 << 20), 200, 1 << 20).size == pacing.MOST_BATCH_BYTES
