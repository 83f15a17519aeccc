"""An office and what is needed to set one up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from operator_app.domain.xroad import XRoad

LANGUAGES = ("ky", "ru", "en")


@dataclass(frozen=True)
class Office:
    """The office of this PC: code, names per language ("ky", "ru", "en"), SOATE division."""

    code: str
    names: Mapping[str, str]
    division: str

    def name(self, language: str) -> str:
        """The name in the language, or the first that is filled."""
        return self.names.get(language) or next((n for n in self.names.values() if n), self.code)


@dataclass(frozen=True)
class OfficeSetup:
    """What the set-up wizard or the provisioning file `office.toml` says.

    `server_url` and `enrolment_code` may be empty: an office that is never online works too.
    `xroad` stands in the place of `server_url` where records go through a Security Server.
    The supervisor's password is typed by a person, never in the file.
    """

    office: Office
    supervisor_login: str
    supervisor_name: str
    language: str = "ru"
    server_url: str = ""
    enrolment_code: str = field(default="", repr=False)
    xroad: XRoad | None = None
