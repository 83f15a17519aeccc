"""What both installers know of the product: names, ids, folders, rights."""

from __future__ import annotations

import uuid

from operator_app.config import APP_FOLDER
from operator_app.running_mark import NAME as RUNNING_MARK

NAME = "117 Operator"
TRAINING = f"{NAME} - Training"
"""The other entry of the start menu: the invented office."""
MAKER = "Helpline 117"
FOLDER = APP_FOLDER
"""In Program Files and, for the data, in ProgramData or the user's profile."""
PROGRAM = "117-operator.exe"
REGISTRY = rf"Software\{NAME}"
UPGRADE_CODE = uuid.UUID("7a3f8d0c-1c0e-4a67-9a4e-5d1170b6e117")
"""Every version of the MSI has it: by it Windows knows what to upgrade."""
RUNNING = RUNNING_MARK
LEAST_WINDOWS_BUILD = 17763
"""Windows 10 1809: what Qt asks for."""
DATA_RIGHTS = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)"
"""SDDL of the shared data folder: system and administrators everything, the users of the PC read,
write and delete; nobody else, and nothing inherited. What is in it is encrypted."""


def fixed_id(*parts: str) -> str:
    """A GUID that is the same in every build for the same parts, as Windows Installer writes it."""
    return "{" + str(uuid.uuid5(UPGRADE_CODE, "\n".join(parts))).upper() + "}"
