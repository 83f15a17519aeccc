"""Fields under their labels, each with its own problem in words; Enter goes on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.problems import fault_sentence
from operator_app.ui.widgets.basic import GRID, labelled, set_state, text


class FormField(QWidget):
    """A line to type in, its label above, what is wrong with it below."""

    def __init__(
        self, where: str, label: str, edit: QLineEdit, hint: QWidget | None = None
    ) -> None:
        """`where` is what a Fault calls this field."""
        super().__init__()
        self.where = where
        self.edit = edit
        edit.setAccessibleName(label)
        self._problem = text("", "problem", wrap=True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(labelled(label, edit, hint))
        layout.addWidget(self._problem)
        edit.textEdited.connect(lambda _text: self.set_problem(""))

    @property
    def problem(self) -> str:
        """The sentence shown under the field, or ""."""
        return self._problem.text()

    def set_problem(self, sentence: str) -> None:
        """Show the sentence and mark the field; "" takes both away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.edit.setAccessibleDescription(sentence)
        set_state(self.edit, "missing", bool(sentence))


class Form(QWidget):
    """Fields in their order. Enter goes to the next empty one; after the last: `completed`."""

    completed = Signal()
    edited = Signal(str)
    """Which field (its `where`) the person changed."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, FormField] = {}
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(GRID)

    def add(self, *fields: FormField, stretches: Sequence[int] = ()) -> None:
        """Put the fields side by side below the ones before."""
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for number, field in enumerate(fields):
            self.fields[field.where] = field
            stretch = stretches[number] if stretches else 1
            row.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
            # A TypeAhead keeps Enter for its list and says `passed` when there is nothing to take.
            entered = getattr(field.edit, "passed", field.edit.returnPressed)
            entered.connect(lambda where=field.where: self.go_on_from(where))
            field.edit.textEdited.connect(lambda _text, where=field.where: self.edited.emit(where))
        self.rows.addLayout(row)

    def edit(self, where: str) -> QLineEdit:
        """The line of the field."""
        return self.fields[where].edit

    def value(self, where: str) -> str:
        """What stands in the field."""
        return self.fields[where].edit.text()

    def go_on_from(self, where: str) -> None:
        """What Enter in the field does."""
        names = list(self.fields)
        for name in names[names.index(where) + 1 :]:
            if not self.value(name):
                self.edit(name).setFocus(Qt.FocusReason.TabFocusReason)
                return
        self.completed.emit()

    def show_faults(self, faults: Sequence[Fault]) -> list[Fault]:
        """Say each fault at its field and go to the first; returns those of no field here."""
        said = {fault.where: fault_sentence(fault) for fault in reversed(faults)}
        for field in self.fields.values():
            field.set_problem(said.get(field.where, ""))
        wrong = next((f for f in self.fields.values() if f.where in said), None)
        if wrong is not None:
            wrong.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            wrong.edit.selectAll()
        return [fault for fault in faults if fault.where not in self.fields]

    def focus_first(self) -> None:
        """Go to the first empty field, or to the first of all."""
        fields = list(self.fields.values())
        empty = next((f for f in fields if not f.edit.text()), fields[0])
        empty.edit.setFocus(Qt.FocusReason.OtherFocusReason)


class PasswordEdit(QLineEdit):
    """Hidden signs; `caps_lock_seen` tells, from the letters that come, whether Caps Lock is on."""

    caps_lock_seen = Signal(bool)

    def __init__(self, password: str = "") -> None:
        super().__init__(password)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def show_signs(self, shown: bool) -> None:
        """Readable, or hidden again."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text()
        if len(letter) == 1 and letter.isalpha() and letter.lower() != letter.upper():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_seen.emit(letter.isupper() != shift)
        super().keyPressEvent(event)


class _PasswordHint(QLabel):
    """Caps Lock, else the keyboard layout in use: hidden signs hide a wrong layout as well."""

    def __init__(self, edit: PasswordEdit) -> None:
        super().__init__()
        self.setObjectName("hint")
        edit.caps_lock_seen.connect(self._show_caps_lock)
        QGuiApplication.inputMethod().localeChanged.connect(self._show_layout)
        self._show_layout()

    def _show_caps_lock(self, on: bool) -> None:
        if on:
            self.setText(_("Caps Lock is on"))
        else:
            self._show_layout()

    def _show_layout(self) -> None:
        spoken = QGuiApplication.inputMethod().locale().language()
        if spoken == QLocale.Language.C:
            self.setText("")
        else:
            code = QLocale.languageToCode(spoken).upper()
            self.setText(_("Keyboard: {language}").format(language=code))


def password_field(where: str, label: str, edit: PasswordEdit) -> FormField:
    """A password with a hint at the right end of its label."""
    return FormField(where, label, edit, _PasswordHint(edit))


def show_passwords_box(*edits: PasswordEdit) -> QCheckBox:
    """A tick that makes the passwords readable."""
    box = QCheckBox(_("Show password"))
    for edit in edits:
        box.toggled.connect(edit.show_signs)
    return box
