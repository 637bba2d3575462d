"""places.npz: every town with people in it, its county, zips, and how its people are spread."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np

from tables.common import Row, rows, words, write_arrays
from tables.zones import ZONES, zone

RACES = ("white", "black", "asian", "native", "pacific", "other")
SOURCE_RACES = ("race_white", "race_black", "race_asian", "race_native")
# Races of people of Hispanic origin, alone; the rest are of two or more races (Census Bureau estimates for 2015, recalled).
HISPANIC_RACES = (0.880, 0.049, 0.011, 0.030, 0.004, 0.026)
# The source puts Pacific Islanders among "native". Their part of it, by state (2015 estimates, recalled; assumed elsewhere).
PACIFIC_PART = {"HI": 0.96, "UT": 0.37, "CA": 0.23, "NV": 0.30, "WA": 0.29, "AR": 0.23, "AK": 0.09}
PACIFIC_ELSEWHERE = 0.10
# Adults of 25 and over by schooling: below high school and bachelor's degree from NHANES 2017-2020 (published weighted
# shares 11.5 % and 32.6 %), the two in between in the proportion of the American Community Survey of 2019 (recalled).
SCHOOLING = (0.115, 0.270, 0.289, 0.326)


def _shares(row: Row, prefix: str) -> list[float]:
    return [float(row[name] or 0) for name in row if name.startswith(prefix)]


def race_by_ethnicity(row: Row) -> list[float]:
    """12 shares: the six races not Hispanic, then the six Hispanic; they keep the place's race and Hispanic shares."""
    white, black, asian, native = (float(row[name]) for name in SOURCE_RACES)
    pacific = native * PACIFIC_PART.get(row["st"], PACIFIC_ELSEWHERE)
    races = [white, black, asian, native - pacific, pacific, 0.0]
    races[5] = max(0.0, 1.0 - sum(races))  # two or more races
    races = [share / sum(races) for share in races]
    hispanic_share = min(float(row["race_hispanic"]), 0.99)
    hispanic = [min(hispanic_share * part, share) for part, share in zip(HISPANIC_RACES, races, strict=True)]
    missing = hispanic_share - sum(hispanic)
    room = [share - taken for share, taken in zip(races, hispanic, strict=True)]
    hispanic = [taken + missing * space / sum(room) for taken, space in zip(hispanic, room, strict=True)]
    return [max(0.0, share - taken) for share, taken in zip(races, hispanic, strict=True)] + hispanic


def _largest_of_each(source: list[Row]) -> list[Row]:
    """Towns and census-designated places of one name in one county overlap: the largest stands for all."""
    best: dict[tuple[str, str, str], Row] = {}
    for row in source:
        name = (row["st"], row["county_fips"], row["place"])
        if int(row["population_2015"]) > int(best.get(name, {"population_2015": "0"})["population_2015"]):
            best[name] = row
    return sorted(best.values(), key=lambda row: (row["st"], row["county_fips"], row["place"]))


def _filled(place_rows: list[Row], prefix: str) -> list[list[float]]:
    """Shares that add to one; where the source is blank, the mean of the state."""
    known: dict[str, list[float]] = {}
    for row in place_rows:
        values = _shares(row, prefix)
        if sum(values) > 0.5:
            weight = int(row["population_2015"])
            total = known.setdefault(row["st"], [0.0] * len(values))
            known[row["st"]] = [t + weight * v for t, v in zip(total, values, strict=True)]
    filled = []
    for row in place_rows:
        values = _shares(row, prefix)
        if sum(values) <= 0.5:
            values = known[row["st"]]
        filled.append([value / sum(values) for value in values])
    return filled


