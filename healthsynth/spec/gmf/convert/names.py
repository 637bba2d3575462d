"""Short names: of states, and of codes in the vocabulary."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from healthsynth.spec.gmf.codings import LETTERS
from healthsynth.spec.gmf.values import Code
from healthsynth.vocabulary import SYSTEMS, Concept

_KEYS = {"S": "snomed", "L": "loinc", "R": "rxnorm", "C": "cvx"}
_WORDS = frozenset(
    {"after", "choose", "starts", "at", "and", "or", "not", "is", "to", "of", "from", "any", "been", "has"}
)
LONGEST = 60


class Names(Protocol):
    """What is known of a code."""

    @property
    def displays(self) -> tuple[str, ...]:
        """Its displays, the one to use first."""


def slug(text: str) -> str:
    """A name of the language: lower case words joined by underscores, beginning with a letter."""
    words = re.sub(r"[^a-z0-9]+", "_", text.lower().replace("'s", "s")).strip("_")[:LONGEST].strip("_") or "unnamed"
    return f"n_{words}" if not words[0].isalpha() else f"{words}_state" if words in _WORDS else words


def distinct(titles: list[str]) -> dict[str, str]:
    """A name of its own for each title."""
    found: dict[str, str] = {}
    for title in titles:
        name, i = slug(title), 2
        while name in found.values():
            name, i = f"{slug(title)}_{i}", i + 1
        found[title] = name
    return found


@dataclass(slots=True)
class Words:
    """The vocabulary that conversions share: what the library has already, and what they add."""

    concepts: Mapping[str, Concept]
    files: Mapping[str, str]  # name of a concept -> its vocabulary file
    known: Mapping[tuple[str, str], Names]
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)  # measure -> the converted module that owns it
    _by_code: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, concept in self.concepts.items():
            for code in concept.codes[:1]:
                self._by_code.setdefault((code.system, code.code, concept.kind), name)

    def name(self, kind: str, codes: tuple[Code, ...], **more: Any) -> str | None:
        """The short name of the first code as an entry of a kind; None for a code system that the language lacks."""
        code = codes[0] if codes else None
        letter = LETTERS.get(code.system.upper()) if code else None
        if code is None or letter not in _KEYS:
            return None
        key = (SYSTEMS[_KEYS[letter]], code.code, kind)
        if key not in self._by_code:
            names = self.known.get((letter, code.code))
            display = names.displays[0] if names and names.displays else code.display or code.code
            short, i = slug(code.display.rpartition(" (")[0] or code.display), 2
            taken = short
            while taken in self.concepts or taken in self.added:
                taken, i = f"{short}_{i}", i + 1
            self._by_code[key] = taken
            self.added[taken] = {"kind": kind, _KEYS[letter]: code.code, "display": display, **more}
        return self._by_code[key]

    def file(self, name: str) -> str | None:
        """The vocabulary file of the library that a name is of; None for one that was added."""
        return self.files.get(name)
