"""Sentences for what can go wrong on the directory screen. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "directory.unknown": N_("This service is not in the directory of this PC."),
    "article.unknown": N_("This article is not on this PC."),
    "announcement.unknown": N_("This announcement was taken back by the ministry."),
    "suggestion.faults": N_("The suggestion has faults. Nothing was sent; your words stay."),
    "suggestion.empty": N_("Write what is wrong first."),
    "suggestion.unknown_kind": N_("Corrections are suggested for services and articles only."),
    "suggestion.entry_unknown": N_("This entry is not on this PC any more. Nothing was sent."),
}
