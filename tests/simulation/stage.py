"""What all seeds of a process share: four enrolled PCs of two offices and a receiver, made once,
and put back to their beginning before each seed. The engines stay; only their files change."""

from __future__ import annotations

import shutil
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from ministry_server import receiver as receiver_module
from ministry_server import web
from ministry_server.keys import OPENER_FILE, RECIPIENTS_FILE, make_keys
from ministry_server.receiver import Receiver, Role
from ministry_server.store import DATABASE_FILE, Store, make_store, open_store
from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.reference import Reference
from operator_app.services.reference import load_reference
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, Template, office_setup
from tests.sync.conftest import seat_in
from tests.sync.desk import AppCarrier, Desk

OFFICE_OF = {"a1": "0412", "a2": "0412", "b1": "0413", "b2": "0413"}
KEY_FILES = (OPENER_FILE, RECIPIENTS_FILE)
NO_ADDRESS = "http://127.0.0.1:1"


class Inline(Executor):
    """Work is done at once, by who asks for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As an executor does, but it is done when this returns."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            done.set_exception(error)
        return done


@dataclass
class Stage:
    """`server` is the receiver's folder; `store` its database; `desks` by name of the PC."""

    server: Path
    store: Store
    desks: dict[str, Desk]
    reference: Reference
    _begin: Path

    @classmethod
    def make(cls, folder: Path) -> Stage:
        """Set everything up in an empty folder; on a disk in memory it is fastest."""
        where = paths(folder / "office")
        set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), FrozenClock(), CHEAP)
        database, actor = SignIn(where, FrozenClock()).open("aida", PASSWORD)
        template = Template(where.data, database.key, actor, "")
        database.close()
        make_keys(folder / "server")
        make_store(folder / "server")
        reference = load_reference(paths().resources)
        store = open_store(folder / "server")
        # A restarted receiver finds the same engine, and its compiled statements, over the file.
        store.close = store.engine.dispose  # type: ignore[method-assign]
        stage = cls(folder / "server", store, {}, reference, folder / "begin")
        carrier = AppCarrier(lambda: app)
        server = stage.start_receiver(FrozenClock(), Role.BOTH)
        app = web.build_app(server)
        for name, office in OFFICE_OF.items():
            shutil.copytree(where.data, folder / name)
            desk = seat_in(folder / name, template, FrozenClock(), reference, office)
            stage.desks[name] = desk
            desk.open_carrier = lambda url: carrier
            desk.point_at(NO_ADDRESS, str(server.new_code(office)))
            assert desk.run().problem is None
        server.close()
        carrier.close()
        stage._begin.mkdir()
        for name, desk in stage.desks.items():
            desk.cycle.close()
            desk.database.close()
            shutil.copy(desk.database.file, stage._begin / name)
        shutil.copy(stage.server_file, stage._begin / "server")
        for name in KEY_FILES:
            shutil.copy(stage.server / name, stage._begin / name)
        return stage

    @property
    def server_file(self) -> Path:
        """The receiver's database."""
        return self.server / DATABASE_FILE

    def start_receiver(self, clock: FrozenClock, role: Role) -> Receiver:
        """One process of the receiver over the shared store."""
        with mock.patch.object(receiver_module, "open_store", lambda *_, **__: self.store):
            return Receiver(self.server, clock=clock, role=role)

    def reset(self) -> None:
        """Everything as it was when the PCs were enrolled."""
        self.store.engine.dispose()
        put_file(self._begin / "server", self.server_file)
        for name in KEY_FILES:
            shutil.copy(self._begin / name, self.server / name)
        for name, desk in self.desks.items():
            desk.database.close()
            put_file(self._begin / name, desk.database.file)

    def close(self) -> None:
        """Let go of the files."""
        self.store.engine.dispose()
        for desk in self.desks.values():
            desk.database.close()


def put_file(source: Path, target: Path) -> None:
    """A database file in the place of another one; nobody has either open."""
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    shutil.copy(source, target)
