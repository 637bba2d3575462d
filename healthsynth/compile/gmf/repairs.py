"""The corrected mode's repairs of codes and values, by the tables that are shipped. Users' own tables decide no byte of a run."""

from collections.abc import Iterable

from healthsynth.compile.code_tables import Key, Known, known_part
from healthsynth.compile.plausible import limits
from healthsynth.spec.gmf.codings import Coding, codings, letter, plain
from healthsynth.spec.gmf.mending import Repair, mend
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.repairs import Judged, judged


def repaired(library: GmfLibrary, running: Iterable[str]) -> tuple[GmfLibrary, tuple[Repair, ...]]:
    """The library as the corrected mode runs it, and what it repairs and leaves in the modules of these keys."""
    return mend(library, _verdicts(library), limits(), frozenset(running))


def codes_repaired(library: GmfLibrary) -> dict[Coding, Coding]:
    """What the corrected mode puts instead of wrong codes, of those that it repairs."""
    return {coding: verdict.after for coding, verdict in _verdicts(library).items() if verdict.after is not None}


def _verdicts(library: GmfLibrary) -> dict[Coding, Judged]:
    given = {coding for module in library.modules.values() for _, coding in codings(module)}
    return judged(library, given, _known(given))


def _known(given: set[Coding]) -> dict[Key, Known]:
    """The rows of the table that have a code's number, or its name in its system: all of them would be a hundred megabytes."""
    systems = {letter(coding.system) for coding in given}
    numbers = {coding.code for coding in given}
    names = {plain(coding.display) for coding in given}

    def fits(key: Key, displays: tuple[str, ...]) -> bool:
        return key[1] in numbers or (key[0] in systems and any(plain(name) in names for name in displays))

    return known_part(fits)
