"""`117-operator --self-check [--out DIR] [--language ru]`: a table, and exit code 1 if a line failed."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from operator_app import __version__, config
from operator_app.domain.clock import system_clock
from operator_app.domain.office import LANGUAGES
from operator_app.i18n import N_, _, use_language
from operator_app.log import start_logging, stop_logging
from operator_app.self_check import checks
from operator_app.self_check.bench import Bench
from operator_app.self_check.report import Check, Outcome, as_text, run_all

LOG_NAME = "117-operator-self-check.log"
RESOURCES, SIGN_IN = N_("Resources and translations"), N_("Office set up, signed in")
SAVED, PICTURES = N_("Calls saved and read"), N_("Pictures")
TABLE = (
    Check(RESOURCES, checks.resources),
    Check(N_("Encrypted database"), checks.database),
    Check(N_("All migrations"), checks.migrations),
    Check(SIGN_IN, checks.sign_in, (RESOURCES,)),
    Check(SAVED, checks.save, (SIGN_IN,)),
    Check(N_("Search"), checks.search, (SAVED,)),
    Check(N_("Daily log as XLSX"), checks.spreadsheet, (SAVED,)),
    Check(N_("Envelope sealed and verified"), checks.envelope),
    Check(N_("Network and certificates"), checks.network, (SIGN_IN,)),
)


def main(arguments: list[str]) -> int:
    """0: everything passed; 1: something did not. Nothing is left but what `--out` asked for, and
    after a failure the log, whose place is told."""
    parser = argparse.ArgumentParser(prog="117-operator --self-check", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the table and the pictures")
    parser.add_argument("--language", default="ru", choices=LANGUAGES)
    wanted = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    out: Path | None = wanted.out
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="117-check-", ignore_cleanup_errors=True) as folder:
        # A name with letters that ASCII lacks, as users of the offices have them.
        work = Path(folder) / "Текшерүү"
        start_logging(work / "logs")
        try:
            failed, text = _run(wanted.language, work, out)
        finally:
            stop_logging()
        if failed:
            kept = (out or Path(tempfile.gettempdir())) / LOG_NAME
            shutil.copyfile(work / "logs" / "117-operator.log", kept)
            text.append(_("The log: {file}").format(file=kept))
            _say(text[-1])
    if out is not None:
        (out / "self-check.txt").write_text("\n".join(text) + "\n", "utf-8")
    return 1 if failed else 0


def _run(language: str, work: Path, out: Path | None) -> tuple[int, list[str]]:
    """How many checks did not pass, and the table."""
    bench = Bench(config.paths(work / "data"), system_clock, out)
    _speak(language, bench)
    text = [f"117 Operator {__version__}"]
    _say(text[0])
    failed = 0
    try:
        for line in run_all((*TABLE, *_drawn()), bench):
            # A tour leaves the language it was made in.
            _speak(language, bench)
            failed += line.outcome is not Outcome.PASSED
            text.append(as_text(line))
            _say(text[-1])
    finally:
        bench.close()
    text.append(_("All is well.") if not failed else _("This copy of the program is not whole."))
    _say(text[-1])
    return failed, text


def _speak(language: str, bench: Bench) -> None:
    try:
        use_language(language, bench.paths.resources)
    except OSError:
        # The first check says which translation is missing.
        use_language("en", bench.paths.resources)


def _drawn() -> list[Check]:
    """The checks that need Qt's application, which is made for them."""
    names = {"ky": N_("Screens in Kyrgyz"), "ru": N_("Screens in Russian")}
    return [
        Check(PICTURES, _pictures),
        Check(N_("Daily log as PDF"), checks.paper, (SAVED, PICTURES)),
        *(
            Check(
                names.get(code, N_("Screens in English")),
                partial(_screens, code),
                (SAVED, PICTURES),
            )
            for code in LANGUAGES
        ),
    ]


def _pictures(bench: Bench) -> str:
    from operator_app.self_check import screens

    screens.make_application()
    return screens.pictures(bench)


def _screens(language: str, bench: Bench) -> str:
    from operator_app.self_check import screens

    # Each tour opens the office by itself, as the program does.
    bench.close()
    return screens.screens(bench, language)


def _say(text: str) -> None:
    """Print it, where there is a console: the windowed program on Windows has none."""
    if sys.stdout is not None:
        print(text, flush=True)
