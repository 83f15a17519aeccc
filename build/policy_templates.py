"""Makes the Group Policy templates out of the one table of settings (operator_app/domain/policy.py).

    python build/policy_templates.py        # writes resources/policy/; a test compares

IT copies `117Operator.admx` and the folders `en-US`, `ru-RU` to `PolicyDefinitions`. There is no
folder for Kyrgyz: the policy editor runs in the language of the administrator's Windows and takes
en-US where it finds none.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from build.policy_words import (  # noqa: E402
    CATEGORY_WAYS,
    CHOICES,
    GENERAL,
    LANGUAGES,
    PRODUCT,
    SUPPORTED,
    WORDS,
)
from operator_app.domain.policy import (  # noqa: E402
    LONGEST_TEXT,
    REGISTRY_KEY,
    SETTINGS,
    Kind,
    Setting,
)

FOLDER = ROOT / "resources" / "policy"
NAME = "117Operator"
SPACE = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
OWN = "Helpline117.Policies.Operator"
WAYS = "allow_"


def main() -> int:
    """Write all files."""
    for name, content in templates().items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        print(file.relative_to(ROOT))
    return 0


def templates() -> dict[str, bytes]:
    """Every file by its name in the folder."""
    made = {f"{NAME}.admx": _written(_definitions())}
    for language, place in LANGUAGES.items():
        made[f"{language}/{NAME}.adml"] = _written(_resources(place))
    return made


def _definitions() -> ET.Element:
    root = _root("policyDefinitions")
    spaces = ET.SubElement(root, "policyNamespaces")
    ET.SubElement(spaces, "target", prefix="operator117", namespace=OWN)
    ET.SubElement(root, "resources", minRequiredRevision="1.0")
    supported = ET.SubElement(ET.SubElement(root, "supportedOn"), "definitions")
    ET.SubElement(supported, "definition", name="SUPPORTED", displayName="$(string.SUPPORTED)")
    categories = ET.SubElement(root, "categories")
    ET.SubElement(categories, "category", name="Product", displayName="$(string.Product)")
    ways = ET.SubElement(categories, "category", name="Ways", displayName="$(string.Ways)")
    ET.SubElement(ways, "parentCategory", ref="Product")
    policies = ET.SubElement(root, "policies")
    for setting in SETTINGS:
        policies.append(_policy(setting))
    return root


def _policy(setting: Setting) -> ET.Element:
    name = setting.value_name
    policy = ET.Element(
        "policy",
        {
            "name": name,
            "class": "Both",
            "displayName": f"$(string.{name})",
            "explainText": f"$(string.{name}_Explain)",
            "key": REGISTRY_KEY,
        },
    )
    if setting.kind is Kind.SWITCH:
        policy.set("valueName", name)
    else:
        policy.set("presentation", f"$(presentation.{name})")
    ET.SubElement(policy, "parentCategory", ref="Ways" if _is_way(setting) else "Product")
    ET.SubElement(policy, "supportedOn", ref="SUPPORTED")
    if setting.kind is Kind.SWITCH:
        for element, value in (("enabledValue", "1"), ("disabledValue", "0")):
            ET.SubElement(ET.SubElement(policy, element), "decimal", value=value)
        return policy
    elements = ET.SubElement(policy, "elements")
    about = {"id": name, "valueName": name, "required": "true"}
    if setting.kind is Kind.NUMBER:
        bounds = {"minValue": str(setting.least), "maxValue": str(setting.most)}
        ET.SubElement(elements, "decimal", {**about, **bounds})
    elif setting.kind is Kind.CHOICE:
        choice = ET.SubElement(elements, "enum", about)
        for each in setting.choices:
            item = ET.SubElement(choice, "item", displayName=f"$(string.{name}_{each})")
            ET.SubElement(ET.SubElement(item, "value"), "string").text = each
    else:
        # Folders may name a variable of the PC, as %SystemDrive% does.
        expandable = {"expandable": "true"} if setting.kind is Kind.FOLDER else {}
        ET.SubElement(elements, "text", {**about, "maxLength": str(LONGEST_TEXT), **expandable})
    return policy


def _resources(place: int) -> ET.Element:
    root = _root("policyDefinitionResources")
    ET.SubElement(root, "displayName").text = PRODUCT
    ET.SubElement(root, "description").text = GENERAL[place]
    resources = ET.SubElement(root, "resources")
    strings = ET.SubElement(resources, "stringTable")
    for identity, said in _strings(place):
        ET.SubElement(strings, "string", id=identity).text = said
    presentations = ET.SubElement(resources, "presentationTable")
    for setting in SETTINGS:
        if setting.kind is not Kind.SWITCH:
            presentations.append(_presentation(setting, place))
    return root


def _strings(place: int) -> Iterator[tuple[str, str]]:
    yield "SUPPORTED", SUPPORTED[place]
    yield "Product", PRODUCT
    yield "Ways", CATEGORY_WAYS[place]
    for setting in SETTINGS:
        title, explained = WORDS[setting.name]
        yield setting.value_name, title[place]
        yield f"{setting.value_name}_Explain", f"{explained[place]}\n\n{GENERAL[place]}"
        for each in setting.choices:
            yield f"{setting.value_name}_{each}", CHOICES[setting.name][each][place]


def _presentation(setting: Setting, place: int) -> ET.Element:
    title = WORDS[setting.name][0][place]
    made = ET.Element("presentation", id=setting.value_name)
    about = {"refId": setting.value_name}
    if setting.kind is Kind.NUMBER:
        ET.SubElement(
            made, "decimalTextBox", {**about, "defaultValue": str(setting.default)}
        ).text = title
    elif setting.kind is Kind.CHOICE:
        chosen = str(setting.choices.index(str(setting.default)))
        ET.SubElement(
            made, "dropdownList", {**about, "noSort": "true", "defaultItem": chosen}
        ).text = title
    else:
        ET.SubElement(ET.SubElement(made, "textBox", about), "label").text = title
    return made


def _is_way(setting: Setting) -> bool:
    return setting.name.startswith(WAYS)


def _root(name: str) -> ET.Element:
    return ET.Element(name, {"xmlns": SPACE, "revision": "1.0", "schemaVersion": "1.0"})


def _written(root: ET.Element) -> bytes:
    ET.indent(root, "  ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


if __name__ == "__main__":
    sys.exit(main())
