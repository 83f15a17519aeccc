"""Sentences for what can be wrong with reference data: feeds, articles, imported files, holidays.

They stand for a whole feed as well as for one entry or row of a file; that nothing was changed is
said beside them. Part of ui/problems.py.
"""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # A feed as a whole
    "feed.faults": N_("What came has faults."),
    "feed.empty": N_("What came is empty."),
    "feed.incomplete": N_("What came is not complete."),
    "feed.mixed_pages": N_("The pages that came do not belong together."),
    "feed.other_feed": N_("Something else came than was asked for."),
    "feed.other_version": N_("Another version came than was asked for."),
    "feed.newer_schema": N_(
        "This was made for a newer version of the program. Install the newer version."
    ),
    "feed.wrong_schema": N_("What came is not of the agreed form."),
    "feed.too_large": N_("This is far more than the program takes."),
    "feed.bad_signature": N_("The signature is not the ministry's."),
    "feed.older": N_("What came is older than what is here."),
    "feed.moved": N_("The ministry changed it while it came. It is asked for again by itself."),
    "feed.not_offered": N_("The ministry does not offer this."),
    "feed.unknown": N_("This kind of data is not known to this program."),
    "feed.unknown_field": N_("This word is not known. Look at its spelling."),
    "feed.one_current_key": N_("Exactly one key must be the current one."),
    # One entry of it
    "feed.bad_id": N_("This is no proper id: Latin letters, digits, dots and dashes only."),
    "feed.duplicate": N_("This id stands there twice."),
    "feed.other_id": N_("The id does not fit what the entry says."),
    "feed.needed": N_("The program needs this entry; it cannot be taken away."),
    "feed.missing": N_("This is missing."),
    "feed.wrong_type": N_(
        "This is not what is expected here: a text, a number, yes or no, a list."
    ),
    "feed.unknown_language": N_("The language is “ky”, “ru” or “en”."),
    "feed.unknown_status": N_("This state of a service is not known."),
    "feed.bad_weekday": N_("These are no days of the week."),
    "feed.bad_time": N_("This is no time of day. Write it as in 09:00."),
    "feed.bad_day": N_("This is no day. Write it as in 2026-11-24."),
    "feed.bad_division": N_("This is no SOATE code: 14 digits."),
    "feed.bad_level": N_("The level is a number from 0 to 4."),
    "feed.own_parent": N_("A place cannot lie in itself."),
    "feed.ends_before_it_begins": N_("It would end before it begins."),
    "feed.bad_key": N_("This is no key."),
    # A package of feeds in a file
    "package.faults": N_("The package cannot be taken."),
    "package.not_one": N_("This is no package of the ministry."),
    "package.newer": N_(
        "This package is for a newer version of the program. Install the newer version."
    ),
    "package.cut": N_("The package is not whole. Copy it once more."),
    "package.changed": N_("The package was changed on its way. Ask the ministry for a new one."),
    "package.malformed": N_("This line of the package is damaged. Copy it once more."),
    "package.other_server": N_("The package is not from the ministry's server this PC knows."),
    "package.too_large": N_("The package is far more than the program takes."),
    "package.feed_twice": N_("The same data are in the package twice."),
    # Articles
    "article.faults": N_("The article has faults."),
    "article.no_head": N_("The article has no head: the lines between two lines “+++”."),
    "article.wrong_type": N_("This is not what is expected here."),
    "article.unknown_field": N_("This word is not known. Look at its spelling."),
    "article.bad_id": N_("The id of an article has small Latin letters, digits and dashes."),
    "article.unknown_language": N_("The language is “ky”, “ru” or “en”."),
    "article.missing": N_("This is missing."),
    "article.bad_day": N_("This is no day. Write it as in 2026-11-24."),
    "article.ends_before_it_begins": N_("It would end before it begins."),
    # Files of the directory (HSDS)
    "hsds.faults": N_("The file has faults. Nothing was changed."),
    "hsds.too_many": N_("These are more than {most}."),
    "hsds.json_syntax": N_("This is no JSON: it cannot be read."),
    "hsds.wrong_form": N_("This is not the form of HSDS: a list of services."),
    "hsds.wrong_type": N_("Another kind of value is expected here: a text, a list, yes or no."),
    "hsds.too_long": N_("The text is longer than {most} characters."),
    "hsds.bad_text": N_("The text holds a character that cannot be kept, perhaps from a paste."),
    "hsds.bad_yes_no": N_("Write yes or no."),
    "hsds.bad_language": N_("This is no code of a language. Write it as in ky, ru, en."),
    "hsds.bad_phone": N_("This is no telephone number."),
    "hsds.bad_url": N_("The address of a web page begins with https:// or http://."),
    "hsds.spreadsheet_number": N_(
        "A spreadsheet shortened this number. Make the column text and enter it again."
    ),
    "hsds.texts_differ": N_(
        "The text without a language and the one in “{language}” differ. Leave one of them empty."
    ),
    "hsds.unknown_code": N_("This code is not in the list."),
    "hsds.unknown_division": N_("This place is not in the list of districts and cities."),
    "hsds.not_soate": N_("The place needs its SOATE code."),
    "hsds.only_weekly": N_("Only hours that are the same every week can be kept."),
    "hsds.other_time_zone": N_("Times are those of Bishkek. Leave the time zone empty."),
    "hsds.bad_hours": N_("Write hours as in MO-FR 09:00-18:00, several of them with | between."),
    "hsds.confidential_unsaid": N_(
        "Say whether the address of this shelter or crisis centre is confidential: yes or no."
    ),
    "hsds.missing_table": N_("This table is missing in the zip."),
    "hsds.unknown_link": N_("What this row points to is not in the file."),
    # Tables and zips
    "csv.syntax": N_("The table cannot be read from here on: a quotation mark is open."),
    "csv.not_utf8": N_("The file is not text in UTF-8. Save it as CSV UTF-8 and try again."),
    "csv.bad_header": N_("The first row must name the columns, each of them once."),
    "csv.extra_cells": N_("The row has more cells than there are columns."),
    "csv.too_many_rows": N_("The table has more than {most} rows."),
    "csv.unknown_column": N_("Column {column} has a name that is not known."),
    "csv.missing_column": N_("This column is missing."),
    "zip.damaged": N_("The zip cannot be read. Copy it once more."),
    "zip.encrypted": N_("The zip has a password. Make one without."),
    "zip.bad_path": N_("A file in the zip lies where it must not."),
    "zip.twice": N_("This file is in the zip twice."),
    "zip.too_many_files": N_("There are more than {most} files in the zip."),
    # The official list of places
    "soate.faults": N_("The list of places has faults. Nothing was changed."),
    "soate.bad_code": N_("This is no SOATE code: 14 digits that begin with 417."),
    "soate.unknown_parent": N_("The place in which it lies is neither in the file nor known."),
    "soate.unknown_replacement": N_("What replaces it is neither in the file nor known."),
    "soate.circular": N_("Following it from place to place leads back to where it began."),
    "soate.level_jump": N_("Its level does not follow that of the place in which it lies."),
    "soate.letters_lost": N_(
        "Kyrgyz letters were lost when the file was saved. Save it as CSV UTF-8."
    ),
    # Any file
    "import.faults": N_("The file has faults. Nothing was changed."),
    "import.was_confidential": N_(
        "The address of this place is confidential here. Only the ministry can make it public: write yes, or leave the service out."
    ),
    "import.unreadable": N_(
        "The file cannot be read. Is the stick still in, is it open elsewhere?"
    ),
    # Search
    "search.index_fault": N_(
        "The search index cannot be used. Calls and cases are whole. Free some space on the disk, then make the index anew."
    ),
    "search.file_held": N_(
        "Another program holds the file of the search index. Close it, then try again."
    ),
    # Holidays
    "holiday.faults": N_("Please correct the marked fields."),
    "holiday.no_day": N_("This is no day. Write day and month, as in 9.03."),
    "holiday.name_missing": N_("Give the holiday a name."),
    "holiday.too_far": N_("This is more than {most} years away. Look at the year."),
}
