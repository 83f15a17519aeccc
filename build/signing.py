"""Signatures under what leaves the build: Authenticode, by osslsigncode, on Linux.

    python -m build.signing FILE...

Without a certificate nothing is signed, and that is said. The certificate comes from outside:
OPERATOR117_SIGN_P12 names its file, OPERATOR117_SIGN_PASSWORD_FILE the file with its password,
OPERATOR117_SIGN_TIMESTAMP the address of a time stamp service (without it the signatures end with
the certificate).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from build.environment import SetupError
from build.product import NAME

OURS = (".exe",)
"""Of a frozen folder: the libraries in it are their makers'."""


@dataclass(frozen=True)
class Certificate:
    """What to sign with; `timestamp` is an address or empty."""

    file: Path
    password_file: Path
    timestamp: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that name it, for a process of its own."""
        return {
            "OPERATOR117_SIGN_P12": str(self.file),
            "OPERATOR117_SIGN_PASSWORD_FILE": str(self.password_file),
            "OPERATOR117_SIGN_TIMESTAMP": self.timestamp,
        }


def certificate(environment: Mapping[str, str] = os.environ) -> Certificate | None:
    """The certificate that the environment names, or None. Raises SetupError when it is not there."""
    if not environment.get("OPERATOR117_SIGN_P12"):
        return None
    file = Path(environment["OPERATOR117_SIGN_P12"])
    password = Path(environment.get("OPERATOR117_SIGN_PASSWORD_FILE", ""))
    for needed in (file, password):
        if not needed.is_file():
            raise SetupError(f"The certificate to sign with is not complete: {needed.name or '?'}")
    return Certificate(file, password, environment.get("OPERATOR117_SIGN_TIMESTAMP", ""))


def sign(files: Iterable[Path], with_: Certificate) -> None:
    """Sign each file in place. Raises SetupError; an unsigned file is then left as it was."""
    if shutil.which("osslsigncode") is None:
        raise SetupError("osslsigncode is missing: apt-get install osslsigncode")
    for file in files:
        signed = file.with_name(file.name + ".signed")
        command = ["osslsigncode", "sign", "-pkcs12", str(with_.file)]
        command += ["-readpass", str(with_.password_file), "-h", "sha256", "-n", NAME]
        if with_.timestamp:
            command += ["-ts", with_.timestamp]
        command += ["-in", str(file), "-out", str(signed)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            signed.unlink(missing_ok=True)
            told = (done.stdout + done.stderr).strip().splitlines()
            raise SetupError(f"{file.name} could not be signed: {told[-1] if told else '?'}")
        signed.replace(file)


def sign_program(folder: Path, with_: Certificate) -> None:
    """The programs of a frozen folder."""
    sign(sorted(f for f in folder.iterdir() if f.suffix.lower() in OURS), with_)


if __name__ == "__main__":
    found = certificate()
    if found is None:
        sys.exit("no certificate is named")
    sign([Path(name) for name in sys.argv[1:]], found)
