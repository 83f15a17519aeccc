"""117 Operator: starts the window.

No garbage is collected until the first window is painted, and nothing of the database is imported
before that: the office is opened by a password, which takes longer to type.
"""

from __future__ import annotations

import gc

gc.disable()

import argparse  # noqa: E402
import contextlib  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from PySide6.QtWidgets import QApplication  # noqa: E402

from operator_app import __version__, config  # noqa: E402
from operator_app.app import Application  # noqa: E402
from operator_app.domain.clock import system_clock  # noqa: E402
from operator_app.domain.office import LANGUAGES  # noqa: E402
from operator_app.domain.policy import for_training  # noqa: E402
from operator_app.files import make_private  # noqa: E402
from operator_app.log import start_logging  # noqa: E402
from operator_app.running_mark import hold_running_mark  # noqa: E402
from operator_app.services.policy import installation, log_problems  # noqa: E402
from operator_app.training.folder import refusal  # noqa: E402
from operator_app.ui.dialogs import QtDialogs  # noqa: E402
from operator_app.ui.first_paint import FirstPaint  # noqa: E402
from operator_app.ui.garbage import GarbageTimer  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run until the last window is closed; 1 when another instance is running.

    A command for IT (`reindex`) runs without a window, and so does `--self-check`.
    """
    hold_running_mark()
    if arguments[:1] == ["--self-check"]:
        from operator_app.self_check import command

        return command.main(arguments[1:])
    if arguments and not arguments[0].startswith("-"):
        from operator_app import cli

        return cli.main(arguments)
    parser = argparse.ArgumentParser(prog="117-operator", description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder of this installation")
    parser.add_argument("--provision", type=Path, help="office.toml for the first start")
    parser.add_argument(
        "--self-check", action="store_true", help="try this copy out; [--out DIR] [--language ru]"
    )
    parser.add_argument(
        "--training", action="store_true", help="the sandbox: an invented office, never sent"
    )
    parser.add_argument("--language", choices=LANGUAGES, help="of the windows, from now on")
    parser.add_argument("--version", action="version", version=__version__)
    wanted = parser.parse_args(arguments)
    paths, policy = installation(wanted.data)
    if wanted.training:
        paths = config.paths(wanted.data or config.training_data_folder())
        policy = for_training(policy)
    refused = refusal(paths, training=wanted.training)
    if not refused:
        with contextlib.suppress(OSError):
            # An account that may not write there is told so in a window.
            make_private(paths.data)
            start_logging(paths.logs)
    log_problems(policy)
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("117 Operator")
    qt.setDesktopFileName("117-operator")
    application = Application(
        qt, paths, system_clock, QtDialogs(), provisioning=wanted.provision, policy=policy
    )
    if wanted.language and not refused and not application.preferences.held_language:
        application.preferences.language = wanted.language
    if not application.start():
        application.tell_running()
        return 1
    qt.aboutToQuit.connect(application.shut_down)
    if application.window is not None:
        FirstPaint(application.window, lambda: GarbageTimer(application))
        if os.environ.get("OPERATOR117_EXIT_WHEN_READY"):
            # For the benchmark of the cold start.
            FirstPaint(application.window, qt.quit)
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
