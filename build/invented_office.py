"""What a supervisor of the invented office did: shifts and duty, weeks of calls, reviews. Nobody is real."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from operator_app.config import Paths
from operator_app.db.case_models import case_file
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.review import HIGH_RISK, SAMPLE, Form, Waiting
from operator_app.domain.shifts import TypedShift
from operator_app.domain.wire import State
from operator_app.services.calls import Calls
from operator_app.services.cases import Cases
from operator_app.services.closures import Closures
from operator_app.services.reviews import Reviews
from operator_app.services.shifts import Shifts
from operator_app.training.invented import MovableClock, save_invented_days

DAYS = 52
"""So much before the day of the pictures: the whole month before it is among them."""
SHIFTS = (
    TypedShift("day", {"ky": "Күндүз", "ru": "День", "en": "Day"}, "09:00", "18:00"),
    TypedShift("", {"ky": "Түн", "ru": "Ночь", "en": "Night"}, "18:00", "09:00"),
)
HANDOVER = (
    "Кризисный центр обещал место до вечера; если не ответят, звонить дежурному министерства. "
    "Районо ждёт письмо по ребёнку до среды."
)


class InventedOffice:
    """The months before, and what the supervisor did of late. The clock ends where it began."""

    def __init__(
        self,
        database: Database,
        paths: Paths,
        reference: Reference,
        clock: MovableClock,
        supervisor: Actor,
        operators: tuple[Actor, Actor],
    ) -> None:
        self._database = database
        self._clock = clock
        self._reference = reference
        self._supervisor = supervisor
        self._operators = operators
        self._calls = Calls(database, reference, clock)
        self._cases = Cases(database, reference, clock)
        self._closures = Closures(database, self._cases.files.read, reference, clock)
        self._shifts = Shifts(database, clock)
        checklist = paths.resources / "data" / "review_checklist.toml"
        self._reviews = Reviews(database, self._cases, clock, checklist)

    def before(self, end: datetime) -> None:
        """Two shifts, and seven weeks of calls up to the evening before the last five days."""
        people = [self._supervisor, *self._operators]
        self._clock.now = end - timedelta(days=DAYS)
        self._shifts.set_shifts(self._supervisor, SHIFTS)
        save_invented_days(
            self._calls, self._clock, self._reference, people, end - timedelta(days=DAYS), DAYS - 5
        )
        self._all_closed()
        self._all_sent()

    def of_late(self, end: datetime) -> None:
        """Duty of the week, words to the next shift, reviews, a closure that is asked for."""
        self._clock.now = end
        self._duty(local_day(to_ms(end)))
        waiting = self._reviews.queue(self._supervisor).waiting
        mine = [w for w in waiting if w.person_id == self._operators[0].user_id]
        self._review(next(w for w in mine if w.reason == SAMPLE), "improve", {"CONSENT": "N"})
        self._review(next(w for w in mine if w.reason == HIGH_RISK), "good", {})
        others = [w for w in waiting if w.person_id == self._operators[1].user_id]
        asked = next(w for w in others if w.reason == HIGH_RISK)
        self._closures.ask(
            self._operators[1],
            asked.subject_id,
            "TRAN",
            "Ребёнок у бабушки, дело ведёт отдел защиты детей.",
        )

    def _all_closed(self) -> None:
        with self._database.read() as connection:
            ids = connection.execute(select(case_file.c.case_id)).scalars().all()
        for case_id in ids:
            self._cases.close(self._supervisor, case_id, "SAFE", "Помощь дана, звонков больше нет.")

    def _all_sent(self) -> None:
        """As if a server had confirmed it; there is none at the pictures."""
        with self._database.write() as connection:
            confirmed = {"state": State.APPLIED, "confirmed_at": to_ms(self._clock.now)}
            connection.execute(update(revision).values(**confirmed))

    def _duty(self, today: date) -> None:
        day, night = self._shifts.of(today)
        monday = today - timedelta(days=today.weekday())
        for number in range(7):
            for shift, people in ((day, self._operators), (night, (self._supervisor,))):
                if number < 5 or shift is day:
                    ids = [person.user_id for person in people[: 1 + (number < 5)]]
                    self._shifts.set_duty(
                        self._supervisor, monday + timedelta(days=number), shift.code, ids
                    )
        self._shifts.keep_handover(self._supervisor, today, "", HANDOVER)

    def _review(self, waiting: Waiting, outcome: str, otherwise: dict[str, str]) -> None:
        points = self._reviews.checklists().points[waiting.kind]
        answers = {point.code: "Y" for point in points} | otherwise
        words = "Спокойно и по делу. В следующий раз спросите согласие до того, как записать имя."
        self._reviews.finish(self._supervisor, waiting, Form(answers, outcome, words))
