"""`117-operator check`: every line of the check of the PC on the console, or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from operator_app.config import Paths
from operator_app.doctor import checks_of
from operator_app.domain.clock import system_clock, to_ms
from operator_app.domain.findings import Finding, exit_code
from operator_app.domain.policy import InForce
from operator_app.services.exports import write_file
from operator_app.services.pc_check.runner import run_checks
from operator_app.services.support_file import support_file
from operator_app.ui.check_wording import check_name, found_words, grade_words, to_do_words
from operator_app.ui.font_check import fonts_without_window, qt_version
from operator_app.ui.preferences import Preferences

if TYPE_CHECKING:
    from operator_app.db.engine import Database


def check(
    wanted: argparse.Namespace,
    paths: Paths,
    policy: InForce,
    database: Database | None,
    say: Callable[[str], None],
) -> int:
    """Look, tell, and write the support file if one is wanted. 0, 1 or 2 as `exit_code`.

    Raises EnvironmentProblem when the support file cannot be written.
    """
    chosen = Preferences(paths.window).backup_folder if paths.window.exists() else ""
    found = run_checks(
        checks_of(
            paths,
            policy,
            system_clock,
            qt=qt_version(),
            fonts=fonts_without_window(),
            database=database,
            backup_folder=policy.folder("backup_folder") or (Path(chosen) if chosen else None),
        )
    )
    if wanted.json:
        say(json.dumps([_plain(finding) for finding in found], ensure_ascii=False, indent=1))
    else:
        for finding in found:
            say(_line(finding))
    if wanted.support is not None:
        content = support_file(found, paths, policy, database, to_ms(system_clock()))
        write_file(wanted.support, content)
    return exit_code(found)


def _line(finding: Finding) -> str:
    to_do = to_do_words(finding)
    said = f"{grade_words(finding.grade):<16} {check_name(finding)}: {found_words(finding)}"
    return f"{said}\n{'':<16} → {to_do}" if to_do else said


def _plain(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "found": found_words(finding), "to_do": to_do_words(finding)}
