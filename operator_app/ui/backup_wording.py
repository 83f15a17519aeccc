"""Backups in words: where, how large, how they stand, how far the work is."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QLocale

from operator_app.db.backup import CARRY, CHECK, COPY
from operator_app.errors import EnvironmentProblem
from operator_app.i18n import N_, _, ngettext
from operator_app.services.backup_places import Copy, Where
from operator_app.ui.problems import sentence
from operator_app.ui.wording import day_and_time, inside, locale

_PLACES = {
    Where.HERE: N_("This PC"),
    Where.FOLDER: N_("The further folder"),
    Where.DOUBTFUL: N_("This PC, set apart"),
}
_STAGES = {
    COPY: N_("Copying…"),
    CHECK: N_("Checking…"),
    CARRY: N_("Copying to the further folder…"),
}
HOUR_MS = 3_600_000


def place_words(where: Where) -> str:
    """Where a backup lies."""
    return _(_PLACES[where])


def stage_words(stage: str) -> str:
    """What is being done."""
    return _(_STAGES[stage])


def size_words(size_bytes: int) -> str:
    """ "12.4 MB"."""
    kind = QLocale.DataSizeFormat.DataSizeTraditionalFormat
    return locale().formattedDataSize(size_bytes, 0 if size_bytes < 2**20 else 1, kind)


def age_words(made_at: int, now_ms: int) -> str:
    """How old it is, in hours or days."""
    hours = max(0, now_ms - made_at) // HOUR_MS
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    return ngettext("{n} day", "{n} days", hours // 24).format(n=hours // 24)


def copy_state(copy: Copy, today: date) -> str:
    """How a backup stands, with a sign of its own shape."""
    if copy.problem is not None:
        return "▲  " + sentence(EnvironmentProblem(copy.problem))
    if copy.where is Where.DOUBTFUL:
        said = _("The audit log in it does not hold together. It takes the place of no other.")
        return f"▲  {said}"
    if copy.checked_at is None:
        return "–"
    when = inside(day_and_time(copy.checked_at, today))
    return "●  " + _("Whole, checked {when}").format(when=when)
