"""The workflow of Windows calls what there is, in the order that it needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from build import dev, product
from build.frozen_plan import CONSOLE_NAME
from tests.architecture.source import ROOT

FILE = ROOT / ".github" / "workflows" / "windows.yml"


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text("utf-8"))["jobs"])


def said(job: dict[str, Any]) -> str:
    return "\n".join(str(step.get("run", "")) for step in job["steps"])


def test_commands_of_dev_are_known(jobs: dict[str, Any]) -> None:
    called = re.findall(r"build/dev\.py ([\w-]+)", "\n".join(said(job) for job in jobs.values()))
    assert set(called) == {"test", "freeze", "installers", "test-installers"}
    assert [name for name in called if f"  {name} " not in dev.HELP] == []


def test_it_freezes_then_builds_then_installs(jobs: dict[str, Any]) -> None:
    assert "needs" not in jobs["freeze"] and jobs["freeze"]["runs-on"].startswith("windows")
    assert jobs["installers"]["needs"] == "freeze"
    assert jobs["install"]["needs"] == "installers"
    given = {
        name: [s.get("with", {}).get("name") for s in job["steps"]] for name, job in jobs.items()
    }
    assert "frozen" in given["freeze"] and "frozen" in given["installers"]
    assert "installers" in given["installers"] and "installers" in given["install"]
    assert "SHA256SUMS" in said(jobs["installers"])


def test_it_installs_from_the_lock(jobs: dict[str, Any]) -> None:
    for name in ("freeze", "installers"):
        assert "uv sync --frozen" in said(jobs[name])


def test_names_are_those_of_the_product(jobs: dict[str, Any]) -> None:
    words = said(jobs["install"])
    assert f"{product.FOLDER}\\app\\{CONSOLE_NAME}.exe" in words
    assert jobs["install"]["runs-on"].startswith("windows")
