"""The six core GBV types and the case contexts: computed, never asked (domain.md 1.3, 4.4)."""

from __future__ import annotations

from collections.abc import Iterable

RAPE = "RAPE"
SEXUAL_ASSAULT = "SEXUAL"
PHYSICAL_ASSAULT = "PHYSICAL"
FORCED_MARRIAGE = "MARRIAGE"
DENIAL = "DENIAL"
PSYCHOLOGICAL = "PSYCH"
TYPES = (RAPE, SEXUAL_ASSAULT, PHYSICAL_ASSAULT, FORCED_MARRIAGE, DENIAL, PSYCHOLOGICAL)
"""Code list `gbv_type`, in the order of the GBVIMS classification: the first that fits counts."""

_TYPE_OF_FORM = {
    "RAP": RAPE,
    "SEX": SEXUAL_ASSAULT,
    "PHY": PHYSICAL_ASSAULT,
    "FMR": FORCED_MARRIAGE,
    "ECO": DENIAL,
    "NEG": DENIAL,
    "PSY": PSYCHOLOGICAL,
    "STK": PSYCHOLOGICAL,
    "THR": PSYCHOLOGICAL,
    "DIG": PSYCHOLOGICAL,
    "SUI": PSYCHOLOGICAL,
}

PARTNERS = frozenset({"HUSB", "EXSP", "PART"})
FAMILY = PARTNERS | {"FATH", "MOTH", "STEP", "SON", "DAUG", "SIB", "INLF", "RELA", "GUAR"}
OLDER_FROM = 63
"""The oldest band of the code list `age_band` begins here."""


def gbv_type(forms: Iterable[str]) -> str | None:
    """The one core type of an incident, or None when no form of violence was named."""
    return gravest(_TYPE_OF_FORM.get(form) for form in forms)


def gravest(types: Iterable[str | None]) -> str | None:
    """The first of TYPES among them."""
    found = set(types)
    return next((one for one in TYPES if one in found), None)


def contexts(
    forms: Iterable[str], relation: str | None, *, child: bool, older: bool
) -> tuple[str, ...]:
    """Case contexts (code list `case_context`) from forms, the offender's relation and age."""
    named = set(forms)
    found = []
    if named and relation in PARTNERS:
        found.append("PARTNER")
    if named and relation in FAMILY:
        found.append("FAMILY")
    if named and child:
        found.append("CHILD")
    if "FMR" in named and child:
        found.append("EARLY_MARRIAGE")
    if named and older:
        found.append("OLDER")
    if named and relation == "OFFI":
        found.append("OFFICIAL")
    return tuple(found)
