"""The bugs that lose or double data, to be planted into one seed's world: the simulation has to find
each of them (issue: a suite that does not see these does not count)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from sqlalchemy import select, update

from ministry_server.intake import Intake, Result
from ministry_server.ledger import receipts_of
from ministry_server.schema import intake
from ministry_server.store import Store
from operator_app.db import sync_state
from operator_app.db.models import revision
from operator_app.errors import NetworkProblem
from operator_app.sync import cycle as cycle_module
from operator_app.sync.push import Pushed, push
from tests.simulation.server import STOPS_BEFORE
from tests.simulation.world import Bug, World


@contextmanager
def acknowledges_before_commit(world: World) -> Iterator[None]:
    """The receiver answers first and commits afterwards."""
    world.server.early_answer = True
    yield


@contextmanager
def looks_then_inserts(world: World) -> Iterator[None]:
    """The receiver asks whether it has a revision, and inserts if not; no constraint stands behind."""
    store = world.stage.store
    drop_unique_constraints(store)
    real = Intake.accept

    def accept(self: Intake, device: Any, request: Any, now: int) -> tuple[str, list[Result]]:
        with store.read() as connection:
            op_ids = [item["op_id"] for item in request.items]
            query = select(intake.c.op_id).where(intake.c.op_id.in_(op_ids))
            there = list(connection.execute(query).scalars())
            known = receipts_of(connection, there)
        new = [item for item in request.items if item["op_id"] not in known]
        epoch, results = real(self, device, replace(request, items=new), now)
        by_id = {result.op_id: result for result in results}
        old = {op_id: Result(op_id, "duplicate", known[op_id], kept=True) for op_id in known}
        return epoch, [{**by_id, **old}[op_id] for op_id in op_ids]

    with mock.patch.object(Intake, "accept", accept):
        yield


@contextmanager
def believes_http_200(_world: World) -> Iterator[None]:
    """The PC takes a batch for stored because something answered 200."""

    def trusting(link: Any, batch: Any) -> Pushed:
        try:
            return push(link, batch)
        except NetworkProblem as problem:
            if problem.code not in ("net.portal", "net.bad_answer"):
                raise
        op_ids = [sealed.revision.op_id for sealed in batch]
        with link.database.write() as connection:
            connection.execute(
                update(revision).where(revision.c.op_id.in_(op_ids)).values(state="stored")
            )
            epoch = sync_state.read_ledger(connection).epoch
        return Pushed(len(batch), 0, 0, epoch)

    with mock.patch.object(cycle_module, "push", trusting):
        yield


@contextmanager
def ignores_the_epoch(_world: World) -> Iterator[None]:
    """The PC does not notice that the receiver was restored."""
    with mock.patch.object(cycle_module, "_epoch_changed", lambda known, met: False):
        yield


@contextmanager
def gives_a_number_twice(world: World) -> Iterator[None]:
    """A restored PC goes on counting where its backup ended."""
    for pc in world.pcs:
        pc.number_twice = True
    yield


CALM = {"work": 9.0, "send now": 9.0}
"""Only what there must be; a tilt adds what its bug needs."""


def _restored_servers(world: World) -> None:
    world.network.badness = 0.0
    world.likely = CALM | {"server backed up": 3.0, "server restored": 3.0}


def _stopping_intake(world: World) -> None:
    world.server.split = True
    world.server.restart()
    world.server.troubles = (STOPS_BEFORE,)
    world.network.badness = 0.0
    world.likely = CALM | {"server in trouble": 9.0}


def _copies_at_once(world: World) -> None:
    world.network.badness = 0.5
    world.network.fates = ("twice at once",)


def _portals(world: World) -> None:
    world.network.badness = 0.5
    world.network.fates = ("a page in its place", "half an answer")


def _restored_pcs(world: World) -> None:
    world.network.badness = 0.1
    world.likely = CALM | {"PC backed up": 3.0, "PC restored": 4.0}


BUGS: Mapping[str, Bug] = {
    "acknowledges before the commit": Bug(acknowledges_before_commit, _stopping_intake),
    "looks, then inserts": Bug(looks_then_inserts, _copies_at_once),
    "believes HTTP 200": Bug(believes_http_200, _portals),
    "ignores the epoch": Bug(ignores_the_epoch, _restored_servers),
    "gives a number twice": Bug(gives_a_number_twice, _restored_pcs),
}


def drop_unique_constraints(store: Store) -> None:
    """Leave identity to the program."""
    columns = ", ".join(c.name for c in intake.columns if c.name != "id")
    with store.write() as connection:
        connection.exec_driver_sql(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {columns})")
        connection.exec_driver_sql("DROP TABLE intake")
        connection.exec_driver_sql("ALTER TABLE bare RENAME TO intake")
