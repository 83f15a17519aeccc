"""Reference data from files, and the directory as a file: checked whole, then taken whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from operator_app.db import audit, feeds, settings
from operator_app.db.engine import Database
from operator_app.db.feeds import LOCAL, Taken
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.directory import Service
from operator_app.domain.feed_pages import PACKAGE_FORMAT, FeedChanges
from operator_app.domain.feeds import (
    DIRECTORY,
    DIVISIONS,
    FeedEntry,
    check_entries,
    entry_body,
    entry_id_of,
)
from operator_app.domain.hsds import MOST_BYTES, read_hsds, write_hsds_json, write_hsds_zip
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.soate import decode, is_soate, read_soate
from operator_app.errors import BadInput, EnvironmentProblem, Fault
from operator_app.services.entries import Entries
from operator_app.services.exports import Export, write_file
from operator_app.services.import_counts import added, package_counts, would_change


class FileKind(StrEnum):
    """What a file turned out to be."""

    DIRECTORY = "directory"
    SOATE = "soate"
    PACKAGE = "package"


class Package(Protocol):
    """A feed package, verified and judged whole (sync/feed_package.py)."""

    @property
    def fingerprint(self) -> str:
        """Of the key that signed it, in words people compare."""

    @property
    def changes(self) -> Sequence[FeedChanges]:
        """What each feed of it says."""


ReadPackage = Callable[[bytes, Ed25519PublicKey | None], Any]
"""The Package of a file's bytes; the key is the pinned one, None where no server is known."""
TakePackage = Callable[[Connection, Any, int], object]
"""Take all feeds of a Package within a transaction, at a time in UTC milliseconds."""


@dataclass(frozen=True)
class ImportPlan:
    """What taking a checked file over would change: entries new, different, offered no more.

    `fingerprint`: of the key that signed a package where no server is pinned: a person compares
    it before the plan is carried out; else "".
    """

    kind: FileKind
    new: int
    changed: int
    removed: int
    sha256: str
    fingerprint: str = ""
    entries: Mapping[str, Sequence[FeedEntry]] | None = None
    package: Any = None


