"""The ministry's receiver for development: made on first use, then serving on loopback."""

from __future__ import annotations

import sys
from pathlib import Path

from ministry_server.cli import main

DATA = Path(__file__).resolve().parent.parent / ".cache" / "ministry"


def serve(arguments: list[str]) -> int:
    """Make keys and database when there are none, say how to enrol a PC, and serve.

    Arguments that begin with a word are one of the receiver's other commands: "code 0412".
    """
    data = ["--data", str(DATA)]
    if not DATA.exists():
        DATA.mkdir(parents=True)
        if code := main(["init", *data]):
            return code
    if arguments and not arguments[0].startswith("-"):
        return main([arguments[0], *data, *arguments[1:]])
    print("An enrolment code for a PC of office 0412, in another terminal:")
    print("  python build/dev.py serve code 0412", flush=True)
    return main(["serve", *data, *arguments])


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:]))
