"""What this PC's window remembers: language, light or dark, size. No record, no secret."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from operator_app.domain.office import LANGUAGES


class Preferences:
    """A small INI file in the data folder."""

    def __init__(self, file: Path, default_language: str = "ru", held_language: str = "") -> None:
        """`held_language`: what IT's policy says; then nobody changes it here."""
        self.held_language = held_language
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)
        self._default_language = default_language

    @property
    def language(self) -> str:
        """ "ky", "ru" or "en"."""
        if self.held_language:
            return self.held_language
        chosen = str(self._settings.value("language", self._default_language))
        return chosen if chosen in LANGUAGES else self._default_language

    @language.setter
    def language(self, value: str) -> None:
        self._settings.setValue("language", value)

    @property
    def appearance(self) -> str:
        """ "system", "light" or "dark"."""
        chosen = str(self._settings.value("appearance", "system"))
        return chosen if chosen in ("system", "light", "dark") else "system"

    @appearance.setter
    def appearance(self, value: str) -> None:
        self._settings.setValue("appearance", value)

    @property
    def geometry(self) -> QByteArray:
        """Where the window was."""
        value = self._settings.value("geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)

    @property
    def last_login(self) -> str:
        """Who signed in last, to be typed no more than once."""
        return str(self._settings.value("last_login", ""))

    @last_login.setter
    def last_login(self, value: str) -> None:
        self._settings.setValue("last_login", value)

    @property
    def office_name(self) -> str:
        """Whose PC this is, for the sign-in window: the database is still closed then."""
        return str(self._settings.value("office_name", ""))

    @office_name.setter
    def office_name(self, value: str) -> None:
        self._settings.setValue("office_name", value)

    @property
    def backup_folder(self) -> str:
        """Where IT had backups copied to: when the database is lost, they are looked for there."""
        return str(self._settings.value("backup_folder", ""))

    @backup_folder.setter
    def backup_folder(self, value: str) -> None:
        self._settings.setValue("backup_folder", value)
