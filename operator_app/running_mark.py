"""A mark that the program runs, for installers on Windows: they must not change it under way.

The lock of the data folder (ui/instance.py) says who works with an office; an installer knows no
data folder, and another Windows user may be signed in behind the one who installs.
"""

from __future__ import annotations

import sys

NAME = "Global\\117-operator-runs"
"""A named mutex of the whole PC. Whoever may not open it knows by that that it is there."""

_held: list[int] = []


def hold_running_mark() -> None:
    """Hold the mark until the process ends; elsewhere than on Windows there is none.

    Windows that refuses it must not keep anybody from their work: the installer then relies on the
    files that are in use.
    """
    if sys.platform != "win32" or _held:
        return
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateMutexW.restype = ctypes.c_void_p
    kernel.CreateMutexW.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_wchar_p]
    handle = kernel.CreateMutexW(None, 0, NAME)
    if handle:
        _held.append(handle)
