"""The answers that the call screen offers, made from the code lists in the language shown."""

from __future__ import annotations

from collections.abc import Sequence

from operator_app.domain.calls import NUISANCE_KINDS, UNKNOWN_PLACE
from operator_app.domain.office import LANGUAGES
from operator_app.domain.reference import Code, Division, Reference
from operator_app.i18n import _
from operator_app.ui.widgets.chips import Chip
from operator_app.ui.widgets.type_ahead import Entry

KIND_KEYS = "1234567890-="
FIRST_SERVICES = ("POL", "CRI", "SHE", "PSY", "LEG", "MED", "CPD")
"""Of the list `service_type`."""


def kind_chips(reference: Reference, language: str) -> list[Chip]:
    """Conversations first; the nuisance kinds, saved by one key, on a line of their own."""
    codes = reference.codes("contact_kind")
    ordered = [c for c in codes if c.code not in NUISANCE_KINDS]
    ordered += [c for c in codes if c.code in NUISANCE_KINDS]
    chips = _chips(ordered, language, KIND_KEYS)
    first = next(i for i, c in enumerate(chips) if c.code in NUISANCE_KINDS)
    heading = _("Saved at once:")
    chips[first] = Chip(
        chips[first].code, chips[first].label, chips[first].key, chips[first].full_label,
        heading=heading,
    )  # fmt: skip
    return chips


def danger_chips(reference: Reference, language: str) -> list[Chip]:
    """Yes, no, not known; yes is the only red answer of the form."""
    codes = [c for c in reference.codes("yes_no_unknown") if c.code in ("Y", "N", "U")]
    yes, *rest = _chips(codes, language)
    return [Chip(yes.code, yes.label, yes.key, yes.full_label, tone="danger"), *rest]


def language_chips(reference: Reference, language: str) -> list[Chip]:
    """The caller's language."""
    return _chips(reference.codes("language"), language)


def sex_chips(reference: Reference, language: str) -> list[Chip]:
    """Female, male, not known."""
    return _chips(reference.codes("sex"), language)


def age_chips(reference: Reference, language: str) -> list[Chip]:
    """Child, adult, not known."""
    return _chips(reference.codes("age_group"), language)


def place_entries(reference: Reference, language: str) -> list[Entry]:
    """Oblasts and rayons, grouped; found by their names in all three languages. Aimaks and villages,
    where their list was imported, are found by typing: each with its rayon, many share a name."""
    entries = [Entry(UNKNOWN_PLACE, _("Place not known"), search="?")]
    for oblast in reference.divisions(1):
        path = oblast.label(language)
        entries.append(Entry(oblast.code, path, _all_names(oblast), group=path))
        entries += [
            Entry(
                d.code,
                d.label(language),
                _all_names(d),
                group=path,
                chosen_label=f"{path} › {d.label(language)}",
            )
            for d in reference.divisions(2, parent=oblast.code)
        ]
    return entries + [
        _small_place(reference, d, language) for level in (3, 4) for d in reference.divisions(level)
    ]


def _small_place(reference: Reference, division: Division, language: str) -> Entry:
    rayon = reference.ancestor(division.code, 2)
    around = reference.division(rayon)
    return Entry(
        division.code,
        division.label(language),
        f"{_all_names(division)} {_all_names(around) if around else ''}",
        group=reference.division_path(rayon, language),
        chosen_label=f"{around.label(language) if around else rayon} › {division.label(language)}",
        only_typed=True,
    )


def topic_entries(reference: Reference, language: str) -> list[Entry]:
    """Topics of level 2 under their level 1, found by either in all three languages."""
    entries = []
    for group in reference.codes("topic_l1"):
        entries += [
            Entry(
                c.code,
                c.label(language),
                f"{_all_labels(c)} {_all_labels(group)}",
                group=group.label(language),
            )
            for c in reference.codes("topic_l2")
            if c.code.split(".")[0] == group.code
        ]
    return entries


def benefit_issue_entries(reference: Reference, language: str) -> list[Entry]:
    """What the question about a benefit is."""
    return _entries(reference, "benefit_issue", language)


def action_entries(reference: Reference, language: str) -> list[Entry]:
    """What was done for the caller."""
    return _entries(reference, "action", language)


def channel_entries(reference: Reference, language: str) -> list[Entry]:
    """The way the contact came: by phone unless said otherwise."""
    return _entries(reference, "channel", language)


def relation_entries(reference: Reference, language: str) -> list[Entry]:
    """Who the caller is to the person concerned."""
    return _entries(reference, "relation", language)


def affected_chips(reference: Reference, language: str) -> list[Chip]:
    """Who was hurt: the caller, or another person."""
    return _chips(reference.codes("affected"), language)


def children_chips(reference: Reference, language: str) -> list[Chip]:
    """Were children there: yes, no, not known. A yes is no alarm of its own."""
    codes = [c for c in reference.codes("yes_no_unknown") if c.code in ("Y", "N", "U")]
    return _chips(codes, language)


def consent_chips(reference: Reference, language: str, values: Sequence[str]) -> list[Chip]:
    """The answers to "may we", in the order given (codes of the list `consent`)."""
    known = (reference.find("consent", value) for value in values)
    return _chips([code for code in known if code is not None], language)


def vulnerability_entries(reference: Reference, language: str) -> list[Entry]:
    """What makes her position harder."""
    return _entries(reference, "vulnerability", language)


def violence_form_entries(reference: Reference, language: str) -> list[Entry]:
    """The forms of violence the law names."""
    return _entries(reference, "violence_form", language)


def incident_place_entries(reference: Reference, language: str) -> list[Entry]:
    """Where it happened."""
    return _entries(reference, "place_of_incident", language)


def service_entries(reference: Reference, language: str) -> list[Entry]:
    """Kinds of services: those a violence call needs first, so that a digit finds them."""
    codes = reference.codes("service_type")
    first = [c for code in FIRST_SERVICES for c in codes if c.code == code]
    rest = [c for c in codes if c.code not in FIRST_SERVICES]
    return [
        Entry(c.code, c.label(language), _all_labels(c), chosen_label=c.short_label(language))
        for c in (*first, *rest)
    ]


def _entries(reference: Reference, list_name: str, language: str) -> list[Entry]:
    return [Entry(c.code, c.label(language), _all_labels(c)) for c in reference.codes(list_name)]


def _chips(codes: list[Code], language: str, keys: str = "123456789") -> list[Chip]:
    return [
        Chip(c.code, c.short_label(language), key, c.label(language))
        for c, key in zip(codes, keys, strict=False)
    ]


def _all_labels(code: Code) -> str:
    return " ".join(code.label(language) for language in LANGUAGES)


def _all_names(division: Division) -> str:
    return " ".join(division.label(language) for language in LANGUAGES)
