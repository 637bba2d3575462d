"""The JSON Schema of a module file, for editors: made from the same models that read it."""

import json
from typing import Any

from healthsynth.spec.model import GATHERED, NUMBER_KINDS, VERBS, Module, Step


def schema() -> str:
    """The schema as text; keys that carry a sentence are patterns."""
    made = Module.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "healthsynth module, language 1"
    for definition in made["$defs"].values():
        _ungather(definition)
    _number(made["$defs"]["Number"])
    _course(made["$defs"])
    _steps(made["$defs"]["Step"])
    _every(made["$defs"])
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False)


def _ungather(definition: dict[str, Any]) -> None:
    """`exits` and the like do not exist for authors: they write `to STATE: ...`."""
    properties = definition.get("properties", {})
    for field, start in GATHERED.items():
        if field in properties:
            inner = properties.pop(field)
            patterns = definition.setdefault("patternProperties", {})
            patterns[f"^{start}"] = inner.get("additionalProperties", {})


def _number(definition: dict[str, Any]) -> None:
    properties = definition["properties"]
    for name in ("kind", "bands", "banded"):
        properties.pop(name, None)
    definition["required"] = []
    kinds = "|".join(NUMBER_KINDS)
    definition["patternProperties"] = {f"^({kinds})( by (age|sex|age and sex))?$": {"description": "the value"}}


def _course(definitions: dict[str, Any]) -> None:
    definitions["Course"] = {
        "type": "object",
        "required": ["starts"],
        "properties": {"starts": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Starts"}]}},
        "additionalProperties": {"$ref": "#/$defs/State"},
    }
    definitions["Starts"]["properties"].pop("state", None)


def _steps(definition: dict[str, Any]) -> None:
    words = [Step.model_fields[verb].alias or verb for verb in VERBS]
    definition["oneOf"] = [{"required": [word]} for word in words]


def _every(definitions: dict[str, Any]) -> None:
    definitions["Every"] = {
        "description": "a time, a list of {every: TIME, while: CONDITION}, or {by age: {band: TIME}}",
        "type": ["string", "array", "object"],
    }
