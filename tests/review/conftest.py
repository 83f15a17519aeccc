"""A set-up office in which calls and cases wait to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from operator_app.config import paths
from operator_app.db.models import audit
from operator_app.domain.people import Actor, Role
from operator_app.domain.review import CLOSURE, Form, Waiting
from operator_app.services.cases import Cases
from operator_app.services.closures import Closures
from operator_app.services.reviews import Reviews
from tests.conftest import TestOffice, information_call
from tests.ui.case_office import HIGH, save_violence_call

CHECKLISTS = paths().resources / "data" / "review_checklist.toml"


@dataclass
class ReviewOffice:
    """Aida supervises; Bermet takes calls."""

    office: TestOffice
    cases: Cases
    reviews: Reviews
    closures: Closures
    bermet: Actor

    @property
    def aida(self) -> Actor:
        return self.office.actor

    def case(self, actor: Actor | None = None, **block: Any) -> str:
        """A case of high risk, a minute after the last one; of Bermet's unless said otherwise."""
        block = {"answers": HIGH, **block}
        return save_violence_call(self.office, actor or self.bermet, **block)

    def calls(self, number: int, actor: Actor | None = None, **changes: Any) -> list[str]:
        """So many calls, of Bermet's unless said otherwise."""
        who, made = actor or self.bermet, []
        for _each in range(number):
            self.office.clock.forward(minutes=1)
            form = information_call(self.office.calls.start(who).form, **changes)
            made.append(self.office.calls.save(who, form).call_id)
        return made

    def next_week(self) -> None:
        self.office.clock.forward(days=7)

    def queue(self, actor: Actor | None = None) -> list[Waiting]:
        return list(self.reviews.queue(actor or self.aida).waiting)

    def only(self) -> Waiting:
        (waiting,) = self.queue()
        return waiting

    def filled(self, waiting: Waiting, outcome: str | None = None, comment: str = "") -> Form:
        """Everything answered with yes."""
        if waiting.reason == CLOSURE:
            return Form({}, outcome or "approved", comment)
        points = self.reviews.checklists().points[waiting.kind]
        return Form({p.code: "Y" for p in points}, outcome or "good", comment)

    def finish(self, waiting: Waiting, outcome: str | None = None, comment: str = "") -> None:
        self.reviews.finish(self.aida, waiting, self.filled(waiting, outcome, comment))

    def audited(self, prefix: str = "review.") -> list[str]:
        query = select(audit.c.action).where(audit.c.action.startswith(prefix))
        with self.office.database.read() as connection:
            return list(connection.execute(query.order_by(audit.c.seq)).scalars())


@pytest.fixture
def desk(office: TestOffice) -> ReviewOffice:
    cases = Cases(office.database, office.reference, office.clock)
    return ReviewOffice(
        office,
        cases,
        Reviews(office.database, cases, office.clock, CHECKLISTS),
        Closures(office.database, cases.files.read, office.reference, office.clock),
        office.person(Role.OPERATOR, "bermet"),
    )
