"""What the check of the PC found, in words: the name of each check, what was found, what to do."""

from __future__ import annotations

from operator_app.domain.findings import Finding, Grade
from operator_app.domain.policy import Source
from operator_app.i18n import N_, _
from operator_app.ui.policy_wording import setting_name, source_words
from operator_app.ui.problems import SENTENCES
from operator_app.ui.sync_wording import CODE_SENTENCES

NAMES = {
    "database": N_("Database"),
    "database_whole": N_("Database, page by page"),
    "keys": N_("Key file"),
    "office_toml": N_("office.toml"),
    "backups": N_("Backups"),
    "disk_space": N_("Room on the disk"),
    "disk_speed": N_("Speed of the disk"),
    "write_cache": N_("Write cache"),
    "data_place": N_("Where the data lie"),
    "rights": N_("Who may read the data"),
    "clock": N_("Clock"),
    "carriers": N_("Ways to the ministry"),
    "proxy": N_("Proxy"),
    "server": N_("Ministry's server"),
    "certificate": N_("Certificate of the server"),
    "xroad": N_("Tunduk (X-Road)"),
    "folder": N_("Folder for bundles"),
    "fonts": N_("Kyrgyz letters"),
    "memory": N_("Memory"),
    "restart": N_("Restart of the PC"),
    "versions": N_("Versions"),
    "program": N_("Newest version"),
    "policy": N_("Settings of IT"),
}
_GRADES = {
    Grade.OK: N_("In order"),
    Grade.ABSENT: N_("Not looked at"),
    Grade.WARNING: N_("Warning"),
    Grade.PROBLEM: N_("Problem"),
}
SIGNS = {Grade.OK: "●", Grade.ABSENT: "○", Grade.WARNING: "▲", Grade.PROBLEM: "✖"}

FOUND = {
    "office.none": N_("No office is set up on this PC yet."),
    "sign_in.needed": N_("Only seen after signing in: in the program, or with --login."),
    "check.failed": N_("The check itself failed ({kind})."),
    "check.no_answer": N_("No answer within {seconds} s."),
    "database.there": N_("There, encrypted, {megabytes} MB."),
    "database.whole": N_("Every page and every table is whole."),
    "database.not_encrypted": N_("The file is not encrypted: it is not of this program."),
    "database.log_large": N_("The log of changes beside it has grown to {megabytes} MB."),
    "keys.good": N_("Whole. The office opens by the recovery key and for people: {people}."),
    "keys.no_recovery": N_("No recovery key opens the office; people: {people}."),
    "keys.pending": N_("A change of the key was not finished."),
    "office_toml.done": N_("The set-up is done; only its settings count now."),
    "office_toml.none": N_("There is none: the set-up asks for everything."),
    "office_toml.good": N_("Every line is right; it is the office {office}."),
    "backups.fresh": N_("The last good one is {hours} hours old."),
    "backups.old": N_("The last good one is {days} days old."),
    "backups.very_old": N_("The last good one is {days} days old."),
    "backups.none": N_("There is no good backup yet."),
    "backups.no_keys": N_("Not to be told without the key file."),
    "backups.only_here": N_("No further copy is made: all backups lie on this PC."),
    "backups.none_elsewhere": N_("In the further folder lies no backup of this office."),
    "backups.elsewhere": N_("A further copy lies in the folder that was chosen."),
    "disk_space.enough": N_("{free} MB are free."),
    "disk_space.little": N_("Only {free} MB are free."),
    "disk_space.none": N_("Only {free} MB are free."),
    "disk_speed.good": N_("Fast enough: a save takes about {ms} ms."),
    "disk_speed.slow": N_("Slow: a save takes about {ms} ms."),
    "disk_speed.very_slow": N_("Very slow: a save takes about {ms} ms."),
    "disk_speed.full": N_("The disk is full."),
    "disk_speed.not_writable": N_("The data folder cannot be written."),
    "write_cache.good": N_("What is saved survives a power cut."),
    "write_cache.unknown": N_("The disk does not tell."),
    "write_cache.flush_ignored": N_("The disk was told to ignore flushes: a power cut loses records."),
    "data_place.good": N_("On a disk of this PC."),
    "data_place.network": N_("On a network drive: a database is lost there one day."),
    "data_place.synced": N_("In a folder that another program copies to the internet."),
    "rights.good": N_("Not open to everybody on this PC."),
    "rights.unknown": N_("Windows does not tell."),
    "rights.everybody": N_("Everybody who signs in to this PC may copy the files. They are encrypted."),
    "rights.everybody_writes": N_("Everybody who signs in to this PC may delete the files."),
    "rights.not_writable": N_("This account may not write in the data folder."),
    "clock.plausible": N_("Plausible by the files of the office."),
    "clock.long_ago": N_("It says the year {year}."),
    "clock.files_ahead": N_("Files of the office are {hours} hours ahead of it."),
    "clock.agrees": N_("Agrees with the server's."),
    "clock.differs": N_("Differs from the server's by {minutes} min ({seconds} s)."),
    "carriers.good": N_("Allowed: {allowed}."),
    "carriers.none": N_("IT's policy allows no way at all."),
    "carriers.used_not_allowed": N_("The way that is set is not among the allowed ones: {allowed}."),
    "carriers.folder_not_allowed": N_("A folder for bundles is set, but not allowed ({allowed})."),
    "server.none": N_("No server is set."),
    "proxy.none": N_("None is used."),
    "proxy.not_used": N_("Not used on the way through Tunduk."),
    "proxy.of_system": N_("{proxy}, as the system says; it answers."),
    "proxy.of_policy": N_("{proxy}, as IT set; it answers."),
    "proxy.gone": N_("{proxy} does not answer."),
    "server.good": N_("{host} answers, and it is the one this PC knows."),
    "server.not_enrolled": N_("{host} answers; this PC is not enrolled yet."),
    "certificate.good": N_("Trusted, until {until}."),
    "certificate.soon": N_("Runs out in {days} days ({until})."),
    "certificate.expired": N_("Ran out on {until}."),
    "certificate.not_trusted": N_("This PC does not trust it (until {until})."),
    "certificate.not_seen": N_("It could not be looked at."),
    "certificate.none": N_("None: the address begins with http://."),
    "xroad.good": N_("The settings are complete; the key can be read."),
    "xroad.not_used": N_("Not used."),
    "folder.good": N_("It can be written."),
    "folder.not_used": N_("None is set."),
    "fonts.good": N_("All there in {font}."),
    "fonts.lent": N_("{font} lacks some; another font lends them."),
    "fonts.missing": N_("{font} lacks: {letters}"),
    "memory.enough": N_("{free} MB are free."),
    "memory.little": N_("Only {free} MB are free."),
    "memory.unknown": N_("The system does not tell."),
    "restart.none": N_("None waits."),
    "restart.pending": N_("An update waits for a restart."),
    "versions.known": N_("Program {program}, {system}, Qt {qt}, SQLCipher {sqlcipher}, SQLite {sqlite}, Python {python}."),
    "versions.windows_old": N_("Windows, build {build}: too old for this program."),
    "program.not_looked_for": N_("IT wants none looked for."),
    "program.nothing_heard": N_("The ministry has announced none yet; this is {running}."),
    "program.newest": N_("{running} is the newest."),
    "program.newer": N_("{version} is there; this is {running}."),
    "program.fetched": N_("{version} is there and lies in the folder for updates; this is {running}."),
    "program.needs_more": N_("{version} is there, but needs a newer Windows or another version before it; this is {running}."),
    "policy.good": N_("Settings that IT holds: {held}. All can be used."),
}  # fmt: skip
"""By code; others are sentences for problems."""

