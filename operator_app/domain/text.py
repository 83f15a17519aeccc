"""Text as it is compared: case, Kyrgyz letters and ё do not stand in the way of finding."""

from __future__ import annotations

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
