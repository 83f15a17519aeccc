"""The state of sync in words: calm when offline, plain when something needs a person."""

from __future__ import annotations

from operator_app.i18n import N_, _, ngettext
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui.card_problems import SENTENCES as CARD_SENTENCES
from operator_app.ui.folder_problems import SENTENCES as FOLDER_SENTENCES
from operator_app.ui.policy_problems import SENTENCES as POLICY_SENTENCES
from operator_app.ui.reference_problems import SENTENCES as REFERENCE_SENTENCES
from operator_app.ui.seat_problems import SENTENCES as SEAT_SENTENCES
from operator_app.ui.update_problems import SENTENCES as UPDATE_SENTENCES
from operator_app.ui.wording import Wording, time_of_day
from operator_app.ui.xroad_problems import SENTENCES as XROAD_SENTENCES

_LINK = {
    LinkState.NOT_CONFIGURED: N_("No server: kept on this PC"),
    LinkState.NOT_ENROLLED: N_("Not enrolled yet"),
    LinkState.ONLINE: N_("Connected"),
    LinkState.OFFLINE: N_("Offline"),
    LinkState.REFUSED: N_("The server refuses this PC"),
    LinkState.PORTAL: N_("The network wants a sign-in page"),
    LinkState.CLOCK_WRONG: N_("This PC's clock is wrong"),
}

CODE_SENTENCES = {
    "net.unreachable": N_("The server cannot be reached. Records are kept here and sent by themselves when it can."),
    "net.proxy": N_("The proxy of this network does not let the program through. Tell your IT staff."),
    "net.timeout": N_("The server did not answer in time. It is tried again by itself."),
    "net.cut": N_("The connection was cut while sending. Nothing is lost or doubled by that; it is tried again."),
    "net.server_error": N_("The server has a fault. It is tried again by itself."),
    "net.bad_answer": N_("The server's answer could not be understood. It is tried again by itself."),
    "net.stale_answer": N_("An old answer came from somewhere on the way. It is tried again by itself."),
    "net.portal": N_("Something in the network answers in place of the ministry's server. If this network has a sign-in page, open a browser and sign in there."),
    "net.tls": N_("The server's certificate is not trusted by this PC. Tell your IT staff."),
    "net.certificate_time": N_("The date or time of this PC is wrong: a safe connection is not possible. Set the clock."),
    "clock.wrong": N_("The clock of this PC differs from the server's. Set the clock; records keep the times they have."),
    "server.busy": N_("The server is busy and asked to wait. It is tried again by itself."),
    "server.not_ours": N_("This is not the server this PC knows. Check the address; nothing was sent."),
    "server.url_wrong": N_("The server's address must begin with https://."),
    "server.upgrade_required": N_("The server asks for a newer version of this program. Tell your IT staff; records are kept here."),
    "server.no_recipients": N_("The server gave no key to seal records with. Nothing was sent. Call the ministry."),
    "device.unknown": N_("The server does not know this PC. A new enrolment code is needed."),
    "device.revoked": N_("The ministry has withdrawn this PC's permission to send. Records stay here. Call the ministry."),
    "device.not_approved": N_("The ministry knows this PC and has not let it in yet. Records stay here; it is tried again by itself."),
    "enrol.refused": N_("The server did not accept the enrolment code. It may be used, mistyped, or older than three days. Ask for a new one."),
    "enrolment.code_form": N_("The enrolment code has 20 signs, as in K7QM-2RXW-9TBH-MFRG-GZDF."),
    "wire.conflict": N_("Two PCs changed this at the same time. Both versions are kept; a supervisor brings them together."),
    "wire.newer_schema": N_("A newer version of the program wrote this. It can be read once this PC or the ministry is updated."),
    "change.cannot_open": N_("An entry of a colleague could not be opened and was set aside. The others were taken."),
    "change.malformed": N_("An entry of a colleague was damaged and was set aside. The others were taken."),
    "change.header_swapped": N_("An entry of a colleague was not what it said and was set aside. The others were taken."),
    "change.not_a_case": N_("An entry that is no case came as one and was set aside. The others were taken."),
    "change.other_office": N_("An entry of another office came by mistake and was set aside. Tell the ministry."),
    "change.own": N_("An entry of this PC came back under a colleague's name and was set aside. Tell the ministry."),
    "kid.retired": N_("The ministry has withdrawn the key that records are sealed with, and names no other. Records stay here; call the ministry."),
    "mismatch": N_("The ministry holds something else under this number. Both sides must look at it."),
}  # fmt: skip
"""What the codes of the last problem mean to a person."""


_ALL = (
    CARD_SENTENCES,
    CODE_SENTENCES,
    FOLDER_SENTENCES,
    POLICY_SENTENCES,
    REFERENCE_SENTENCES,
    SEAT_SENTENCES,
    UPDATE_SENTENCES,
    XROAD_SENTENCES,
)


def link_words(state: LinkState) -> str:
    """The connection in two or three words."""
    return _(_LINK[state])


def status_wording(status: SyncStatus) -> Wording:
    """The pill of the top bar: state, count of what waits, and a tone."""
    parts = [link_words(status.state)]
    if status.state is LinkState.OFFLINE and status.offline_since is not None:
        parts = [_("Offline since {time}").format(time=time_of_day(status.offline_since))]
    if status.waiting:
        parts.append(
            ngettext("{n} waiting", "{n} waiting", status.waiting).format(n=status.waiting)
        )
    elif status.state is LinkState.ONLINE:
        parts = [_("All at the ministry")]
    if status.needs_you:
        parts.append(_("need you: {n}").format(n=status.needs_you))
    if status.urgent_overdue:
        parts.append(_("urgent late: {n}").format(n=status.urgent_overdue))
    urgent = status.urgent_overdue or status.needs_you
    if urgent or status.state in (LinkState.REFUSED, LinkState.CLOCK_WRONG):
        tone = "danger"
    elif status.state is LinkState.ONLINE and not status.waiting:
        tone = "calm"
    else:
        tone = "waiting"
    return Wording(" · ".join(parts), tone)


def clock_words(skew_seconds: int) -> str:
    """By how much and in which direction this PC's clock is wrong: it minus the server's."""
    ahead = skew_seconds > 0
    minutes = abs(skew_seconds) // 60
    if minutes < 120:
        gap = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    elif (hours := minutes // 60) < 48:
        gap = ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    elif (days := hours // 24) < 730:
        gap = ngettext("{n} day", "{n} days", days).format(n=days)
    else:
        gap = ngettext("{n} year", "{n} years", days // 365).format(n=days // 365)
    said = (
        _("The clock of this PC is ahead of the ministry's by: {gap}.")
        if ahead
        else _("The clock of this PC is behind the ministry's by: {gap}.")
    )
    return " ".join(
        (
            said.format(gap=gap),
            _(
                "Set date and time. Your records are safe and are sent; they keep the times they have."
            ),
        )
    )


def only_there_words(n: int) -> str:
    """How many entries a restore took from this PC that the ministry has; "" for none."""
    if not n:
        return ""
    return ngettext(
        "Since this PC was restored, {n} entry of it is at the ministry only. Nothing of it is lost there; it cannot be opened here.",
        "Since this PC was restored, {n} entries of it are at the ministry only. Nothing of them is lost there; they cannot be opened here.",
        n,
    ).format(n=n)


def code_sentence(code: str | None) -> str:
    """What the code of a failed try or a refusal means; the code itself where there is no wording."""
    code = code or ""
    said = next((s[code] for s in _ALL if code in s), None)
    return _(said) if said else code
