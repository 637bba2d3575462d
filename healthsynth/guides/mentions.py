"""Which codes any rule of a guide can tell from others: those that its tables or the rules' own code name."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from healthsynth.guides.tables import guide_table, load
from healthsynth.vocabulary import SYSTEMS

# Of many thousands of codes, of which rules name a few. Their codes are checked against tables elsewhere.
TERMINOLOGIES = frozenset(SYSTEMS.values())
_CODE = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")


@cache
def mentioned(guide: str) -> frozenset[str]:
    """Every string in the guide's tables, in base R4's and in the code of this package."""
    found: set[str] = set()
    _gather(load("r4-base"), found)
    _gather(guide_table(guide), found)
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(_QUOTED.findall(source.read_text(encoding="utf-8")))
    return frozenset(each for each in found if _CODE.fullmatch(each))


def _gather(value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        found.update(value)
        for each in value.values():
            _gather(each, found)
    elif isinstance(value, list):
        for each in value:
            _gather(each, found)


def alike(value: Any, guide: str) -> Any:
    """A resource with one code in the place of all that the guide's rules cannot tell apart, and one name for them.

    Two resources that are alike in this sense have the same verdict: only well-formed codes and names are replaced.
    """
    if isinstance(value, list):
        return [alike(each, guide) for each in value]
    if not isinstance(value, dict):
        return value
    same = {key: alike(each, guide) for key, each in value.items()}
    code = same.get("code")
    if same.get("system") in TERMINOLOGIES and isinstance(code, str):
        if code not in mentioned(guide) and _CODE.fullmatch(code):
            same["code"] = "any"
        if _is_name(same.get("display")):
            same["display"] = "any"
    elif "coding" in same and _is_name(same.get("text")):
        same["text"] = "any"
    return same


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() and value.isprintable() and value != ""
