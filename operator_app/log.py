"""Rotating logs that carry ids, codes and counts, never content (security.md)."""

from __future__ import annotations

import logging
import logging.handlers
import traceback
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024


class _NoTraceText(logging.Formatter):
    """Formats exceptions as type and places only: their text may quote what was typed."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        kind, error, trace = ei
        places = [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)
        ]
        code = getattr(error, "code", "")
        return f"{kind.__name__} {code} at " + " < ".join(reversed(places))


def start_logging(folder: Path, level: int = logging.INFO) -> None:
    """Write `117-operator.log` in the folder: five files of one megabyte at most."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "117-operator.log", maxBytes=MEGABYTE, backupCount=4, encoding="utf-8"
    )
    handler.setFormatter(_NoTraceText("%(asctime)s %(levelname)s %(name)s %(message)s"))
    stop_logging()
    logger = logging.getLogger("operator_app")
    logger.addHandler(handler)
    logger.setLevel(level)


def stop_logging() -> None:
    """Close the log file, so that its folder can go away."""
    logger = logging.getLogger("operator_app")
    for old in logger.handlers[:]:
        logger.removeHandler(old)
        old.close()
