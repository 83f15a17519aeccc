"""The pages of the set-up wizard. Each writes what is typed into the shared draft at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.people import check_password
from operator_app.domain.provisioning import check_setup, office_setup
from operator_app.domain.reference import Reference
from operator_app.domain.xroad import xroad_from
from operator_app.errors import Fault
from operator_app.i18n import _, language
from operator_app.ui.widgets.basic import GRID, Notice, button, text
from operator_app.ui.widgets.door import language_switch
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)
from operator_app.ui.widgets.type_ahead import Entry, TypeAhead

Draft = dict[str, str]
"""What was typed, by key path as in domain/provisioning.py; also "password" and
"password_again", and "division" for the words in the place field."""


class Page(QWidget):
    """One step. `title` and `lead` stand above it, `action` on its button."""

    went_on = Signal()
    title = ""
    lead = ""
    action = ""

    def __init__(self) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(2 * GRID)

    def arrive(self) -> None:
        """Called when the page is shown: put the focus where the work is."""

    def check(self) -> bool:
        """Whether the person may go on; says what is wrong otherwise."""
        return True


class FormPage(Page):
    """A page of fields kept in the draft."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.form = Form()
        self.form.edited.connect(self._keep)
        self.form.completed.connect(self.went_on)
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def arrive(self) -> None:
        self.form.focus_first()

    def check(self) -> bool:
        faults = self.faults()
        self.form.show_faults(faults)
        return not faults

    def faults(self) -> list[Fault]:
        """What is wrong on this page."""
        raise NotImplementedError

    def line(self, where: str) -> QLineEdit:
        """A line that shows the draft's value."""
        return QLineEdit(self.draft.get(where, ""))

    def _keep(self, where: str) -> None:
        self.draft[where] = self.form.value(where)


class WelcomePage(Page):
    """Language, the file of IT, the way to a backup."""

    load_asked = Signal()
    restore_asked = Signal()
    language_picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.title = _("Welcome")
        self.lead = _(
            "This PC becomes a workplace of the helpline 117. It takes about five minutes; nothing is created before the last step."
        )
        self.action = _("Next")
        self.languages = language_switch(keys=True)
        self.languages.picked.connect(self.language_picked)
        self.languages.passed.connect(self.went_on)
        self.body.addWidget(self.languages)
        file_lead = _(
            "Did your IT staff give you a file office.toml? Then the fields are filled from it."
        )
        self.body.addWidget(text(file_lead, wrap=True))
        self.load = button(_("Load office.toml…"), key="Ctrl+O")
        self.load.setAutoDefault(True)
        self.load.clicked.connect(self.load_asked)
        self.body.addWidget(self.load, alignment=Qt.AlignmentFlag.AlignLeft)
        restore_lead = _("Did the office have another PC before? Then its backup brings all back.")
        self.body.addWidget(text(restore_lead, wrap=True))
        self.restore = button(_("Restore from a backup…"), key="Ctrl+B")
        self.restore.setAutoDefault(True)
        self.restore.clicked.connect(self.restore_asked)
        self.body.addWidget(self.restore, alignment=Qt.AlignmentFlag.AlignLeft)
        self.loaded = Notice()
        self.refused = Notice("danger")
        self.body.addWidget(self.loaded)
        self.body.addWidget(self.refused)
        self.body.addStretch(1)

    def arrive(self) -> None:
        self.languages.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, *, loaded: str = "", refused: str = "") -> None:
        """What became of the file."""
        self.loaded.show_text(loaded)
        self.refused.show_text(refused)


