"""Words as the search compares them, in Kyrgyz, Russian and English.

Text and query go through the same folding (domain/text.py). Kyrgyz and Russian words change at
their ends, so a word is looked for by its beginning; what callers type in full questions and says
nothing by itself is left out.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

from operator_app.domain.search import Piece
from operator_app.domain.text import fold, words

STOP_WORDS = frozenset(
    words(
        # ru
        "и в во на с со к ко у о об от до из за по для при не ни что как где когда кто куда какой "
        "какая какие какое какие-то чем чего это этот эта эти то та те мне меня мой моя мои он она "
        "они его ее её их ему ей нам нас наш вам вас ли бы же если или а но да нет есть был быть "
        "будет можно надо нужно нужны нужен сколько через после перед уже еще ещё там тут здесь "
        "хочу хочет могу может делать сделать скажите подскажите пожалуйста имею имеет "
        # ky
        "жана менен үчүн эмне кандай кантип кайда качан ким кимге канча канчалык керек керекпи "
        "болот болобу болсо бар барбы жок мен мага менин сен ал анын алар аны бул ушул эле да "
        "дагы же бирок эгер кийин чейин мурун алууга алуу алам алса берет берилет берилеби кылуу "
        "кылса жатам жатат деп деген экен турат турам барам барсам боюнча тууралуу жөнүндө "
        # en
        "the a an of to for in on at is are do does how what where when who can i my me with and or"
    )
)
_STRIPPED = ((10, 4), (8, 3), (6, 2), (5, 1))
"""Letters of a word, and how many at its end are left out of the comparison."""
_WHOLE_LETTERS = 6
_WORD = re.compile(r"\w[\w'’ʼ]*")
_PIECE_LETTERS = 90
_BECOMES_TWO = "İ"
"""The one letter whose small form is two signs."""


def searchable(text: str) -> str:
    """A text as the index keeps it."""
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return fold(text)


def query_words(query: str) -> list[str]:
    """The folded words of a query, each once, in their order."""
    return list(dict.fromkeys(words(unicodedata.normalize("NFKC", query).replace("\0", " "))))


def telling(found: Sequence[str]) -> list[str]:
    """The words that say something; all of them where none does."""
    return [w for w in found if w not in STOP_WORDS] or list(found)


def beginning(word: str) -> str:
    """The part of a folded word that does not change with its case and number."""
    if word.isdecimal():
        return word
    for least, ending in _STRIPPED:
        if len(word) >= least:
            return word[:-ending]
    return word


def unfinished(word: str) -> str:
    """The same of a word that may still be typed: a short one is taken as it is."""
    return beginning(word) if len(word) >= _WHOLE_LETTERS else word


def deletions(word: str) -> set[str]:
    """The word, and what is left of it when any one letter is taken out."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def is_near(a: str, b: str) -> bool:
    """Whether one letter more, less, other, or two neighbours in the other order tell them apart."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if start is None:
        return True
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:] or swapped


def snippet(text: str, wanted: Iterable[str], folded: str | None = None) -> tuple[Piece, ...]:
    """The part of a text around the first word that begins like a wanted one, its hits marked.

    Empty where no word does. `wanted` are folded beginnings; `folded` the folded text, if known.
    """
    hits = _hits(text, tuple(wanted), folded)
    if not hits:
        return ()
    first = max(0, hits[0][0] - _PIECE_LETTERS // 3)
    if first:
        # From the beginning of a word on.
        gap = text.find(" ", first, hits[0][0])
        first = gap + 1 if gap >= 0 else first
    last = min(len(text), first + _PIECE_LETTERS)
    pieces = [Piece("… ")] if first else []
    at = first
    for start, end in hits:
        if start >= last:
            break
        pieces += [Piece(text[at:start]), Piece(text[start : min(end, last)], hit=True)]
        at = min(end, last)
    pieces.append(Piece(text[at:last] + (" …" if last < len(text) else "")))
    return tuple(Piece(_one_line(p.text), p.hit) for p in pieces if p.text)


def plain(text: str) -> tuple[Piece, ...]:
    """The beginning of a text as a snippet without a hit."""
    short = text if len(text) <= _PIECE_LETTERS else text[:_PIECE_LETTERS].rstrip() + " …"
    return (Piece(_one_line(short)),) if short else ()


def has_word(folded: str, wanted: Iterable[str]) -> bool:
    """Whether a word of a folded text begins like a wanted one."""
    beginnings = tuple(wanted)
    return bool(beginnings) and _starting(beginnings).search(folded) is not None


def _hits(
    text: str, wanted: tuple[str, ...], folded: str | None = None, *, most: int = 8
) -> list[tuple[int, int]]:
    """Where words begin like a wanted one, as (start, end), in the order of the text."""
    if not wanted or not text:
        return []
    folded = fold(text) if folded is None else folded
    if len(folded) != len(text) or _BECOMES_TWO in text:
        # A sign has gone or become two: the places are not the same, every word is looked at.
        found = (m for m in _WORD.finditer(text) if searchable(m.group()).startswith(wanted))
        return [m.span() for m in islice(found, most)]
    spans = []
    for match in _starting(wanted).finditer(folded):
        spans.append(match.span())
        if len(spans) == most:
            break
    return spans


@functools.lru_cache(maxsize=64)
def _starting(wanted: tuple[str, ...]) -> re.Pattern[str]:
    words_ = "|".join(re.escape(w) for w in sorted(wanted, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words_})\w*")


def _one_line(text: str) -> str:
    return text if text.isprintable() else re.sub(r"[\s\0]+", " ", text)
