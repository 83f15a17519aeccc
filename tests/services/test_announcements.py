"""Word from the ministry: once to each person, the important until confirmed, all of it kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.db import audit, feeds, models
from operator_app.domain.feeds import ANNOUNCEMENTS, Announcement, FeedEntry, entry_body
from operator_app.domain.people import Actor, Role
from operator_app.errors import NotFound
from operator_app.services.announcements import Announcements
from tests.conftest import TestOffice

PLAIN = Announcement("plain", "2026-11-20", {"ru": "Новость"}, {"ru": "Текст"})
LATER = replace(PLAIN, announcement_id="later", published_on="2026-11-22")
IMPORTANT = replace(PLAIN, announcement_id="form", published_on="2026-11-23", important=True)
OLDER = replace(IMPORTANT, announcement_id="older", published_on="2026-11-01")
OVER = replace(PLAIN, announcement_id="over", valid_to="2026-11-23")
LAST_DAY = replace(PLAIN, announcement_id="last-day", valid_to="2026-11-24")


def take(office: TestOffice, *things: Announcement, gone: tuple[str, ...] = ()) -> None:
    entries = [FeedEntry(a.announcement_id, entry_body(a)) for a in things]
    entries += [FeedEntry(entry_id, None) for entry_id in gone]
    with office.database.write() as connection:
        feeds.take(connection, ANNOUNCEMENTS, entries, feeds.MINISTRY, 1)


@pytest.fixture
def announcements(office: TestOffice) -> Announcements:
    take(office, PLAIN, LATER, IMPORTANT, OLDER, OVER, LAST_DAY)
    return Announcements(office.database, office.clock)


def due(announcements: Announcements, actor: Actor) -> list[str]:
    return [v.announcement.announcement_id for v in announcements.due(actor)]


def confirmed_in_audit(office: TestOffice) -> list[tuple[str, str]]:
    a = models.audit
    with office.database.read() as connection:
        rows = connection.execute(a.select().where(a.c.action == "announcement.confirmed"))
        return [(row.user_id, row.entity_id) for row in rows]


def test_the_important_come_first_then_the_oldest(
    office: TestOffice, announcements: Announcements
) -> None:
    assert due(announcements, office.actor) == ["older", "form", "last-day", "plain", "later"]


def test_all_that_were_published_are_kept_newest_first(
    office: TestOffice, announcements: Announcements
) -> None:
    page = announcements.page(office.actor)
    assert [v.announcement.announcement_id for v in page] == [
        "form", "later", "plain", "over", "last-day", "older"
    ]  # fmt: skip


def test_once_to_each_person(office: TestOffice, announcements: Announcements) -> None:
    operator = office.person(Role.OPERATOR, "ainura")
    for name in due(announcements, operator):
        announcements.shown(operator, name)
    assert due(announcements, operator) == ["older", "form"]
    assert due(announcements, office.actor)[2:] == ["last-day", "plain", "later"]
    for name in ("older", "form"):
        announcements.confirm(operator, name)
    assert due(announcements, operator) == []
    assert due(announcements, office.actor)[:2] == ["older", "form"]
    assert confirmed_in_audit(office) == [(operator.user_id, "older"), (operator.user_id, "form")]


def test_seen_again_keeps_the_first_time(office: TestOffice, announcements: Announcements) -> None:
    announcements.shown(office.actor, "form")
    announcements.confirm(office.actor, "form")
    first = {v.announcement.announcement_id: v for v in announcements.page(office.actor)}["form"]
    assert first.shown_at == first.confirmed_at is not None
    office.clock.forward(days=1)
    announcements.shown(office.actor, "form")
    announcements.confirm(office.actor, "form")
    again = {v.announcement.announcement_id: v for v in announcements.page(office.actor)}["form"]
    assert again == first
    assert len(confirmed_in_audit(office)) == 1
    with office.database.read() as connection:
        assert audit.first_broken(connection) is None


def test_confirming_what_was_never_marked_as_shown(
    office: TestOffice, announcements: Announcements
) -> None:
    announcements.confirm(office.actor, "plain")
    view = {v.announcement.announcement_id: v for v in announcements.page(office.actor)}["plain"]
    assert view.shown_at == view.confirmed_at is not None
    assert "plain" not in due(announcements, office.actor)


def test_a_day_ends_in_bishkek(office: TestOffice, announcements: Announcements) -> None:
    office.clock.forward(hours=14, minutes=59)
    assert "last-day" in due(announcements, office.actor)
    office.clock.forward(minutes=1)
    assert "last-day" not in due(announcements, office.actor)


def test_what_was_taken_back_is_gone_and_can_still_be_confirmed(
    office: TestOffice, announcements: Announcements
) -> None:
    """It may be taken back while somebody reads it."""
    take(office, gone=("form",))
    assert "form" not in due(announcements, office.actor)
    announcements.confirm(office.actor, "form")
    assert confirmed_in_audit(office) == [(office.actor.user_id, "form")]


def test_what_is_unknown_cannot_be_confirmed(
    office: TestOffice, announcements: Announcements
) -> None:
    with pytest.raises(NotFound) as caught:
        announcements.confirm(office.actor, "nothing")
    assert caught.value.code == "announcement.unknown"
    assert confirmed_in_audit(office) == []