class OfficePage(FormPage):
    """Which office this is."""

    def __init__(self, draft: Draft, reference: Reference) -> None:
        super().__init__(draft)
        self.title = _("Office")
        self.lead = _("The code of the office begins the number of every call.")
        self.action = _("Next")
        self._reference = reference
        self.place = TypeAhead(_division_entries(reference), _("District or city"))
        self.place.setText(self._place_words())
        self.place.picked.connect(self._on_place)
        self.form.add(
            FormField("office.code", _("Office code"), self.line("office.code")),
            FormField("office.division", _("District or city"), self.place),
            stretches=(1, 2),
        )
        for where, label in (
            ("office.names.ky", _("Name in Kyrgyz")),
            ("office.names.ru", _("Name in Russian")),
            ("office.names.en", _("Name in English (may be empty)")),
        ):
            self.form.add(FormField(where, label, self.line(where)))

    def faults(self) -> list[Fault]:
        found = check_setup(office_setup(self.draft), self._reference)
        return [fault for fault in found if fault.where.startswith("office.")]

    def _place_words(self) -> str:
        code = self.draft.get("office.division", "")
        if not code:
            return self.draft.get("division", "")
        return self._reference.division_path(code, language())

    def _keep(self, where: str) -> None:
        if where == "office.division":
            # Words alone are no place; one of the list has to be taken.
            self.draft["division"], self.draft[where] = self.place.text(), ""
        else:
            super()._keep(where)

    def _on_place(self, code: str) -> None:
        self.draft["office.division"] = code
        self.place.setText(self._place_words())
        self.form.fields["office.division"].set_problem("")
        self.form.go_on_from("office.division")


class ServerPage(FormPage):
    """Where the records go, if anywhere yet."""

    def __init__(self, draft: Draft, reference: Reference) -> None:
        super().__init__(draft)
        self.title = _("Ministry server")
        self.lead = _(
            "Both stand on the sheet from the ministry. Without them the office works offline: everything is kept here and sent later, nothing is lost."
        )
        self.action = _("Next")
        self._reference = reference
        address = self.line("server.url")
        address.setPlaceholderText("https://")
        code = self.line("server.enrolment_code")
        code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX")
        self.form.add(FormField("server.url", _("Address (may be empty)"), address))
        self.form.add(FormField("server.enrolment_code", _("Enrolment code (may be empty)"), code))
        if (xroad := xroad_from(draft)) is not None:
            said = _(
                "Through the Security Server {server}, to {service}: so it stands in office.toml."
            )
            way = said.format(server=xroad.security_server, service=xroad.service)
            self.form.rows.addWidget(text(way, "hint", wrap=True))

    def faults(self) -> list[Fault]:
        found = check_setup(office_setup(self.draft), self._reference)
        return [fault for fault in found if fault.where.startswith("server.")]


class SupervisorPage(FormPage):
    """The first person who can sign in."""

    def __init__(self, draft: Draft, reference: Reference) -> None:
        super().__init__(draft)
        self.title = _("First supervisor")
        self.lead = _(
            "The supervisor adds the other people later. A few words together make a good password."
        )
        self.action = _("Next")
        self._reference = reference
        first = PasswordEdit(draft.get("password", ""))
        again = PasswordEdit(draft.get("password_again", ""))
        self.form.add(
            FormField("supervisor.login", _("Login"), self.line("supervisor.login")),
            FormField("supervisor.name", _("Full name"), self.line("supervisor.name")),
            stretches=(1, 2),
        )
        self.form.add(
            password_field("password", _("Password"), first),
            password_field("password_again", _("Password again"), again),
        )
        self.form.rows.addWidget(show_passwords_box(first, again))

    def faults(self) -> list[Fault]:
        setup = office_setup(self.draft)
        found = [
            fault
            for fault in check_setup(setup, self._reference)
            if fault.where.startswith("supervisor.")
        ]
        password = self.draft.get("password", "")
        found += check_password(password, setup.supervisor_login)
        if self.draft.get("password_again", "") != password:
            found.append(Fault("password_again", "setup.passwords_differ"))
        return found


class DonePage(Page):
    """The end, and the way to the sign-in."""

    def __init__(self) -> None:
        super().__init__()
        self.title = _("This PC is ready")
        self.lead = _(
            "The office is set up and its records are encrypted. Put the paper with the recovery key into the safe now."
        )
        self.action = _("Go to the sign-in")
        self.body.addStretch(1)


def _division_entries(reference: Reference) -> list[Entry]:
    """Oblasts and cities, each followed by its districts; found by any language and by code."""
    entries = []
    for upper in reference.divisions(1):
        for division in (upper, *reference.divisions(2, upper.code)):
            entries.append(
                Entry(
                    division.code,
                    division.label(language()),
                    " ".join((*division.labels.values(), division.code)),
                    upper.label(language()),
                )
            )
    return entries
