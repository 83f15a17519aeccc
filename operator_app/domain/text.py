"""Text as it is compared (case, Kyrgyz letters and ё do not stand in the way of finding), and
text that can be kept."""

from __future__ import annotations

from operator_app.errors import Fault

_FOLD = str.maketrans({"ё": "е", "ң": "н", "ө": "о", "ү": "у", "й": "и", "’": "", "'": "", "ʼ": ""})


def fold(text: str) -> str:
    """Lower case, with ң ө ү ё й as н о у е и: one form for text and query.

    SQLite folds no Cyrillic letter by itself (design/performance.md).
    """
    return text.lower().translate(_FOLD)


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return "".join(c if c.isalnum() else " " for c in fold(text)).split()


def matches(query: str, text: str) -> bool:
    """Whether every word of the query begins some word of the text."""
    candidates = words(text)
    return all(any(c.startswith(q) for c in candidates) for q in words(query))


def check_text(where: str, text: str, most: int) -> list[Fault]:
    """Faults of a free text: longer than is kept, or no Unicode (half of a pair of surrogates).

    Anything else is kept as it is: NUL, emoji, text that runs from right to left.
    """
    if len(text) > most:
        return [Fault(where, "call.too_long", {"most": most})]
    return [] if is_unicode(text) else [Fault(where, "call.bad_text")]


def is_unicode(text: str) -> bool:
    """False when it holds half of a pair of surrogates: no file and no database keeps that."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
