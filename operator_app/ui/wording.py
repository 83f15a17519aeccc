"""How screens word what they share: sync states, times, durations, places, danger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.clock import local
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.errors import Fault
from operator_app.i18n import N_, _, language

_LOCALES = {
    "ky": QLocale(QLocale.Language.Kyrgyz, QLocale.Country.Kyrgyzstan),
    "ru": QLocale(QLocale.Language.Russian, QLocale.Country.Kyrgyzstan),
    "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
}
LANGUAGE_NAMES = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
"""Each language by its own name, whatever the screens speak."""


@dataclass(frozen=True)
class Wording:
    """Words with a tone ("", "calm", "waiting" or "danger") and a sign of its own shape.

    The tone is a colour of the theme; words and sign say the same without it.
    """

    words: str
    tone: str = ""
    sign: str = ""


WAITING_STATES = (State.QUEUED, State.SENDING)
AT_THE_MINISTRY = (State.STORED, State.APPLIED, State.HELD)
NEEDS_YOU = (State.CONFLICT, State.REJECTED)

_SAVED = Wording(N_("Saved here"), "", "○")
_STATE_WORDINGS = {
    WAITING_STATES: Wording(N_("On its way"), "", "◐"),
    AT_THE_MINISTRY: Wording(N_("At the ministry"), "calm", "●"),
    NEEDS_YOU: Wording(N_("Needs you"), "waiting", "▲"),
}
STATE_GROUPS = tuple(_STATE_WORDINGS)
"""The sync states as people know them, each as the states of revisions it stands for."""

_DANGER = {
    "Y": Wording(N_("Danger now"), "danger", "!"),
    "U": Wording(N_("Not known"), "waiting", "?"),
}


def state_wording(state: State, *, sends: bool = True) -> Wording:
    """How far a revision is, in people's words.

    Without a server to send to (`sends` is false) what waits is not on its way: it is saved here.
    """
    wording = next(w for states, w in _STATE_WORDINGS.items() if state in states)
    if not sends and state in WAITING_STATES:
        wording = _SAVED
    return Wording(_(wording.words), wording.tone, wording.sign)


def seat_wording(number: int) -> Wording:
    """The mark of what another PC of the office recorded: its number; the station is 1."""
    return Wording(_("PC {n}").format(n=number), "", "⇄")


def state_or_seat(state: State | None, seat: int, *, sends: bool = True) -> Wording:
    """How far a revision is; of another PC of the office, whose it is."""
    return seat_wording(seat) if state is None else state_wording(state, sends=sends)


def danger_wording(danger_now: str | None) -> Wording | None:
    """The mark for a danger answer; None where there is nothing to mark."""
    wording = _DANGER.get(danger_now or "")
    return Wording(_(wording.words), wording.tone, wording.sign) if wording else None


_RISKS = {
    "IMM": Wording("", "danger", "!"),
    "HIGH": Wording("", "danger", "▲"),
    "MED": Wording("", "waiting", "◆"),
    "STD": Wording("", "", "○"),
    "NA": Wording("", "", "?"),
}


def risk_wording(reference: Reference, level: str) -> Wording:
    """The mark of a risk level; a level this PC does not know looks like a high one."""
    known = _RISKS.get(level, _RISKS["HIGH"])
    return Wording(reference.label("risk_level", level, language()), known.tone, known.sign)


def named_fault(fault: Fault, reference: Reference) -> Fault:
    """The fault with its kind of service by name: the sentence made of it is for people."""
    if "service" not in fault.params:
        return fault
    label = reference.label("service_type", str(fault.params["service"]), language())
    return replace(fault, params={**fault.params, "service": label})


def locale() -> QLocale:
    """The locale of the language in use."""
    return _LOCALES[language()]


def time_of_day(at_ms: int) -> str:
    """ "09:14", Bishkek time."""
    moment = local(at_ms)
    return locale().toString(QTime(moment.hour, moment.minute), "HH:mm")


def day(which: date, today: date) -> str:
    """ "Today", "Yesterday", "12 Nov", or "12.11.2025" in another year."""
    if which == today:
        return _("Today")
    if which == today - timedelta(days=1):
        return _("Yesterday")
    pattern = "d MMM" if which.year == today.year else "dd.MM.yyyy"
    return locale().toString(QDate(which.year, which.month, which.day), pattern)


def day_and_time(at_ms: int, today: date) -> str:
    """ "Today, 09:14" or "12 Nov, 09:14", Bishkek time."""
    return f"{day(local(at_ms).date(), today)}, {time_of_day(at_ms)}"


def inside(said: str) -> str:
    """Words that stand in the middle of a sentence: "opened today", "Late: yesterday, 09:00"."""
    return said[:1].lower() + said[1:]


def full_day_and_time(at_ms: int) -> str:
    """ "12 November 2026, 09:14", Bishkek time, for a page that is read and printed."""
    moment = local(at_ms)
    shown = locale().toString(QDate(moment.year, moment.month, moment.day), "d MMMM yyyy")
    return f"{shown}, {time_of_day(at_ms)}"


def whole_day(which: date) -> str:
    """ "12 November 2026"."""
    return locale().toString(QDate(which.year, which.month, which.day), "d MMMM yyyy")


def duration(seconds: int) -> str:
    """ "2:14", or "1:02:14" from an hour on."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def place(reference: Reference, division: str | None, *, whole: bool = True) -> str:
    """ "Chui oblast › Alamudun rayon", or the last name alone unless `whole`."""
    if division == UNKNOWN_PLACE:
        return _("Place not known")
    if whole:
        return reference.division_path(division, language())
    found = reference.division(division)
    return found.label(language()) if found else (division or "")


def person(names: dict[str, str], user_id: str) -> str:
    """The full name, or words for somebody this PC does not know."""
    return names.get(user_id) or _("Somebody of another PC")
