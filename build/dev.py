"""Everything a newcomer needs: python build/dev.py demo | test | run | serve | bench | freeze ...

Standard library only, any folder, Linux and Windows: it makes the project's own environment first
and runs the real work inside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - it may be started by any Python
    sys.exit("117 Operator needs Python 3.11 or newer; this is " + sys.version.split()[0])

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from build.environment import CACHE, PYTHON, ROOT, SetupError, ensure_environment, say
from build.postgres import ensure_postgres
from build.qt_libraries import ensure_qt, has_display

HELP = """python build/dev.py COMMAND

  demo [--out DIR] [--stay]  one day: office, receiver, calls, a violence case, cut line, daily log
  test [pytest arguments]    ruff, mypy, architecture contracts and all tests
  test -m long               the rest of languages, sizes, kills, seeds and examples
  run [arguments]            the program itself, with its data in .cache/office
  serve [arguments]          the ministry's receiver on this machine, with its data in .cache/ministry
  serve code OFFICE          an enrolment code for a PC of that office
  bench [pytest arguments]   the benchmarks, as ratios
  prove [--hours N]          crashes, power cuts, faults, seeds: the full figures, as a table
  freeze [--out DIR]         the frozen program, in dist/, with its gates and its own check
  installers --frozen DIR    MSI and set-up of a frozen folder, on Linux
  test-installers            both installers in Wine
  shots DIR                  pictures of all screens
  strings                    bring resources/i18n/*.po up to date with the source
"""
CATALOGUES = "build/catalogues.py"


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    commands = {
        "demo": demo,
        "test": test,
        "run": run,
        "serve": serve,
        "bench": bench,
        "prove": prove,
        "freeze": freeze,
        "installers": installers,
        "test-installers": test_installers,
        "shots": shots,
        "strings": strings,
    }
    if not arguments or arguments[0] not in commands:
        print(HELP)
        return 0 if arguments and arguments[0] in ("-h", "--help", "help") else 2
    try:
        ensure_environment()
        _compile_catalogues()
        return commands[arguments[0]](arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 130


def demo(arguments: list[str]) -> int:
    """The main job through real windows; pictures, exports and summary.json."""
    ensure_qt(on_screen=True)
    return _python("build/demo.py", *arguments, screen=True)


def test(arguments: list[str]) -> int:
    """Every check, each one even when an earlier one failed; then one table."""
    ensure_qt()
    ensure_postgres()
    chosen = any(a.startswith("-n") for a in arguments)
    # Neighbours share what their module set up; whoever is done first takes from the other's end.
    workers = [] if chosen else ["-n", "2", "--dist", "worksteal"]
    steps = {
        "ruff check": ["ruff", "check", "--quiet"],
        "ruff format": ["ruff", "format", "--check", "--quiet"],
        "mypy": ["mypy", "--no-error-summary"],
        "pytest": ["pytest", *workers, *arguments],
    }
    table: list[tuple[str, int, float]] = []
    for name, command in steps.items():
        say(name)
        start = time.monotonic()
        code = _python("-m", *command, folder=ROOT)
        table.append((name, code, time.monotonic() - start))
    print()
    for name, code, seconds in table:
        print(f"{name:<12} {'passed' if code == 0 else 'FAILED':<7} {seconds:6.1f} s")
    failed = sum(code != 0 for _, code, _ in table)
    print(f"checks: {len(table) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def run(arguments: list[str]) -> int:
    """The program, on data of its own: an installation on this PC is left alone."""
    ensure_qt(on_screen=True)
    os.environ.setdefault("OPERATOR117_DATA", str(CACHE / "office"))
    return _python("main.py", *arguments, screen=True)


def serve(arguments: list[str]) -> int:
    """The receiver on loopback; made on first use."""
    return _python("build/serve.py", *arguments)


def bench(arguments: list[str]) -> int:
    """Ratios to the floor in the same run."""
    ensure_qt()
    return _python(
        "-m", "pytest", "-m", "bench", "-q", "-s", "tests/benchmarks", *arguments, folder=ROOT
    )


def prove(arguments: list[str]) -> int:
    """The full figures of the proof, behind other work."""
    ensure_qt()
    return _python("build/prove.py", *arguments, folder=ROOT)


def freeze(arguments: list[str]) -> int:
    """The program as one folder, for the system this runs on."""
    ensure_qt()
    return _python("build/freeze.py", *arguments)


def installers(arguments: list[str]) -> int:
    """MSI and set-up out of a frozen folder."""
    return _python("build/installers.py", *arguments)


def test_installers(arguments: list[str]) -> int:
    """Both installers, tried in Wine."""
    return _python("build/try_installers.py", *arguments)


def shots(arguments: list[str]) -> int:
    """Pictures of all screens into a folder."""
    ensure_qt()
    return _python("build/shots.py", *arguments)


def strings(_arguments: list[str]) -> int:
    """Extract the marked strings and merge them into the catalogues."""
    return _python(CATALOGUES, "update") or _python(CATALOGUES, "compile")


def _compile_catalogues() -> None:
    for source in (ROOT / "resources" / "i18n").glob("*.po"):
        compiled = source.parent / source.stem / "LC_MESSAGES" / "operator117.mo"
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            if _python(CATALOGUES, "compile"):
                raise SetupError("The translations could not be compiled; see the message above.")
            return


def _python(*arguments: str, screen: bool = False, folder: Path | None = None) -> int:
    """Run the environment's Python; a file is meant from the project's root.

    `screen`: use the screen if there is one; everything else draws offscreen.
    """
    program, *rest = arguments
    if program.endswith(".py"):
        program = str(ROOT / program)
        if not Path(program).exists():
            raise SetupError(f"{arguments[0]} is not in this checkout.")
    surroundings = os.environ | {"PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    if not screen or not has_display():
        surroundings.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.stdout.flush()
    command = [str(PYTHON), program, *rest]
    with subprocess.Popen(command, env=surroundings, cwd=folder) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The child got the same Ctrl+C and ends in its own way.
            return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
