"""The settings of this PC in words: what each is called, how it stands, who set it."""

from __future__ import annotations

import sys

from operator_app.domain.policy import BY_NAME, DIRECT, Kind, PolicyProblem, Source, Value
from operator_app.i18n import N_, _, ngettext
from operator_app.services.pc_settings import SettingLine
from operator_app.ui.problems import SENTENCES
from operator_app.ui.wording import LANGUAGE_NAMES

NAMES = {
    "server_url": N_("Address of the ministry's server"),
    "proxy": N_("Proxy"),
    "allow_https": N_("Straight to the server (HTTPS)"),
    "allow_xroad": N_("Through Tunduk (X-Road)"),
    "allow_folder": N_("By stick or shared folder"),
    "export_folder": N_("Folder proposed for exports"),
    "backup_folder": N_("Folder for a further backup"),
    "idle_minutes": N_("Locks by itself after"),
    "updates": N_("Updates of the program"),
    "update_folder": N_("Folder for updates"),
    "language": N_("Language"),
    "data_folder": N_("Data folder"),
}
_UPDATES = {
    "off": N_("not looked for"),
    "notify": N_("told, not fetched"),
    "fetch": N_("told, and fetched into the folder"),
}
_NONE = N_("none")
_EMPTY = {
    "proxy": N_("as the system says"),
    "export_folder": N_("the person's documents"),
    "data_folder": N_("the usual place"),
}
_SOURCES = {
    Source.TRAINING: N_("Training mode"),
    Source.MACHINE_POLICY: N_("Group Policy of this PC"),
    Source.USER_POLICY: N_("Group Policy of this account"),
    Source.FILE: N_("office.toml"),
    Source.PERSON: N_("Chosen in the program"),
    Source.DEFAULT: N_("As delivered"),
}


def held_words() -> str:
    """Why something cannot be changed."""
    return _(SENTENCES["policy.held"])


def setting_name(name: str) -> str:
    """What a setting is called; the name itself when there is none of that name."""
    return _(NAMES[name]) if name in NAMES else name


def source_words(source: Source) -> str:
    """Who set it."""
    if source is Source.MACHINE_POLICY and sys.platform != "win32":
        return _("policy.toml of this PC")
    return _(_SOURCES[source])


def value_words(name: str, value: Value) -> str:
    """How it stands."""
    if BY_NAME[name].kind is Kind.SWITCH:
        return _("allowed") if value else _("not allowed")
    if BY_NAME[name].kind is Kind.NUMBER:
        minutes = int(value)
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    if name == "updates":
        return _(_UPDATES[str(value)])
    if name == "language":
        return LANGUAGE_NAMES[str(value)]
    if name == "proxy" and value == DIRECT:
        return _(_NONE)
    empty = _EMPTY.get(name, _NONE)
    return str(value) if value else _(empty)


def line_words(line: SettingLine) -> tuple[str, str, str]:
    """Name, value, source; a lock stands before what IT holds."""
    mark = "■  " if line.held else ""
    return (
        setting_name(line.name),
        value_words(line.name, line.value),
        mark + source_words(line.source),
    )


def problem_words(problem: PolicyProblem) -> str:
    """A value that counts as not set: where, which, why."""
    fault = problem.fault
    template = SENTENCES.get(fault.code, fault.code)
    said = _(template).format(**fault.params)
    where = [source_words(problem.source)]
    if fault.where:
        where.append(setting_name(fault.where))
    return f"{' · '.join(where)}: {said}"