TO_DO = {
    "office.none": N_("Start the program: the set-up opens, filled in from office.toml if there is one."),
    "check.failed": N_("Send the support file to whoever helps you."),
    "check.no_answer": N_("Look whether the share, the disk or the server is there; then check again."),
    "database.missing": N_("Do not set up again. Restore the last backup at the sign-in window."),
    "database.damaged": N_("Make a copy of the data folder, then restore the last backup at the sign-in window."),
    "database.cannot_open": N_("Give the account of the operators the right to change the data folder."),
    "database.not_encrypted": N_("Put the right file back, or restore the last backup."),
    "database.log_large": N_("Close the program and start it again; if it stays, send the support file."),
    "keyring.missing": N_("Put keyring.json back from a copy of the data folder, or restore the last backup."),
    "keyring.damaged": N_("Put keyring.json back from a copy of the data folder, or restore the last backup."),
    "keyring.newer": N_("Install the newer version of the program."),
    "keys.no_recovery": N_("A supervisor changes the key (People): a new recovery key is printed."),
    "keys.pending": N_("Sign in once: it is finished then."),
    "backups.old": N_("Open the program for a while, or Administration, Backup: “Back up now”."),
    "backups.very_old": N_("Administration, Backup: “Back up now”. Look there why none was made."),
    "backups.none": N_("One is made by itself once a day; or Administration, Backup: “Back up now”."),
    "backups.only_here": N_("Choose a folder on a share or another disk (Administration, Backup, or IT's policy)."),
    "backups.none_elsewhere": N_("Look whether the folder is there and may be written."),
    "disk_space.little": N_("Make room soon: a backup and an update need some."),
    "disk_space.none": N_("Make room now: without it nothing can be saved."),
    "disk_speed.slow": N_("Look what else works on the disk (antivirus, updates); consider an SSD."),
    "disk_speed.very_slow": N_("The disk may be failing: make a backup, then have it looked at."),
    "disk_speed.full": N_("Make room now: without it nothing can be saved."),
    "disk_speed.not_writable": N_("Give the account of the operators the right to change the data folder."),
    "write_cache.flush_ignored": N_("Device Manager, the disk, Policies: take the tick off “Turn off Windows write-cache buffer flushing”. On Linux mount without nobarrier."),
    "data_place.network": N_("Close the program, move the data folder to a disk of this PC, set the policy “Data folder”."),
    "data_place.synced": N_("Close the program, move the data folder out of it, set the policy “Data folder”."),
    "rights.everybody": N_("Let only the operators' accounts and administrators into the data folder."),
    "rights.everybody_writes": N_("Let only the operators' accounts and administrators into the data folder."),
    "rights.not_writable": N_("Give the account of the operators the right to change the data folder."),
    "rights.unknown": N_("Look at the security of the data folder by hand."),
    "clock.long_ago": N_("Set date and time; if it comes back, the battery of the PC is empty."),
    "clock.files_ahead": N_("Was the clock put back? Set date and time, best from the internet."),
    "clock.differs": N_("Set date and time, best from the internet."),
    "carriers.none": N_("Allow at least one way in IT's policy."),
    "carriers.used_not_allowed": N_("Allow it in IT's policy, or set another way under “To the ministry”."),
    "carriers.folder_not_allowed": N_("Allow it in IT's policy, or take the folder away under “To the ministry”."),
    "server.none": N_("An office that is never online needs none. Else set it under “To the ministry”."),
    "server.not_enrolled": N_("Ask the ministry for an enrolment code and enter it under “To the ministry”."),
    "proxy.gone": N_("Look whether the proxy runs; or set another one by IT's policy."),
    "certificate.soon": N_("Tell the ministry: it has to be renewed."),
    "certificate.expired": N_("Tell the ministry; look also whether the clock of this PC is right."),
    "certificate.not_trusted": N_("Bring the ministry's certificate authority into the system's store."),
    "certificate.not_seen": N_("Look at the lines “Proxy” and “Ministry's server”."),
    "fonts.lent": N_("Install Segoe UI (Windows) or Noto Sans or DejaVu Sans (Linux)."),
    "fonts.missing": N_("Install Segoe UI (Windows) or Noto Sans or DejaVu Sans (Linux)."),
    "memory.little": N_("Close other programs."),
    "restart.pending": N_("Restart the PC after work."),
    "versions.windows_old": N_("Windows 10, version 1809, is the oldest that will do."),
    "program.newer": N_("Install it by the usual way of your office; the page of this PC tells more."),
    "program.fetched": N_("Install it by the usual way of your office; the page of this PC tells more."),
    "program.needs_more": N_("Read its notes on the page of this PC, then decide."),
    "net.unreachable": N_("Look at cable, Wi-Fi and the address; then check again."),
    "server.not_ours": N_("Compare the address with what the ministry gave you."),
}  # fmt: skip
"""By code."""

