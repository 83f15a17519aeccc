"""What the installers are made of; what they do is tried in Wine (build/dev.py test-installers)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from build import msi, product, signing, windows_resources
from build.environment import ROOT, SetupError
from build.frozen_plan import NAME
from build.installers import make
from build.trial_certificate import checked_by, is_signed, trial_certificate
from operator_app import config, running_mark

WINDOWS = ROOT / "build" / "windows"


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    folder = tmp_path / "frozen"
    (folder / "_internal").mkdir(parents=True)
    (folder / product.PROGRAM).write_bytes(b"MZ")
    (folder / "_internal" / "base_library.zip").write_bytes(b"PK")
    return folder


def components(source: str) -> dict[str, str]:
    return dict(re.findall(r'<Component Id="(\w+)" Guid="(\{[0-9A-F-]+\})"', source))


def test_components_are_the_same_in_every_version(frozen: Path) -> None:
    old = msi.wix_source(frozen, "1.0.0")
    (frozen / "_internal" / "new.dll").write_bytes(b"MZ")
    new = msi.wix_source(frozen, "1.1.0")
    assert components(old).items() < components(new).items()
    product_id = re.compile(r'<Product Id="(\{[0-9A-F-]+\})"')
    assert product_id.findall(old) != product_id.findall(new)
    assert re.findall("UpgradeCode=.*", old) == re.findall("UpgradeCode=.*", new)


def test_a_version_has_three_numbers(frozen: Path) -> None:
    assert windows_resources.four_numbers("1.20.3") == "1.20.3.0"
    for bad in ("1.0", "1.0.0.0", "1.0.0rc1", "", "1.0.-1"):
        with pytest.raises(ValueError, match="three numbers"):
            msi.wix_source(frozen, bad)


def test_names_beyond_ascii_are_refused(frozen: Path) -> None:
    (frozen / "_internal" / "Өмүр.txt").write_text("x")
    with pytest.raises(SetupError, match="Өмүр"):
        msi.wix_source(frozen, "1.0.0")


def test_a_folder_frozen_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\x7fELF")
    with pytest.raises(SetupError, match=r"117-operator\.exe"):
        make(tmp_path, tmp_path / "out", "1.0.0")


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in (*msi.PACKAGES, "msiinfo")),
    reason="needs wixl, msitools and mingw",
)
def test_the_tables_of_the_msi(frozen: Path, tmp_path: Path) -> None:
    (made,) = make(frozen, tmp_path / "out", "1.2.3", ("msi",))

    def table(name: str) -> str:
        command = ["msiinfo", "export", str(made), name]
        done = subprocess.run(command, check=True, capture_output=True, env=msi.UTF8_ENVIRONMENT)
        return done.stdout.decode()

    rows = [line.split("\t") for line in table("InstallExecuteSequence").splitlines()[3:]]
    at = {row[0]: int(row[2]) for row in rows}
    assert at["RefuseWhileRunning"] < at["RemoveExistingProducts"]
    assert at["RemoveExistingProducts"] > at["InstallInitialize"]
    assert product.DATA_RIGHTS in table("MsiLockPermissionsEx")
    assert "office.toml" in table("MoveFile")
    assert f"RUNNINGMARK\t{running_mark.NAME}" in table("Property")
    conditions = table("LaunchCondition")
    for words in (msi.NEWER, msi.BY_SETUP, msi.OLD_WINDOWS):
        assert f"{msi.TRANSLATED[words]} {words}" in conditions
    assert "ңыраак" in conditions


@pytest.mark.skipif(shutil.which("osslsigncode") is None, reason="needs osslsigncode")
@pytest.mark.skipif(shutil.which("makensis") is None, reason="needs NSIS")
def test_a_signature_and_a_changed_byte(frozen: Path, tmp_path: Path) -> None:
    from build.setup_exe import make_setup

    trial = trial_certificate(tmp_path)
    file = make_setup(frozen, tmp_path, "1.0.0", tmp_path, None)
    assert not is_signed(file, checked_by(tmp_path))
    signing.sign([file], trial)
    assert is_signed(file, checked_by(tmp_path))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert not is_signed(file, checked_by(tmp_path))


def test_the_certificate_comes_from_the_environment(tmp_path: Path) -> None:
    assert signing.certificate({}) is None
    (tmp_path / "a.p12").write_bytes(b"x")
    named = {"OPERATOR117_SIGN_P12": str(tmp_path / "a.p12")}
    with pytest.raises(SetupError):
        signing.certificate(named)
    (tmp_path / "word").write_text("x")
    found = signing.certificate({**named, "OPERATOR117_SIGN_PASSWORD_FILE": str(tmp_path / "word")})
    assert found is not None and found.timestamp == ""
    assert signing.certificate(found.environment) == found


def entries(file: Path) -> dict[str, str]:
    lines = file.read_text("utf-8-sig").splitlines()
    return {
        line[2:]: lines[number + 1]
        for number, line in enumerate(lines[:-1])
        if line.startswith("# ^")
    }


def test_kyrgyz_has_every_word_of_the_set_up() -> None:
    words = entries(WINDOWS / "Kyrgyz.nlf")
    assert len(words) == 85 and all(words.values())
    theirs = Path("/usr/share/nsis/Contrib/Language files/Russian.nlf")
    if theirs.exists():
        russian = entries(theirs)
        assert list(words) == list(russian)
        same = {name for name in words if words[name] == russian[name]}
        assert same <= {"^Branding", "^UnDirSubText"}, same


def test_every_message_of_the_set_up_is_in_three_languages() -> None:
    script = (WINDOWS / "117-operator.nsi").read_text("utf-8")
    found = re.findall(r"^LangString (\w+) \$\{LANG_(\w+)\}", script, re.MULTILINE)
    names = {name for name, _language in found}
    assert len(names) == 6
    for language in ("KYRGYZ", "RUSSIAN", "ENGLISH"):
        assert {name for name, spoken in found if spoken == language} == names


def test_an_icon_is_an_ico_file() -> None:
    made = windows_resources.icon_file((16, 256), [b"first", b"second!"])
    assert made[:6] == b"\0\0\1\0\2\0"
    assert made[6] == 16 and made[22] == 0
    assert made.endswith(b"firstsecond!")
    assert int.from_bytes(made[18:22], "little") == 6 + 32


def test_the_icon_is_read_in_every_size(tmp_path: Path) -> None:
    from PySide6.QtGui import QColor, QImageReader

    windows_resources.write_icon(tmp_path / "icon.ico")
    reader = QImageReader(str(tmp_path / "icon.ico"))
    sizes = []
    for number in range(reader.imageCount()):
        assert reader.jumpToImage(number)
        image = reader.read()
        sizes.append(image.width())
        ground, outside = (
            image.pixelColor(image.width() // 2, image.width() // 8),
            image.pixelColor(0, 0),
        )
        assert outside.alpha() == 0
        if image.width() >= 32:
            assert ground == QColor("#16324a")
            assert image.pixelColor(image.width() // 2, image.width() * 15 // 16).alpha() == 255
    assert tuple(sizes) == windows_resources.SIZES


def test_the_version_of_the_program_file() -> None:
    text = windows_resources.version_text("1.2.3")
    assert "filevers=(1, 2, 3, 0)" in text and "'ProductVersion', '1.2.3'" in text
    compile(text, "version.txt", "eval")


def test_data_of_one_user_lie_in_the_profile(tmp_path: Path) -> None:
    program = tmp_path / product.PROGRAM
    known = {"PROGRAMDATA": "shared", "LOCALAPPDATA": "own"}
    assert config.windows_data_folder(program, known) == Path("shared") / "117 Operator"
    (tmp_path / config.PER_USER_MARK).touch()
    assert config.windows_data_folder(program, known) == Path("own") / "117 Operator"
    script = (WINDOWS / "117-operator.nsi").read_text("utf-8")
    assert f'"$INSTDIR\\app.new\\{config.PER_USER_MARK}"' in script
