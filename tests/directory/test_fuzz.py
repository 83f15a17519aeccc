"""Whatever the bytes are, the answer is a result or a list of faults."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.csv_table import read_table, write_table
from operator_app.domain.hsds import MOST_FAULTS, read_hsds, write_hsds_json, write_hsds_zip
from operator_app.domain.hsds_flat import COLUMNS
from operator_app.domain.hsds_tables import TABLES
from operator_app.domain.soate import read_soate
from operator_app.errors import BadInput, Fault
from tests.directory.entries import BISHKEK, service, texts
from tests.samples import examples

FULL = service(areas=(BISHKEK,), languages=("ky",), documents={"ru": "Паспорт"})
GOOD = [write_hsds_json([FULL], {}), write_hsds_zip([FULL], {}), b"id,name\none,x\n"]
more = settings(max_examples=examples(150), deadline=None)


def judged(read, *arguments) -> None:
    try:
        read(*arguments)
    except BadInput as error:
        assert 0 < len(error.faults) <= MOST_FAULTS
        assert all(fault.where and fault.code for fault in error.faults)


@more
@given(st.binary(max_size=300), st.sampled_from(["a.json", "a.zip", "a.csv", ""]))
def test_any_bytes(data, name) -> None:
    judged(read_hsds, data, name)
    judged(read_hsds, b"PK\x03\x04" + data, name)


@more
@given(st.sampled_from(GOOD), st.data())
def test_a_good_file_with_bytes_changed(data, draw) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        place = draw.draw(st.integers(0, len(changed) - 1))
        changed[place] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(changed)))
    judged(read_hsds, bytes(changed), "a")
    judged(read_hsds, bytes(changed[:cut]), "a")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(BISHKEK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@more
@given(data=st.data(), reference_known=st.booleans())
def test_json_with_a_field_of_any_kind(data, reference_known, reference) -> None:
    page = json.loads(GOOD[0])
    found = page["contents"][0]
    for _ in range(data.draw(st.integers(1, 4))):
        target = found
        name = data.draw(st.sampled_from(sorted(found)))
        inner = found[name][0] if isinstance(found[name], list) and found[name] else None
        if isinstance(inner, dict) and inner:
            target = inner
            name = data.draw(st.sampled_from(sorted(target)))
        target[name] = data.draw(values)
    known = reference if reference_known else None
    judged(read_hsds, json.dumps(page).encode(), "a.json", known)


cells = st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=12) | texts, max_size=8)


@more
@given(st.lists(cells, max_size=3))
def test_a_table_of_any_cells(rows) -> None:
    encoded = [{n: t.encode("utf-8", "replace").decode() for n, t in r.items()} for r in rows]
    judged(read_hsds, write_table(COLUMNS, encoded), "a.csv")


@more
@given(st.dictionaries(st.sampled_from(sorted(TABLES)), st.binary(max_size=60), max_size=4))
def test_a_zip_of_any_tables(tables) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in tables.items():
            archive.writestr(name, content)
    judged(read_hsds, stream.getvalue(), "a.zip")


codes = st.sampled_from(["41702205807000", "41702205807010", BISHKEK, "", "x"])
places = st.lists(
    st.tuples(codes, texts, codes, st.sampled_from(["", "0", "3", "4", "9"]), codes), max_size=6
)


@more
@given(st.binary(max_size=300))
def test_any_bytes_of_places(reference, data) -> None:
    judged(read_soate, data, reference)
    judged(read_soate, b"code,name\n" + data, reference)


@more
@given(rows=places)
def test_any_tree_of_places(reference, rows) -> None:
    columns = ("code", "name_ru", "parent", "level", "replaced_by")
    data = write_table(columns, [dict(zip(columns, row, strict=True)) for row in rows])
    judged(read_soate, data, reference)


@more
@given(st.lists(st.lists(texts | st.just(""), min_size=2, max_size=2), max_size=5))
def test_a_table_is_read_as_it_was_written(rows) -> None:
    faults: list[Fault] = []
    written = write_table(("a", "b"), [dict(zip("ab", row, strict=True)) for row in rows])
    table = read_table(written.decode("utf-8-sig"), "t.csv", faults)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert faults == [] and table is not None
    assert [[row.cells["a"], row.cells["b"]] for row in table.rows] == kept