_OTHERWISE = {
    "server": N_("Look at the address, the proxy and the certificate; then check again."),
    "xroad": N_("Correct it under “To the ministry”; ask whoever looks after the Security Server."),
    "folder": N_("Look at the folder, or choose another one under “To the ministry”."),
    "office_toml": N_("Correct the file; nothing is taken from it before."),
    "program": N_("Look at the page of this PC, part “Version”."),
    "policy": N_("Correct the value in Group Policy, in policy.toml or in office.toml."),
}
"""By check, where its code has nothing of its own."""


def grade_words(grade: Grade) -> str:
    """How it stands, with a sign of its own shape."""
    return f"{SIGNS[grade]}  {_(_GRADES[grade])}"


def check_name(finding: Finding) -> str:
    """What was looked at."""
    return _(NAMES[finding.check])


def found_words(finding: Finding) -> str:
    """What was found."""
    said = FOUND.get(finding.code) or CODE_SENTENCES.get(finding.code)
    said = said or SENTENCES.get(finding.code, finding.code)
    params = dict(finding.params)
    words = _(said).format(**params)
    if finding.check == "office_toml" and params.get("line"):
        words = _("Line {line}: {problem}").format(line=params["line"], problem=words)
    if finding.check == "office_toml" and params.get("key"):
        return f"{params['key']} · {words}"
    if finding.check == "policy" and "source" in params:
        where = source_words(Source(str(params["source"])))
        name = setting_name(str(params["setting"])) if params["setting"] else ""
        return f"{' · '.join(part for part in (where, name) if part)}: {words}"
    return words


def to_do_words(finding: Finding) -> str:
    """What to do about it; "" when there is nothing to be done."""
    if finding.code == "office.none" and finding.check != "database":
        # Said once.
        return ""
    said = TO_DO.get(finding.code, "")
    if not said and finding.grade in (Grade.WARNING, Grade.PROBLEM):
        said = _OTHERWISE.get(finding.check, N_("Send the support file to whoever helps you."))
    return _(said) if said else ""
