"""Several accounts of the system at work with data folders: `accounts.py UID:GID:ACT:FOLDER …`.

Started by root. All that is needed is imported by a rehearsal in a folder of its own; then every
step is a process of its own that becomes its account. Each prints "UID WORD…".
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from operator_app.config import Paths, paths
from operator_app.db.backup import Watch
from operator_app.domain.clock import system_clock
from operator_app.files import make_private, share_with_group
from operator_app.services.backups import Backups
from operator_app.services.calls import Calls
from operator_app.services.pc_check import office_files
from operator_app.services.reference import load_reference
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from operator_app.ui.instance import InstanceLock
from tests.conftest import CHEAP, PASSWORD, information_call, office_setup

HOLD = "hold"


def main(steps: list[str]) -> int:
    with tempfile.TemporaryDirectory() as rehearsal:
        where = paths(Path(rehearsal))
        _set_up(where)
        _work(where)
        office_files.rights(where)
    failed = 0
    ends: list[int] = []
    for step in steps:
        uid, gid, act, data = step.split(":", 3)
        ready, end = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            os.close(end[1])
            _be(int(uid), int(gid))
            said = _step(paths(Path(data)), act, lambda: os.read(end[0], 1), ready[1])  # noqa: B023
            print(uid, said, flush=True)
            os._exit(0)
        os.close(ready[1])
        os.close(end[0])
        # Until it is ready: at its end, or when it holds the lock.
        os.read(ready[0], 1)
        if act == HOLD:
            ends.append(end[1])
            continue
        failed += os.waitpid(child, 0)[1] != 0
    for held in ends:
        os.close(held)
        os.wait()
    return failed


def _be(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    os.umask(0o022)


def _step(where: Paths, act: str, wait, ready: int) -> str:
    if act == "private":
        make_private(where.data)
        return oct(where.data.stat().st_mode & 0o777)
    if act == "check":
        return office_files.rights(where)[0].code
    lock = InstanceLock(where)
    if not lock.take():
        return lock.problem
    share_with_group(where.data)
    if act == HOLD:
        os.write(ready, b"!")
        wait()
    if act == "set-up":
        _set_up(where)
    if act in ("set-up", "work"):
        _work(where)
    share_with_group(where.data)
    lock.release()
    return act


def _set_up(where: Paths) -> None:
    set_up_office(where, office_setup(), PASSWORD, "ABCD-" * 7 + "ABCD", system_clock, CHEAP)


def _work(where: Paths) -> None:
    database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
    made = Calls(database, load_reference(where.resources), system_clock)
    made.save(actor, information_call(made.start(actor).form))
    backups = Backups(database, where, system_clock)
    backups.make(actor, Watch(lambda _stage, _done, _total: None, lambda: False))
    database.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