class Zips:
    """The zips of each place, or the nearest one where the source has none."""

    def __init__(self, source: list[Row]):
        self.by_place: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.by_state: dict[str, list[Row]] = defaultdict(list)
        for row in source:
            self.by_place[row["st"], row["place"]].append(row)
            if row["zip"]:
                self.by_state[row["st"]].append(row)

    def of(self, row: Row) -> list[tuple[int, float, float]]:
        """(zip, latitude, longitude) of a place; never empty."""
        found = self.by_place[row["st"], row["place"]]
        own = [z for z in found if z["zip"] and z["county_fips"] == row["county_fips"]] or [
            z for z in found if z["zip"]
        ]
        if not own:
            lat, lon = float(found[0]["lat"]), float(found[0]["lon"])
            own = [min(self.by_state[row["st"]], key=lambda z: _apart(lat, lon, z))]
        return sorted({(int(z["zip"]), round(float(z["lat"]), 4), round(float(z["lon"]), 4)) for z in own})


def _apart(lat: float, lon: float, row: Row) -> float:
    return (lat - float(row["lat"])) ** 2 + ((lon - float(row["lon"])) * math.cos(math.radians(lat))) ** 2


def _schooling(shares: list[list[float]], weights: list[float]) -> list[list[float]]:
    """The source's bachelor's degrees are far too few: scaled so that the country has the published shares."""
    scaled = np.array(shares)
    for _ in range(20):  # scaling and making each place's shares add to one again, in turn
        scaled = scaled * (np.array(SCHOOLING) / np.average(scaled, axis=0, weights=weights))
        scaled = scaled / scaled.sum(axis=1, keepdims=True)
    return scaled.tolist()


def build(source: Path, out: Path) -> list[Path]:
    """Write places.npz; see healthsynth/people/places.py for its arrays."""
    folder = source / "demographics"
    place_rows = _largest_of_each(rows(folder / "places.csv.gz"))
    zips = Zips(rows(folder / "place_zip.csv.gz"))
    in_county: dict[str, int] = defaultdict(int)
    for row in place_rows:
        in_county[row["county_fips"]] += int(row["population_2015"])
    counties = {row["county_fips"]: row for row in place_rows}
    fips = sorted(counties)
    states = sorted({(row["state"], row["st"]) for row in place_rows})
    weights = [
        int(row["county_population"]) * int(row["population_2015"]) / in_county[row["county_fips"]]
        for row in place_rows
    ]
    place_zips = [zips.of(row) for row in place_rows]
    flat = [entry for entries in place_zips for entry in entries]
    zone_of = [
        ZONES.index(zone(row["st"], row["county"], entries[0][1], entries[0][2]))
        for row, entries in zip(place_rows, place_zips, strict=True)
    ]

    def scaled(shares: list[list[float]]) -> np.ndarray:
        return np.rint(np.array(shares) * 10000).astype(np.uint16)

    schooling = _schooling(_filled(place_rows, "edu_"), weights)
    arrays = {
        "states": words(f"{name}|{st}" for name, st in states),
        "zones": words(ZONES),
        "counties": words(f"{counties[code]['county']}" for code in fips),
        "county_fips": np.array([int(code) for code in fips], dtype=np.uint32),
        "county_population": np.array([int(counties[code]["county_population"]) for code in fips], dtype=np.uint32),
        "names": words(row["place"] for row in place_rows),
        "state": np.array([states.index((row["state"], row["st"])) for row in place_rows], dtype=np.uint8),
        "county": np.array([fips.index(row["county_fips"]) for row in place_rows], dtype=np.uint16),
        "zone": np.array(zone_of, dtype=np.uint8),
        "weight": np.rint(np.maximum(np.array(weights), 1)).astype(np.uint32),
        "male": np.rint(np.array([float(row["male"]) for row in place_rows]) * 10000).astype(np.uint16),
        "race": scaled([race_by_ethnicity(row) for row in place_rows]),
        "age": scaled(_filled(place_rows, "age_")),
        "income": scaled(_filled(place_rows, "inc_")),
        "education": scaled(schooling),
        "zip_first": np.cumsum([0] + [len(entries) for entries in place_zips]).astype(np.uint32),
        "zip": np.array([entry[0] for entry in flat], dtype=np.uint32),
        "lat": np.rint(np.array([entry[1] for entry in flat]) * 10000).astype(np.int32),
        "lon": np.rint(np.array([entry[2] for entry in flat]) * 10000).astype(np.int32),
    }
    return [write_arrays(out / "places.npz", arrays)]
