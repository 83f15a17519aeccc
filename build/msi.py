"""The MSI for Group Policy and other tools of IT: per machine, silent, by wixl on Linux.

wixl leaves some things out that are put in afterwards, by msibuild: letters beyond ASCII, the place of the removal of
the old version (inside the transaction, so that a failed upgrade rolls back), the rights of the
data folder, and the copying of an office.toml that lies beside the MSI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from build import product
from build.environment import ROOT, SetupError
from build.windows_resources import four_numbers, write_icon

ENGLISH = 1033
UTF8 = 65001
"""Code page of the texts: no other holds Kyrgyz and Russian at once."""
RUNS = "117 Operator is running: close it and try again."
NEWER = "A newer version is installed, it stays."
BY_SETUP = "It was installed by setup.exe: uninstall that first, the records stay."
OLD_WINDOWS = "Windows 10 1809 or newer is needed."
TRANSLATED = {
    RUNS: "117 Operator иштеп жатат: аны жаап, кайталаңыз. "
    "Программа 117 Operator запущена: закройте её и повторите.",
    NEWER: "Жаңыраак версия орнотулган, ал калат. Установлена более новая версия, она остаётся.",
    BY_SETUP: "Программа setup.exe менен орнотулган: адегенде аны өчүрүңүз, жазуулар калат. "
    "Программа установлена файлом setup.exe: сначала удалите её, записи останутся.",
    OLD_WINDOWS: "Windows 10 1809 же андан жаңысы керек. Нужна Windows 10 1809 или новее.",
}
"""What stands before the English words; wixl itself knows ASCII only."""
REMOVE_OLD_AT = 1501
"""Right after InstallInitialize (1500): before that nothing could be rolled back."""
MOVE_FILES_AT = 3800
RESOLVE_SOURCE_AT = 850
COPY = 0
PERMANENT = 16 | 256 | 4
"""Attributes of the component of the data folder: never removed; 64 bit; its key is a value."""
SOURCE, ICON, LIBRARY = "117-operator.wxs", "117-operator.ico", "refuse_running.dll"
PROGRAM_FOLDER = "program"

FINISHING = (
    f"UPDATE `InstallExecuteSequence` SET `Sequence`={REMOVE_OLD_AT}"
    " WHERE `Action`='RemoveExistingProducts'",
    f"UPDATE `Component` SET `Attributes`={PERMANENT} WHERE `Component`='Data'",
    "CREATE TABLE `MsiLockPermissionsEx` (`MsiLockPermissionsEx` CHAR(72) NOT NULL,"
    " `LockObject` CHAR(72) NOT NULL, `Table` CHAR(32) NOT NULL, `SDDLText` CHAR(0) NOT NULL,"
    " `Condition` CHAR(255) PRIMARY KEY `MsiLockPermissionsEx`)",
    "INSERT INTO `MsiLockPermissionsEx` (`MsiLockPermissionsEx`, `LockObject`, `Table`,"
    f" `SDDLText`) VALUES ('data', 'DATAFOLDER', 'CreateFolder', '{product.DATA_RIGHTS}')",
    "CREATE TABLE `MoveFile` (`FileKey` CHAR(72) NOT NULL, `Component_` CHAR(72) NOT NULL,"
    " `SourceName` CHAR(255) LOCALIZABLE, `DestName` CHAR(255) LOCALIZABLE,"
    " `SourceFolder` CHAR(72), `DestFolder` CHAR(72) NOT NULL, `Options` INT NOT NULL"
    " PRIMARY KEY `FileKey`)",
    "INSERT INTO `MoveFile` (`FileKey`, `Component_`, `SourceName`, `SourceFolder`,"
    f" `DestFolder`, `Options`) VALUES ('office', 'Data', 'office.toml', 'SourceDir',"
    f" 'DATAFOLDER', {COPY})",
    "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`)"
    f" VALUES ('ResolveSource', 'NOT Installed', {RESOLVE_SOURCE_AT})",
    "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`)"
    # An upgrade leaves the office as it is.
    f" VALUES ('MoveFiles', 'NOT Installed AND NOT WIX_UPGRADE_DETECTED', {MOVE_FILES_AT})",
)
"""What msibuild puts in: statements in Windows Installer's SQL."""


