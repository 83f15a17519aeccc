"""The subjects of the ministry's notes: how the topics of calls are put together in its reports.

The list is data (resources/data/report_lines.csv): the ministry changes it without the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "OTHER"


@dataclass(frozen=True)
class ReportLine:
    """One subject of the report: its names by language, and the topics ("CHI", "CHI.ABU") in it."""

    code: str
    labels: Mapping[str, str]
    topics: tuple[str, ...]


class ReportLines:
    """In the order of the file. A topic belongs to the line that names it, or else its group."""

    def __init__(self, lines: tuple[ReportLine, ...]) -> None:
        self.lines = lines
        self._of = {topic: line.code for line in lines for topic in line.topics}

    def line_of(self, topic: str) -> str:
        """The line of a topic; OTHER for one that no line names, and for none."""
        return self._of.get(topic) or self._of.get(topic.partition(".")[0], OTHER)

    def label(self, code: str, language: str) -> str:
        """The name of a line; the bare code when unknown."""
        found = next((line for line in self.lines if line.code == code), None)
        return found.labels[language] if found else code