class ReferenceImport:
    """Verbs over files of reference data.

    `read_package`, `take_package` come from sync/, which services do not know.
    """

    def __init__(
        self,
        database: Database,
        reference: Reference,
        clock: Clock,
        read_package: ReadPackage,
        take_package: TakePackage,
    ) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._read_package = read_package
        self._take_package = take_package
        self._services: Entries[Service] = Entries(database, DIRECTORY, Service)

    def check(self, actor: Actor, path: Path) -> ImportPlan:
        """What the file is, and what it would change; nothing is changed yet.

        Raises NotAllowed; BadInput with every fault of the file; EnvironmentProblem
        ("import.unreadable").
        """
        actor.require(Right.MANAGE_REFERENCE)
        data = _read(path)
        sha256 = hashlib.sha256(data).hexdigest()
        if _is_package(data):
            return self._package_plan(data, sha256)
        if _is_table_of_places(data):
            kind, feed = FileKind.SOATE, DIVISIONS
            found: Sequence[Any] = read_soate(data, self._reference)
        else:
            kind, feed = FileKind.DIRECTORY, DIRECTORY
            services = read_hsds(data, path.name, self._reference).services
            if faults := self._disclosed(services):
                raise BadInput("import.faults", faults)
            found = services
        entries = {feed: [FeedEntry(entry_id_of(feed, e), entry_body(e)) for e in found]}
        if faults := check_entries(feed, entries[feed]):
            raise BadInput("feed.faults", faults)
        with self._database.read() as connection:
            counts = would_change(connection, feed, entries[feed])
        return ImportPlan(kind, counts.new, counts.changed, counts.removed, sha256, entries=entries)

    def carry_out(self, actor: Actor, plan: ImportPlan) -> Taken:
        """Take over what was checked, in one transaction, audited; what it changed.

        Raises NotAllowed.
        """
        actor.require(Right.MANAGE_REFERENCE)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            if plan.package is not None:
                counts = package_counts(connection, plan.package.changes)
                self._take_package(connection, plan.package, now)
            else:
                counts = Taken()
                for feed, entries in (plan.entries or {}).items():
                    counts = added(counts, would_change(connection, feed, entries))
                    feeds.take(connection, feed, entries, LOCAL, now)
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="reference.imported",
                entity="reference",
                entity_id=plan.kind.value,
                details={
                    "kind": plan.kind.value,
                    "new": counts.new,
                    "changed": counts.changed,
                    "removed": counts.removed,
                    "sha256": plan.sha256,
                },
            )
        return counts

    def export_directory(self, actor: Actor, target: Path, kind: str) -> Export:
        """Write the whole directory as HSDS "json" or "zip"; confidential addresses only by right.

        Raises NotAllowed, and EnvironmentProblem as `exports.write_file` does.
        """
        actor.require(Right.SEE_DIRECTORY)
        services = [entry.value for entry in self._services.all().values()]
        addresses = self._addresses(services) if actor.may(Right.SEE_CONFIDENTIAL_PLACES) else {}
        write = {"json": write_hsds_json, "zip": write_hsds_zip}[kind]
        content = write(services, addresses)
        sha256 = hashlib.sha256(content).hexdigest()
        facts: dict[str, str | int] = {
            "format": kind,
            "services": len(services),
            "addresses": len(addresses),
            "sha256": sha256,
        }
        # Before the file takes its name, as every export.
        self._audited(actor, "directory.exported", facts)
        try:
            write_file(target, content)
        except EnvironmentProblem:
            self._audited(actor, "directory.export_failed", facts)
            raise
        return Export(target, len(services), sha256)

    def _disclosed(self, services: Sequence[Service]) -> list[Fault]:
        """The services with a place that is confidential here and would not be any more.

        Only the ministry lifts that: a column that somebody left out must not.
        """
        known = [entry.value for entry in self._services.all().values()]
        hidden = {p.place_id for s in known for p in s.places if p.confidential}
        guarded = {s.service_id for s in known if s.is_confidential}
        faults = []
        for service in services:
            opened = {p.place_id for p in service.places if not p.confidential}
            if opened & hidden or (opened and service.service_id in guarded):
                where = f"{service.service_id}: confidential"
                faults.append(Fault(where, "import.was_confidential"))
        return faults

    def _package_plan(self, data: bytes, sha256: str) -> ImportPlan:
        with self._database.read() as connection:
            server = settings.read_server(connection)
        key = Ed25519PublicKey.from_public_bytes(server.receipt_key) if server.enrolled else None
        package: Package = self._read_package(data, key)
        with self._database.read() as connection:
            counts = package_counts(connection, package.changes)
        return ImportPlan(
            FileKind.PACKAGE,
            counts.new,
            counts.changed,
            counts.removed,
            sha256,
            fingerprint="" if key else package.fingerprint,
            package=package,
        )

    def _addresses(self, services: Sequence[Service]) -> dict[str, dict[str, str]]:
        hidden = [p.place_id for s in services for p in s.places if p.confidential]
        with self._database.read() as connection:
            return feeds.addresses(connection, hidden)

    def _audited(self, actor: Actor, action: str, facts: dict[str, str | int]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="export",
                details=dict(facts),
            )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise EnvironmentProblem("import.unreadable") from error
    if len(data) > MOST_BYTES:
        raise BadInput("import.faults", [Fault("file", "feed.too_large")])
    return data


def _is_package(data: bytes) -> bool:
    try:
        head = json.loads(_first_line(data))
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("format") == PACKAGE_FORMAT["format"]


def _first_line(data: bytes) -> bytes:
    return data[:2000].partition(b"\n")[0]


def _is_table_of_places(data: bytes) -> bool:
    return not data.startswith((b"PK", b"{", b"[")) and is_soate(decode(_first_line(data))[0])
