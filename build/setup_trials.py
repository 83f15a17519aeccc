"""The set-up by NSIS, tried in Wine: what it does with files, registry, data, a running program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from build import product
from build.trial_certificate import checked_by, is_signed
from build.trial_ground import (
    NEW,
    OLD,
    UNINSTALL,
    WORDS,
    Ground,
    expect,
    expect_data,
    forget,
    installed_version,
    put_data,
)
from build.wine import until

NOT_DONE, RUNS, NEWER = 2, 5, 6
MENU = Path("Microsoft/Windows/Start Menu/Programs")


def machine(ground: Ground) -> None:
    """For all users: files, menu, registry, data folder, the office.toml that lay beside."""
    expect("exit code", ground.run_setup(OLD, "/AllUsers"), 0)
    expect("version", installed_version(_machine(ground)), OLD)
    expect("mark of one user", (_machine(ground) / "app" / "per-user").exists(), False)
    expect("menu", _menu(ground), [f"{product.TRAINING}.lnk", f"{product.NAME}.lnk"])
    training = (ground.wine.shared_data / MENU / f"{product.TRAINING}.lnk").read_bytes()
    expect("training", "--training".encode("utf-16-le") in training, True)
    key = rf"HKLM\{UNINSTALL}"
    expect("Add/Remove name", ground.wine.value(key, "DisplayName"), product.NAME)
    expect("Add/Remove version", ground.wine.value(key, "DisplayVersion"), OLD)
    expect(
        "quiet uninstall",
        ground.wine.value(key, "QuietUninstallString"),
        rf'"C:\Program Files\{product.FOLDER}\uninstall.exe" /AllUsers /S',
    )
    given = ground.wine.shared_data / product.FOLDER / "office.toml"
    expect("office.toml", WORDS in given.read_text("utf-8"), True)


def signed(ground: Ground) -> None:
    """Set-up, program and uninstaller bear the signature, and one changed byte is noticed."""
    by = checked_by(ground.work)
    folder = _machine(ground)
    for file in (ground.setup(OLD), folder / "app" / product.PROGRAM, folder / "uninstall.exe"):
        expect(f"{file.name} signed", is_signed(file, by), True)
    content = bytearray(ground.setup(OLD).read_bytes())
    content[len(content) // 2] ^= 1
    changed = ground.work / "changed.exe"
    changed.write_bytes(content)
    expect("changed file signed", is_signed(changed, by), False)


def upgrade(ground: Ground) -> None:
    """A newer version: nothing of the old one is left, data and office.toml stay as they are."""
    data = put_data(ground.wine.shared_data)
    given = ground.wine.shared_data / product.FOLDER / "office.toml"
    given.write_text("changed", "utf-8")
    expect("exit code", ground.run_setup(NEW, "/AllUsers"), 0)
    expect("version", installed_version(_machine(ground)), NEW)
    expect("one entry", ground.wine.value(rf"HKLM\{UNINSTALL}", "DisplayVersion"), NEW)
    expect("office.toml", given.read_text("utf-8"), "changed")
    expect_data(data)


def downgrade(ground: Ground) -> None:
    """An older version is refused."""
    expect("exit code", ground.run_setup(OLD, "/AllUsers"), NEWER)
    expect("version", installed_version(_machine(ground)), NEW)


def while_running(ground: Ground) -> None:
    """Neither installed over nor uninstalled while the program runs."""
    with ground.running():
        expect("exit code", ground.run_setup(NEW, "/AllUsers"), RUNS)
        expect("exit code", ground.uninstall(_machine(ground), "/AllUsers"), RUNS)
    expect("version", installed_version(_machine(ground)), NEW)


def failed(ground: Ground) -> None:
    """A folder that cannot be written: the version before is whole."""
    in_the_way = _machine(ground) / "app.new"
    in_the_way.write_text("a file")
    expect("exit code", ground.run_setup(NEW, "/AllUsers"), NOT_DONE)
    in_the_way.unlink()
    expect("version", installed_version(_machine(ground)), NEW)
    expect("exit code afterwards", ground.run_setup(NEW, "/AllUsers"), 0)


def uninstall(ground: Ground) -> None:
    """Everything is gone but the data."""
    data = put_data(ground.wine.shared_data)
    expect("exit code", ground.uninstall(_machine(ground), "/AllUsers"), 0)
    expect("program", installed_version(_machine(ground)), None)
    expect("menu", _menu(ground), [])
    expect("entry", ground.wine.value(rf"HKLM\{UNINSTALL}", "DisplayName"), None)
    expect("key", ground.wine.value(rf"HKLM\{product.REGISTRY}", "InstallDir"), None)
    expect_data(data)
    (_machine(ground) / "uninstall.exe").unlink()
    _machine(ground).rmdir()
    forget(ground.wine.shared_data)


def one_user(ground: Ground) -> None:
    """For a user with a Cyrillic name; the uninstaller removes itself too, and the data if asked."""
    home = ground.wine.local_data
    folder = home / "Programs" / product.FOLDER
    expect("exit code", ground.run_setup(OLD, "/CurrentUser", "/LANG=1088"), 0)
    expect("version", installed_version(folder), OLD)
    expect("mark of one user", (folder / "app" / "per-user").is_file(), True)
    expect("version", ground.wine.value(rf"HKCU\{UNINSTALL}", "DisplayVersion"), OLD)
    expect("nothing for all", ground.wine.value(rf"HKLM\{UNINSTALL}", "DisplayVersion"), None)
    data = put_data(home)
    expect("exit code", ground.run_setup(NEW, "/CurrentUser"), 0)
    expect("version", installed_version(folder), NEW)
    expect_data(data)
    ground.wine.run(str(folder / "uninstall.exe"), "/S", "/CurrentUser", "/DELETEDATA")
    expect("folder gone", until(lambda: not folder.exists()), True)
    expect("data gone, as asked", until(lambda: not (home / product.FOLDER).exists()), True)
    expect("entry", ground.wine.value(rf"HKCU\{UNINSTALL}", "DisplayName"), None)


def other_folder(ground: Ground) -> None:
    """Into a folder with a Cyrillic name, and the upgrade finds it by itself."""
    folder = ground.wine.drive / "Программалар" / "Өмүр 117"
    where = "/D=" + ground.wine.windows_path(folder)
    expect("exit code", ground.run_setup(OLD, "/AllUsers", where), 0)
    expect("version", installed_version(folder), OLD)
    expect("usual folder", _machine(ground).exists(), False)
    expect("exit code", ground.run_setup(NEW, "/AllUsers"), 0)
    expect("version", installed_version(folder), NEW)
    expect("usual folder", _machine(ground).exists(), False)
    expect("exit code", ground.uninstall(folder, "/AllUsers"), 0)
    expect("program", installed_version(folder), None)
    forget(ground.wine.shared_data)


TRIALS: tuple[tuple[str, Callable[[Ground], None]], ...] = (
    ("set-up: for all users", machine),
    ("set-up: signed, uninstaller too", signed),
    ("set-up: upgrade", upgrade),
    ("set-up: downgrade refused", downgrade),
    ("set-up: refused while it runs", while_running),
    ("set-up: failed upgrade", failed),
    ("set-up: uninstall", uninstall),
    ("set-up: one user, Cyrillic name", one_user),
    ("set-up: Cyrillic folder", other_folder),
)


def _menu(ground: Ground) -> list[str]:
    """Our entries in the start menu of all users."""
    folder = ground.wine.shared_data / MENU
    return sorted(file.name for file in folder.glob(f"{product.NAME}*.lnk"))


def _machine(ground: Ground) -> Path:
    return ground.wine.drive / "Program Files" / product.FOLDER