def make_msi(frozen: Path, out: Path, version: str, work: Path) -> Path:
    """The MSI of a frozen folder. Raises SetupError when a tool is not there or fails."""
    file = out / f"117-operator-{version}.msi"
    write_icon(work / ICON)
    _make_library(work)
    # wixl looks for everything from the folder of its source on.
    (work / PROGRAM_FOLDER).symlink_to(frozen, target_is_directory=True)
    (work / SOURCE).write_text(wix_source(frozen, version), "utf-8")
    file.unlink(missing_ok=True)
    _run(["wixl", "-a", "x64", "-o", str(file), SOURCE], work)
    # The form of Windows Installer's own tools: two empty lines, then the number.
    (work / "code-page.idt").write_bytes(f"\r\n\r\n{UTF8}\t_ForceCodepage\r\n".encode())
    _run(["msibuild", str(file), "-i", str(work / "code-page.idt")])
    for statement in (*FINISHING, *_translations()):
        _run(["msibuild", str(file), "-q", statement])
    return file


def _translations() -> Iterator[str]:
    for english, others in TRANSLATED.items():
        for table, column in (("Property", "Value"), ("LaunchCondition", "Description")):
            yield (
                f"UPDATE `{table}` SET `{column}`='{others} {english}' WHERE `{column}`='{english}'"
            )


def wix_source(frozen: Path, version: str) -> str:
    """The WiX source: each file a component of its own, whose id is the same in every version."""
    four_numbers(version)
    if strange := [f.name for f in _files(frozen) if not f.name.isascii()]:
        raise SetupError(f"wixl cannot write this file name: {strange[0]}")
    files = "\n".join(_folder(frozen, frozen, "      "))
    references = "\n".join(
        f'      <ComponentRef Id="{_id("c", file.relative_to(frozen).as_posix())}"/>'
        for file in _files(frozen)
    )
    program = _id("f", product.PROGRAM)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{product.fixed_id("product", version)}" Name="{product.NAME}" Language="{ENGLISH}"
      Version="{version}" Manufacturer="{product.MAKER}"
      UpgradeCode="{{{str(product.UPGRADE_CODE).upper()}}}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"
      Description="{product.NAME} {version}"/>
    <MajorUpgrade DowngradeErrorMessage={quoteattr(NEWER)}/>
    <Media Id="1" Cabinet="app.cab" EmbedCab="yes"/>
    <Icon Id="program.ico" SourceFile="{ICON}"/>
    <Property Id="ARPPRODUCTICON" Value="program.ico"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="RUNNINGMARK" Value={quoteattr(product.RUNNING)}/>
    <Property Id="RUNNINGMESSAGE" Value={quoteattr(RUNS)}/>
    <Property Id="INSTALLEDBY">
      <RegistrySearch Id="by" Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="InstalledBy"
        Type="raw" Win64="yes"/>
    </Property>
    <Property Id="WINDOWSBUILD">
      <RegistrySearch Id="build" Root="HKLM" Key="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
        Name="CurrentBuildNumber" Type="raw" Win64="yes"/>
    </Property>
    <Condition Message={quoteattr(OLD_WINDOWS)}>Installed OR WINDOWSBUILD &gt;= {product.LEAST_WINDOWS_BUILD}</Condition>
    <Condition Message={quoteattr(BY_SETUP)}>Installed OR INSTALLEDBY &lt;&gt; "setup"</Condition>
    <Binary Id="refuse" SourceFile="{LIBRARY}"/>
    <CustomAction Id="RefuseWhileRunning" BinaryKey="refuse" DllEntry="RefuseWhileRunning"
      Execute="immediate" Return="check"/>
    <InstallExecuteSequence>
      <Custom Action="RefuseWhileRunning" After="CostFinalize"/>
    </InstallExecuteSequence>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="INSTALLDIR" Name="{product.FOLDER}">
          <Directory Id="APPDIR" Name="app">
{files}
          <Component Id="Entries" Guid="{product.fixed_id("entries")}" Win64="yes">
            <RegistryValue Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="InstalledBy"
              Type="string" Value="msi" KeyPath="yes"/>
            <RegistryValue Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="InstallDir"
              Type="string" Value="[INSTALLDIR]"/>
            <RegistryValue Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="Version"
              Type="string" Value="{version}"/>
          </Component>
          </Directory>
        </Directory>
      </Directory>
      <Directory Id="CommonAppDataFolder">
        <Directory Id="DATAFOLDER" Name="{product.FOLDER}">
          <Component Id="Data" Guid="{product.fixed_id("data")}" Win64="yes">
            <CreateFolder/>
            <RegistryValue Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="DataFolder"
              Type="string" Value="[DATAFOLDER]" KeyPath="yes"/>
          </Component>
        </Directory>
      </Directory>
      <Directory Id="ProgramMenuFolder">
        <Component Id="Menu" Guid="{product.fixed_id("menu")}" Win64="yes">
          <Shortcut Id="menu" Name="{product.NAME}" Target="[#{program}]" WorkingDirectory="APPDIR"/>
          <Shortcut Id="training" Name="{product.TRAINING}" Target="[#{program}]"
            Arguments="--training" WorkingDirectory="APPDIR"/>
          <RegistryValue Root="HKLM" Key={quoteattr(product.REGISTRY)} Name="Menu" Type="integer"
            Value="1" KeyPath="yes"/>
        </Component>
      </Directory>
    </Directory>
    <Feature Id="Program" Level="1">
      <ComponentRef Id="Entries"/>
      <ComponentRef Id="Data"/>
      <ComponentRef Id="Menu"/>
{references}
    </Feature>
  </Product>
