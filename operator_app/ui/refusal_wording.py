"""Why a record did not pass, in words, and what to do about it."""

from __future__ import annotations

from operator_app.domain.wire import Kind, State
from operator_app.i18n import N_, _, ngettext
from operator_app.services.refusals import Refused

_DAMAGED = N_(
    "It was damaged on the way, or altered. Send it again; if it is refused once more, mend it."
)
_INSIDE = N_(
    "Something inside this record does not fit together. Mend it: open it, look at it, save it."
)
_UNKNOWN = N_(
    "The ministry's program does not know this yet. Send it again once the ministry says that it was updated."
)
_FIELD = N_(
    "A field holds what the ministry's program does not take. Mend it: open it, put the field right, save it."
)

_TWO_VERSIONS = N_(
    "Since this PC was restored there are two versions of this call. Open it, look at its history, put it right and save it: that makes one of both."
)

SENTENCES = {
    "envelope.malformed": _DAMAGED,
    "envelope.bad_signature": _DAMAGED,
    "envelope.cannot_open": _DAMAGED,
    "envelope.other_device": N_("It bears the name of another PC. Tell your IT staff; then mend it, so that it goes out under this PC's name."),
    "envelope.unknown_version": _UNKNOWN,
    "wire.not_an_object": _INSIDE,
    "wire.header_swapped": _INSIDE,
    "wire.bad_id": _INSIDE,
    "wire.bad_base": _INSIDE,
    "wire.part_empty": _INSIDE,
    "wire.part_twice": _INSIDE,
    "wire.wrong_type": _FIELD,
    "wire.bad_text": _FIELD,
    "wire.unknown_kind": _UNKNOWN,
    "wire.out_of_range": N_("A date or a number in it lies outside of what can be. Look at this PC's clock, then mend it."),
    "wire.reason_missing": N_("It was made void without a reason. Tell the ministry; the call stays valid there."),
    "wire.other_office": N_("It bears the code of another office than the one this PC is enrolled for. Tell your IT staff; once the PC is enrolled for this office, mend it."),
    "suggestion.unknown_kind": _UNKNOWN,
    "suggestion.empty": N_("The correction has no text. Make a new one."),
    "call.too_long": N_("A text in it is longer than the ministry takes. Mend it: shorten the text, save it."),
    "call.bad_text": N_("A text in it holds signs that cannot be sent. Mend it: write the text anew, save it."),
    "mismatch": N_("The ministry holds something else under this number; this PC may have been put back to an older copy. Tell your IT staff, then mend it."),
    "request.too_large": N_("It is larger than the ministry takes. Mend it: shorten the longest text, save it."),
    "request.malformed": N_("The ministry's server cannot read it. Mend it; if that does not help, tell your IT staff."),
    "receipt.missing": N_("The ministry's server answered, but signed no receipt for it. Tell the ministry, then send it again."),
    "item.retry": N_("The ministry's server asks again and again to wait with it. Tell the ministry."),
    "net.server_error": N_("The ministry's server fails over this one record, the others pass. Tell the ministry. Mending it may help."),
    "net.timeout": N_("The ministry's server does not come to an end with this one record, the others pass. Mending it may help."),
    "net.bad_answer": N_("The ministry's server gives no proper answer to this one record, the others pass. Tell the ministry."),
    "wire.conflict": N_("Two PCs changed this at the same time. Both versions are kept; a supervisor brings them together."),
}  # fmt: skip
"""By code: the opener's, the intake's, and what a request with this one record in it ended with."""

FIELDS = {
    "note": N_("note"),
    "phone": N_("phone"),
    "caller_name": N_("name"),
    "topics": N_("topics"),
    "actions": N_("what was done"),
    "division": N_("place"),
    "language": N_("language"),
    "contact_kind": N_("kind of contact"),
    "danger_now": N_("danger now"),
    "caller_sex": N_("sex"),
    "caller_age_group": N_("age"),
    "violence": N_("violence block"),
    "affected": N_("affected person"),
    "offender": N_("offender"),
    "contact": N_("safe contact"),
    "plan": N_("safety plan"),
    "orders": N_("protection orders"),
    "referrals": N_("referrals"),
    "tasks": N_("follow-ups"),
    "notes": N_("notes"),
    "consents": N_("consents"),
}
"""Parts of a record that a person can find on its screen, by their name on the wire."""


def record_words(row: Refused) -> str:
    """Which record it is: "Call 0412-2026-000017"."""
    named = {
        Kind.CALL: _("Call {number}"),
        Kind.VOID: _("Call {number}, made void"),
        Kind.CASE: _("Case {number}"),
        Kind.SUGGESTION: _("A correction"),
    }
    return named[row.kind].format(number=row.number)


def reason_words(row: Refused) -> str:
    """Why, and what to do, in one or two sentences."""
    parts = []
    if row.state is State.QUEUED:
        parts.append(
            ngettext("Tried {n} time in vain.", "Tried {n} times in vain.", row.attempts).format(
                n=row.attempts
            )
        )
    said = SENTENCES.get(row.code)
    if row.state is State.CONFLICT and row.kind in (Kind.CALL, Kind.VOID):
        said = _TWO_VERSIONS
    parts.append(
        _(said)
        if said
        else _("The ministry gave a reason this program does not know: {code}.").format(
            code=row.code or "–"
        )
    )
    if fields := _fields(row):
        parts.append(_("Wrong here: {fields}.").format(fields=", ".join(fields)))
    if row.set_aside:
        parts.append(_("Set aside: {reason}").format(reason=row.set_aside))
    return " ".join(parts)


def _fields(row: Refused) -> list[str]:
    names = dict.fromkeys(fault.where.split(".")[0].split("[")[0] for fault in row.faults)
    return [_(FIELDS[name]) for name in names if name in FIELDS]
