"""What the filters of the journal offer, in the language in use."""

from __future__ import annotations

from dataclasses import replace

from operator_app.domain.calls import NUISANCE_KINDS
from operator_app.domain.office import LANGUAGES
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.i18n import _, language
from operator_app.ui import wording
from operator_app.ui.screens.call_entries import place_entries
from operator_app.ui.widgets.type_ahead import Entry


def kinds(reference: Reference) -> list[tuple[str, str | bool | None]]:
    """A kind, or False for conversations, True for nuisance calls, None for all."""
    codes = reference.codes("contact_kind")
    return [
        (_("All kinds"), None),
        (_("Conversations"), False),
        (_("Nuisance calls"), True),
        *[(c.label(language()), c.code) for c in codes if c.code not in NUISANCE_KINDS],
        *[(c.label(language()), c.code) for c in codes if c.code in NUISANCE_KINDS],
    ]


def dangers() -> list[tuple[str, str | None]]:
    """Answers of the danger question."""
    marks = [(mark.words, code) for code in ("Y", "U") if (mark := wording.danger_wording(code))]
    return [(_("Any danger"), None), *marks, (_("No danger"), "N")]


def states(*, sends: bool = True) -> list[tuple[str, tuple[State, ...] | None]]:
    """Sync states in people's words, each as the states of revisions it stands for."""
    groups = [
        (wording.state_wording(group[0], sends=sends).words, group)
        for group in wording.STATE_GROUPS
    ]
    return [(_("Any state"), None), *groups]


def topics(reference: Reference) -> list[Entry]:
    """Each topic of level 1 as a whole, then what is in it."""
    spoken = language()
    entries = []
    for whole in reference.codes("topic_l1"):
        label = whole.label(spoken)
        names = " ".join(whole.label(x) for x in LANGUAGES)
        all_of_it = _("All: {topic}").format(topic=label)
        entries.append(Entry(whole.code, all_of_it, names, group=label, chosen_label=label))
        entries += [
            Entry(c.code, c.label(spoken), " ".join(c.label(x) for x in LANGUAGES), group=label)
            for c in reference.codes("topic_l2")
            if c.code.startswith(f"{whole.code}.")
        ]
    return entries


def places(reference: Reference) -> list[Entry]:
    """Oblasts and rayons; the field is narrow, so a chosen one stands by its name alone."""
    return [replace(e, chosen_label="") for e in place_entries(reference, language())]
