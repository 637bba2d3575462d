"""Lookup tables: CSV files whose last columns are states and whose first are what is known of a person."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from healthsynth.errors import Problem, near
from healthsynth.spec.gmf.model import LookupRow, LookupTable

_AGE = re.compile(r"\s*(\d+)\s*-\s*(\d+)\s*\Z")
_MILLISECONDS = re.compile(r"\s*(-?\d+)\s*-\s*(-?\d+)\s*\Z")
_DAYS = re.compile(r"\s*(\d{4}-\d\d-\d\d)\s*-\s*(\d{4}-\d\d-\d\d)\s*\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Columns:
    """Which column is what."""

    def __init__(self, header: Sequence[str], states: int):
        self.keys, self.states = tuple(header[: len(header) - states]), tuple(header[len(header) - states :])
        self.age = self.keys.index("age") if "age" in self.keys else -1
        self.time = self.keys.index("time") if "time" in self.keys else -1
        self.others = [i for i in range(len(self.keys)) if i not in (self.age, self.time)]


def parse(name: str, file: str, text: str, wanted: Sequence[str]) -> tuple[LookupTable | None, list[Problem]]:
    """A table for a transition to the states `wanted`; or the problems of its header and of all its rows."""
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if row]
    if len(rows) < 2:
        return None, [Problem(file, 1, 1, "GM301", "has no rows", "a header and at least one row are needed")]
    header = [column.strip() for column in rows[0]]
    columns = _Columns(header, min(len(wanted), len(header)))
    problems = _header(file, header, columns, wanted)
    if problems:
        return None, problems
    found = []
    for number, row in enumerate(rows[1:], start=2):
        made = _row(columns, row)
        if isinstance(made, LookupRow):
            found.append(made)
        else:
            column, message, hint = made
            problems.append(Problem(file, number, column + 1, "GM303", message, hint))
    others = tuple(columns.keys[i] for i in columns.others)
    table = LookupTable(name, file, others, columns.states, tuple(found))
    return (None if problems else table), problems


def _header(file: str, header: Sequence[str], columns: _Columns, wanted: Sequence[str]) -> list[Problem]:
    problems = []
    for state in wanted:
        if state not in columns.states:
            there = "stands before other columns: the last are the states" if state in header else "is not there"
            hint = near(state, columns.states) or f"the last {len(wanted)} columns are the states of the transition"
            problems.append(Problem(file, 1, 1, "GM302", f"the column '{state}' {there}", hint))
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        problems.append(Problem(file, 1, 1, "GM302", f"the column '{twice}' stands twice", "take one away"))
    if not columns.keys:
        problems.append(Problem(file, 1, 1, "GM302", "has no column that says whom a row is for", "add one, say age"))
    return problems


def _row(columns: _Columns, row: Sequence[str]) -> LookupRow | tuple[int, str, str]:
    """A row, or (column, message, hint)."""
    width = len(columns.keys) + len(columns.states)
    if len(row) != width:
        return 0, f"has {len(row)} fields, the header {width}", "one field for every column"
    age = time = None
    if columns.age >= 0:
        age = _ages(row[columns.age])
        if age is None:
            return columns.age, f"'{row[columns.age]}' is no age", "ages are like 18-44, in whole years"
    if columns.time >= 0:
        time = _times(row[columns.time])
        if time is None:
            return columns.time, f"'{row[columns.time]}' is no time", "times are like 2020-01-01-2020-06-30"
    weights = []
    for i, cell in enumerate(row[len(columns.keys) :], start=len(columns.keys)):
        try:
            weights.append(float(cell))
        except ValueError:
            return i, f"'{cell}' is no number", "weights are numbers between 0 and 1"
        if not 0 <= weights[-1] < float("inf"):
            return i, f"the weight {cell} is not between 0 and 1", "weights are numbers between 0 and 1"
    return LookupRow(age, time, tuple(row[i] for i in columns.others), tuple(weights))


def _ages(text: str) -> tuple[int, int] | None:
    match = _AGE.match(text)
    return (int(match[1]), int(match[2])) if match and int(match[1]) <= int(match[2]) else None


def _times(text: str) -> tuple[int, int] | None:
    """Milliseconds since 1970, both ends included."""
    if match := _DAYS.match(text):
        try:
            first, last = (datetime.fromisoformat(part).replace(tzinfo=UTC) for part in match.groups())
        except ValueError:
            return None
        end = last + timedelta(days=1)
        low, high = (round((moment - _EPOCH).total_seconds()) * 1000 for moment in (first, end))
        return (low, high - 1) if low < high else None
    if match := _MILLISECONDS.match(text):
        low, high = int(match[1]), int(match[2])
        return (low, high) if low <= high else None
    return None
