"""Sentences for the seats of an office and its station. Part of ui/problems.py, and of the codes on
the page of sending. Nothing is ever lost by these: what was saved stays on its PC."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # Joining
    "seats.no_station": N_(
        "No station has put its card into this folder. Make the supervisor's PC the station first, with the same folder."
    ),
    "seats.bad_card": N_(
        "The station's card in the folder was damaged or changed. Nothing was believed. At the station, choose the folder once more."
    ),
    "seats.other_office": N_(
        "The folder is that of another office. Nothing was handed over; choose the folder of your own office."
    ),
    "seats.own_card": N_("The station of this folder is this very PC."),
    "seats.is_station": N_(
        "This PC is the station itself. It hands over to nobody; end the station first if that shall change."
    ),
    "seats.is_seat": N_(
        "This PC hands over to another station. Let it hand nothing over first, then make it the station."
    ),
    "seats.station_there": N_(
        "Another PC is the station of this folder already. One office has one station."
    ),
    "seats.card_changed": N_(
        "Another card lies in the folder than the one you compared. Nothing was believed; compare once more."
    ),
    # At a seat
    "seats.other_station": N_(
        "Another PC now says to be the station. Nothing is handed over until the supervisor compares its fingerprint here and joins anew."
    ),
    "seats.bad_ack": N_(
        "The station's word in the folder is damaged or not of the station. It is left aside; the station writes it anew."
    ),
    "seats.stopped": N_(
        "The station takes nothing from this PC. Ask the supervisor to confirm it there."
    ),
    # At the station
    "seats.two_stations": N_(
        "The card of another station lies in the folder. Nothing is taken until only one of the two PCs is the station."
    ),
    "seats.stranger": N_(
        "Somebody put records into the folder whose PC was not confirmed here. Nothing of it was read."
    ),
    "seats.for_other_station": N_(
        "A file is sealed for another station. The supervisor has to join that PC to this station anew."
    ),
    "seats.cannot_open": N_(
        "A file cannot be opened with this station's key. That PC is asked to write it again."
    ),
    "seats.piece_cut": N_(
        "A file ends too early. That PC is asked to write it again; nothing is lost."
    ),
    "seats.piece_changed": N_(
        "A file was damaged or changed. That PC is asked to write it again; nothing of it was taken."
    ),
    "seats.piece_bad_signature": N_(
        "A file is not signed by the PC that it names. Nothing of it was taken."
    ),
    "seats.piece_newer": N_(
        "A file was written by a newer version of the program. Update the program on this PC; nothing is lost."
    ),
    "seats.piece_too_large": N_("A file is far too large. Nothing was read of it."),
    "seats.not_finished": N_("The reading was ended before its end; it goes on by itself."),
}
