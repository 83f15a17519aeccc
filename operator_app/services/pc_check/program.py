"""The check of the program's own version against what the ministry publishes."""

from __future__ import annotations

from operator_app.domain.findings import Finding, Grade
from operator_app.services.program_updates import FETCH, OFF, ProgramUpdates, UpdateState


def program(updates: ProgramUpdates | None) -> list[Finding]:
    """Whether a newer version is there, and whether its file came. None before a sign-in."""
    if updates is None:
        return [Finding("program", Grade.ABSENT, "sign_in.needed")]
    if updates.mode == OFF:
        return [Finding("program", Grade.ABSENT, "program.not_looked_for")]
    state = updates.state()
    grade, code, version = _judged(state)
    told: dict[str, str | int] = {"running": state.running, "version": version}
    return [Finding("program", grade, code, told)]


def _judged(state: UpdateState) -> tuple[Grade, str, str]:
    fetched = state.fetched
    if state.newer is not None:
        code = "program.newer"
        if fetched is not None and fetched.ready:
            code = "program.fetched"
        elif state.mode == FETCH and fetched is not None and fetched.problem:
            code = fetched.problem
        return Grade.WARNING, code, state.newer.version
    if state.waits is not None:
        return Grade.WARNING, "program.needs_more", state.waits.version
    if state.heard_at is None:
        return Grade.ABSENT, "program.nothing_heard", ""
    return Grade.OK, "program.newest", ""
