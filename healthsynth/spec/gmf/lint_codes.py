"""Codes and displays of a GMF module against a table of known codes."""

from collections.abc import Iterator, Mapping

from healthsynth.errors import Problem
from healthsynth.spec.gmf.codings import Coding, Names, codings, is_other, letter, plain
from healthsynth.spec.gmf.model import GmfModule

_CHECK = "check it: it may be mistyped, retired, or of an extension"


def codes(
    module: GmfModule, known: Mapping[tuple[str, str], Names], repaired: Mapping[Coding, Coding]
) -> Iterator[Problem]:
    """GM505: codes outside the table; GM506: displays that belong to no code of that number.

    Args:
        repaired: what the corrected mode puts instead, for the hints.
    """
    for path, coding in codings(module):
        text, hint = f"{coding.system} {coding.code}", _repair(coding, repaired.get(coding))
        names = known.get((letter(coding.system) or "", coding.code))
        if letter(coding.system) is None:
            if not is_other(coding.system):
                text = f"'{coding.system}' is no code system that is known here"
                yield module.source.problem(path, "GM505", text, f"check it; {hint}")
        elif names is None:
            text = f"{text} ({coding.display}) is not in the table of known codes"
            yield module.source.problem(path, "GM505", text, f"{_CHECK}; {hint}")
        elif names.displays and plain(coding.display) not in {plain(name) for name in names.displays}:
            text = f"'{coding.display}' is not a name of {text}"
            yield module.source.problem(path, "GM506", text, f"it is '{names.displays[0]}'; {hint}")


def _repair(before: Coding, after: Coding | None) -> str:
    if after is None:
        return "`--gmf corrected` leaves it"
    if (before.system, before.code) == (after.system, after.code):
        return "`--gmf corrected` calls it so"
    return f"`--gmf corrected` takes {after.system} {after.code} ('{after.display}')"
