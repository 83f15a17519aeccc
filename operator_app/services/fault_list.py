"""The list of what is wrong with a file, as a table for the person who mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from operator_app.export.csv_file import text_csv
from operator_app.services.exports import write_file


def save_fault_list(file: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write the list as CSV; it names places and fields, and holds no value of the file.

    Raises EnvironmentProblem as `write_file` does.
    """
    write_file(file, text_csv(headings, rows))
    return file
