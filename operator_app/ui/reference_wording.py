"""How reference data are worded: the feeds, how they stand, where entries come from."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate

from operator_app.db.feeds import LOCAL
from operator_app.domain import feeds
from operator_app.i18n import N_, _, ngettext
from operator_app.services.calendar import LIBRARY, MINISTRY, OFFICE, Holiday
from operator_app.services.feed_states import Condition, FeedFacts
from operator_app.services.reference_import import FileKind
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.wording import Wording, locale

FEED_NAMES = {
    feeds.DIRECTORY: N_("Directory"),
    feeds.ARTICLES: N_("Articles"),
    feeds.CODES: N_("Code lists"),
    feeds.DIVISIONS: N_("Places"),
    feeds.OFFICES: N_("Offices"),
    feeds.HOLIDAYS: N_("Holidays"),
    feeds.ANNOUNCEMENTS: N_("Announcements"),
    feeds.KEYS: N_("Keys"),
    feeds.PROGRAM: N_("Versions of the program"),
}
_CONDITIONS = {
    Condition.FROM_THE_MINISTRY: Wording(N_("Up to date"), "calm", "●"),
    Condition.FROM_A_FILE: Wording(N_("Imported in this office from a file"), "", "○"),
    Condition.AS_DELIVERED: Wording(N_("As delivered with the program"), "", "○"),
    Condition.NOTHING_YET: Wording(N_("Nothing has come yet"), "", "○"),
}
_SAID_BY = {
    LIBRARY: N_("Calendar"),
    MINISTRY: N_("Ministry"),
    OFFICE: N_("This office"),
}

_FILE_KINDS = {
    FileKind.DIRECTORY: N_("The service directory"),
    FileKind.SOATE: N_("The official list of places (SOATE)"),
    FileKind.PACKAGE: N_("A package of the ministry"),
}


def feed_name(feed: str) -> str:
    """The feed as people call it; the name on the wire where there is no other."""
    return _(FEED_NAMES[feed]) if feed in FEED_NAMES else feed


def feed_state(facts: FeedFacts) -> Wording:
    """How the feed stands, with a sign and a tone."""
    problem = facts.state.problem
    if problem:
        said = _("{problem} Nothing was changed.").format(problem=code_sentence(problem))
        return Wording(said, "waiting", "▲")
    found = _CONDITIONS[facts.condition]
    words = _(found.words)
    ours = facts.entries.get(LOCAL, 0)
    if ours and facts.condition is Condition.FROM_THE_MINISTRY:
        words += " · " + _("of this office: {n}").format(n=ours)
    return Wording(words, found.tone, found.sign)


def file_kind(kind: FileKind) -> str:
    """What a file turned out to be."""
    return _(_FILE_KINDS[kind])


def counted(new: int, changed: int, removed: int) -> str:
    """ "3 new, 1 changed, 2 removed", or that nothing would change."""
    parts = [
        ngettext("{n} new", "{n} new", new).format(n=new) if new else "",
        ngettext("{n} changed", "{n} changed", changed).format(n=changed) if changed else "",
        ngettext("{n} removed", "{n} removed", removed).format(n=removed) if removed else "",
    ]
    return ", ".join(part for part in parts if part) or _("nothing is different")


def said_by(holiday: Holiday) -> str:
    """Who says that the day is a holiday or is not."""
    return _(_SAID_BY[holiday.source])


def named_day(holiday: Holiday) -> str:
    """The name of the day; that it is a working day against the calendar is said before it."""
    if holiday.closed:
        return holiday.name or _("Day off")
    working = _("Working day")
    return f"{working}: {holiday.name}" if holiday.name else working


def weekday_and_day(day: date) -> str:
    """ "Mon, 9 March"."""
    return locale().toString(QDate(day.year, day.month, day.day), "ddd, d MMMM")
