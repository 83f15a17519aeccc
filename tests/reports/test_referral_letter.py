"""The letter as paper: what is on it follows from consent, and it is always one sheet."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from operator_app.domain import consent as rules
from operator_app.domain.cases import (
    Affected,
    Assessment,
    Case,
    Incident,
    Note,
    Offender,
    ProtectionOrder,
    Referral,
    ReferralStep,
    SafetyPlan,
    Task,
)
from operator_app.domain.consent import PARTS, SHARE, Consent
from operator_app.domain.office import Office
from operator_app.domain.reference import Reference
from operator_app.domain.violence import SafeContact
from operator_app.errors import BadInput
from operator_app.export import referral_letter as module
from operator_app.export.html import Page
from operator_app.export.referral_letter import LETTER_LANGUAGES, Letter, referral_letter_page
from operator_app.ui.printing import MARGIN, PAPER, Sheet
from tests.conftest import ALAMUDUN, office_setup
from tests.domain.test_consent import MAY_BE_TOLD, RECIPIENTS, deciding_word

T = 1_795_500_000_000
DAY = 86_400_000
PLANTED = {
    "NAME": ("zzname", "47"),
    "CONTACT": ("+996 555 98-76-54", "zzhours", "zzanswerer", "zzsaying", "zzaddress"),
    "STORY": ("zzstory", "zznote", "Бывший супруг(а)", "Мурунку жубайы", "23.11.2026"),
    "RISK": ("Высокий", "Жогорку", "Беременная", "Кош бойлуу", "27.11.2026"),
    "CHILDREN": ("Дети были при этом", "Балдар ошол жерде болгон", "Многодетная", "Көп балалуу"),
}
NEVER = (
    "zzoffender", "zzsafeperson", "zzcode", "zzsafeplace", "zzplan", "zzsteps", "zzassessed",
    "zztask", "zzresult", "zzcase note", "zzclosed", "zzstep reason", "zzpolice office",
)  # fmt: skip
CASE = Case(
    case_id="c",
    number="0412-2026-C00031",
    office_code="0412",
    kind="VIOLENCE",
    opened_at=T,
    opened_by="u",
    owner_id="u",
    risk="HIGH",
    close_note="zzclosed",
    division=ALAMUDUN,
    affected=Affected(
        "zzname", "F", 47, "A35_49", "0700 111111", "zzaddress", True, ("PREG", "MULT")
    ),
    offender=Offender("EXSP", "Y", has_weapon="Y", name="zzoffender"),
    contact=SafeContact("0555 987654", "zzhours", "zzanswerer", "zzsaying"),
    plan=SafetyPlan("zzsafeperson", "zzcode", "zzsafeplace", "Y", "zzplan", "zzsteps", T),
    incidents=(
        Incident("i", T, "2026-11-23", ("PHY",), "PHYSICAL", (), "HOME", ALAMUDUN, "Y", "zzstory"),
    ),
    assessments=(
        Assessment("a", T, "u", {"KILL": "Y", "BABY": "Y"}, "N", "v", "HIGH", "HIGH", None, False,
                   "zzassessed"),
    ),
    orders=(ProtectionOrder("o", "ISS3", T, T, T, T + 3 * DAY, "zzpolice office"),),
    tasks=(Task("t", "OTHER", "OTHER", T, "u", T, text="zztask", result="zzresult"),),
    notes=(Note("n", T, "u", "zzcase note"),),
)  # fmt: skip


def letter_about(
    said: list[Consent], service: str, *, status: str = "OFF", case: Case = CASE
) -> Letter:
    referral = Referral(
        "r", service, (ReferralStep(status, T, "u", "zzstep reason"),), "Org", note="zznote"
    )
    case = replace(case, consents=tuple(said), referrals=(referral,))
    office: Office = office_setup().office
    return Letter(case, referral, office, "Aida Testova", T, T + DAY)


def words_on(page: Page) -> str:
    return " ".join(unescape(page.title + page.body + page.foot).replace("\u200b", "").split())


def histories() -> st.SearchStrategy[list[Consent]]:
    word = st.builds(
        Consent,
        purpose=st.sampled_from([SHARE, SHARE, SHARE, "RECORD", "CALL_BACK"]),
        value=st.sampled_from("YYNGELX"),
        at=st.just(0),
        recipient=st.sampled_from(RECIPIENTS),
        reason=st.sampled_from(["", " ", "zzwhy {date} <b>"]),
        parts=st.lists(st.sampled_from(PARTS), unique=True, max_size=4).map(tuple),
    )
    return st.lists(word, max_size=6).map(
        lambda said: [replace(word, at=T + at) for at, word in enumerate(said)]
    )


def told_parts(said: list[Consent], service: str) -> set[str]:
    """What may be on the letter, told a second time."""
    word = deciding_word(said, SHARE, service)
    overridden = (
        word is not None
        and service in MAY_BE_TOLD.get(word.value, set())
        and word.reason.strip() != ""
    )
    if word is None or not (word.value in "YG" or overridden):
        return set()
    return set(word.parts or PARTS)


def check_letter(said: list[Consent], service: str, language: str, reference: Reference) -> None:
    wanted = told_parts(said, service)
    try:
        page = referral_letter_page(letter_about(said, service), reference, language)
    except BadInput as error:
        assert error.code == "referral.no_consent"
        assert wanted == set()
        return
    shown = words_on(page)
    assert wanted
    for part in PARTS:
        seen = [word for word in PLANTED[part] if word in shown]
        assert bool(seen) is (part in wanted), (part, seen, said)
    assert [word for word in NEVER if word in shown] == []
    word = deciding_word(said, SHARE, service)
    assert word is not None
    overridden = word.value in MAY_BE_TOLD
    assert ("zzwhy {date} <b>" in shown) is overridden
    assert ("№ 63" in shown) is overridden
    assert page.title == f"117 0412-2026-C00031 {service}"
    # A letter that leaves something out says that the rest was not allowed.
    left_out = reference.letter_texts.words["left_out"][language]
    assert (left_out in shown) is (wanted != set(PARTS))


@given(
    histories(),
    st.sampled_from([r for r in RECIPIENTS if r]),
    st.sampled_from(LETTER_LANGUAGES),
)
def test_a_letter_holds_what_consent_allows_at_that_moment_and_nothing_else(
    reference: Reference, said: list[Consent], service: str, language: str
) -> None:
    check_letter(said, service, language, reference)


@pytest.mark.parametrize("bug", ["override without reason", "all parts", "name left in"])
def test_a_planted_bug_is_caught(
    reference: Reference, bug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = module.allowed_parts

    def wrong(consents: tuple[Consent, ...], recipient: str) -> frozenset[str]:
        if bug == "override without reason":
            consents = tuple(replace(c, reason=c.reason.strip() or "x") for c in consents)
        allowed = right(consents, recipient)
        if bug == "all parts" and allowed:
            return frozenset(PARTS)
        return allowed | {"NAME"} if bug == "name left in" and allowed else allowed

    monkeypatch.setattr(module, "allowed_parts", wrong)

    # What is drawn finds it, too, but not in every hundred.
    @given(histories(), st.sampled_from([r for r in RECIPIENTS if r]))
    @example([Consent(SHARE, "E", T, recipient="POL")], "POL")
    @example([Consent(SHARE, "Y", T, parts=("RISK",))], "POL")
    def check(said: list[Consent], service: str) -> None:
        check_letter(said, service, "ru", reference)

    with pytest.raises(AssertionError):
        check()


def test_a_declined_service_gets_no_letter(reference: Reference) -> None:
    said = [Consent(SHARE, "Y", T, recipient="PSY")]
    with pytest.raises(BadInput) as caught:
        referral_letter_page(letter_about(said, "PSY", status="DEC"), reference, "ru")
    assert caught.value.code == "referral.declined"


def test_every_word_of_the_letter_is_there_in_both_languages(reference: Reference) -> None:
    texts = reference.letter_texts
    assert texts.version
    for said in (*texts.words.values(), *texts.asks.values(), *texts.bases.values()):
        assert all(said.get(language) for language in LETTER_LANGUAGES)
    assert set(texts.bases) == rules.GIVEN | set(rules.OVERRIDES)
    assert set(texts.asks) <= {c.code for c in reference.codes("service_type")}
    assert "OTH" in texts.asks
    said = [Consent(SHARE, "E", T, recipient="POL", reason="why")]
    for language in LETTER_LANGUAGES:
        shown = words_on(referral_letter_page(letter_about(said, "POL"), reference, language))
        assert not [key for key in texts.words if f">{key}<" in shown]


def test_without_a_safe_time_the_letter_says_not_to_phone(reference: Reference) -> None:
    said = [Consent(SHARE, "Y", T, recipient="PSY")]
    case = replace(CASE, contact=replace(CASE.contact, hours=" "))
    for language in LETTER_LANGUAGES:
        warning = reference.letter_texts.words["no_hours"][language]
        safe = words_on(referral_letter_page(letter_about(said, "PSY"), reference, language))
        unsafe = letter_about(said, "PSY", case=case)
        assert warning not in safe
        assert warning in words_on(referral_letter_page(unsafe, reference, language))


@pytest.mark.parametrize("text", ["слово " * 4000, "ө" * 10_000, "😀" * 10_000, "a\n" * 5000])
def test_long_texts_stay_on_one_sheet(reference: Reference, text: str, qapp: object) -> None:
    case = replace(
        CASE,
        affected=replace(
            CASE.affected,
            name=text[:200],
            phone=text[:200],
            address=text,
            vulnerabilities=tuple(c.code for c in reference.codes("vulnerability")),
        ),
        contact=SafeContact("", text, text, text),
        assessments=(
            replace(
                CASE.assessments[0],
                answers={q.code: "Y" for q in reference.danger_rules.questions},
            ),
        ),
        incidents=tuple(
            replace(CASE.incidents[0], incident_id=str(n), told_at=T + n, happened=text)
            for n in range(9)
        ),
        orders=CASE.orders * 5,
    )
    said = [Consent(SHARE, "E", T, recipient="POL", reason=text)]
    made = letter_about(said, "POL", case=case)
    made = replace(made, referral=replace(made.referral, organisation=text, note=text))
    for language in LETTER_LANGUAGES:
        sheet = Sheet(referral_letter_page(made, reference, language))
        needed = sheet._body.size().height() + sheet._foot.size().height()
        assert needed * sheet._scale <= PAPER.height() - 2 * MARGIN
        room = (PAPER.width() - 2 * MARGIN) / sheet._scale
        assert sheet._body.idealWidth() <= room + 1


def test_signs_that_turn_the_writing_are_not_printed(reference: Reference) -> None:
    case = replace(CASE, affected=replace(CASE.affected, name="Ай\u202eгүл\u2066 <script>"))
    said = [Consent(SHARE, "Y", T, recipient="PSY")]
    page = referral_letter_page(letter_about(said, "PSY", case=case), reference, "ky")
    assert "Айгүл &lt;script&gt;" in page.body
