"""References: does each point to something in what was given?"""

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from healthsynth.validate.facts import Facts, mark
from healthsynth.validate.faults import Fault

Marks = npt.NDArray[np.uint64]


def canonical(target: str) -> str:
    """A reference as "Type/id" where it has one: without a server, without a version. Others as they are."""
    plain = target.split("/_history/")[0]
    if "://" in plain and "?" not in plain:
        parts = plain.rsplit("/", 2)
        if len(parts) == 3 and parts[1][:1].isupper():
            return f"{parts[1]}/{parts[2]}"
    return plain


def resolves(target: str, known: set[int]) -> bool:
    """Whether a reference is one of the names, given as marks."""
    return mark(target) in known or mark(canonical(target)) in known


def known_marks(parts: Iterable["array[int]"]) -> Marks:
    """All marks of all files, sorted: eight bytes each."""
    arrays = [np.frombuffer(part, dtype=np.uint64) for part in parts if len(part)]
    return np.unique(np.concatenate(arrays)) if arrays else np.empty(0, dtype=np.uint64)


def _in(value: int, marks: Marks) -> bool:
    at = int(np.searchsorted(marks, np.uint64(value)))
    return at < len(marks) and int(marks[at]) == value


def dangling(file: str, facts: Facts, marks: Marks) -> Iterator[Fault]:
    """The references of a file that nothing in the whole input answers; conditional ones are doubtful anyway."""
    for target, (resource, path, line) in facts.references.items():
        found = _in(mark(target), marks) or _in(mark(canonical(target)), marks)
        if "?" in target and not target.startswith("http"):
            if not found:
                yield Fault(file, line, resource, "references", "dangling", path, f"nothing answers to '{target}'")
            continue
        if found:
            continue
        if target.startswith(("http://", "https://")):
            message = f"'{target}' is not among the resources given"
            yield Fault(file, line, resource, "references", "external", path, message, "warning")
        else:
            yield Fault(file, line, resource, "references", "dangling", path, f"there is no '{target}'")


def conditional(file: str, targets: dict[str, tuple[str, str, int]]) -> Iterator[Fault]:
    """References by search: allowed in transactions only, and costly for whoever loads them."""
    for target, (resource, path, line) in targets.items():
        if "?" in target and not target.startswith("http"):
            message = f"refers by search: '{target}'"
            yield Fault(file, line, resource, "references", "conditional", path, message, "warning")
