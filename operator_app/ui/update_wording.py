"""Newer versions of the program in words."""

from __future__ import annotations

from pathlib import Path

from operator_app.db.program_state import FetchState
from operator_app.domain.directory import label
from operator_app.domain.program_versions import ProgramVersion
from operator_app.i18n import _, language
from operator_app.services.program_updates import FETCH, OFF, UpdateState
from operator_app.ui.backup_wording import size_words
from operator_app.ui.policy_wording import value_words
from operator_app.ui.sync_wording import code_sentence


def mode_words(state: UpdateState) -> str:
    """What IT set."""
    return value_words("updates", state.mode)


def notes_words(version: ProgramVersion) -> str:
    """What is new in it."""
    return label(version.notes, language())


def bar_words(state: UpdateState) -> str:
    """The strip: which version, and what to do."""
    if state.newer is None:
        return ""
    said = _("Version {version} of the program is there.").format(version=state.newer.version)
    fetched = state.fetched
    if fetched is not None and fetched.ready:
        return f"{said} " + _("Its file lies in the folder for updates; it is not installed.")
    return f"{said} " + _("It is installed by whoever looks after this PC; work goes on as before.")


def newest_words(state: UpdateState) -> str:
    """What is known of newer ones."""
    if state.newer is not None:
        return state.newer.version
    if state.problem:
        return code_sentence(state.problem)
    if state.heard_at is None:
        return _("The ministry has announced none yet.")
    return _("{version}: this is the newest.").format(version=state.running)


def waits_words(state: UpdateState) -> str:
    """What cannot be taken yet, and why; "" for nothing."""
    if state.waits is None:
        return ""
    needs = []
    if state.waits.least_build:
        needs.append(_("Windows, build {build} or newer").format(build=state.waits.least_build))
    if state.waits.least_from:
        needs.append(_("version {version} before it").format(version=state.waits.least_from))
    if not needs:
        return ""
    said = _("Version {version} is there, too. It needs: {needs}.")
    return said.format(version=state.waits.version, needs=", ".join(needs))


def file_words(state: UpdateState) -> str:
    """How its file comes."""
    if state.newer is None:
        return "–"
    size = size_words(state.newer.size)
    file = f"{state.newer.file_name} ({size})"
    fetched = state.fetched
    if state.mode != FETCH:
        return file + ". " + _("Not fetched by the program.")
    if fetched is None:
        return file + ". " + _("Not begun yet.")
    if fetched.ready:
        return _("Whole, and checked against the ministry's signature.")
    if fetched.problem:
        return code_sentence(fetched.problem)
    return progress_words(fetched)


def progress_words(fetched: FetchState) -> str:
    """How far it is."""
    return _("{done} of {size} are here. It goes on by itself, after everything else.").format(
        done=size_words(fetched.done), size=size_words(fetched.size)
    )


def place_words(state: UpdateState) -> str:
    """Where the file lies, once it is whole; "" before."""
    fetched = state.fetched
    if fetched is None or not fetched.ready:
        return ""
    return str(Path(fetched.folder) / fetched.file_name)


def sum_words(state: UpdateState) -> str:
    """What a file that came another way is compared with; "" where the program did that."""
    fetched = state.fetched
    if state.newer is None or (fetched is not None and fetched.ready):
        return ""
    return state.newer.sha256


def to_do_words(state: UpdateState) -> str:
    """What to do now."""
    if state.newer is None:
        return ""
    fetched = state.fetched
    if fetched is not None and fetched.ready:
        return _(
            "Close the program on this PC, make sure of a backup of today, then install the file as your office does (by hand, or by Group Policy). What waits to be sent stays and is sent afterwards."
        )
    if state.mode == OFF:
        return _("IT wants no versions looked for on this PC.")
    if state.mode == FETCH:
        return _("Nothing: the file comes by itself. It is never installed by itself.")
    return _(
        "Get the file from the ministry and compare its SHA-256, then install it as your office does (by hand, or by Group Policy). What waits to be sent stays and is sent afterwards."
    )
