"""Facilities near a home and the clinicians who work there: a place and a number in, invented people out.

Positions, towns and kinds of facilities are real (healthsynth/data/README.md); names, street lines, phones, NPIs and
all clinicians are invented. Everything is a pure function of the table and the arguments: two workers that ask the same
get equal values, and an exporter collects those that its records mention.
"""

import gzip
import math
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.people.facility import FACILITY_KINDS, Clinician, Facility
from healthsynth.people.facility_names import facility_name, name_count, street_line
from healthsynth.people.npi import CLINICIAN_BASE, FACILITY_BASE, invented
from healthsynth.people.person import Address
from healthsynth.people.specialties import Specialty, specialty
from healthsynth.randomness import key
from healthsynth.record.ids import stable

_DATA = files("healthsynth") / "data"
# Among how many of the nearest a home picks: people do not all go to the closest one.
_CHOICE = {"hospital": 2, "primary_care": 5, "urgent_care": 2, "dialysis": 2, "surgery_center": 3, "home_health": 4}
_STAFF = {"hospital": 6, "primary_care": 4, "virtual": 12}  # clinicians of one specialty, at most; else _FEW
_FEW = 3
_MOST_STAFF = 16  # room in the numbering of clinicians
_MOST_SPECIALTIES = 64
_MOST_KEPT = 2_000  # entries of a cache; it is emptied then, so that memory stays flat in long runs
_CELL = 20.0  # cells of a twentieth of a degree, about 5 km: homes in one zip and cell share their facilities


