"""Sentences for the question for somebody's benefits. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "lookup.faults": N_("Something is still missing."),
    "lookup.violence": N_("In a call about violence nobody asks other offices. Nothing was asked."),
    "lookup.pin_form": N_(
        "The PIN has 14 digits: sex, day, month and year of birth, five more. Look at it again."
    ),
    "lookup.purpose_missing": N_("Choose what you ask for."),
    "lookup.consent_missing": N_("Ask the caller first, then tick that they agree."),
    "lookup.offline": N_(
        "There is no connection to the ministry now, so this cannot be asked. Note what the caller asks and call back."
    ),
    "lookup.slow": N_(
        "The social assistance system did not answer in time. Ask again in a minute, or call back."
    ),
    "lookup.refused": N_(
        "The social assistance system does not let the ministry ask this. Tell your IT staff; nothing was given."
    ),
    "lookup.unknown_pin": N_(
        "The social assistance system does not know this PIN. Compare it with the caller, digit by digit."
    ),
    "lookup.down": N_("The social assistance system does not work now. Ask again later."),
    "lookup.malformed": N_(
        "The answer could not be understood and is not shown. Tell your IT staff the time."
    ),
    "lookup.not_offered": N_("The ministry does not offer this question yet."),
    "lookup.busy": N_("The ministry's server cannot ask now. Try again in a few minutes."),
}
