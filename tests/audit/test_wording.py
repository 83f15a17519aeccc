"""Every act that is audited has words, in a group that people can choose."""

from __future__ import annotations

import pytest

from operator_app.services.audit_log import GLASS
from operator_app.ui import audit_wording
from tests.architecture.source import ROOT
from tests.audit.actions import audited, sources_of


def test_every_audited_act_has_words() -> None:
    # No screen audits: a service does, whatever screen asked for it.
    sources: dict[str, str] = {}
    for package in ("services", "sync", "db"):
        sources |= sources_of(ROOT / "operator_app" / package)
    assert [
        name
        for name, text in sources_of(ROOT / "operator_app").items()
        if "audit.append(" in text and name.removeprefix("operator_app/") not in sources
    ] == []
    found = audited(sources)
    worded = {action for _name, actions in audit_wording.groups() for action in actions}
    assert {a: where for a, where in found.actions.items() if a not in worded} == {}
    assert found.unseen == []
    # The reading sees something at all, also through those who hand actions on.
    assert {"sign_in", "unlock", "call.saved", "case.glass_broken", "case.noted",
            "case.task_moved", "daily_log.printed", "case.closed"} <= set(found.actions)  # fmt: skip


def test_no_act_is_in_two_groups() -> None:
    listed = [action for _name, actions in audit_wording.groups() for action in actions]
    assert len(listed) == len(set(listed))
    assert GLASS in [actions for _name, actions in audit_wording.groups()]


HANDED_ON = """
class Things:
    def _audited(self, actor, action):
        audit.append(connection, at=1, user_id=actor, action=action)
    def change(self, what, action):
        self._audited(what, action)
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("def f():\n    audit.append(c, at=1, user_id='', action='planted.act')", "planted.act"),
        (HANDED_ON + "    def g(self):\n        self._audited(1, 'planted.act')", "planted.act"),
        (HANDED_ON + "def h(things):\n    things.change(1, 'planted.act')", "planted.act"),
        (HANDED_ON + "def h(things):\n    things.change(1, action='planted.act')", "planted.act"),
        (HANDED_ON + "    def g(self):\n        action, more = 'planted.act', {}\n"
         "        self._audited(1, action)", "planted.act"),
        ("def f(yes):\n    audit.append(c, action='planted.act' if yes else 'other')", "other"),
        ("def f(how):\n    audit.append(c, action={1: 'a.b'}.get(how, 'planted.act'))", "a.b"),
    ],
)  # fmt: skip
def test_a_planted_act_is_found(more: str, found: str) -> None:
    read = audited({"planted.py": more})
    assert found in read.actions
    assert read.unseen == []


def test_an_act_that_cannot_be_read_off_is_told() -> None:
    read = audited({"p.py": "def f(x):\n    audit.append(c, at=1, action=x.name)"})
    assert read.unseen == ["p.py:2"]
