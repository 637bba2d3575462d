"""Build healthsynth/data/facilities.npz, facilities_real.txt.gz and clinician_names.txt from the reference data folder.

    python scripts/build_facilities.py [../shared/data]

Only positions, towns and kinds of real facilities go into facilities.npz; names, street lines, phones and NPIs are
invented when a facility is used. Real names and street lines, for `--real-facilities`, stand in a file of their own
that nothing else opens. Real NPIs and phones are not kept. The output depends on the input alone, byte for byte.
"""

import csv
import gzip
import io
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from healthsynth.people.facility import FACILITY_KINDS
from healthsynth.people.facility_names import facility_name, name_count
from healthsynth.randomness import key

OUT = Path(__file__).parents[1] / "healthsynth" / "data"
FILES = {
    "hospital": "hospitals",
    "primary_care": "primary_care_facilities",
    "urgent_care": "urgent_care_facilities",
    "dialysis": "dialysis",
    "surgery_center": "ambulatory_surgical_center",
    "home_health": "home_health_agencies",
}
# CMS categories of hospitals that admit few of those who come in by themselves: long-term, psychiatric, rehabilitation.
NOT_GENERAL = {"01-02", "01-04", "01-05", "02-03", "04-01", "09-01", "16-01", "05-01", "12-01"}
NOT_GENERAL_NAMES = re.compile(
    r"REHAB|BEHAV|PSYCH|SPECIALTY|LONG.TERM|KINDRED|SELECT |RECOVERY|MENTAL|D/P SNF|NURSING|HOSPICE|CHILDREN|DIALYSIS"
)
FAR_MILES = 15.0  # a geocode farther than this from the centre of its own zip is taken for an error
SPELT_OUT = {"llc": "LLC", "pc": "PC", "pa": "PA", "ii": "II", "iii": "III", "dba": "DBA", "er": "ER", "llp": "LLP"}


class Place(NamedTuple):
    """A zip code area."""

    zip: str
    city: str
    st: str
    county: str
    fips: str
    lat: float
    lon: float


class Row(NamedTuple):
    """One facility, as it is stored; sorted in this order."""

    kind: int
    st: str
    zip: str
    city: str
    lat: float
    lon: float
    name: str  # the real one
    line: str  # the real one
    place: Place


