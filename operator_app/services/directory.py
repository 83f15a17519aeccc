"""The directory of services: found by place, topic and hours; opened by right; put right by word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from operator_app.db import audit, feeds
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.directory import (
    NOWHERE_NEAR,
    Openness,
    Service,
    distance,
    is_stale,
    openness,
    without_addresses,
)
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.text import matches
from operator_app.errors import NotFound
from operator_app.services.calendar import Calendar
from operator_app.services.entries import Entries, Entry


@dataclass(frozen=True)
class DirectoryFilter:
    """Which services to list. `division`: the nearest to it come first, those that do not serve it
    are left out; `topic` of level 2 or 1; `open_now` only what is known to be open; `text`:
    beginnings of words of the name; `for_danger` only what belongs to the moment of danger."""

    division: str | None = None
    topic: str | None = None
    open_now: bool = False
    text: str = ""
    for_danger: bool = False


@dataclass(frozen=True)
class Listed:
    """A service as lists show it, without confidential addresses."""

    service: Service
    content: str
    openness: Openness
    stale: bool
    distance: int


@dataclass(frozen=True)
class ServiceView:
    """A service as it is opened. `hidden`: it has an address that this person may not see.
    `outdated`: it was asked for as it was once, and it is different, or offered no more, today."""

    service: Service
    content: str
    openness: Openness
    stale: bool
    hidden: bool
    outdated: bool
    source: str


class Directory:
    """Verbs over the services."""

    def __init__(
        self, database: Database, reference: Reference, calendar: Calendar, clock: Clock
    ) -> None:
        self._database = database
        self._reference = reference
        self._calendar = calendar
        self._clock = clock
        self.entries: Entries[Service] = Entries(database, DIRECTORY, Service)

    def page(
        self,
        actor: Actor,
        wanted: DirectoryFilter,
        language: str,
        among: Callable[[Service], bool] | None = None,
    ) -> list[Listed]:
        """The services asked for: the nearest first, then by name.

        `among`: looked at first; hours and ways are worked out only of what it lets pass.
        """
        actor.require(Right.SEE_DIRECTORY)
        now = local(to_ms(self._clock()))
        holidays = self._holidays(now)
        found = []
        for entry in self.entries.all().values():
            if among is not None and not among(entry.value):
                continue
            listed = self._listed(entry, wanted, now, holidays)
            if listed is not None:
                found.append(listed)
        return sorted(found, key=lambda x: (x.distance, x.service.name(language).lower()))

    def open(self, actor: Actor, service_id: str, content: str = "") -> ServiceView:
        """The whole service, as it is or as it was in that version.

        An address that is confidential comes with it only by right, and that it was shown is
        audited. Raises NotFound("directory.unknown").
        """
        actor.require(Right.SEE_DIRECTORY)
        entry = self.entries.find(service_id, content)
        if entry is None:
            raise NotFound("directory.unknown")
        service = self._guarded(entry.value)
        may_see = actor.may(Right.SEE_CONFIDENTIAL_PLACES)
        if service.is_confidential and may_see:
            service = self._with_addresses(actor, service)
        now = local(to_ms(self._clock()))
        today = self.entries.all().get(service_id)
        return ServiceView(
            service=service if may_see else without_addresses(service),
            content=entry.content,
            openness=openness(service, now, self._holidays(now).__contains__),
            stale=is_stale(service, now.date()),
            hidden=service.is_confidential and not may_see,
            outdated=today is None or today.content != entry.content,
            source=entry.source,
        )

    def _listed(
        self,
        entry: Entry[Service],
        wanted: DirectoryFilter,
        now: dt.datetime,
        holidays: frozenset[dt.date],
    ) -> Listed | None:
        service = entry.value
        if not service.is_active or (wanted.for_danger and not service.for_danger):
            return None
        if wanted.topic and not _has_topic(service, wanted.topic):
            return None
        if wanted.text and not matches(wanted.text, _searched(service)):
            return None
        far = distance(service, wanted.division, self._reference)
        if far == NOWHERE_NEAR:
            return None
        state = openness(service, now, holidays.__contains__)
        if wanted.open_now and not state.is_open:
            return None
        stale = is_stale(service, now.date())
        return Listed(without_addresses(service), entry.content, state, stale, far)

    def _holidays(self, now: dt.datetime) -> frozenset[dt.date]:
        day = dt.timedelta(days=1)
        return self._calendar.closed_days(now.date() - day, now.date() + 8 * day)

    def _guarded(self, service: Service) -> Service:
        """A version of the past with the places kept secret that are so in the newest one."""
        newest = self.entries.find(service.service_id)
        secret = {p.place_id for p in newest.value.places if p.confidential} if newest else set()
        places = tuple(
            replace(p, confidential=True) if p.place_id in secret else p for p in service.places
        )
        return replace(service, places=places)

    def _with_addresses(self, actor: Actor, service: Service) -> Service:
        hidden = [p.place_id for p in service.places if p.confidential]
        with self._database.write() as connection:
            known = feeds.addresses(connection, hidden)
            if known or any(p.address for p in service.places if p.confidential):
                audit.append(
                    connection,
                    at=to_ms(self._clock()),
                    user_id=actor.user_id,
                    action="directory.address_shown",
                    entity="service",
                    entity_id=service.service_id,
                )
        places = tuple(replace(p, address=known.get(p.place_id, p.address)) for p in service.places)
        return replace(service, places=places)


def _has_topic(service: Service, wanted: str) -> bool:
    return any(t == wanted or t.startswith(f"{wanted}.") for t in service.topics)


def _searched(service: Service) -> str:
    names = (*service.names.values(), *service.organization_names.values())
    return " ".join((*names, service.keywords))
