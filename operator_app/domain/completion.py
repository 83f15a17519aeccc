"""A version of another PC, completed by what this PC knows and was not allowed to send there.

What she did not agree to pass on leaves no PC (domain.disclosure). So the colleague at the other
one saw a blank, and saved a blank: that is no statement, and what is known here stays.
"""

from __future__ import annotations

from typing import Any

from operator_app.domain.case_merge import LISTS

_IDENTITY = {
    **{name: (key,) for name, key in LISTS.items()},
    "steps": ("status", "at", "by"),
    "consents": ("purpose", "recipient", "value", "at"),
}
"""By what the entries of a list are recognised in another version of it."""


def completed(theirs: Any, sent: Any, known: Any, name: str = "") -> Any:
    """The snapshot `theirs`, made elsewhere from a version that went there as `sent`.

    `known` is that version whole. Where the two differ and `theirs` says what was sent, it is what
    is known here; where the other PC said something of its own, that counts. `name`: of the list.
    """
    if sent == known:
        return theirs
    if theirs == sent:
        return known
    if isinstance(theirs, dict) and isinstance(sent, dict) and isinstance(known, dict):
        return {
            key: completed(value, sent[key], known[key], key)
            if key in sent and key in known
            else value
            for key, value in theirs.items()
        }
    if name in _IDENTITY and all(isinstance(part, list) for part in (theirs, sent, known)):
        seen = {
            _identity(name, before): (before, whole)
            for before, whole in zip(sent, known, strict=True)
        }
        return [completed(one, *seen.get(_identity(name, one), (one, one))) for one in theirs]
    return theirs


def _identity(name: str, entry: Any) -> tuple[Any, ...]:
    return tuple(entry.get(key) for key in _IDENTITY[name])
