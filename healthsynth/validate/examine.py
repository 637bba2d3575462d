"""One file: every resource by itself, and what can be said of them together without other files."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from healthsynth.guides.findings import Finding, Json, section
from healthsynth.validate.facts import (
    Facts,
    Moment,
    life,
    mark,
    moments,
    name_of,
    names,
    references,
    subject,
    visit,
)
from healthsynth.validate.faults import Fault, Tally
from healthsynth.validate.plausibility import CREATININE, EGFR, formulas, implausible, values
from healthsynth.validate.profiles import profiles
from healthsynth.validate.reading import Found, read
from healthsynth.validate.references import canonical, is_search, resolves
from healthsynth.validate.structure import around, structure, stub
from healthsynth.validate.terminology import unknown_codes
from healthsynth.validate.timeline import disordered, outside_life, overlapping

MOST_KEPT = 200_000  # times or values of one file; beyond that times are reduced to the extremes of each patient


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check against: the guide ("6.1.0", "7.0.0", "none") and the reference date ("" for none)."""

    guide: str
    as_of: str = ""


@dataclass(slots=True)
class Examined:
    """One file's result; `facts` is what other files may have to say something about."""

    file: str
    resources: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    facts: Facts = field(default_factory=Facts)


def examine(path: Path, settings: Settings) -> Examined:
    """Check one file. Never raises for what is in it."""
    return _Examination(str(path), settings).run(path)


class _Examination:
    def __init__(self, file: str, settings: Settings):
        self.file, self.settings = file, settings
        self.result = Examined(file)
        self.facts = self.result.facts
        self.known: set[int] = set()
        self.twice: list[Fault] = []
        self.entries: list[Json] = []
        self.kept = 0

    def run(self, path: Path) -> Examined:
        """Read the file to its end, then settle what can be settled."""
        for found in read(path):
            if found.fault is not None:
                self.result.tally.add(found.fault)
            elif found.bundle is not None:
                self._bundle(found.bundle, found.line)
            else:
                if found.entry is not None:
                    self.entries.append(stub(found.entry, found.resource))
                if found.resource is not None:
                    self._resource(found, found.resource)
        for fault in self.twice:
            self.result.tally.add(fault)
        self._settle()
        return self.result

    def _bundle(self, bundle: Json, line: int) -> None:
        self.result.resources["Bundle"] += 1
        self._findings("structure", "Bundle", around(bundle, self.entries), line)
        if bundle.get("type") == "history":
            self.twice.clear()  # versions of one resource
        self.entries = []

    def _resource(self, found: Found, resource: Json) -> None:
        name, line = name_of(resource), found.line
        kind = resource.get("resourceType")
        self.result.resources[kind if isinstance(kind, str) else "?"] += 1
        profile_findings = profiles(resource, self.settings.guide)
        self._findings("profile", name, profile_findings, line)
        # The models repeat in other words what the rules have said: their word counts where the rules found nothing.
        if not any(each.severity == "error" for each in profile_findings):
            self._findings("structure", name, structure(resource), line)
        if kind == "Observation":
            for problem in implausible(resource):
                self._fault("plausibility", name, line, *problem)
        for problem in disordered(resource, self.settings.as_of):
            self._fault("timeline", name, line, *problem)
        for problem in unknown_codes(resource, ""):
            self._fault("terminology", name, line, *problem)
        self._collect(resource, name, line, str(section(found.entry).get("fullUrl") or ""))

    def _findings(self, check: str, name: str, findings: Iterable[Finding], line: int) -> None:
        for each in findings:
            self._fault(check, name, line, *each)

    def _fault(
        self, check: str, name: str, line: int, path: str, code: str, message: str, severity: str = "error"
    ) -> None:
        self.result.tally.add(Fault(self.file, line, name, check, code, path, message, severity))

    def _collect(self, resource: Json, name: str, line: int, full_url: str) -> None:
        facts = self.facts
        for each in names(resource, full_url):
            hashed = mark(each)
            if each == name:
                if hashed in self.known:
                    self.twice.append(
                        Fault(self.file, line, name, "identity", "duplicate-id", "id", "stands twice in the file")
                    )
                facts.own.append(hashed)
            self.known.add(hashed)
            facts.ids.append(hashed)
        for target, path in references(resource, ""):
            if target not in facts.references:
                facts.references[target] = (name, path, line)
        if resource.get("resourceType") == "Patient":
            for each in {name, full_url} - {""}:
                facts.lives[each] = life(resource)
        else:
            self._of_patient(resource, name, line)

    def _of_patient(self, resource: Json, name: str, line: int) -> None:
        patient = canonical(subject(resource))
        if not patient:
            return
        facts = self.facts
        found = list(moments(resource, name, line))
        if found:
            facts.moments.setdefault(patient, []).extend(found)
        kind = resource.get("resourceType")
        if kind == "Encounter" and (seen := visit(resource, name, line)) is not None:
            facts.visits.setdefault(patient, []).append(seen)
        elif kind == "Observation" and (numbers := list(values(resource, name, line))):
            facts.values.setdefault(patient, []).extend(numbers)
            self.kept += len(numbers)
        self.kept += len(found)
        if self.kept > MOST_KEPT:
            self._shrink()

    def _shrink(self) -> None:
        """Keep of each patient's times only the extremes, and settle the formulas so far."""
        self.facts.moments = {patient: extremes(times) for patient, times in self.facts.moments.items()}
        self._formulas()
        self.kept = 0

    def _formulas(self) -> None:
        """All formulas but the one that needs the patient's age, for patients of other files."""
        left = {}
        for patient, given in self.facts.values.items():
            lived = self.facts.lives.get(patient)
            for fault in formulas(self.file, given, lived):
                self.result.tally.add(fault)
            if lived is None:
                rates = {each.time for each in given if each.loinc == EGFR}
                kept = [each for each in given if each.time in rates and each.loinc in (EGFR, CREATININE)]
                if kept:
                    left[patient] = kept
        self.facts.values = left

    def _settle(self) -> None:
        """Everything about patients and references of this very file."""
        facts, tally = self.facts, self.result.tally
        self._formulas()
        facts.references = {
            target: first
            for target, first in facts.references.items()
            if is_search(target) or not resolves(target, self.known)
        }
        for patient in [each for each in facts.moments if each in facts.lives]:
            for fault in outside_life(self.file, facts.lives[patient], facts.moments.pop(patient)):
                tally.add(fault)
        for patient, visits in list(facts.visits.items()):
            for fault in overlapping(self.file, visits):
                tally.add(fault)
            if patient in facts.lives:
                del facts.visits[patient]
        facts.moments = {patient: extremes(times) for patient, times in facts.moments.items()}


def extremes(times: list[Moment]) -> list[Moment]:
    """The earliest start, the latest start and the latest end: if any is outside a life, one of these is."""
    starts = [each for each in times if not each.is_end]
    ends = [each for each in times if each.is_end]
    kept = {min(starts, key=lambda each: each.time), max(starts, key=lambda each: each.time)} if starts else set()
    if ends:
        kept.add(max(ends, key=lambda each: each.time))
    return sorted(kept)
