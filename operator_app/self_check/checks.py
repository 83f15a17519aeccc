"""The checks without a window, in the order in which each needs the one before.

Everything that they use is imported inside them: what a broken copy lacks fails one check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from operator_app.self_check.bench import LOGIN, PASSWORD, SETUP, Bench, CheckFailed, expect

if TYPE_CHECKING:
    from pathlib import Path

    from operator_app.services.exports import ExportFormat

WORD = "самотекшерүү"
NUMBER = "0555 12 34 56"
TELEPHONE = "+996555123456"
NOBODY_LISTENS = "https://127.0.0.1:9"


def resources(bench: Bench) -> str:
    """Translations, code lists, rules, help, directory: whole and readable."""
    import gettext
    import tomllib

    from operator_app.domain.help_pages import help_pages, quick_card
    from operator_app.domain.office import LANGUAGES
    from operator_app.domain.people import Role
    from operator_app.i18n import DOMAIN
    from operator_app.services.reference import load_reference, load_report_lines

    folder = bench.paths.resources
    for language in ("ky", "ru"):
        words = gettext.translation(DOMAIN, folder / "i18n", [language])
        expect(words.gettext("Sign in") != "Sign in", "self_check.not_translated", found=language)
    bench.reference = load_reference(folder)
    load_report_lines(folder)
    for name in ("review_checklist.toml", "referral_letter.toml"):
        tomllib.loads((folder / "data" / name).read_text("utf-8"))
    for language in LANGUAGES:
        help_pages(folder, language)
        for role in Role:
            quick_card(folder, role, language)
    files = [file for file in folder.rglob("*") if file.is_file()]
    for name in ("theme.qss", "directory/services.json", "protocol/openapi.yaml"):
        expect((folder / name).is_file(), "self_check.file_missing", found=name)
    return str(len(files))


def database(bench: Bench) -> str:
    """A file that only its key opens."""
    import secrets

    from operator_app.db.engine import KEY_BYTES, Database
    from operator_app.errors import EnvironmentProblem

    file = bench.paths.data / "encrypted.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = Database(file, secrets.token_bytes(KEY_BYTES))
    with whole.write() as connection:
        connection.exec_driver_sql("CREATE TABLE tried (word TEXT)")
        connection.exec_driver_sql("INSERT INTO tried VALUES (?)", (WORD,))
        cipher = connection.exec_driver_sql("PRAGMA cipher_version").scalar()
        sqlite = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    with whole.bare_connection() as bare:
        # For the whole process: a wrong key is tried on purpose, and needs no lines about it.
        bare.execute("PRAGMA cipher_log_level = NONE")
    damage = whole.verify()
    whole.close()
    expect(not damage, "database.damaged")
    content = file.read_bytes()
    plain = content.startswith(b"SQLite") or WORD.encode() in content
    expect(not plain, "self_check.not_encrypted")
    other = Database(file, secrets.token_bytes(KEY_BYTES))
    try:
        other.prove_key()
    except EnvironmentProblem:
        return f"SQLCipher {cipher}, SQLite {sqlite}"
    finally:
        other.close()
    raise CheckFailed("self_check.not_encrypted")


def migrations(bench: Bench) -> str:
    """Every step of the schema on an empty file, and nothing of it missing."""
    import secrets

    from operator_app.db.engine import KEY_BYTES, Database
    from operator_app.db.migrate import HEAD, KNOWN, bring_up_to_date, current_revision

    for revision in KNOWN:
        found = list((bench.paths.migrations / "versions").glob(f"{revision}_*.py"))
        expect(bool(found), "self_check.file_missing", found=f"migrations/versions/{revision}")
    made = Database(bench.paths.data / "migrated.db", secrets.token_bytes(KEY_BYTES))
    try:
        bring_up_to_date(made, bench.paths.migrations, bench.paths.backups)
        expect(current_revision(made) == HEAD, "database.migration_failed", found="new")
    finally:
        made.close()
    return f"{len(KNOWN)}, {HEAD}"


def sign_in(bench: Bench) -> str:
    """An office is set up; its password opens it, another does not."""
    from operator_app.db.keyring import KdfCost, new_recovery_key
    from operator_app.domain.people import Actor, Role
    from operator_app.errors import NotAllowed
    from operator_app.services.accounts import Accounts
    from operator_app.services.set_up import set_up_office
    from operator_app.services.sign_in import SignIn

    cost = KdfCost()
    set_up_office(bench.paths, SETUP, PASSWORD, new_recovery_key(), bench.clock, cost)
    door = SignIn(bench.paths, bench.clock)
    try:
        wrong, _actor = door.open(LOGIN, PASSWORD + "?")
        wrong.close()
        raise CheckFailed("self_check.any_password")
    except NotAllowed:
        pass
    bench.database, bench.actor = door.open(LOGIN, PASSWORD)
    accounts = Accounts(bench.database, bench.paths, bench.clock, cost)
    for role in Role:
        if role is not bench.actor.role:
            made = accounts.add(bench.actor, role.value, role.value.title(), role, PASSWORD)
            bench.people[role] = Actor(made.user_id, made.login, made.full_name, role)
    return f"Argon2id {cost.memory_kib // 1024} MiB"


def save(bench: Bench) -> str:
    """An information call and a violence call with its case are saved and read back."""
    from dataclasses import replace

    from operator_app.domain.calls import CallForm
    from operator_app.domain.clock import to_ms
    from operator_app.domain.consent import STATISTICS, Consent
    from operator_app.domain.phone import read_phone
    from operator_app.domain.violence import ViolenceForm
    from operator_app.services.calls import Calls

    opened, actor, reference = bench.office
    calls = Calls(opened, reference, bench.clock)
    form = CallForm(
        started_at=to_ms(bench.clock()) - 60_000,
        contact_kind="SELF",
        danger_now="N",
        language="ky",
        topics=("BEN.UBK",),
        caller_sex="F",
        caller_age_group="A",
        division=SETUP.office.division,
        phone=NUMBER,
        note=f"{WORD} ңөү",
        actions=("INF",),
    )
    found = read_phone(form.phone).e164
    expect(found == TELEPHONE, "self_check.phone_not_read")
    saved = calls.save(actor, form)
    expect(calls.open(actor, saved.call_id).form.note == form.note, "self_check.not_read_back")
    consents = (Consent(STATISTICS, "Y", form.started_at),)
    violence = ViolenceForm(
        affected="CALLER", forms=("PHY",), answers={"HURT": "Y"}, consents=consents
    )
    form = replace(form, topics=("VIO.DOM",), violence=violence)
    bench.call_id = saved.call_id
    bench.violence_call_id = calls.save(actor, form).call_id
    return saved.number


def search(bench: Bench) -> str:
    """The index finds the call by the beginning of a word, and an article."""
    from operator_app.answers import Answers
    from operator_app.domain.search import Group

    opened, actor, reference = bench.office
    answers = Answers(opened, reference, bench.clock)
    try:
        taken = answers.index.rebuild()
        found = answers.search.find(actor, WORD[:6], "ru")
        known = [hit.record_id for hit in found.hits if hit.group is Group.CALLS]
        expect(bench.call_id in known, "self_check.not_found")
        articles = answers.search.find(actor, "пособие", "ru").hits
        expect(any(hit.group is Group.ARTICLES for hit in articles), "self_check.not_found")
    finally:
        answers.index.close()
    return str(taken)


def spreadsheet(bench: Bench) -> str:
    """The daily log as XLSX: a whole archive with the call in it."""
    import zipfile

    from operator_app.services.exports import ExportFormat

    file, records = _export(bench, ExportFormat.XLSX)
    with zipfile.ZipFile(file) as archive:
        expect(archive.testzip() is None, "self_check.file_damaged")
        sheets = [name for name in archive.namelist() if "worksheets/" in name]
    expect(bool(sheets) and records == 2, "self_check.file_damaged")
    return f"{file.stat().st_size // 1024} KB"


def paper(bench: Bench) -> str:
    """The daily log as PDF, with its letters inside."""
    from operator_app.services.exports import ExportFormat

    file, _records = _export(bench, ExportFormat.PDF)
    content = file.read_bytes()
    whole = content.startswith(b"%PDF-") and b"%%EOF" in content[-32:]
    expect(whole and b"/FontFile" in content, "self_check.file_damaged")
    return f"{len(content) // 1024} KB"


def _export(bench: Bench, wanted: ExportFormat) -> tuple[Path, int]:
    from datetime import timedelta

    from operator_app.domain.clock import local_day, to_ms
    from operator_app.domain.span import Span
    from operator_app.services.exports import Exports
    from operator_app.services.reports import Reports
    from operator_app.ui.printing import page_pdf

    opened, actor, reference = bench.office
    reports = Reports(opened, reference, bench.clock)
    exports = Exports(opened, reports, reference, bench.clock, page_pdf)
    file = bench.paths.data / f"log.{wanted.value}"
    today = local_day(to_ms(bench.clock()))
    # At midnight the calls began yesterday.
    span = Span.of_days(today - timedelta(days=1), today)
    return file, exports.daily_log(actor, span, wanted, file).records


def envelope(bench: Bench) -> str:
    """What is sealed opens with the right key, and one changed byte is noticed."""
    import base64

    import pyrage
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from operator_app.domain.wire import Header
    from operator_app.sync import envelope as envelopes

    del bench
    ministry, device = pyrage.x25519.Identity.generate(), Ed25519PrivateKey.generate()
    header = Header("check", "device", "first", 1)
    sealed = envelopes.seal(
        WORD.encode(),
        b"tag",
        header,
        kid="check",
        recipients=[str(ministry.to_public())],
        signing_key=device,
    )
    envelopes.check(sealed, device.public_key())
    expect(WORD not in str(sealed), "self_check.not_sealed")
    opened = envelopes.open_sealed(base64.b64decode(sealed["ct"]), ministry)
    expect(opened == WORD.encode(), "self_check.not_sealed")
    try:
        envelopes.check({**sealed, "seq": 2}, device.public_key())
    except envelopes.BadEnvelope:
        return envelopes.ALGORITHM
    raise CheckFailed("self_check.not_sealed")


def network(bench: Bench) -> str:
    """Certificates of the system and all that a connection needs; nothing leaves this PC."""
    import ssl

    from operator_app.errors import NetworkProblem
    from operator_app.sync.carriers.chosen import open_carrier

    opened, _actor, _reference = bench.office
    carrier = open_carrier(opened, NOBODY_LISTENS)
    try:
        carrier.exchange("GET", "/sync/v1/hello")
    except NetworkProblem:
        return ssl.OPENSSL_VERSION.split(" (", maxsplit=1)[0]
    finally:
        carrier.close()
    raise CheckFailed("self_check.file_damaged")
