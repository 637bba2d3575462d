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


def is_search(target: str) -> bool:
    """ "Practitioner?identifier=system|value": allowed in transactions, and costly for whoever loads them."""
    return "?" in target and not target.startswith(("http://", "https://"))


def dangling(file: str, facts: Facts, marks: Marks) -> Iterator[Fault]:
    """The references of a file that nothing in the whole input answers; references by search are doubtful even so."""
    for target, (resource, path, line) in facts.references.items():
        found = _in(mark(target), marks) or _in(mark(canonical(target)), marks)
        code, severity = "dangling", "error"
        message = f"there is no '{target}'"
        if found and not is_search(target):
            continue
        if found:
            code, severity, message = "conditional", "warning", f"refers by search: '{target}'"
        elif target.startswith(("http://", "https://")):
            code, severity, message = "external", "warning", f"'{target}' is not among the resources given"
        yield Fault(file, line, resource, "references", code, path, message, severity)
