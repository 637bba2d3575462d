"""What the corrected mode does with a module's codes: a table of codes in, what stands instead of each wrong one out.

A code that its system has keeps its number and gets its system's name, except where the name that the module gives it says more and
is that of one other code: then the number is what is wrong. A code that its system does not have is replaced where the table leaves
one choice. Everything else stays as it is, with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.codings import SPELLINGS, Coding, Row, is_extension, is_other, letter, plain
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.uses import asked
from healthsynth.spec.gmf.values import Code

Key = tuple[str, str]  # (letter of the code system, code)
# Words that stand in the names of drugs of any kind.
_FORMS = frozenset({
    "auto", "capsule", "cream", "day", "delayed", "drug", "extended", "implant", "infusion", "inhalation", "inhaler", "injectable",
    "injection", "injector", "intravenous", "lotion", "metered", "nasal", "ointment", "ophthalmic", "oral", "pack", "patch", "pen",
    "powder", "prefilled", "release", "solution", "spray", "suspension", "syringe", "system", "tablet", "topical", "transdermal",
    "unt", "vaginal", "vial",
})  # fmt: skip
_STEM = 5  # letters: Cipro and ciprofloxacin
_EXTENSION = "of an extension of SNOMED CT, of which no code is shipped: whether it is right is not known"


class Judged(NamedTuple):
    """What becomes of a wrong code: another, or none and why."""

    after: Coding | None
    why: str = ""


class _Table(NamedTuple):
    """The part of a table of codes that a library has to do with, and what the library asks for.

    `named` has codes by (letter, name without case), whole names and those without their kind; `asked` has for a code the words of
    the names under which conditions and ends ask for it.
    """

    known: Mapping[Key, Row]
    named: Mapping[Key, frozenset[str]]
    asked: Mapping[str, frozenset[str]]


def judged(library: GmfLibrary, given: Iterable[Coding], known: Mapping[Key, Row]) -> dict[Coding, Judged]:
    """Every code that is wrong by the table, with what stands instead.

    Args:
        given: the codes of the library.
        known: at least what the table has of these codes, and of all codes with their names.
    """
    codes = sorted(set(given))
    table = _Table(known, _named(known, codes), _asked(library))
    found = {coding: verdict for coding in codes if (verdict := _judge(coding, table)) is not None}
    return {**found, **dict(_at_odds(found, table))}


def _at_odds(found: Mapping[Coding, Judged], table: _Table) -> Iterator[tuple[Coding, Judged]]:
    """Codes that no table has and whose names mean different ones: modules know each other by them, so they stay."""
    meant: dict[Key, set[Key | None]] = defaultdict(set)
    for coding, verdict in found.items():
        meant[coding[:2]].add(verdict.after and verdict.after[:2])
    for coding in found:
        is_known = (letter(coding.system), coding.code) in table.known
        if not is_known and len(meant[coding[:2]]) > 1:
            yield coding, Judged(None, "its names in the modules are not those of one code")


def _named(known: Mapping[Key, Row], codes: Iterable[Coding]) -> dict[Key, frozenset[str]]:
    wanted = {name for coding in codes for name in (coding.display.casefold(), plain(coding.display))}
    found: dict[Key, set[str]] = defaultdict(set)
    for (system, code), names in known.items():
        for display in () if names.inactive else names.displays:
            for name in {display.casefold(), plain(display)} & wanted:
                found[system, name].add(code)
    return {key: frozenset(several) for key, several in found.items()}


def _asked(library: GmfLibrary) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for module in library.modules.values():
        for state in module.states.values():
            for code in _asks(state):
                found[code.code] |= _words(code.display)
    return found


def _asks(state: s.State) -> Iterator[Code]:
    if isinstance(state, s.End):
        yield from state.codes
    for leaf in asked(state):
        if isinstance(leaf, (c.Active, c.ObservationIs)):
            yield from leaf.codes
        if isinstance(leaf, (c.AttributeIs, c.ObservationIs)) and leaf.value_code is not None:
            yield leaf.value_code


def _judge(coding: Coding, table: _Table) -> Judged | None:
    """None for what is right, or of a code system that no table has."""
    system = letter(coding.system)
    if is_other(coding.system):
        return None
    if is_extension(coding.system, coding.code):
        return Judged(None, _EXTENSION)
    if system is None:
        return _of_another_system(coding, table) or Judged(None, "no code system is called so")
    names = table.known.get((system, coding.code))
    if names is None:
        return _unknown(coding, system, table)
    if names.displays and coding.display.casefold() not in {name.casefold() for name in names.displays}:
        return _misnamed(coding, system, names, table)
    right = coding._replace(system=SPELLINGS[system])
    return None if right == coding else Judged(right)


def _of_another_system(coding: Coding, table: _Table) -> Judged | None:
    """The code by its number and name in the one other system that has it."""
    found = [
        Coding(SPELLINGS[system], coding.code, _first(names, coding))
        for system in SPELLINGS
        if (names := table.known.get((system, coding.code))) is not None
        and plain(coding.display) in {plain(name) for name in names.displays}
    ]
    return Judged(found[0]) if len(found) == 1 else None


def _unknown(coding: Coding, system: str, table: _Table) -> Judged:
    elsewhere = _of_another_system(coding, table)
    if elsewhere is not None:
        return elsewhere
    found = _by_name(coding, system, table)
    if len(found) == 1:
        return Judged(_coding(system, next(iter(found)), table))
    several = f"{len(found)} codes have its name" if found else "no code has its name"
    return Judged(None, f"not in the table of codes, where {several}")


def _misnamed(coding: Coding, system: str, names: Row, table: _Table) -> Judged:
    said = _words(coding.display)
    others = _by_name(coding, system, table) - {coding.code}
    says_more = not any(said <= _words(name) for name in names.displays)
    is_asked_for = _are_alike(said, table.asked.get(coding.code, frozenset()))
    if len(others) == 1 and says_more and not is_asked_for:
        return Judged(_coding(system, next(iter(others)), table))
    # RxNorm's names are made of ingredients and brands: without one in common it is another drug. Others have synonyms.
    if system == "R" and coding.display and not any(_are_alike(said, _words(name)) for name in names.displays):
        return Judged(None, f"the code is that of another drug, '{names.displays[0]}'")
    return Judged(Coding(SPELLINGS[system], coding.code, names.displays[0]))


def _by_name(coding: Coding, system: str, table: _Table) -> frozenset[str]:
    """Codes with exactly this name, else those with it but for the kind in brackets."""
    exact = table.named.get((system, coding.display.casefold()), frozenset())
    return exact if len(exact) == 1 else table.named.get((system, plain(coding.display)), exact)


def _coding(system: str, code: str, table: _Table) -> Coding:
    return Coding(SPELLINGS[system], code, table.known[system, code].displays[0])


def _first(names: Row, coding: Coding) -> str:
    """The display as it stands, if the table has it so, else the table's first."""
    return coding.display if coding.display in names.displays else names.displays[0]


def _words(display: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", plain(display)))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether some word of three letters and more begins alike; forms, numbers and units of drugs do not count."""
    first, second = (
        {word[:_STEM] for word in words - _FORMS if len(word) > 2 and not word[0].isdigit()} for words in (one, other)
    )
    return not first.isdisjoint(second)
