"""Services of all kinds, for the tests of what is read and written."""

from __future__ import annotations

from hypothesis import strategies as st

from operator_app.domain.directory import (
    STATUSES,
    DirectoryPhone,
    Hours,
    Service,
    ServicePlace,
)

BISHKEK = "41711000000000"
ALAMUDUN = "41708203000000"
DIVISIONS = (BISHKEK, ALAMUDUN, "41706000000000", "41702410000010")


def service(service_id: str = "one", **changes: object) -> Service:
    values: dict[str, object] = {
        "service_id": service_id,
        "names": {"ru": "Служба", "ky": "Кызмат"},
        "organization_id": "org",
        "organization_names": {"ru": "Орган"},
    }
    return Service(**{**values, **changes})  # type: ignore[arg-type]


ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True)
# Letters of the three languages, and what spreadsheets and tables stumble over.
texts = st.text(
    st.sampled_from("abЖкөүңё =+-@'\"\t\n\r;,|«»1/\u00a0€"), min_size=1, max_size=30
).filter(str.strip)
labels = st.dictionaries(st.sampled_from(["ky", "ru", "en"]), texts, max_size=3)
names = labels.filter(bool)
clocks = st.builds(
    "{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)
) | st.just("24:00")  # fmt: skip
days = st.dates().map(lambda day: day.isoformat())
numbers = st.from_regex(r"\+?[0-9]{2,3}([ ()-][0-9]{2,4}){0,4}", fullmatch=True)
phones = st.builds(
    DirectoryPhone, numbers, st.sampled_from(["voice", "hotline", "sms", "fax"]), labels
)
spans = st.tuples(days, days).map(lambda both: tuple(sorted(both))) | st.just(("", ""))
hours = st.builds(
    lambda weekdays, opens, closes, span, on_holidays: Hours(
        tuple(weekdays), opens, closes, *span, on_holidays
    ),
    st.lists(st.integers(0, 6), min_size=1, max_size=7),
    clocks,
    clocks,
    spans,
    st.booleans(),
)
codes = st.lists(st.sampled_from(DIVISIONS), max_size=4).map(tuple)


@st.composite
def services(draw: st.DrawFn) -> list[Service]:
    """A directory: ids differ, an organisation has one name."""
    organizations = draw(st.dictionaries(ids, names, min_size=1, max_size=3))
    found = []
    for number, service_id in enumerate(draw(st.lists(ids, min_size=1, max_size=4, unique=True))):
        organization = draw(st.sampled_from(sorted(organizations)))
        places = [
            ServicePlace(f"p{number}.{n}", draw(st.sampled_from(DIVISIONS)), draw(labels), draw(st.booleans()))
            for n in range(draw(st.integers(0, 2)))
        ]  # fmt: skip
        found.append(
            Service(
                service_id,
                draw(names),
                organization,
                organizations[organization],
                status=draw(st.sampled_from(STATUSES)),
                service_type=draw(st.sampled_from(["CRI", "POL", "OTH"])),
                topics=draw(st.lists(st.sampled_from(["VIO.DOM", "PEN"]), max_size=2).map(tuple)),
                descriptions=draw(labels),
                keywords=draw(st.just("") | texts),
                phones=draw(st.lists(phones, max_size=3).map(tuple)),
                hours=draw(st.lists(hours, max_size=3).map(tuple)),
                places=tuple(places),
                areas=draw(codes),
                languages=draw(
                    st.lists(st.sampled_from(["ky", "ru", "uz"]), max_size=3).map(tuple)
                ),
                documents=draw(labels),
                cost=draw(labels),
                eligibility=draw(labels),
                how_to_apply=draw(labels),
                url=draw(st.sampled_from(["", "https://example.kg/a?b=1", "http://example.kg"])),
                for_danger=draw(st.booleans()),
                assured_on=draw(st.just("") | days),
                assured_by=draw(st.just("") | texts | st.just("a@example.kg")),
                source=draw(st.just("") | texts),
                confirmed=draw(st.booleans()),
            )
        )
    return found
