"""Codes and displays against the table of known codes, where the installation has one."""

import gzip
from collections.abc import Iterator
from functools import cache

from healthsynth.compile.code_tables import LETTERS
from healthsynth.guides.findings import Json
from healthsynth.resources import data
from healthsynth.validate.plausibility import Problem


@cache
def _table() -> dict[str, str]:
    """Letter and code -> displays joined with bars; empty where there is no table. Short strings keep it small."""
    path = data() / "codes.tsv.gz"
    if not path.is_file():
        return {}
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            letter, code, _, _, displays = line.rstrip("\n").split("\t")
            found[letter + code] = displays
    return found


def unknown_codes(value: object, path: str) -> Iterator[Problem]:
    """Codings whose code the table lacks, or whose display is none of the code's. Both are warnings: the table is a part."""
    if isinstance(value, dict):
        letter = LETTERS.get(system) if isinstance(system := value.get("system"), str) else None
        code = value.get("code")
        if letter and isinstance(code, str):
            yield from _coding(letter, code, value, path)
        for key, each in value.items():
            if each.__class__ is dict or each.__class__ is list:
                yield from unknown_codes(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from unknown_codes(each, f"{path}[{n}]")


def _coding(letter: str, code: str, coding: Json, path: str) -> Iterator[Problem]:
    table = _table()
    if not table:
        return
    displays = table.get(letter + code)
    if displays is None:
        yield Problem(path, "unknown-code", f"{coding['system']} {code} is not in the table of known codes", "warning")
        return
    given = coding.get("display")
    if isinstance(given, str) and displays and given not in displays.split("|"):
        known = {each.casefold() for each in displays.split("|")}
        if given.casefold() not in known:
            message = f"'{given}' is not the display of {code}: '{displays.split('|')[0]}'"
            yield Problem(path, "wrong-display", message, "warning")
