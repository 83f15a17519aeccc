"""How much to send at once and when to try again. Pure arithmetic; random and clock come in.

Times in UTC milliseconds of this PC, which may be wrong by years or be set meanwhile: a moment that
cannot have been meant is treated as past (invariant I16).
"""

from __future__ import annotations

from dataclasses import replace

from operator_app.db.sync_state import BatchSize, Retry

BASE_MS = 5_000
CAP_URGENT_MS = 5 * 60_000
CAP_MS = 60 * 60_000
IDLE_MS = 15 * 60_000
BREAKER_FAILURES = 5
LONGEST_FLOOR_MS = 6 * 3_600_000
MOST_BATCH_BYTES = 256 << 10
"""A line that became slow since the last batch carries this at 64 kbit/s in 40 s, while an urgent
record may be waiting; and with smaller batches there is one to seal while another is awaited."""
LONGEST_ON_THE_WAY_MS = 10_000
"""One batch, from its sending to its answer; a promise to urgent records, which wait behind it."""
SIGN_OF_A_SLOW_LINE_MS = 1_500
ROOM_FOR_THE_REST = 4096
"""Bytes of a push request that are not envelopes."""


def halved(size: BatchSize, sent: int) -> BatchSize:
    """After a failure of a batch of `sent` items."""
    return BatchSize(max(1, sent // 2), max(8_192, size.size // 2))


def grown(size: BatchSize, most_items: int) -> BatchSize:
    """After a success: a quarter more, within the server's limit."""
    items = min(most_items, size.items + max(1, size.items // 4))
    return BatchSize(max(1, items), min(MOST_BATCH_BYTES, size.size + size.size // 4))


def fitted(size: BatchSize, sent: BatchSize, took_ms: int, most_items: int) -> BatchSize:
    """After a success: `sent` of `size` took so long. On a slow line batches are kept as short as
    an urgent record that is saved meanwhile can wait for; else they grow.

    A clock that was set meanwhile makes one batch too small or too large, no more.
    """
    if took_ms > LONGEST_ON_THE_WAY_MS:
        items = sent.items * LONGEST_ON_THE_WAY_MS // took_ms
        return BatchSize(max(1, items), max(8_192, sent.size * LONGEST_ON_THE_WAY_MS // took_ms))
    larger = grown(size, most_items)
    if took_ms * larger.items > LONGEST_ON_THE_WAY_MS * sent.items:
        return size
    return larger


def shortened(size: BatchSize, sent: BatchSize, took_ms: int) -> BatchSize:
    """After an urgent record that went alone: one that took its time tells of a slow line, before a
    whole batch has to find out."""
    if took_ms <= SIGN_OF_A_SLOW_LINE_MS:
        return size
    return replace(
        size, size=min(size.size, max(8_192, sent.size * LONGEST_ON_THE_WAY_MS // took_ms))
    )


def within(size: BatchSize, most_items: int, most_bytes: int) -> BatchSize:
    """The size that the server's limits and ours allow."""
    room = max(1, min(MOST_BATCH_BYTES, most_bytes - ROOM_FOR_THE_REST))
    return BatchSize(min(size.items, most_items), min(size.size, room))


def failed(retry: Retry, now: int, jitter: float, floor_seconds: int | None) -> Retry:
    """One more failure; `jitter` in [0, 1) was drawn for it; the server may have named a floor."""
    floor = None if floor_seconds is None else now + floor_seconds * 1000
    return Retry(retry.failures + 1, jitter, now, floor)


def succeeded(now: int) -> Retry:
    """A run that ended well."""
    return Retry(at=now)


def hurried(retry: Retry) -> Retry:
    """A person, a changed network or a wake from sleep: try now, breaker closed."""
    return replace(retry, failures=0, at=None, not_before=None)


def wait_ms(retry: Retry, now: int, *, next_due_at: int | None, urgent: bool) -> int:
    """Milliseconds until the next run. `next_due_at`: when the first waiting row may go."""
    if retry.at is None or now < retry.at:
        wait = 0
    elif retry.failures:
        cap = CAP_URGENT_MS if urgent else CAP_MS
        most = min(cap, BASE_MS << min(retry.failures - 1, 20))
        wait = round(retry.jitter * most) - (now - retry.at)
    else:
        wait = IDLE_MS - (now - retry.at)
        if next_due_at is not None:
            wait = min(wait, next_due_at - now)
    if retry.not_before is not None and retry.not_before - now <= LONGEST_FLOOR_MS:
        wait = max(wait, retry.not_before - now)
    return max(0, wait)
