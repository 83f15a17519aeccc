"""The answers that the sections offer, made from the code lists in the language shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from operator_app.domain.consent import PURPOSES
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.ui.widgets.chips import Chip
from operator_app.ui.widgets.type_ahead import Entry

DIGITS = "123456789"


def chips(
    reference: Reference, list_name: str, codes: Iterable[str] = (), *, short: bool = True
) -> list[Chip]:
    """The list as chips, or only these codes of it in this order; digits pick."""
    shown_in = language()
    known = [reference.find(list_name, code) for code in codes] or reference.codes(list_name)
    return [
        Chip(
            c.code,
            c.short_label(shown_in) if short else c.label(shown_in),
            key,
            c.label(shown_in),
        )
        for c, key in zip((c for c in known if c is not None), DIGITS, strict=False)
    ]


def entries(reference: Reference, list_name: str) -> list[Entry]:
    """The list, found by its labels in all three languages."""
    return [
        Entry(c.code, c.label(language()), " ".join(c.labels.values()))
        for c in reference.codes(list_name)
    ]


def answers(reference: Reference) -> list[Chip]:
    """Yes, no, not known."""
    return chips(reference, "yes_no_unknown", ("Y", "N", "U"))


def purposes(reference: Reference) -> list[Chip]:
    """What she may agree to."""
    return chips(reference, "consent_purpose", PURPOSES)


def people(colleagues: Mapping[str, str]) -> list[Entry]:
    """Who may be given a follow-up."""
    return [Entry(user_id, name) for user_id, name in colleagues.items()]


def organisations(reference: Reference, division: str | None) -> list[Entry]:
    """Crisis centres, those of the place first. The code is the name: it is kept as words."""
    shown_in = language()
    return [
        Entry(c.label(shown_in), c.label(shown_in), " ".join(c.labels.values()))
        for c in reference.centres_for(division)
    ]


def label(reference: Reference, list_name: str, code: str | None) -> str:
    """The label in the language shown."""
    return reference.label(list_name, code, language())


def recipient_words(reference: Reference, recipient: str) -> str:
    """A kind of service, or all of them."""
    return label(reference, "service_type", recipient) if recipient else _("All services")
