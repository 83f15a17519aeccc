"""Logs: one JSON object per line on standard error. Codes, ids and counts; never a request's words.

The text of an error is never written: it may quote a request or a row.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

requests = logging.getLogger("ministry_server.requests")


class Lines(logging.Formatter):
    """A record as {at, level, logger, text, ...}; fields come by `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage().partition("\n")[0],
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= {
                "error": type(record.exc_info[1]).__name__,
                "where": places(record.exc_info[1]),
            }
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def set_up() -> None:
    """Everything from "info" on, in lines. Called once, by the process that serves."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def answered(endpoint: str, status: int, code: str | None, seconds: float) -> None:
    """A line about a request."""
    fields = {"endpoint": endpoint, "status": status, "ms": round(seconds * 1000, 1)}
    if code is not None:
        fields["code"] = code
    requests.info("answered", extra={"fields": fields})


def failure(log: logging.Logger, where: str, error: BaseException) -> None:
    """The kind and the place of an error, never its text."""
    log.error("%s: %s at %s", where, type(error).__name__, places(error))


def places(error: BaseException) -> str:
    """Where it was raised, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