class Providers:
    """All facilities of the table, found by nearness.

    Args:
        real: use the register's names and street lines. NPIs, phones and clinicians stay invented.
    Raises:
        HealthsynthError: the installation has no facility table.
    """

    def __init__(self, real: bool = False):
        table = _load("facilities.npz")
        self._kind, self._st = table["kind"], table["st"]
        self._lat, self._lon = table["lat"] / 10_000.0, table["lon"] / 10_000.0
        self._zip, self._name = table["zip"], table["name"]
        self._city, self._county = table["city"], table["county"]
        self._sts, self._states = _words(table["sts"]), _words(table["states"])
        self._cities, self._counties = _words(table["cities"]), _words(table["counties"])
        self._blocks = self._find_blocks()
        self._of_record = _real_lines() if real else None
        self._facilities: dict[int, Facility] = {}
        self._nearest: dict[tuple[str, str, str, int, int], Facility] = {}
        self._clinicians: dict[tuple[str, str, int], Clinician] = {}
        self._staff: dict[tuple[str, str], tuple[Specialty, int]] = {}
        self._people = _clinician_names()

    def nearest(self, address: Address, kind: str) -> Facility:
        """A facility of a kind near a home; the same for all homes of one zip and cell of 5 km.

        Args:
            kind: one of FACILITY_KINDS. "virtual" is one invented service for each state.
        Raises:
            UsageError: the kind or the state is unknown.
        """
        cell = (kind, address.st, address.zip, round(address.lat * _CELL), round(address.lon * _CELL))
        found = self._nearest.get(cell)
        if found is None:
            if len(self._nearest) >= _MOST_KEPT:
                self._nearest.clear()
            found = self._nearest[cell] = self._search(*cell)
        return found

    def clinician(self, facility: Facility, specialty_name: str, number: int) -> Clinician:
        """One of the facility's clinicians of a specialty; the same number always gives the same one.

        Args:
            specialty_name: a name of people.specialties, in any spelling that `specialty` takes.
            number: any integer, e.g. the patient's; numbers are shared out evenly.
        Raises:
            UsageError: there is no such specialty.
        """
        team = (facility.id, specialty_name)
        known = self._staff.get(team)
        if known is None:
            row = specialty(specialty_name)
            most = _STAFF.get(facility.kind, _FEW)
            if len(self._staff) >= _MOST_KEPT:
                self._staff.clear()
            known = self._staff[team] = row, 2 + key(0, "staff", facility.id, row.name) % (most - 1)
        row, count = known
        place = (facility.id, row.name, number % count)
        found = self._clinicians.get(place)
        if found is None:
            if len(self._clinicians) >= _MOST_KEPT:
                self._clinicians.clear()
            found = self._clinicians[place] = self._invent(facility, row, number % count)
        return found

    def _find_blocks(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(kind, st) -> the rows [first, end) of the table, which is sorted by both."""
        both = self._kind.astype(np.int64) * 256 + self._st
        values, first = np.unique(both, return_index=True)
        ends = [*first[1:].tolist(), len(both)]
        return {
            (FACILITY_KINDS[value // 256], self._sts[value % 256]): (start, end)
            for value, start, end in zip(values.tolist(), first.tolist(), ends, strict=True)
        }

    def _search(self, kind: str, st: str, zip_code: str, cell_lat: int, cell_lon: int) -> Facility:
        if kind not in FACILITY_KINDS:
            raise UsageError(f"there is no kind of facility '{kind}'; there are {', '.join(FACILITY_KINDS)}")
        if st not in self._sts:
            raise UsageError(f"there are no facilities in a state '{st}'")
        if kind == "virtual":
            return self._virtual(st)
        # A state without the kind (there are a few for urgent care) sends people to the nearest in the country.
        start, end = self._blocks.get((kind, st)) or self._whole(kind)
        lat, lon = cell_lat / _CELL, cell_lon / _CELL
        # Rounded, so that the last bit of a cosine, which differs between machines, cannot change who is nearest.
        narrowing = round(math.cos(math.radians(lat)), 6)
        north = self._lat[start:end] - lat
        east = (self._lon[start:end] - lon) * narrowing
        distance = north * north + east * east
        count = min(_CHOICE[kind], end - start)
        farthest = np.partition(distance, count - 1)[count - 1]
        # All that are as near as the last one, then by row: ties (offices at one address) have one order everywhere.
        ranked = sorted((float(distance[n]), int(n)) for n in np.flatnonzero(distance <= farthest))[:count]
        return self._facility(start + ranked[_pick(kind, zip_code, ranked)][1])

    def _whole(self, kind: str) -> tuple[int, int]:
        blocks = [block for (block_kind, _), block in self._blocks.items() if block_kind == kind]
        return min(start for start, _ in blocks), max(end for _, end in blocks)

    def _facility(self, row: int) -> Facility:
        found = self._facilities.get(row)
        if found is None:
            self._make_room()
            kind = FACILITY_KINDS[self._kind[row]]
            name, line = facility_name(kind, int(self._name[row])), street_line(key(0, "street", row))
            if self._of_record is not None:
                name, line = self._of_record[row]
            found = self._facilities[row] = self._make(row, row, kind, name, line)
        return found

    def _virtual(self, st: str) -> Facility:
        """A state's telehealth service, with its office where one of the state's hospitals is."""
        number = len(self._kind) + self._sts.index(st)
        found = self._facilities.get(number)
        if found is None:
            self._make_room()
            start, end = self._blocks["hospital", st]
            row = start + key(0, "virtual", st) % (end - start)
            name = facility_name("virtual", key(0, "virtual name", st) % name_count("virtual"))
            line = street_line(key(0, "virtual street", st))
            found = self._facilities[number] = self._make(number, row, "virtual", name, line)
        return found

    def _make_room(self) -> None:
        if len(self._facilities) >= _MOST_KEPT:
            self._facilities.clear()

    def _make(self, number: int, row: int, kind: str, name: str, line: str) -> Facility:
        return Facility(
            id=stable("facility", number),
            kind=kind,
            name=name,
            npi=invented(FACILITY_BASE, number),
            line=line,
            city=self._cities[self._city[row]],
            county=self._counties[self._county[row]],
            state=self._states[self._st[row]],
            st=self._sts[self._st[row]],
            zip=f"{self._zip[row]:05d}",
            lat=float(self._lat[row]),
            lon=float(self._lon[row]),
            phone=f"555-{number // 10_000 + 200:03d}-{number % 10_000:04d}",
        )

    def _invent(self, facility: Facility, row: Specialty, place: int) -> Clinician:
        bits = key(0, "clinician", facility.id, row.name, place)
        women, men, families = self._people
        bits, share = divmod(bits, 10_000)
        sex = "female" if share < 10_000 * row.women else "male"
        given = women if sex == "female" else men
        bits, first = divmod(bits, len(given))
        facility_number = int(facility.npi[1:9])
        number = (facility_number * _MOST_SPECIALTIES + row.number) * _MOST_STAFF + place
        return Clinician(
            id=stable("clinician", facility.id, row.name, place),
            npi=invented(CLINICIAN_BASE, number),
            prefix=row.prefix or ("Ms." if sex == "female" else "Mr."),
            given=given[first],
            family=families[bits % len(families)],
            sex=sex,
            specialty=row.name,
            facility=facility,
        )


def _pick(kind: str, zip_code: str, ranked: list[tuple[float, int]]) -> int:
    """Which of the nearest a zip goes to: the nearer, the likelier (weights 1/2, 1/4, ...)."""
    bits = key(0, "nearest", kind, zip_code)
    for place in range(len(ranked) - 1):
        if bits >> place & 1:
            return place
    return len(ranked) - 1


def _load(name: str) -> dict[str, Any]:
    try:
        with as_file(_DATA / name) as path, np.load(path, allow_pickle=False) as table:
            return {column: table[column] for column in table.files}
    except OSError as error:
        raise HealthsynthError(f"the installation is incomplete: healthsynth/data/{name} cannot be read") from error


def _words(array: Any) -> list[str]:
    return bytes(array).decode().split("\n")


def _real_lines() -> list[tuple[str, str]]:
    """(name, street line) of every row of the table, in its order."""
    text = gzip.decompress((_DATA / "facilities_real.txt.gz").read_bytes()).decode()
    pairs = (line.partition("\t") for line in text.splitlines())
    return [(name, street) for name, _, street in pairs]


def _clinician_names() -> tuple[list[str], list[str], list[str]]:
    """Women's and men's given names, family names; each from the commonest down."""
    women, men, families = (_DATA / "clinician_names.txt").read_text(encoding="utf-8").splitlines()
    return women.split(), men.split(), families.split()
