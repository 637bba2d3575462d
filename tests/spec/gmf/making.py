"""Small modules in Synthea's format, written for these tests."""

import json
from pathlib import Path
from typing import Any

CODE = {"system": "SNOMED-CT", "code": "44054006", "display": "Diabetes mellitus type 2 (disorder)"}
VISIT = {"system": "SNOMED-CT", "code": "185349003", "display": "Encounter for check up (procedure)"}


def module(**states: Any) -> dict[str, Any]:
    """A module of these states, beginning with an Initial that leads to the first, with a Terminal if one is led to."""
    first = next(iter(states), "Terminal")
    made = {"Initial": {"type": "Initial", "direct_transition": first}, **states}
    end = {"Terminal": {"type": "Terminal"}} if "Terminal" in json.dumps(made) else {}
    return {"name": "Test", "states": {**made, **end}}


def state(type_: str, **fields: Any) -> dict[str, Any]:
    """A state that leads to Terminal unless it says otherwise."""
    ways = [key for key in fields if key.endswith("_transition")]
    return {"type": type_, **fields, **({} if ways else {"direct_transition": "Terminal"})}


def write(folder: Path, key: str, data: Any) -> Path:
    """A module file by key; `data` may be a text."""
    file = folder / f"{key}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return file


def table(folder: Path, name: str, text: str) -> Path:
    """A lookup table."""
    file = folder / "lookup_tables" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
