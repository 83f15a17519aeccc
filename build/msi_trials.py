"""The MSI tried in Wine, silent, as Group Policy installs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from build import product
from build.trial_certificate import checked_by, is_signed
from build.trial_ground import (
    NEW,
    OLD,
    WORDS,
    Ground,
    expect,
    expect_data,
    forget,
    installed_version,
    put_data,
)

REFUSED = 1603 % 256
OTHER_KIND = 7
ENTRIES = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall"


def install(ground: Ground) -> None:
    """Signed; files, registry, Add/Remove, data folder, the office.toml that lay beside."""
    expect("signed", is_signed(ground.msi(OLD), checked_by(ground.work)), True)
    expect("exit code", ground.run_msi("/i", OLD), 0)
    expect("version", installed_version(_folder(ground)), OLD)
    expect("entries", _entries(ground), [OLD])
    key = rf"HKLM\{product.REGISTRY}"
    expect("kind", ground.wine.value(key, "InstalledBy"), "msi")
    given = ground.wine.shared_data / product.FOLDER / "office.toml"
    expect("office.toml", given.is_file() and WORDS in given.read_text("utf-8"), True)
    expect("menu", len(_menu(ground)), 2)
    (training,) = (file for file in _menu(ground) if file.stem == product.TRAINING)
    expect("training", "--training".encode("utf-16-le") in training.read_bytes(), True)


def other_kind(ground: Ground) -> None:
    """The set-up does not install over an MSI."""
    expect("exit code", ground.run_setup(NEW, "/AllUsers"), OTHER_KIND)
    expect("version", installed_version(_folder(ground)), OLD)


def while_running(ground: Ground) -> None:
    """Refused while the program runs: nothing is changed."""
    with ground.running():
        expect("exit code", ground.run_msi("/i", NEW), REFUSED)
        expect("version", installed_version(_folder(ground)), OLD)
        expect("exit code", ground.run_msi("/x", OLD), REFUSED)
    expect("version", installed_version(_folder(ground)), OLD)
    expect("entries", _entries(ground), [OLD])


def upgrade(ground: Ground) -> None:
    """A newer version: nothing of the old one is left, the data are."""
    data = put_data(ground.wine.shared_data)
    given = ground.wine.shared_data / product.FOLDER / "office.toml"
    given.write_text("changed", "utf-8")
    expect("exit code", ground.run_msi("/i", NEW), 0)
    expect("office.toml", given.read_text("utf-8"), "changed")
    expect("version", installed_version(_folder(ground)), NEW)
    expect("entries", _entries(ground), [NEW])
    expect_data(data)


def downgrade(ground: Ground) -> None:
    """An older version is refused."""
    expect("exit code", ground.run_msi("/i", OLD), REFUSED)
    expect("version", installed_version(_folder(ground)), NEW)
    expect("entries", _entries(ground), [NEW])


def uninstall(ground: Ground) -> None:
    """Everything is gone but the data."""
    data = put_data(ground.wine.shared_data)
    expect("exit code", ground.run_msi("/x", NEW), 0)
    expect("program", installed_version(_folder(ground)), None)
    expect("entries", _entries(ground), [])
    expect("menu", _menu(ground), [])
    expect_data(data)
    forget(ground.wine.shared_data)


def failed_upgrade(ground: Ground) -> None:
    """A damaged file is refused, the data are kept, and a good one then installs.

    That the old program comes back is Windows Installer's part: Wine rolls nothing back.
    """
    expect("exit code", ground.run_msi("/i", OLD), 0)
    data = put_data(ground.wine.shared_data)
    whole = ground.msi(NEW).read_bytes()
    cabinet = whole.index(b"MSCF")
    damaged = bytearray(whole)
    damaged[cabinet + 100 : cabinet + 1_000] = bytes(900)
    try:
        ground.msi(NEW).write_bytes(damaged)
        expect("refused", ground.run_msi("/i", NEW) != 0, True)
        expect("not half there", installed_version(_folder(ground)) in (None, OLD), True)
    finally:
        ground.msi(NEW).write_bytes(whole)
    expect_data(data)
    expect("exit code", ground.run_msi("/i", NEW), 0)
    expect("version", installed_version(_folder(ground)), NEW)
    expect_data(data)
    expect("exit code", ground.run_msi("/x", NEW), 0)
    forget(ground.wine.shared_data)


def after_setup(ground: Ground) -> None:
    """The MSI does not install over the set-up's program."""
    expect("exit code", ground.run_setup(OLD, "/AllUsers"), 0)
    expect("exit code", ground.run_msi("/i", NEW), REFUSED)
    expect("version", installed_version(_folder(ground)), OLD)
    expect("exit code", ground.uninstall(_folder(ground), "/AllUsers"), 0)
    forget(ground.wine.shared_data)


TRIALS: tuple[tuple[str, Callable[[Ground], None]], ...] = (
    ("MSI: install", install),
    ("MSI: set-up refused over it", other_kind),
    ("MSI: refused while it runs", while_running),
    ("MSI: upgrade", upgrade),
    ("MSI: downgrade refused", downgrade),
    ("MSI: uninstall", uninstall),
    ("MSI: failed upgrade", failed_upgrade),
    ("MSI: refused over the set-up", after_setup),
)


def _folder(ground: Ground) -> Path:
    return ground.wine.drive / "Program Files" / product.FOLDER


def _entries(ground: Ground) -> list[str]:
    """The versions of the program among what can be removed."""
    keys = [key for key in ground.wine.keys(ENTRIES) if "{" in key]
    named = [k for k in keys if ground.wine.value(k, "DisplayName") == product.NAME]
    return [ground.wine.value(key, "DisplayVersion") or "" for key in named]


def _menu(ground: Ground) -> list[Path]:
    """Wine puts the entry into the user's menu, Windows into that of all users."""
    places = (ground.wine.shared_data, ground.wine.drive / "users")
    return [file for place in places for file in place.rglob(f"{product.NAME}*.lnk")]
