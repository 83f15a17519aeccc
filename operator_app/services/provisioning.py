"""Finding and reading the provisioning file that IT ships."""

from __future__ import annotations

import sys
from pathlib import Path

from operator_app.config import Paths, program_root
from operator_app.domain.policy import FILE_NAME, MOST_CHARACTERS
from operator_app.errors import BadInput, Fault


def find_provisioning(paths: Paths) -> Path | None:
    """The office.toml in the data folder or beside the program, or None."""
    beside = Path(sys.executable).parent if getattr(sys, "frozen", False) else program_root()
    places = (paths.data / FILE_NAME, beside / FILE_NAME)
    return next((file for file in places if file.is_file()), None)


def read_provisioning(file: Path) -> str:
    """The text of the file. Raises BadInput when it cannot be read or is not UTF-8 text."""
    try:
        with file.open("rb") as stream:
            # More than the most is never needed: the parser refuses it by its length.
            content = stream.read(4 * MOST_CHARACTERS + 4)
        return content.decode("utf-8-sig")
    except OSError:
        code = "provisioning.unreadable"
    except UnicodeDecodeError:
        code = "provisioning.not_utf8"
    raise BadInput("provisioning.faults", [Fault("", code)])
