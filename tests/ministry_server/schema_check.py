"""Checks JSON against the part of JSON Schema that the contract uses; refuses any other part."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "null": (type(None),),
}
_UNDERSTOOD = {
    "type", "description", "additionalProperties", "required", "properties", "items", "minItems",
    "maxItems", "pattern", "enum", "minimum", "maximum", "oneOf", "$ref",
}  # fmt: skip


class Checker:
    def __init__(self, contract: dict[str, Any]) -> None:
        self.contract = contract

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.contract
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = {**{k: v for k, v in node.items() if k != "$ref"}, **target}
        return node

    def faults(self, value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
        schema = self.resolve(schema)
        assert set(schema) <= _UNDERSTOOD, f"{at}: the checker does not know {set(schema)}"
        if "oneOf" in schema:
            fitting = [s for s in schema["oneOf"] if not self.faults(value, s, at)]
            return [] if len(fitting) == 1 else [f"{at}: fits {len(fitting)} of oneOf"]
        if type(value) not in _TYPES[schema["type"]]:
            return [f"{at}: {type(value).__name__} is not {schema['type']}"]
        found = []
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{at}: {value!r} is not in the enumeration")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{at}: does not match {schema['pattern']}")
        if isinstance(value, int) and not (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
        ):
            found.append(f"{at}: out of range")
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                found.append(f"{at}: wrong number of items")
            for index, item in enumerate(value):
                found += self.faults(item, schema["items"], f"{at}[{index}]")
        if isinstance(value, dict) and not schema["additionalProperties"]:
            found += [f"{at}.{name}: missing" for name in schema["required"] if name not in value]
            for name, item in value.items():
                if name not in schema["properties"]:
                    found.append(f"{at}.{name}: not in the contract")
                else:
                    found += self.faults(item, schema["properties"][name], f"{at}.{name}")
        return found
