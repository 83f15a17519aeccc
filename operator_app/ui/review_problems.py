"""Sentences for what can be wrong with a review. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "review.faults": N_("Something is still missing."),
    "review.answer_missing": N_("One question is still open. “Does not apply” is an answer, too."),
    "review.outcome_missing": N_("What does it come to? Choose the outcome."),
    "review.comment_missing": N_("Write what is still to be done, so that it can be done."),
    "review.overtaken": N_(
        "Somebody else has seen to this meanwhile. Nothing was changed; your words stay here until you open another one."
    ),
    "review.unknown": N_("This is not here any more."),
    "review.sampling_range": N_("A whole number, 0 to {most}."),
    "review_checklist.faulty": N_(
        "The file of the review questions is damaged (line {line}, {where}: {fault}). Nothing was lost. Call your IT staff: installing the program again puts it right."
    ),
    "closure.words_missing": N_("Write in a few words why it can be closed."),
    "closure.not_needed": N_("The risk is not high: you can close this case yourself."),
    "closure.asked_already": N_("A supervisor is asked already. You will read the answer here."),
}
