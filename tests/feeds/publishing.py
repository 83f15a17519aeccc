"""Invented entries, and publishing them at a running receiver as the command line does."""

from __future__ import annotations

import json
from typing import Any

from ministry_server.feeds import Published, changes_since, entries_of, publish, publish_keys
from operator_app.domain.articles import Article
from operator_app.domain.directory import Service, ServicePlace
from operator_app.domain.feeds import FeedEntry, OfficeEntry, entry_body
from tests.receiver import RunningReceiver

SECRET = "Zhashyruun kochosu 17"
"""The address of every confidential place."""
DIVISION = "41708203000000"


def service(service_id: str = "s1", *, confidential: bool = False, **changes: Any) -> Service:
    """An invented service; its confidential place has an address that nobody may meet."""
    values: dict[str, Any] = {
        "names": {"ru": f"Служба {service_id}"},
        "organization_id": "o1",
        "organization_names": {"ru": "Управление"},
        **changes,
    }
    if confidential:
        place = ServicePlace(f"{service_id}-home", DIVISION, {"ru": SECRET}, confidential=True)
        values["places"] = (*values.get("places", ()), place)
    return Service(service_id=service_id, **values)


def article(article_id: str = "a1", **changes: Any) -> Article:
    values: dict[str, Any] = {
        "language": "ru",
        "topics": ("BEN.UBK",),
        "title": f"Статья {article_id}",
        "body": "Текст.\n",
        **changes,
    }
    return Article(article_id=article_id, **values)


def office_entry(code: str = "0412", name: str = "Управление") -> OfficeEntry:
    return OfficeEntry(code, DIVISION, {"ru": name})


def offer(receiver: RunningReceiver, feed: str, *entries: Any, replace: bool = False) -> Published:
    """Publish typed entries."""
    bodies = [entry_body(entry) for entry in entries]
    made = entries_of(feed, json.loads(json.dumps(bodies)))
    return _publish(receiver, feed, made, replace=replace)


def withdraw(receiver: RunningReceiver, feed: str, *ids: str) -> Published:
    """Take entries back."""
    with receiver.store.read() as connection:
        found = changes_since(connection, feed, 0)
    assert found is not None
    left = [e for e in found[2] if e.body is not None and e.entry_id not in ids]
    return _publish(receiver, feed, left, replace=True)


def _publish(
    receiver: RunningReceiver, feed: str, entries: list[FeedEntry], *, replace: bool
) -> Published:
    keys, now = receiver.receiver.keys, receiver.receiver.now()
    return publish(receiver.store, keys, feed, entries, now, replace=replace)


def publish_own_keys(receiver: RunningReceiver) -> Published:
    """As `publish keys` does."""
    return publish_keys(receiver.store, receiver.receiver.keys, receiver.receiver.now())
