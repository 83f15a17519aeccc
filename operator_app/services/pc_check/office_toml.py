"""The file that IT ships for the set-up: every wrong line, before anybody sits at the PC."""

from __future__ import annotations

from operator_app.config import Paths
from operator_app.domain.findings import Finding, Grade
from operator_app.domain.provisioning import parse_provisioning
from operator_app.errors import BadInput
from operator_app.services.provisioning import find_provisioning, read_provisioning
from operator_app.services.reference import load_reference

NAME = "office_toml"


def office_toml(paths: Paths) -> list[Finding]:
    """After the set-up only its settings matter, which are looked at by themselves."""
    if paths.is_set_up:
        return [Finding(NAME, Grade.ABSENT, "office_toml.done")]
    file = find_provisioning(paths)
    if file is None:
        return [Finding(NAME, Grade.ABSENT, "office_toml.none")]
    try:
        setup = parse_provisioning(read_provisioning(file), load_reference(paths.resources))
    except BadInput as error:
        return [
            Finding(
                NAME,
                Grade.PROBLEM,
                fault.code,
                {**fault.params, "key": fault.where, "line": fault.line or 0},
            )
            for fault in error.faults
        ]
    return [Finding(NAME, Grade.OK, "office_toml.good", {"office": setup.office.code})]
