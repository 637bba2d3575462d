"""The corrected mode's repairs of codes and values, by the tables that are shipped. Users' own tables decide no byte of a run."""

import csv
from collections.abc import Iterable

from healthsynth import resources
from healthsynth.compile.code_tables import Key, Known, known_part
from healthsynth.compile.plausible import limits
from healthsynth.spec.gmf.codings import Coding, codings, letter, plain
from healthsynth.spec.gmf.mending import Repair, mend
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.repairs import Judged, judged

OF_NO_MODULE = "synthea"  # whose care it is that no module asks for
_NO_MODULE_GIVES_IT = "it is of Synthea's own program, not of a module"


def repaired(
    library: GmfLibrary, running: Iterable[str], checks_up: bool = False
) -> tuple[GmfLibrary, tuple[Repair, ...]]:
    """The library as the corrected mode runs it, and what it repairs and leaves.

    Args:
        running: keys of the modules that are looked at.
        checks_up: look at Synthea's own schedule of vaccines too, whose names stay.
    """
    schedule = _schedule() if checks_up else set()
    verdicts = _verdicts(library, schedule)
    mended, found = mend(library, verdicts, limits(), frozenset(running))
    left = (
        Repair(OF_NO_MODULE, ("immunisations",), coding._asdict(), {}, _NO_MODULE_GIVES_IT)
        for coding in sorted(schedule & verdicts.keys())
    )
    return mended, (*found, *left)


def codes_repaired(library: GmfLibrary) -> dict[Coding, Coding]:
    """What the corrected mode puts instead of wrong codes, of those that it repairs."""
    return {coding: verdict.after for coding, verdict in _verdicts(library).items() if verdict.after is not None}


def _schedule() -> set[Coding]:
    with open(resources.data() / "gmf" / "immunisations.csv", encoding="utf-8", newline="") as lines:
        return {Coding("CVX", row["cvx"], row["display"]) for row in csv.DictReader(lines)}


def _verdicts(library: GmfLibrary, more: Iterable[Coding] = ()) -> dict[Coding, Judged]:
    given = {coding for module in library.modules.values() for _, coding in codings(module)} | set(more)
    return judged(library, given, _known(given))


def _known(given: set[Coding]) -> dict[Key, Known]:
    """The rows of the table that have a code's number, or its name in its system: all of them would be a hundred megabytes."""
    systems = {letter(coding.system) for coding in given}
    numbers = {coding.code for coding in given}
    names = {plain(coding.display) for coding in given}

    def fits(key: Key, displays: tuple[str, ...]) -> bool:
        return key[1] in numbers or (key[0] in systems and any(plain(name) in names for name in displays))

    return known_part(fits)
