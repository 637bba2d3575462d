"""The page about validation names every constraint, and the tables have what it says."""

import re
from pathlib import Path

import pytest

from healthsynth.guides.invariants import by_key, keys
from healthsynth.guides.tables import VERSIONS, load

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


def test_every_constraint_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z-]+\d*)`", PAGE.read_text(encoding="utf-8")))
    assert set(keys()) - named == set()


def _constraints(node: dict[str, object], path: str) -> list[tuple[str, str]]:
    found = [(str(key), path) for key in node.get("k", ())]  # type: ignore[attr-defined]
    for child in node.get("c", ()):  # type: ignore[attr-defined]
        found += _constraints(child, f"{path}.{child['n']}")
    for each in node.get("s", ()):  # type: ignore[attr-defined]
        found += _constraints(each, path)
    return found


@pytest.mark.parametrize("guide", VERSIONS)
def test_every_constraint_of_the_guide_is_written(guide: str) -> None:
    table = load(f"us-core-{guide}")
    found = [pair for part in ("profiles", "extensions") for each in table[part].values()
             for pair in _constraints(each["node"], each["type"])]  # fmt: skip
    assert len(found) > 50
    assert [(key, path) for key, path in found if by_key(key, path, guide) is None] == []


def test_no_table_has_codes_that_may_not_be_shipped() -> None:
    for name in ("r4-base", *(f"us-core-{guide}" for guide in VERSIONS)):
        systems = {system for codes in load(name)["sets"].values() for system in codes} | set(load(name)["systems"])
        assert [system for system in systems if "nucc" in system or "nubc" in system or "ama-assn" in system] == []
