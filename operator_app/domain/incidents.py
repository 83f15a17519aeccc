"""Type and contexts of the incidents of a case: computed from the case, never asked."""

from __future__ import annotations

from dataclasses import replace

from operator_app.domain.cases import Case, Incident
from operator_app.domain.gbv import OLDER_FROM, contexts, gbv_type

CHILD_BANDS = frozenset({"A00_06", "A07_13", "A14_17"})
ADULT_BANDS = frozenset({"A18_34", "A35_49", "A50_62"})
OLDEST_BAND = "A63P"
ADULT_FROM = 18


def with_types(case: Case) -> Case:
    """The case with type and contexts of every incident as its facts give them now."""
    typed = tuple(_typed(case, incident) for incident in case.incidents)
    return case if typed == case.incidents else replace(case, incidents=typed)


def _typed(case: Case, incident: Incident) -> Incident:
    found = contexts(
        incident.forms,
        case.offender.relation,
        child=_is_child(case, incident),
        older=_is_older(case, incident),
    )
    return replace(incident, gbv_type=gbv_type(incident.forms), contexts=found)


def _is_child(case: Case, incident: Incident) -> bool:
    age, band = case.affected.age, case.affected.age_band
    if age is not None:
        return age < ADULT_FROM
    if band in CHILD_BANDS or band in ADULT_BANDS or band == OLDEST_BAND:
        return band in CHILD_BANDS
    # What the call knew of her (a child on the line) stays until an age says otherwise.
    return case.kind == "CHILD" or "CHILD" in incident.contexts


def _is_older(case: Case, incident: Incident) -> bool:
    age, band = case.affected.age, case.affected.age_band
    if age is not None:
        return age >= OLDER_FROM
    if band in CHILD_BANDS or band in ADULT_BANDS or band == OLDEST_BAND:
        return band == OLDEST_BAND
    return "OLDER" in incident.contexts or any(c.topic == "OLD.ABU" for c in case.calls)
