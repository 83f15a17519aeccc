"""What the search index holds of services and articles: few, ranked, forgiving of one wrong letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from operator_app.domain.search_text import deletions, is_near
from operator_app.domain.text import words

SERVICE = "service"
ARTICLE = "article"
SHORTEST_MENDED = 4
"""Letters of a word that is taken for another one."""
_RANKED = (
    "SELECT kind, entry_id, -score FROM (SELECT rowid AS found, "
    # Of a word in the title, the keywords, the summary, the text.
    "bm25(entry_words, 10.0, 7.0, 3.0, 1.0) AS score FROM entry_words "
    "WHERE entry_words MATCH ? ORDER BY score LIMIT ?) "
    "JOIN entry_doc ON doc_id = found ORDER BY score"
)


@dataclass(frozen=True)
class EntryDoc:
    """A service or an article, in all its languages together; folded."""

    kind: str
    entry_id: str
    title: str
    keywords: str
    summary: str
    body: str


def replace_entries(connection: Any, docs: Iterable[EntryDoc]) -> None:
    """Put these in the place of all that are there, in the transaction under way."""
    for table in ("entry_words", "entry_doc", "misspelling"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
    spelled: set[str] = set()
    for number, doc in enumerate(docs, start=1):
        connection.execute(
            "INSERT INTO entry_doc VALUES (?, ?, ?)", (number, doc.kind, doc.entry_id)
        )
        connection.execute(
            "INSERT INTO entry_words (rowid, title, keywords, summary, body) "
            "VALUES (?, ?, ?, ?, ?)",
            (number, doc.title, doc.keywords, doc.summary, doc.body),
        )
        spelled.update(w for w in words(f"{doc.title} {doc.keywords}") if len(w) >= SHORTEST_MENDED)
    connection.executemany(
        "INSERT INTO misspelling VALUES (?, ?)",
        [(remains, word) for word in sorted(spelled) for remains in sorted(deletions(word))],
    )


def is_spelled_so(connection: Any, beginning: str) -> bool:
    """Whether any word of any entry begins so."""
    row = connection.execute(
        "SELECT 1 FROM entry_vocabulary WHERE term >= ? AND term < ? LIMIT 1",
        (beginning, beginning + "\U0010ffff"),
    ).fetchone()
    return row is not None


def nearest_spellings(connection: Any, word: str) -> list[str]:
    """Words of names and titles that differ from this one by one letter."""
    if len(word) < SHORTEST_MENDED:
        return []
    remains = deletions(word)
    marks = ", ".join("?" * len(remains))
    rows = connection.execute(
        f"SELECT DISTINCT word FROM misspelling WHERE remains IN ({marks})",  # noqa: S608 - marks
        tuple(remains),
    )
    return sorted(row[0] for row in rows if is_near(row[0], word))


def ranked(
    connection: Any, alternatives: Sequence[Sequence[str]], limit: int
) -> list[tuple[str, str, float]]:
    """(kind, id, score) of entries that have any of the words, the best first.

    Each word is given by the beginnings that stand for it; a word that few entries have counts
    more (bm25), and a name more than a text.
    """
    match = " OR ".join(f'"{b}" *' for each in alternatives for b in each)
    rows = connection.execute(_RANKED, (match, limit))
    return [(row[0], row[1], row[2]) for row in rows]
