"""Both installers out of a frozen folder, on Linux, whichever system froze it.

    python build/dev.py installers --frozen DIR [--out DIR] [--only msi|setup]

Signed when the environment names a certificate (build/signing.py): the program first, then the
installers, the uninstaller while the set-up is made.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from build.environment import ROOT, SetupError
from build.msi import make_msi
from build.product import PROGRAM
from build.setup_exe import make_setup
from build.signing import Certificate, certificate, sign, sign_program
from operator_app import __version__

KINDS = ("msi", "setup")


def main(arguments: list[str]) -> int:
    """Make them and print their names and checksums."""
    parser = argparse.ArgumentParser(prog="dev.py installers")
    parser.add_argument("--frozen", type=Path, required=True, help="the folder that freeze made")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--only", choices=KINDS)
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        kinds = (wanted.only,) if wanted.only else KINDS
        made = make(wanted.frozen.resolve(), wanted.out.resolve(), __version__, kinds)
    except SetupError as error:
        print(error, file=sys.stderr)
        return error.code
    for file in made:
        size = file.stat().st_size / 1_000_000
        print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}  {size:.1f} MB")
    return 0


def make(
    frozen: Path,
    out: Path,
    version: str,
    kinds: tuple[str, ...] = KINDS,
    with_: Certificate | None = None,
) -> list[Path]:
    """The files made. `with_`: what to sign with, else what the environment names, else nothing.

    Raises SetupError; a frozen folder that is not one for Windows is refused.
    """
    if not (frozen / PROGRAM).is_file():
        raise SetupError(f"{frozen.name} holds no {PROGRAM}: it was not frozen on Windows")
    out.mkdir(parents=True, exist_ok=True)
    found = with_ or certificate()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if found is not None:
            # The frozen folder stays as it is: signing twice would sign a signature.
            copy = work / "signed"
            shutil.copytree(frozen, copy)
            sign_program(copy, found)
            frozen = copy
        made = []
        if "msi" in kinds:
            made.append(make_msi(frozen, out, version, work))
        if "setup" in kinds:
            made.append(make_setup(frozen, out, version, work, found))
    if found is None:
        print("not signed: no certificate is named (build/signing.py)", file=sys.stderr)
    else:
        sign(made, found)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
