"""A registry as Group Policy fills it, with the few calls of `winreg` that the program makes."""

from __future__ import annotations

from typing import Any


class Key:
    """An open key."""

    def __init__(self, values: list[tuple[str, Any, int]]) -> None:
        self.values = values

    def __enter__(self) -> Key:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to let go of."""


class Registry:
    """Values by (root, key); what is in `refused` may not be read."""

    HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER = "HKLM", "HKCU"
    KEY_READ, KEY_WOW64_64KEY = 1, 256
    REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD = 1, 2, 3, 4

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], list[tuple[str, Any, int]]] = {}
        self.refused: set[str] = set()

    def set(self, root: str, key: str, name: str, value: Any) -> None:
        kind = self.REG_DWORD if isinstance(value, int) else self.REG_SZ
        if isinstance(value, bytes):
            kind = self.REG_BINARY
        elif isinstance(value, str) and "%" in value:
            kind = self.REG_EXPAND_SZ
        self.keys.setdefault((root, key), []).append((name, value, kind))

    def OpenKey(self, root: str, key: str, reserved: int, access: int) -> Key:
        assert access & self.KEY_WOW64_64KEY
        if root in self.refused:
            raise PermissionError(5, "Access is denied")
        if (root, key) not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return Key(self.keys[root, key])

    def EnumValue(self, key: Key, number: int) -> tuple[str, Any, int]:
        if number >= len(key.values):
            raise OSError(259, "No more data is available")
        return key.values[number]

    def ExpandEnvironmentStrings(self, text: str) -> str:
        return text.replace("%SystemDrive%", "C:")