def read(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_places(data: Path) -> tuple[dict[str, Place], dict[tuple[str, str], str], dict[str, str]]:
    """Zip areas by zip, the first zip of every (state, town), and the states' names."""
    zips = {
        r["zip"]: Place(r["zip"], r["city"], r["st"], r["county"], r["county_fips"], float(r["lat"]), float(r["lon"]))
        for r in read(data / "demographics/zipcodes.csv.gz")
    }
    states = {r["st"]: r["state"] for r in read(data / "demographics/places.csv.gz")}
    towns: dict[tuple[str, str], str] = {}
    for place in sorted(zips.values()):
        towns.setdefault((place.st, place.city.casefold()), place.zip)
    return zips, towns, states


def miles(lat: float, lon: float, place: Place) -> float:
    return math.hypot((lat - place.lat) * 69.0, (lon - place.lon) * 69.17 * math.cos(math.radians(lat)))


def locate(row: dict[str, str], zips: dict[str, Place], towns: dict[tuple[str, str], str]) -> Place | None:
    """The zip area of a facility: by its zip if that is in its state, else by its town, else nowhere."""
    place = zips.get(row["zip"])
    if place is not None and place.st == row["state"]:
        return place
    return zips.get(towns.get((row["state"], row["city"].casefold()), ""))


def town_geocodes(data: Path) -> set[tuple[str, str]]:
    """Positions that facilities of several zips share: the middle of a town, given where no address was found."""
    zips: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for file in FILES.values():
        for row in read(data / "providers" / f"{file}.csv.gz"):
            zips[row["lat"], row["lon"]].add(row["zip"])
    return {position for position, found in zips.items() if len(found) > 1}


def is_kept(kind: str, row: dict[str, str]) -> bool:
    if kind != "hospital":
        return True
    return row["category"] not in NOT_GENERAL and not NOT_GENERAL_NAMES.search(row["name"].upper())


def titled(text: str) -> str:
    """ALL CAPITALS of the register as a sign would have it."""
    words = (SPELT_OUT.get(w.casefold().strip(",."), w.capitalize()) for w in text.split())
    return " ".join(words).replace("\n", " ")


def facilities(data: Path, zips: dict[str, Place], towns: dict[tuple[str, str], str]) -> list[Row]:
    """Every facility once (by kind and real address), in a fixed order, with a position that fits its zip."""
    rows: dict[tuple[str, str, str], Row] = {}
    towns_only = town_geocodes(data)
    dropped = moved = 0
    for kind, file in FILES.items():
        for row in read(data / "providers" / f"{file}.csv.gz"):
            place = locate(row, zips, towns)
            if place is None or not is_kept(kind, row):
                dropped += 1
                continue
            lat, lon = float(row["lat"]), float(row["lon"])
            if (row["lat"], row["lon"]) in towns_only or miles(lat, lon, place) > FAR_MILES:
                lat, lon, moved = place.lat, place.lon, moved + 1
            city = row["city"] if (place.st, row["city"].casefold()) in towns else place.city
            number = FACILITY_KINDS.index(kind)
            new = Row(number, place.st, place.zip, city, lat, lon, titled(row["name"]), titled(row["address"]), place)
            same = (kind, re.sub(r"\W", "", row["address"].casefold()), place.zip)
            rows[same] = min(rows.get(same, new), new)
    print(f"{len(rows)} facilities kept, {dropped} dropped, {moved} moved to the centre of their zip", file=sys.stderr)
    return sorted(rows.values())


def plain(name: str) -> str:
    return re.sub(r"\W", "", name.casefold())


def name_numbers(rows: list[Row]) -> list[int]:
    """A number of a name for each row: unique in its town, and not a real name of any facility in the table."""
    real = {plain(row.name) for row in rows}
    used: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    numbers = []
    for row in rows:
        kind, attempt = FACILITY_KINDS[row.kind], 0
        while True:
            number = key(0, "facility name", kind, row.st, row.zip, row.lat, row.lon, attempt) % name_count(kind)
            name = facility_name(kind, number)
            if name not in used[row.st, row.city] and not any(n in real for n in (plain(name), plain(name) + "llc")):
                break
            attempt += 1
        used[row.st, row.city].add(name)
        numbers.append(number)
    return numbers


def text_array(words: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def save(rows: list[Row], states: dict[str, str], out: Path) -> None:
    """The table as columns; texts are indices into sorted lists."""
    sts = sorted(states)
    cities = sorted({row.city for row in rows})
    counties = sorted({row.place.county for row in rows})
    index = {
        name: {word: n for n, word in enumerate(words)} for name, words in (("city", cities), ("county", counties))
    }
    np.savez_compressed(
        out / "facilities.npz",
        kind=np.array([row.kind for row in rows], dtype=np.uint8),
        st=np.array([sts.index(row.st) for row in rows], dtype=np.uint8),
        zip=np.array([int(row.zip) for row in rows], dtype=np.int32),
        lat=np.array([round(row.lat * 10_000) for row in rows], dtype=np.int32),
        lon=np.array([round(row.lon * 10_000) for row in rows], dtype=np.int32),
        city=np.array([index["city"][row.city] for row in rows], dtype=np.uint16),
        county=np.array([index["county"][row.place.county] for row in rows], dtype=np.uint16),
        name=np.array(name_numbers(rows), dtype=np.uint16),
        sts=text_array(sts),
        states=text_array([states[st] for st in sts]),
        cities=text_array(cities),
        counties=text_array(counties),
    )
    lines = "".join(f"{row.name}\t{row.line}\n" for row in rows)
    (out / "facilities_real.txt.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def save_clinician_names(data: Path, out: Path) -> None:
    """Given names of those born in the 1950s to 1980s and the commonest surnames, one list a line."""
    births: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in read(data / "names/given_names_by_decade.csv.gz"):
        if row["decade"] in ("1950", "1960", "1970", "1980"):
            births[row["sex"]][row["name"].capitalize()] += int(row["births"])
    text = io.StringIO()
    for sex in ("female", "male"):
        names = sorted(births[sex], key=lambda name: (-births[sex][name], name))
        print(*names[:300], file=text)
    families = [r["name"].capitalize() for r in read(data / "names/surnames_census2010.csv.gz")]
    print(*families[:1500], file=text)
    (out / "clinician_names.txt").write_text(text.getvalue(), encoding="utf-8")


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    OUT.mkdir(exist_ok=True)
    zips, towns, states = read_places(data)
    save(facilities(data, zips, towns), states, OUT)
    save_clinician_names(data, OUT)


if __name__ == "__main__":
    main()
