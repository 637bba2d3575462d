"""Two resources under one id."""

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from healthsynth.validate.facts import mark, name_of
from healthsynth.validate.faults import Fault
from healthsynth.validate.reading import read


def shared_ids(files: Sequence[tuple[str, "array[int]"]]) -> list[Fault]:
    """Ids that stand in more than one file; each is reported in the file that comes later."""
    sizes = [len(marks) for _, marks in files]
    if not sum(sizes):
        return []
    marks = np.concatenate([np.frombuffer(part, dtype=np.uint64) for _, part in files if len(part)])
    owners = np.repeat(np.arange(len(files)), sizes)
    order = np.argsort(marks, kind="stable")
    sorted_marks = marks[order]
    again = np.flatnonzero(sorted_marks[1:] == sorted_marks[:-1]) + 1
    wanted: dict[int, dict[int, str]] = {}  # later file -> mark -> earlier file
    for at in again.tolist():
        first, second = sorted((int(owners[order[at - 1]]), int(owners[order[at]])))
        if first != second:
            wanted.setdefault(second, {})[int(sorted_marks[at])] = files[first][0]
    return [fault for owner, here in sorted(wanted.items()) for fault in _named(files[owner][0], here)]


def _named(file: str, wanted: dict[int, str]) -> list[Fault]:
    """The file is read once more: only marks of its ids were kept."""
    faults = []
    for found in read(Path(file)):
        if found.resource is not None and wanted:
            name = name_of(found.resource)
            other = wanted.pop(mark(name), None)
            if other is not None:
                faults.append(Fault(file, found.line, name, "identity", "duplicate-id", "id", f"also in {other}"))
    return faults
