"""The Group Policy templates say what the program reads, in the form that Windows takes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from build.policy_templates import FOLDER, NAME, SPACE, templates
from operator_app.domain.policy import BY_NAME, REGISTRY_KEY, SETTINGS, Kind, Layer, Source, resolve
from operator_app.services.policy import _registry_layer
from tests.policy.registry import Registry

NS = {"p": SPACE}
LANGUAGES = ("en-US", "ru-RU")
PRESENTED_BY = {"text": "textBox", "decimal": "decimalTextBox", "enum": "dropdownList"}


@pytest.fixture(scope="module")
def admx() -> ET.Element:
    return ET.parse(FOLDER / f"{NAME}.admx").getroot()


def adml(language: str) -> ET.Element:
    return ET.parse(FOLDER / language / f"{NAME}.adml").getroot()


def test_what_is_delivered_is_what_the_table_gives() -> None:
    # Or: python build/policy_templates.py
    there = {
        file.relative_to(FOLDER).as_posix(): file.read_bytes() for file in FOLDER.rglob("*.adm*")
    }
    assert there == templates()


def test_every_policy_writes_where_the_program_reads(admx: ET.Element) -> None:
    policies = admx.findall("p:policies/p:policy", NS)
    assert [p.get("name") for p in policies] == [s.value_name for s in SETTINGS]
    for policy, setting in zip(policies, SETTINGS, strict=True):
        assert policy.get("key") == REGISTRY_KEY
        assert policy.get("class") == "Both"
        elements = list(policy.find("p:elements", NS) or [])
        names = {e.get("valueName") for e in elements} | {policy.get("valueName")} - {None}
        assert names - {None} == {setting.value_name}
        # The order that the schema wants.
        parts = [re.sub(r"{.*}", "", child.tag) for child in policy]
        wanted = ["parentCategory", "supportedOn"]
        wanted += ["enabledValue", "disabledValue"] if setting.kind is Kind.SWITCH else ["elements"]
        assert parts == wanted


def test_references_lead_somewhere(admx: ET.Element) -> None:
    order = [re.sub(r"{.*}", "", child.tag) for child in admx]
    assert order == ["policyNamespaces", "resources", "supportedOn", "categories", "policies"]
    categories = {c.get("name") for c in admx.findall("p:categories/p:category", NS)}
    supported = {d.get("name") for d in admx.findall(".//p:definition", NS)}
    assert {r.get("ref") for r in admx.findall(".//p:parentCategory", NS)} <= categories
    assert {r.get("ref") for r in admx.findall(".//p:policy/p:supportedOn", NS)} <= supported
    text = (FOLDER / f"{NAME}.admx").read_text("utf-8")
    for language in LANGUAGES:
        root = adml(language)
        strings = {s.get("id"): s.text or "" for s in root.iterfind(".//p:string", NS)}
        assert set(re.findall(r"\$\(string\.(\w+)\)", text)) == set(strings)
        assert all(said.strip() and len(said) < 1024 for said in strings.values())
        shown = {p.get("id"): p for p in root.iterfind(".//p:presentation", NS)}
        assert set(re.findall(r"\$\(presentation\.(\w+)\)", text)) == set(shown)
        for policy in admx.iterfind(".//p:policy", NS):
            for element in policy.iterfind("p:elements/*", NS):
                (control,) = shown[policy.get("name")]
                assert control.get("refId") == element.get("id")
                kind = re.sub(r"{.*}", "", element.tag)
                assert control.tag == f"{{{SPACE}}}{PRESENTED_BY[kind]}"


def test_the_page_for_it_staff_tells_every_setting() -> None:
    told = (FOLDER / "README.md").read_text("utf-8")
    for setting in SETTINGS:
        assert f"`{setting.name}`" in told and f"`{setting.value_name}`" in told
        for choice in setting.choices:
            assert f"`{choice}`" in told


def test_russian_is_russian() -> None:
    english, russian = (
        {s.get("id"): s.text for s in adml(language).iterfind(".//p:string", NS)}
        for language in LANGUAGES
    )
    for name, said in russian.items():
        if name not in ("Product", "Language_en"):
            assert re.search("[а-яё]", said or "", re.IGNORECASE), name
    assert set(english) == set(russian)


def test_what_the_editor_would_write_is_taken(admx: ET.Element) -> None:
    """Each policy filled in as the editor does it, then read by the program."""
    registry = Registry()
    for policy in admx.iterfind(".//p:policy", NS):
        name, key = policy.get("name") or "", policy.get("key") or ""
        disabled = policy.find("p:disabledValue/p:decimal", NS)
        if disabled is not None:
            registry.set("HKLM", key, name, int(disabled.get("value") or ""))
            continue
        (element,) = policy.iterfind("p:elements/*", NS)
        choices = [i.text or "" for i in element.iterfind("p:item/p:value/p:string", NS)]
        samples = {"ServerAddress": "https://117.kg", "Proxy": "direct", "DataFolder": r"D:\117"}
        if choices:
            value: str | int = choices[-1]
        elif element.get("maxValue"):
            value = int(element.get("maxValue") or "")
        else:
            value = samples.get(name, r"\\server\117")
        registry.set("HKLM", key, element.get("valueName") or "", value)
    layer = _registry_layer(registry, Source.MACHINE_POLICY, "HKLM")
    assert isinstance(layer, Layer)
    read = resolve([layer], windows=True)
    assert read.problems == ()
    assert set(read.held) == set(BY_NAME)
    assert (read.value("idle_minutes"), read.value("updates"), read.allows("xroad")) == (
        60, "fetch", False,
    )  # fmt: skip
    assert Path(read.text("update_folder")).name
