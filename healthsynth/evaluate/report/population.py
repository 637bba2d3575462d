"""What `evaluate` knows of a population, whatever it was read from."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

YEAR = 365.2425  # days
Day = int  # date.toordinal()

# Words for classes of visits, of tables and of FHIR (v3-ActCode) alike.
KINDS = {
    "AMB": "ambulatory", "EMER": "emergency", "IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient",
    "HH": "home", "VR": "virtual", "OBSENC": "inpatient", "urgent": "urgentcare",
}  # fmt: skip


@dataclass(slots=True)
class Problem:
    """A condition in the chart."""

    codes: frozenset[str]  # "SNOMED 59621000", "ICD10 I10"
    start: Day
    stop: Day | None  # None: goes on


@dataclass(slots=True)
class Patient:
    """One patient, with what figures are measured by."""

    id: str
    birth: Day
    death: Day | None
    sex: str  # female, male, or "" if neither
    race: str
    ethnicity: str  # hispanic, non_hispanic
    given: str = ""
    family: str = ""
    zip: str = ""
    city: str = ""
    state: str = ""
    problems: list[Problem] = field(default_factory=list)
    latest: dict[str, tuple[Day, float | str]] = field(default_factory=dict)  # code -> the newest result or procedure
    visits: list[tuple[Day, str, float]] = field(default_factory=list)  # (day, class, days that it lasted)
    doses: list[tuple[Day, str]] = field(default_factory=list)  # (day, "CVX 03")

    def note(self, code: str, day: Day, value: float | str) -> None:
        """Keep a result if it is the newest of its code."""
        known = self.latest.get(code)
        if known is None or day >= known[0]:
            self.latest[code] = day, value

    def age(self, day: Day) -> int:
        """Completed years."""
        born, now = date.fromordinal(self.birth), date.fromordinal(day)
        return now.year - born.year - ((now.month, now.day) < (born.month, born.day))


@dataclass(slots=True)
class Population:
    """All patients, the day up to which they were followed, and what the manifest says of the run."""

    patients: dict[str, Patient]
    as_of: Day
    since: Day | None  # records reach back to here; None: all of life
    settings: dict[str, Any]  # of the run; {} for a population of someone else
    source: str  # what was read: "csv", "ndjson", "fhir"
    skipped: int = 0  # rows or resources that could not be read

    def living(self) -> list[Patient]:
        """Those alive on the reference date, in their order."""
        return [
            p for p in self.patients.values() if (p.death is None or p.death > self.as_of) and p.birth <= self.as_of
        ]


def day(text: str) -> Day:
    """The day of '2020-01-31' or '2020-01-31T10:00:00Z'. Raises ValueError."""
    return date.fromisoformat(text[:10]).toordinal()


def nights(start: str, stop: str) -> float:
    """Whole days between two instants, rounded: the same whatever time zone they are written in. Raises ValueError."""
    begun, ended = (datetime.fromisoformat(text) for text in (start, stop))
    if (begun.tzinfo is None) != (ended.tzinfo is None):
        raise ValueError("one of two instants has no time zone")
    return float(round((ended - begun).total_seconds() / 86400))
