"""The call or the case that a review is about, opened by right, and audited as every opening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from operator_app.domain.calls import Advice, Call
from operator_app.domain.people import Actor
from operator_app.domain.review import CALL
from operator_app.services.call_advice import CallAdvice
from operator_app.services.calls import Calls
from operator_app.services.case_history import CaseView
from operator_app.services.cases import Cases


@dataclass(frozen=True)
class Subject:
    """One of the two, with full names by user id; `titles`: what a call's advice is called."""

    call: Call | None
    case: CaseView | None
    titles: dict[Advice, str]
    names: dict[str, str]


class Subjects:
    """Opens what a review is about."""

    def __init__(
        self, calls: Calls, cases: Cases, advice: CallAdvice, names: Callable[[], dict[str, str]]
    ) -> None:
        self._calls = calls
        self._cases = cases
        self._advice = advice
        self._names = names

    def names(self) -> dict[str, str]:
        """Full name by user id."""
        return self._names()

    def open(self, actor: Actor, kind: str, subject_id: str, language: str) -> Subject:
        """The whole of it. Raises ReasonNeeded or CaseReasonNeeded where it is not theirs."""
        if kind == CALL:
            call = self._calls.open(actor, subject_id)
            titles = self._advice.titles(actor, call.form.advice, language)
            return Subject(call, None, titles, self._names())
        self._cases.open(actor, subject_id)
        return Subject(None, self._cases.view(actor, subject_id), {}, self._names())
