"""What a process of the receiver runs in the tests."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from ministry_server.cli import main


def run(arguments: list[str]) -> None:
    """The command; its lines are nobody's."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        sys.exit(main(arguments))
