"""A suggested correction: an operator tells the ministry what is wrong in a service or an article.

It travels as a record of its own, written once: nothing is ever based on it.
"""

from __future__ import annotations

import re
from typing import Any

from operator_app.domain.text import check_text
from operator_app.errors import Fault

SERVICE = "service"
ARTICLE = "article"
ENTRY_KINDS = (SERVICE, ARTICLE)
LONGEST_TEXT = 2_000
"""Characters of what may be said at once."""

_ENTRY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,79}")
_FIELD = re.compile(r"[a-z0-9_.\[\]]{0,64}")
_CONTENT = re.compile(r"[0-9a-f]{16}")
_OPERATOR = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}")


def suggestion_body(
    *, office: str, operator: str, kind: str, entry_id: str, content: str, field: str, text: str
) -> dict[str, Any]:
    """The snapshot as the ministry receives it.

    `content` names the version of the entry that was shown, `field` the field meant, "" for none.
    """
    return {
        "office": office,
        "operator": operator,
        "entry_kind": kind,
        "entry_id": entry_id,
        "content": content,
        "field": field,
        "text": text,
    }


def suggestion_faults(body: dict[str, Any]) -> list[Fault]:
    """What is wrong with a snapshot, field by field; never a value."""
    faults = [
        Fault(name, "wire.wrong_type")
        for name in ("office", "operator", "entry_kind", "entry_id", "content", "field", "text")
        if type(body.get(name)) is not str
    ]
    if faults:
        return faults
    if body["entry_kind"] not in ENTRY_KINDS:
        faults.append(Fault("entry_kind", "suggestion.unknown_kind"))
    faults += [
        Fault(name, "wire.bad_id")
        for name, form in (
            ("operator", _OPERATOR),
            ("entry_id", _ENTRY_ID),
            ("content", _CONTENT),
            ("field", _FIELD),
        )
        if not form.fullmatch(body[name])
    ]
    if not body["text"].strip():
        faults.append(Fault("text", "suggestion.empty"))
    return faults + check_text("text", body["text"], LONGEST_TEXT)
