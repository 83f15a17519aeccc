"""The project's own virtual environment, made from uv.lock. Standard library only.

In this order: uv on the PATH; uv installed by pip into a private folder; venv and pip alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = VENV / "made-from"


class SetupError(Exception):
    """The work cannot go on; the text says what the person can do. `code` is the exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def executable(environment: Path, name: str = "python") -> Path:
    """A program of a virtual environment, on any system."""
    if sys.platform == "win32":
        return environment / "Scripts" / f"{name}.exe"
    return environment / "bin" / name


PYTHON = executable(VENV)


def say(text: str) -> None:
    """One line about what happens; flushed, so that it stands before a child's output."""
    print(f"-- {text}", flush=True)


def ensure_environment() -> None:
    """Make `.venv` as uv.lock says; returns at once when it is already so."""
    stamp = _stamp()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == stamp:
        return
    say("making the environment .venv from uv.lock")
    uv = _uv()
    if uv is None or not _sync_with_uv(uv):
        _sync_with_pip()
    STAMP.write_text(stamp, "utf-8")


def _stamp() -> str:
    digest = hashlib.sha256()
    for part in (
        (ROOT / "uv.lock").read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        f"{sys.version_info[:2]} {sys.platform} {VENV}".encode(),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _uv() -> str | None:
    found = shutil.which("uv")
    if found and _succeeds([found, "--version"], quiet=True):
        return found
    private = CACHE / "uv-tool"
    tool = executable(private, "uv")
    if tool.exists() and _succeeds([str(tool), "--version"], quiet=True):
        return str(tool)
    say("uv is not on the PATH; installing it into .cache/uv-tool")
    try:
        venv.create(private, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError):
        return None
    installed = _succeeds([str(executable(private)), "-m", "pip", "install", "--quiet", "uv"])
    return str(tool) if installed and tool.exists() else None


def _sync_with_uv(uv: str) -> bool:
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        python = _base_python()
    else:
        python = f">={_dotted(OLDEST)},<{NEWEST[0]}.{NEWEST[1] + 1}"
    # Frozen: exactly the lock, without asking an index whether it could be newer.
    done = _succeeds([uv, "sync", "--frozen", "--all-extras", "--python", python])
    if not done:
        say("uv could not make the environment; trying venv and pip")
    return done


def _sync_with_pip() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SetupError(
            f"Run this with Python {_dotted(OLDEST)} to {_dotted(NEWEST)}, or install uv."
        )
    if not _succeeds([str(PYTHON), "-m", "pip", "--version"], quiet=True):
        try:
            venv.create(VENV, with_pip=True, clear=True, symlinks=sys.platform != "win32")
        except (subprocess.CalledProcessError, OSError) as error:
            raise SetupError(
                "Python cannot make a virtual environment. On Debian or Ubuntu this mends it: "
                "sudo apt-get install python3-venv",
                3,
            ) from error
    CACHE.mkdir(exist_ok=True)
    wanted = CACHE / "requirements.txt"
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    wanted.write_text("\n".join(locked_requirements(lock)) + "\n", "utf-8")
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    if not _succeeds([*command, "-r", str(wanted)]):
        raise SetupError("The packages could not be installed; see the message above.")


def locked_requirements(lock: dict[str, Any]) -> list[str]:
    """uv.lock as lines for pip: exact versions, hashes, and the markers that pip evaluates.

    Walks from the project through its dependencies, extras and development group, so that the
    markers along the way are known. A package that is reached without a marker needs none.
    """
    packages = {package["name"]: package for package in lock["package"]}
    project = next(p for p in lock["package"] if "virtual" in p["source"])
    markers: dict[str, set[str]] = {}
    to_visit = [(edge, "") for edge in _edges(project, None)]
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    while to_visit:
        edge, inherited = to_visit.pop()
        marker = " and ".join(f"({m})" for m in (inherited, edge.get("marker", "")) if m)
        extras = tuple(edge.get("extra", ()))
        visit = (edge["name"], marker, extras)
        if visit in seen:
            continue
        seen.add(visit)
        markers.setdefault(edge["name"], set()).add(marker)
        to_visit += [(below, marker) for below in _edges(packages[edge["name"]], extras)]
    return [_requirement(packages[name], markers[name]) for name in sorted(markers)]


def _edges(package: dict[str, Any], extras: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """Dependencies of a package with some of its extras; None: everything, as for the project."""
    edges: list[dict[str, Any]] = list(package.get("dependencies", ()))
    for name, more in package.get("optional-dependencies", {}).items():
        if extras is None or name in extras:
            edges += more
    if extras is None:
        for more in package.get("dev-dependencies", {}).values():
            edges += more
    return edges


def _requirement(package: dict[str, Any], markers: set[str]) -> str:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    line = f"{package['name']}=={package['version']}"
    if "" not in markers:
        line += " ; " + " or ".join(f"({marker})" for marker in sorted(markers))
    return line + "".join(f" \\\n    --hash={file['hash']}" for file in files)


def _succeeds(command: list[str], *, quiet: bool = False) -> bool:
    surroundings = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    surroundings |= {
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        # The certificates of the system, which an office's proxy may have added to.
        "UV_SYSTEM_CERTS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    output = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=surroundings, check=False, stdout=output, stderr=output
        )
    except OSError:
        return False
    return done.returncode == 0


def _base_python() -> str:
    """The interpreter below any virtual environment, because ours may be made anew."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
