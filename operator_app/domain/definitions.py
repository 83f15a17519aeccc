"""What each figure counts, in words: shown beside it, printed under reports, sent with the API.

The counting itself is in call_figures.py and case_facts.py. English, for whoever shows it to
translate.
"""

from __future__ import annotations

from dataclasses import dataclass

from operator_app.domain.marking import N_

VERSION = 1
"""Of what is counted: another definition of a figure is another version."""


@dataclass(frozen=True)
class Words:
    """The name of an indicator, and exactly what is counted."""

    title: str
    text: str


DEFINITIONS: dict[str, Words] = {
    "calls": Words(
        N_("All calls"),
        N_("Every call that was recorded and not voided, by the day on which it began in Bishkek."),
    ),
    "kind": Words(
        N_("Kind of contact"),
        N_("All calls, by the kind of contact that was recorded."),
    ),
    "hour": Words(
        N_("Hour of the day"),
        N_("All calls, by the hour in Bishkek in which they began."),
    ),
    "answered": Words(
        N_("Answered calls"),
        N_("All calls but those recorded as missed."),
    ),
    "saved_quickly": Words(
        N_("Saved within 60 seconds"),
        N_("Calls whose first record was saved at most 60 seconds after the call ended."),
    ),
    "asked": Words(
        N_("Asked for help"),
        N_("Calls whose kind of contact counts as asking for advice or help; thanks, silent, "
           "dropped, wrong, prank, abusive, test and missed calls do not."),
    ),
    "asked_hour": Words(
        N_("Calls for help by hour"),
        N_("Calls for help, by the hour in Bishkek in which they began."),
    ),
    "violence": Words(
        N_("Calls about violence"),
        N_("Calls with danger now, with a topic of violence, child abuse, neglect of a child or "
           "abuse of an older person, or with answers in the violence questions."),
    ),
    "not_told_apart": Words(
        N_("Not told apart"),
        N_("Calls about violence, or of a case, whose person did not agree to be in figures: they "
           "are in the numbers of calls, kinds, hours, lengths, answered, quickly saved, asked for "
           "help and violence, and in no other figure."),
    ),
    "danger_now": Words(
        N_("In danger now"),
        N_("Calls in which the answer to “danger now” is yes."),
    ),
    "danger_with_emergency": Words(
        N_("Danger now, 102 or 103 called"),
        N_("Calls with danger now in which police 102 or ambulance 103 was called."),
    ),
    "alarm": Words(
        N_("Alarms"),
        N_("Calls with danger now or a high level of danger, from the moment that was known."),
    ),
    "alarm_seconds": Words(
        N_("Time to 102 or 103"),
        N_("Seconds from the moment danger was known to the first call to 102 or 103, over the "
           "calls in which it was made; the median of them is shown."),
    ),
    "complaint": Words(
        N_("Complaints"),
        N_("Calls with any topic of complaints about a service or an official."),
    ),
    "age": Words(
        N_("Adults and children"),
        N_("Calls for help, by whether the caller is an adult or a child."),
    ),
    "person": Words(
        N_("Men, women, boys, girls"),
        N_("Calls for help, by sex and age of the caller; not known where one of the two is not."),
    ),
    "who": Words(
        N_("On whose behalf"),
        N_("Calls for help, by kind of contact: own matter, about somebody else, a professional, "
           "an earlier call continued."),
    ),
    "subject": Words(
        N_("Subject"),
        N_("Calls for help, by their first topic."),
    ),
    "subject_child": Words(
        N_("Subject, from children"),
        N_("Calls for help from children, by their first topic."),
    ),
    "result": Words(
        N_("Result"),
        N_("Calls for help in which this was done; a call may have several results. Advice: "
           "information or consultation given; referred: contacts given or passed to a service; "
           "emergency: 102, 103 or 112 called."),
    ),
    "action": Words(
        N_("What was done"),
        N_("Calls for help in which this was done; a call may have several."),
    ),
    "oblast": Words(
        N_("Oblast"),
        N_("Calls for help, by the oblast or the city of Bishkek or Osh they are about."),
    ),
    "district": Words(
        N_("District"),
        N_("Calls for help, by the rayon or city they are about; places that were only known to "
           "the oblast stand under the oblast."),
    ),
    "language": Words(
        N_("Language"),
        N_("Calls for help, by the language of the call."),
    ),
    "length": Words(
        N_("Length of calls for help"),
        N_("Seconds from the beginning to the end of the calls for help: mean, longest, and all "
           "together."),
    ),
    "anonymous": Words(
        N_("Anonymous"),
        N_("Calls for help without a name."),
    ),
    "number": Words(
        N_("Callers"),
        N_("Different telephone numbers among the calls for help, within the office: people, as "
           "far as they can be told apart. Calls without a number, with one that was not "
           "recognised, and calls about violence whose number may not go to the ministry are in "
           "none. A number that called twice is one caller and one repeat call."),
    ),
    "benefit": Words(
        N_("Benefits"),
        N_("Calls for help with a recorded issue, by first topic and issue."),
    ),
    "unknown": Words(
        N_("Answered “not known”"),
        N_("Calls for help in which danger, sex, age or place was recorded as not known, not asked "
           "or not answered. What was left empty in a call that was sent early is in none."),
    ),
    "gap": Words(
        N_("Needs without a service"),
        N_("Calls for help in which it was not possible to help, by the district they are about, "
           "and referrals first offered in the period that were not accepted or not received at "
           "the end, by the district of their case and the kind of service."),
    ),
    "cases": Words(
        N_("Cases"),
        N_("Cases opened in the period that have at least one call: one case is one affected "
           "person."),
    ),
    "cases_told_apart": Words(
        N_("Cases told apart"),
        N_("Cases of the period whose person agreed to be in figures: only these are in the "
           "tables of violence and of referrals."),
    ),
    "cases_not_told_apart": Words(
        N_("Cases not told apart"),
        N_("Cases of the period whose person did not agree to be in figures, or was not asked."),
    ),
    "affected": Words(
        N_("Affected people"),
        N_("Cases told apart, by sex and age of the affected person."),
    ),
    "risk": Words(
        N_("Level of danger"),
        N_("Cases told apart, by the level of danger as it is now."),
    ),
    "gbv_type": Words(
        N_("Type of violence (GBVIMS)"),
        N_("Cases told apart, by the gravest type of their incidents, computed from the forms."),
    ),
    "form": Words(
        N_("Form of violence"),
        N_("Cases told apart in which this form was named; a case may have several."),
    ),
    "relation": Words(
        N_("Relation of the offender"),
        N_("Cases told apart, by the offender's relation to the affected person."),
    ),
    "incident_place": Words(
        N_("Place of the incident"),
        N_("Cases told apart, by the places of their incidents; a case may have several."),
    ),
    "part_of_day": Words(
        N_("Time of the first call"),
        N_("Cases told apart, by the quarter of the day in which their first call began."),
    ),
    "children": Words(
        N_("Children were witnesses"),
        N_("Cases told apart with an incident, by whether children saw or heard one of them: a yes "
           "counts before a no, a no before not known."),
    ),
    "vulnerability": Words(
        N_("Circumstances"),
        N_("Cases told apart in which this is recorded of the person; a case may have several."),
    ),
    "report": Words(
        N_("First report or repeated"),
        N_("Cases told apart with one call, and with more than one."),
    ),
    "order": Words(
        N_("Protection orders"),
        N_("Cases told apart with an order that was asked for, issued (at any time), extended, "
           "broken, or refused by the police. What was broken was issued; what was issued or "
           "refused was asked for."),
    ),
    "police_told": Words(
        N_("Police told by referral"),
        N_("Cases told apart with a referral to the police that was sent, accepted or received."),
    ),
    "shelter": Words(
        N_("Shelter"),
        N_("Cases told apart with a referral to a shelter or crisis centre; of them with a place "
           "received, and without one after the last referral was not accepted or not received."),
    ),
    "acute": Words(
        N_("High risk"),
        N_("Cases told apart whose level of danger is high or immediate now."),
    ),
    "acute_with_plan": Words(
        N_("High risk with a safety plan"),
        N_("Of them, those with a safety plan."),
    ),
    "referral": Words(
        N_("Referrals"),
        N_("Referrals of cases told apart that were first offered in the period, by kind of "
           "service: offered, declined by the person, sent, accepted, received, not received (not "
           "accepted or not received at the end)."),
    ),
    "referral_days": Words(
        N_("Days from sent to received"),
        N_("Full days from the sending of a referral to the service received, over those that "
           "were received; the median is shown."),
    ),
    "follow_up_due": Words(
        N_("Follow-ups due"),
        N_("Follow-ups of all cases that fell due in the period and before now, dropped ones not."),
    ),
    "follow_up_on_time": Words(
        N_("Follow-ups done on time"),
        N_("Of them, those that were done by the time they were due."),
    ),
}  # fmt: skip
"""By indicator: the first code of a cell."""

OFFICE_ONLY: dict[str, Words] = {
    "acute_assessed": Words(
        N_("Cases found to be of high risk"),
        N_(
            "Cases opened in the period whose level of danger was ever assessed as high or "
            "immediate. Only the office knows this figure."
        ),
    ),
    "acute_reviewed": Words(
        N_("Of them, seen by a supervisor within 24 hours"),
        N_(
            "Of them, those that a supervisor reviewed, lowered or closed within 24 hours of that. "
            "Only the office knows this figure."
        ),
    ),
    "calls_reviewed": Words(
        N_("Calls reviewed for quality"),
        N_("Calls that a supervisor reviewed in the period. Only the office knows this figure."),
    ),
}
"""Figures about the office's own work that the ministry does not receive."""
