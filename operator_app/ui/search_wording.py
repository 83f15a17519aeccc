"""How the search words what it found, and what it did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from operator_app.domain.reference import Reference
from operator_app.domain.search import Found, Group, Hit
from operator_app.i18n import N_, _, language, ngettext
from operator_app.ui import wording

_HEADINGS = {
    Group.SERVICES: N_("Services"),
    Group.ARTICLES: N_("Articles"),
    Group.CALLS: N_("Calls"),
    Group.CASES: N_("Cases"),
}
_MORE = {
    Group.SERVICES: N_("More services…"),
    Group.ARTICLES: N_("More articles…"),
    Group.CALLS: N_("More calls…"),
    Group.CASES: N_("More cases…"),
}
_ELSEWHERE = {
    Group.SERVICES: N_("All of them in the Directory…"),
    Group.ARTICLES: N_("All of them in the Directory…"),
    Group.CALLS: N_("All of them in the Journal…"),
}


def heading(group: Group) -> str:
    """What a group of results is called."""
    return _(_HEADINGS[group])


def more(group: Group) -> str:
    """What leads to further results of a group."""
    return _(_MORE[group])


def elsewhere(group: Group) -> str:
    """What leads to the place where all of a group are listed, "" where there is none."""
    return _(_ELSEWHERE[group]) if group in _ELSEWHERE else ""


def codes(reference: Reference, hit: Hit) -> str:
    """The codes of a hit in words, "" where it may not be told."""
    if hit.protected:
        return ""
    words = (
        wording.place(reference, code, whole=False)
        if list_name == "division"
        else reference.label(list_name, code, language())
        for list_name, code in hit.codes
    )
    return " · ".join(dict.fromkeys(filter(None, words)))


def when(hit: Hit, today: date) -> str:
    """The day and time of a call or case."""
    return "" if hit.at is None else wording.day_and_time(hit.at, today)


def opens_with_reason() -> str:
    """In the place of the words of what this person may only open with a reason."""
    return _("Opens with a reason")


def home() -> str:
    """What can be typed, while nothing is."""
    return _("For example: a name, 0555 12…, 3187, суйунчу")


def keys() -> str:
    """What the keys do."""
    return _("↑ ↓ choose · Enter opens · Esc goes back to where you were")


def too_little() -> str:
    """One letter, or two digits."""
    return _("Go on: two letters or three digits are enough.")


def searching() -> str:
    """It takes longer than usual."""
    return _("Searching…")


def number_of(results: int) -> str:
    """For a screen reader."""
    return ngettext("{n} result", "{n} results", results).format(n=results)


def remark(found: Found, query: str, *, expanded: bool) -> str:
    """What is to be said above the results: another spelling, nothing found, too much found."""
    lines = []
    if found.spelled:
        lines.append(_("Shown for “{words}”").format(words=_meant(found.spelled)))
    if not found.hits:
        lines.append(_("Nothing found for “{words}”.").format(words=query.strip()))
    if expanded and found.more:
        lines.append(_("There is more than this. One more word narrows it down."))
    return "\n".join(lines)


def gap(behind: int) -> str:
    """What the index does not hold at present, "" where it holds everything."""
    if behind < 0:
        return _(
            "The index is being made anew. Until then numbers of calls and telephones are found."
        )
    if behind == 0:
        return ""
    return ngettext(
        "{n} record is not in the index yet", "{n} records are not in the index yet", behind
    ).format(n=behind)


def _meant(spelled: Sequence[tuple[str, str]]) -> str:
    return " ".join(meant for _typed, meant in spelled)
