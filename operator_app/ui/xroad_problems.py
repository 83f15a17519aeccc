"""Sentences for the way through a Security Server of Tunduk. Part of ui/problems.py, and of the
codes on the page of sending."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "xroad.access_denied": N_(
        "Tunduk does not let this request through: the right for it is missing. Tell your IT staff; records are kept here."
    ),
    "xroad.unknown": N_(
        "Tunduk does not know this system or this service. Your IT staff compares the names under “Ministry server”; records are kept here."
    ),
    "xroad.certificate_refused": N_(
        "The Security Server does not accept the certificate of this PC, or asks for one. Tell your IT staff; records are kept here."
    ),
    "xroad.client_wrong": N_(
        "The Security Server does not accept how this PC asks. Tell your IT staff; records are kept here."
    ),
    "xroad.client_file": N_(
        "The file with key and certificate for the Security Server cannot be read. It is a PEM file without a password. Tell your IT staff."
    ),
    "xroad.logging_failed": N_(
        "The Security Server could not log the message, and so did not answer for it. Less at a time is tried by itself; nothing is lost or doubled."
    ),
    "xroad.maintenance": N_(
        "The service is closed for maintenance in Tunduk. It is tried again by itself."
    ),
    "xroad.tunduk_down": N_(
        "Tunduk does not work at present; that can last for days. Records are kept here and sent by themselves afterwards."
    ),
    "xroad.own_server": N_(
        "The Security Server here has a fault. It is tried again by itself; tell your IT staff if it lasts."
    ),
    "xroad.far_server": N_(
        "The ministry's side of Tunduk has a fault. It is tried again by itself."
    ),
    "connection.faults": N_("Please correct the marked fields."),
    "setup.server_two_ways": N_(
        "Either the address or the way through a Security Server, not both."
    ),
    "setup.xroad_address_form": N_(
        "The Security Server: https:// and its name, or http:// inside the ministry's network; nothing after it."
    ),
    "setup.xroad_client_form": N_(
        "Four parts with slashes between, as in central-server/GOV/70000099/operator-117"
    ),
    "setup.xroad_service_form": N_(
        "Five parts with slashes between, as in central-server/GOV/70000099/helpline-117/intake"
    ),
    "setup.xroad_fingerprint_form": N_(
        "The fingerprint (SHA-256) has 64 signs, 0 to 9 and A to F."
    ),
    "setup.xroad_fingerprint_missing": N_(
        "With https:// the fingerprint of the Security Server's certificate is needed."
    ),
    "setup.xroad_needs_https": N_("This is only for a Security Server with https://."),
    "setup.xroad_file_form": N_("The whole path of the file, from the drive on."),
}  # fmt: skip
