"""Validate files: each by itself, in as many processes as wished, then all of them together."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import UsageError
from healthsynth.guides.tables import NONE, known
from healthsynth.validate.examine import Examined, Settings, examine
from healthsynth.validate.facts import Life, Visit
from healthsynth.validate.faults import Fault, Kind, Tally
from healthsynth.validate.identity import shared_ids
from healthsynth.validate.plausibility import formulas
from healthsynth.validate.reading import files
from healthsynth.validate.references import dangling, known_marks
from healthsynth.validate.timeline import outside_life, overlapping

_SHOWN_FILES = 20
_SHOWN_KINDS = 40
_WIDTH = 240  # of an example


@dataclass(slots=True)
class Report:
    """What validation found. Its size depends on the kinds of faults, not on how many there are."""

    guide: str
    files: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (file, why)
    resources: Counter[str] = field(default_factory=Counter)  # by type
    tally: Tally = field(default_factory=Tally)
    faulty: list[tuple[str, int, int]] = field(default_factory=list)  # (file, errors, warnings), files with any

    @property
    def errors(self) -> int:
        return self.tally.number("error")

    @property
    def warnings(self) -> int:
        return self.tally.number("warning")

    @property
    def passed(self) -> bool:
        """No errors; warnings are allowed."""
        return not self.errors

    def text(self) -> str:
        """Plain lines: what was checked, each kind of fault with an example, the files with errors."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        against = "FHIR R4" if self.guide == NONE else f"FHIR R4 and US Core {self.guide}"
        total = sum(self.resources.values())
        yield f"{self.files:,} files, {total:,} resources checked against {against}"
        if self.resources:
            yield "  " + ", ".join(f"{kind} {count:,}" for kind, count in self.resources.most_common())
        if self.skipped:
            yield f"  {len(self.skipped):,} other files left out"
        for severity, number in (("error", self.errors), ("warning", self.warnings)):
            yield f"{number:,} {severity}{'' if number == 1 else 's'}"
            yield from self._kinds(severity)
        broken = [row for row in self.faulty if row[1]]
        if broken:
            yield f"{len(broken):,} files with errors"
            yield from (f"  {errors:>8,}  {file}" for file, errors, _ in broken[:_SHOWN_FILES])
            if len(broken) > _SHOWN_FILES:
                yield f"  ... and {len(broken) - _SHOWN_FILES:,} more"

    def _kinds(self, severity: str) -> Iterator[str]:
        kinds = [(kind, count) for kind, count in self._sorted() if kind.severity == severity]
        for kind, count in kinds[:_SHOWN_KINDS]:
            yield f"  {count:>8,}  {kind.check}/{kind.code}  {kind.where}".rstrip()
            yield f"            {_cut(str(self.tally.examples[kind][0]))}"
        if len(kinds) > _SHOWN_KINDS:
            yield f"  ... and {len(kinds) - _SHOWN_KINDS:,} more kinds (--json lists all)"

    def _sorted(self) -> list[tuple[Kind, int]]:
        return sorted(self.tally.counts.items(), key=lambda row: (row[0].severity, -row[1], row[0]))

    def json(self) -> dict[str, Any]:
        """The same for programs: `faults` by kind, most frequent first, with up to three examples each."""
        return {
            "guide": self.guide,
            "passed": self.passed,
            "files": self.files,
            "resources": dict(sorted(self.resources.items())),
            "errors": self.errors,
            "warnings": self.warnings,
            "faults": [
                {**kind._asdict(), "count": count, "examples": [each._asdict() for each in self.tally.examples[kind]]}
                for kind, count in self._sorted()
            ],
            "faulty_files": [
                {"file": file, "errors": errors, "warnings": warned} for file, errors, warned in self.faulty
            ],
            "skipped_files": [{"file": file, "why": why} for file, why in self.skipped],
        }


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..."


