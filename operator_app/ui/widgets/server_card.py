"""Where this PC sends to: the server's address, or the way through a Security Server (X-Road)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit

from operator_app.domain.xroad import SECTION, XRoad, xroad_from, xroad_values
from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.services.connection import WAYS, ConnectionFacts
from operator_app.ui.policy_wording import held_words
from operator_app.ui.problems import fault_sentence
from operator_app.ui.widgets.basic import Card, button, text
from operator_app.ui.widgets.form import Form, FormField


class ServerCard(Card):
    """Shows what is set and takes what is to be. News does not write over what was typed."""

    save_asked = Signal()

    def __init__(self) -> None:
        super().__init__(_("Ministry server"))
        self.through_xroad = QCheckBox(_("Through Tunduk (X-Road)"))
        self.form = Form()
        self.xroad_form = Form()
        self.code_form = Form()
        self.url = QLineEdit()
        self.code = QLineEdit()
        self.save_button = button(_("Save"))
        self.held = text("", "hint", wrap=True)
        self.held.hide()
        self._known: tuple[str, XRoad | None] | None = None
        self._lay_out()
        self.through_xroad.toggled.connect(self._on_toggled)
        self.save_button.clicked.connect(self.save_asked)

    def show_facts(self, facts: ConnectionFacts) -> None:
        """Show what is set, unless the person is changing it; IT's policy leaves less to change."""
        self._show_held(facts)
        if self._known is not None and (self.typed_url, self.typed_xroad) != self._known:
            return
        self.through_xroad.setChecked(facts.xroad is not None or facts.ways == ("xroad",))
        self.url.setText(facts.url)
        for where, value in xroad_values(facts.xroad).items():
            edit = self.xroad_form.edit(where)
            edit.setText(value)
            edit.setCursorPosition(0)
            edit.setToolTip(value)
        self._known = (self.typed_url, self.typed_xroad)

    def _show_held(self, facts: ConnectionFacts) -> None:
        free = not facts.held
        self.url.setEnabled(free and "https" in facts.ways)
        self.through_xroad.setEnabled((free and facts.ways == WAYS) or facts.xroad is not None)
        self.held.setText(held_words() if facts.held else _("IT allows only some ways on this PC."))
        self.held.setVisible(facts.held or facts.ways != WAYS)

    @property
    def typed_url(self) -> str:
        """The address as typed; "" when the way leads through a Security Server."""
        return "" if self.through_xroad.isChecked() else self.url.text()

    @property
    def typed_xroad(self) -> XRoad | None:
        """The way as typed; with nothing in it where nothing was typed. None: straight on."""
        if not self.through_xroad.isChecked():
            return None
        typed = {where: field.edit.text() for where, field in self.xroad_form.fields.items()}
        return xroad_from(typed) or XRoad("", "", "")

    def show_saved(self) -> None:
        """What was typed is what is set now."""
        self.code.clear()
        self._known = (self.typed_url, self.typed_xroad)
        self.show_faults([])

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """Each under its field."""
        for form in (self.form, self.xroad_form, self.code_form):
            for where, field in form.fields.items():
                said = next((fault_sentence(f) for f in faults if f.where == where), "")
                field.set_problem(said)

    def _on_toggled(self, through: bool) -> None:
        self.form.setVisible(not through)
        self.xroad_form.setVisible(through)

    def _lay_out(self) -> None:
        self.code.setPlaceholderText(_("only when the ministry gave a new one"))
        self.form.add(FormField("server.url", _("Address"), self.url))
        hints = {
            "security_server": (_("Security Server"), "https://"),
            "client": (_("This system"), "central-server/GOV/…/…"),
            "service": (_("The ministry's service"), "central-server/GOV/…/…/…"),
            "fingerprint": (_("Fingerprint of its certificate (SHA-256)"), _("with https:// only")),
            "client_file": (_("File with our key and certificate"), _("if it asks for one")),
        }
        for name, (label, hint) in hints.items():
            edit = QLineEdit()
            edit.setPlaceholderText(hint)
            self.xroad_form.add(FormField(f"{SECTION}.{name}", label, edit))
        self.code_form.add(FormField("server.enrolment_code", _("Enrolment code"), self.code))
        self.xroad_form.hide()
        for part in (
            self.form,
            self.through_xroad,
            self.xroad_form,
            self.held,
            self.code_form,
        ):
            self.body.addWidget(part)
        self.body.addWidget(self.save_button)
