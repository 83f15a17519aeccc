"""Runs the checks one after the other; one that does not end is given up, not waited for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from operator_app.domain.findings import Check, Finding, Grade

LOOK_EVERY_SECONDS = 0.05

log = logging.getLogger(__name__)


def run_checks(
    checks: Sequence[Check], progress: Callable[[int, int], None] = lambda _done, _of: None
) -> list[Finding]:
    """Every check's lines, in order. `progress(done, total)` is told often; what it raises ends the
    work at once."""
    found: list[Finding] = []
    for number, check in enumerate(checks):
        found += _looked(check, lambda n=number: progress(n, len(checks)))  # type: ignore[misc]
    return found


def _looked(check: Check, tell: Callable[[], None]) -> list[Finding]:
    found: list[Finding] = []
    ended = threading.Event()

    def work() -> None:
        try:
            found.extend(check.look())
        except Exception as error:  # noqa: BLE001 - one check that fails keeps no other from looking
            log.warning("check %s: %s", check.name, type(error).__name__)
            found.append(
                Finding(check.name, Grade.WARNING, "check.failed", {"kind": type(error).__name__})
            )
        finally:
            ended.set()

    # A daemon: a share that never answers must not keep the program from closing.
    threading.Thread(target=work, name=f"check-{check.name}", daemon=True).start()
    waited = 0.0
    while not ended.wait(LOOK_EVERY_SECONDS):
        tell()
        waited += LOOK_EVERY_SECONDS
        if waited > check.seconds:
            seconds: dict[str, str | int] = {"seconds": round(check.seconds)}
            return [Finding(check.name, Grade.PROBLEM, "check.no_answer", seconds)]
    tell()
    return list(found)