</Wix>
"""


def _folder(folder: Path, top: Path, indent: str) -> Iterator[str]:
    for entry in sorted(folder.iterdir(), key=lambda e: (e.is_dir(), e.name)):
        name = entry.relative_to(top).as_posix()
        if entry.is_dir():
            yield f'{indent}<Directory Id="{_id("d", name)}" Name={quoteattr(entry.name)}>'
            yield from _folder(entry, top, indent + "  ")
            yield f"{indent}</Directory>"
        else:
            guid = product.fixed_id("file", name)
            yield (
                f'{indent}<Component Id="{_id("c", name)}" Guid="{guid}" Win64="yes">'
                f'<File Id="{_id("f", name)}" Name={quoteattr(entry.name)}'
                f' Source={quoteattr(f"{PROGRAM_FOLDER}/{name}")} KeyPath="yes"/></Component>'
            )


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _id(kind: str, name: str) -> str:
    """A name for the tables: letters and digits only, the same in every build."""
    return kind + product.fixed_id("id", name).strip("{}").replace("-", "")


def _make_library(work: Path) -> None:
    """The DLL that looks whether the program runs."""
    source = ROOT / "build" / "windows" / "refuse_running.c"
    flags = ["-O2", "-s", "-Wall", "-Werror", "-shared", "-static-libgcc"]
    flags += ["-Wl,--no-insert-timestamp", "-Wl,--exclude-all-symbols"]
    _run(["x86_64-w64-mingw32-gcc", *flags, "-o", LIBRARY, str(source), "-lmsi"], work)


UTF8_ENVIRONMENT = os.environ | {"LC_ALL": "C.UTF-8"}
PACKAGES = {
    "wixl": "wixl",
    "msibuild": "msitools",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
}


def _run(command: list[str], folder: Path | None = None) -> None:
    if shutil.which(command[0]) is None:
        raise SetupError(f"{command[0]} is missing: apt-get install {PACKAGES[command[0]]}")
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=folder, env=UTF8_ENVIRONMENT
    )
    if done.returncode:
        raise SetupError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
