"""What only Windows can tell, asked of Windows. Elsewhere every function answers None."""

from __future__ import annotations

import sys
from pathlib import Path

DRIVE_REMOTE = 4
_PENDING = (
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
)
_SESSION = r"SYSTEM\CurrentControlSet\Control\Session Manager"


def drive_type(folder: Path) -> int | None:
    """As GetDriveTypeW tells it; DRIVE_REMOTE is a network drive."""
    if sys.platform != "win32":
        return None
    import ctypes

    return int(ctypes.windll.kernel32.GetDriveTypeW(f"{folder.drive}\\"))


def restart_pending() -> bool | None:
    """Whether an update waits for a restart."""
    if sys.platform != "win32":
        return None
    import winreg

    access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    for key in _PENDING:
        try:
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, access).Close()
        except OSError:
            continue
        return True
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _SESSION, 0, access) as opened:
            waiting, _kind = winreg.QueryValueEx(opened, "PendingFileRenameOperations")
    except OSError:
        return False
    return bool(waiting)


def free_memory() -> int | None:
    """Bytes that programs may still have."""
    if sys.platform != "win32":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in ("total", "available", "c", "d", "e", "f", "g")
            ),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.available)


def flush_ignored(folder: Path) -> bool | None:
    """Whether the disk was told to ignore flushes (“turn off write-cache buffer flushing”).

    StorageDeviceWriteCacheProperty of IOCTL_STORAGE_QUERY_PROPERTY: needs no administrator.
    """
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = wintypes.HANDLE
    handle = kernel.CreateFileW(f"\\\\.\\{folder.drive}", 0, 3, None, 3, 0, None)
    if handle in (None, wintypes.HANDLE(-1).value):
        return None
    try:
        asked = (ctypes.c_ulong * 3)(4, 0, 0)
        answer = (ctypes.c_ubyte * 64)()
        got = wintypes.DWORD()
        good = kernel.DeviceIoControl(
            wintypes.HANDLE(handle), 0x2D1400, asked, 12, answer, 64, ctypes.byref(got), None
        )
        # version, size, type, enabled, changeable, write through: 4 bytes each; then three flags:
        # flush supported, user-defined power protection, non-volatile cache.
        return bool(answer[25]) if good and got.value >= 27 else None
    finally:
        kernel.CloseHandle(wintypes.HANDLE(handle))


def rights_of(folder: Path) -> str | None:
    """Who may do what with a folder, as SDDL ("D:(A;OICI;FA;;;SY)…")."""
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    advapi, kernel = ctypes.windll.advapi32, ctypes.windll.kernel32
    descriptor = ctypes.c_void_p()
    file_object, dacl = 1, 4
    if advapi.GetNamedSecurityInfoW(
        str(folder), file_object, dacl, None, None, None, None, ctypes.byref(descriptor)
    ):
        return None
    text = wintypes.LPWSTR()
    try:
        if not advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, 1, dacl, ctypes.byref(text), None
        ):
            return None
        return str(text.value)
    finally:
        kernel.LocalFree(text)
        kernel.LocalFree(descriptor)


def build() -> int | None:
    """The build number of Windows: 17763 is version 1809."""
    if sys.platform != "win32":
        return None
    return int(sys.getwindowsversion().build)