def validate(
    paths: Sequence[Path],
    guide: str = "6.1.0",
    *,
    as_of: str | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check files and folders of FHIR R4 JSON and NDJSON, ours or anybody's.

    Args:
        paths: files, and folders that are searched for *.json, *.ndjson and *.jsonl.
        guide: US Core "6.1.0" or "7.0.0", or "none" for base R4 alone.
        as_of: a date; what is dated later is an error. None takes it from the manifest of the folder, if that is
            one of ours; "" is for no such check.
        workers: processes; None takes as many as there are cores. One file is always checked by one process.
        progress: told after each file how many are done, of how many.
    Returns:
        The report; the same for any number of workers.
    Raises:
        UsageError: a path does not exist, nothing to check is in the folders, or there is no such guide.
    """
    known(guide)
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file or folder {path}")
    taken, skipped = files(list(paths))
    if not taken:
        raise UsageError("there are no .json, .ndjson or .jsonl files in " + ", ".join(map(str, paths)))
    report = Report(guide, len(taken), [(str(path), why) for path, why in skipped])
    together: dict[str, _Together] = {}
    day = _reference_date(paths) if as_of is None else as_of
    for done, result in enumerate(_examined(taken, Settings(guide, day), workers), 1):
        together.setdefault(_edition(Path(result.file)), _Together(report)).add(result)
        if progress is not None:
            progress(done, len(taken))
    for edition in together.values():
        edition.settle()
    return report


def _edition(path: Path) -> str:
    """What a file is held together with: NDJSON beside the bundles of one of our runs has the same resources again."""
    folder = path.parent
    again = folder.name == "ndjson" and (folder.parent / "manifest.json").exists() and (folder.parent / "fhir").is_dir()
    return str(folder) if again else ""


def _reference_date(paths: Sequence[Path]) -> str:
    """The date that one output folder's manifest names; "" if there is more to check than that folder."""
    if len(paths) != 1:
        return ""
    try:
        date = orjson.loads((paths[0] / "manifest.json").read_bytes())["reference_date"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return date if isinstance(date, str) else ""


def _examined(taken: list[Path], settings: Settings, workers: int | None) -> Iterator[Examined]:
    number = min(workers or os.cpu_count() or 1, len(taken))
    work = partial(examine, settings=settings)
    if number <= 1:
        yield from map(work, taken)
        return
    with ProcessPoolExecutor(number) as pool:
        yield from pool.map(work, taken, chunksize=max(1, min(8, len(taken) // (4 * number))))


class _Together:
    """The results of all files, and what follows from them together."""

    def __init__(self, report: Report):
        self.report = report
        self.open: list[Examined] = []
        self.counts: dict[str, list[int]] = {}

    def add(self, result: Examined) -> None:
        """Take over one file's result."""
        report = self.report
        report.resources.update(result.resources)
        report.tally.merge(result.tally)
        self.counts[result.file] = [result.tally.number("error"), result.tally.number("warning")]
        result.tally, result.resources = Tally(), Counter()
        self.open.append(result)

    def settle(self) -> None:
        """References, ids, lives and formulas across files; then which files have faults."""
        marks = known_marks(each.facts.ids for each in self.open)
        for each in self.open:
            self._faults(dangling(each.file, each.facts, marks))
        self._faults(iter(shared_ids([(each.file, each.facts.own) for each in self.open])))
        self._patients()
        self.report.faulty += [(file, *numbers) for file, numbers in self.counts.items() if any(numbers)]  # type: ignore[misc]

    def _patients(self) -> None:
        lives: dict[str, Life] = {}
        for each in self.open:
            lives.update(each.facts.lives)
        visits: dict[str, list[tuple[str, Visit]]] = {}
        for each in self.open:
            for patient, times in each.facts.moments.items():
                if patient in lives:
                    self._faults(outside_life(each.file, lives[patient], times))
            for patient, given in each.facts.values.items():
                if patient in lives:
                    self._faults(formulas(each.file, given, lives[patient]))
            for patient, found in each.facts.visits.items():
                visits.setdefault(patient, []).extend((each.file, visit) for visit in found)
        for pairs in visits.values():
            # Visits of one file have been compared already.
            owners = {visit.resource: file for file, visit in pairs}
            if len(set(owners.values())) > 1:
                found_here = overlapping("", [visit for _, visit in pairs])
                self._faults(fault._replace(file=owners[fault.resource]) for fault in found_here)

    def _faults(self, faults: Iterator[Fault]) -> None:
        for fault in faults:
            self.report.tally.add(fault)
            self.counts[fault.file][fault.severity == "warning"] += 1
