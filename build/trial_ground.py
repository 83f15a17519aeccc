"""What the trials of the installers share: a Windows, installers of three versions, expectations."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from build import product
from build.installers import make
from build.signing import Certificate
from build.stand_in import RUN_LINE, STAND_IN, compiled, make_stand_in
from build.wine import Wine, WineTrouble, until

OLD, NEW = "1.0.0", "2.0.0"
UNINSTALL = rf"Software\Microsoft\Windows\CurrentVersion\Uninstall\{product.NAME}"
WORDS = "ңөү: жазуулар"


class TrialFailed(Exception):
    """Something is not as it must be; the text says what."""


@dataclass
class Ground:
    """Where a trial takes place. `work` is a folder of this machine, with what was made in it."""

    wine: Wine
    work: Path

    def setup(self, version: str) -> Path:
        """The set-up of a version, in a folder of its own."""
        return self.work / version / f"117-operator-{version}-setup.exe"

    def msi(self, version: str) -> Path:
        """The MSI of a version."""
        return self.work / version / f"117-operator-{version}.msi"

    def run_setup(self, version: str, *switches: str) -> int:
        """Silent; `/D=` must be the last switch."""
        return self._line(self.setup(version), "/S", *switches)

    def run_msi(self, verb: str, version: str, *properties: str) -> int:
        """`verb`: /i or /x; silent."""
        file = self.wine.windows_path(self.msi(version))
        return self.wine.run("msiexec", verb, file, "/qn", *properties)

    def uninstall(self, folder: Path, *switches: str) -> int:
        """By the uninstaller of the set-up. It works on as a copy of itself; its code comes back
        only from `_?=`, which leaves the file of the uninstaller."""
        where = f"_?={self.wine.windows_path(folder)}"
        return self._line(folder / "uninstall.exe", "/S", *switches, where)

    def _line(self, program: Path, *words: str) -> int:
        """Words as they are, without quotes of Wine's own."""
        line = " ".join([f'"{self.wine.windows_path(program)}"', *words])
        file = self.work / "line"
        file.write_bytes(line.encode("utf-16-le"))
        return self.wine.run(str(compiled(RUN_LINE, self.work)), self.wine.windows_path(file))

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While the stand-in runs with the program's mark."""
        flag = self.work / "runs"
        flag.write_text("")
        ready = flag.with_name("runs.ready")
        ready.unlink(missing_ok=True)
        process = self.wine.background(
            str(compiled(STAND_IN, self.work)), product.RUNNING, self.wine.windows_path(flag)
        )
        try:
            if not until(ready.exists, 60):
                raise WineTrouble("the stand-in does not run")
            yield
        finally:
            flag.unlink(missing_ok=True)
            process.wait(60)


def make_installers(work: Path, with_: Certificate | None = None) -> None:
    """Installers of both versions, each with an office.toml beside."""
    program = compiled(STAND_IN, work)
    for version in (OLD, NEW):
        frozen = make_stand_in(work / f"frozen-{version}", version, program)
        make(frozen, work / version, version, with_=with_)
        (work / version / "office.toml").write_text(f'# {WORDS}\nlanguage = "ky"\n', "utf-8")


def expect(what: str, found: object, wanted: object) -> None:
    """Raise TrialFailed unless they are equal."""
    if found != wanted:
        raise TrialFailed(f"{what}: {found!r}, expected {wanted!r}")


def installed_version(folder: Path) -> str | None:
    """What lies there, or None. Raises TrialFailed when it is of two versions."""
    app = folder / "app"
    file = app / "_internal" / "version.txt"
    if not file.is_file():
        return None
    version = file.read_text("utf-8")
    lying = sorted(f.name for f in (app / "_internal").glob("only-in-*"))
    expect("files of one version", lying, [f"only-in-{version}.dll"])
    for name in (product.PROGRAM, "_internal/resources/theme.qss"):
        expect(f"{name} is there", (app / name).is_file(), True)
    left = [name for name in ("app.new", "app.old") if (folder / name).exists()]
    expect("nothing half-done", left, [])
    return version


def put_data(folder: Path) -> Path:
    """A record as the program would leave one; every trial wants it back."""
    file = folder / product.FOLDER / "office" / "operator.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(WORDS, "utf-8")
    return file


def expect_data(file: Path) -> None:
    """What `put_data` put there is as it was."""
    expect("data kept", file.is_file() and file.read_text("utf-8"), WORDS)


def forget(folder: Path) -> None:
    """Clear what a trial leaves on purpose."""
    shutil.rmtree(folder / product.FOLDER, ignore_errors=True)
