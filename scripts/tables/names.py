"""names.npz: given names by decade and sex, surnames by race, streets."""

import unicodedata
from pathlib import Path

import numpy as np

from tables.common import rows, words, write_arrays

GROUPS = ("white", "black", "asian", "native", "hispanic")  # whose names are told apart
GIVEN_COLUMNS = ("white_share", "black_share", "api_share", "native_share", "hispanic_share")
SURNAME_COLUMNS = ("white", "black", "api", "aian", "hispanic")
NAMES_A_DECADE = 400
SURNAMES = 15000
STREETS = 1500
# People by group (2010 census; recalled): what a suppressed or missing share is taken to be.
GROUP_SHARE = (0.637, 0.122, 0.049, 0.007, 0.163)
O_NAMES = (
    "BRIEN CONNOR CONNELL NEILL NEAL NEIL HARA KEEFE MALLEY DONNELL REILLY ROURKE SULLIVAN TOOLE LEARY SHEA GRADY "
    "HARE HALLORAN HANLON DELL DONOGHUE DONOVAN DWYER FARRELL FLAHERTY GORMAN KEEFE KELLEY LOUGHLIN MARA MEARA "
    "QUINN REGAN RILEY SHAUGHNESSY BANNON BANION BOYLE BRYAN BRYANT CALLAGHAN"
)
JOINED = {
    "DELACRUZ": "De La Cruz",
    "DELATORRE": "De La Torre",
    "DELAROSA": "De La Rosa",
    "DELAGARZA": "De La Garza",
    "DELAPAZ": "De La Paz",
    "DELAFUENTE": "De La Fuente",
    "DELOSSANTOS": "De Los Santos",
    "DELEON": "De Leon",
    "DELGADO": "Delgado",
    "DELRIO": "Del Rio",
    "DELVALLE": "Del Valle",
    "DELTORO": "Del Toro",
    "DELREAL": "Del Real",
}


def plain(name: str) -> str:
    """Upper case without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).upper()


def surname(upper: str) -> str:
    """The census writes SMITH, MCDONALD, OBRIEN; people write Smith, McDonald, O'Brien."""
    if upper in JOINED:
        return JOINED[upper]
    if upper.startswith("MC") and len(upper) > 4:
        return "Mc" + upper[2:].capitalize()
    if upper[0] == "O" and upper[1:] in O_NAMES.split():
        return "O'" + upper[1:].capitalize()
    return upper.capitalize()


def _shares(row: dict[str, str], columns: tuple[str, ...]) -> list[float]:
    return [float(row[c]) if row[c] else 0.0 for c in columns]


def _given(folder: Path) -> dict[str, np.ndarray]:
    by_race = {row["name"]: _shares(row, GIVEN_COLUMNS) for row in rows(folder / "given_names_race.csv.gz")}
    kept = [r for r in rows(folder / "given_names_by_decade.csv.gz") if int(r["rank"]) <= NAMES_A_DECADE]
    names = sorted({row["name"].capitalize() for row in kept})
    index = {name: i for i, name in enumerate(names)}
    # A name nobody has race shares for is given to all alike; a share of zero may be too few people to tell.
    race = [by_race.get(name.upper(), GROUP_SHARE) for name in names]
    decades = sorted({int(row["decade"]) for row in kept})
    shape = (len(decades), 2, NAMES_A_DECADE)
    which, share = np.zeros(shape, dtype=np.uint16), np.zeros(shape, dtype=np.float32)
    for row in kept:
        place = decades.index(int(row["decade"])), ("male", "female").index(row["sex"]), int(row["rank"]) - 1
        which[place], share[place] = index[row["name"].capitalize()], float(row["share"])
    relative = (np.array(race) + 0.002) / (np.array(GROUP_SHARE) + 0.002)
    return {
        "given": words(names),
        "given_decades": np.array(decades, dtype=np.uint16),
        "given_index": which,
        "given_share": share,
        "given_race": relative.astype(np.float32),
    }


def _surnames(folder: Path) -> dict[str, np.ndarray]:
    kept = [r for r in rows(folder / "surnames_census2010.csv.gz") if int(r["rank"]) <= SURNAMES and r["name"]]
    weights = [[float(r["count"]) * share / 1e6 for share in _shares(r, SURNAME_COLUMNS)] for r in kept]
    return {
        "surnames": words(surname(row["name"]) for row in kept),
        "surname_weight": np.array(weights, dtype=np.float32),  # (names, groups): millions of people
    }


def _accents(folder: Path) -> list[str]:
    found = {}
    for row in rows(folder / "spanish_names_accented.csv"):
        if row["name"] != row["name"].encode("ascii", "ignore").decode():
            found[plain(row["name"]).capitalize()] = row["name"]
    return [f"{ascii_name}|{accented}" for ascii_name, accented in sorted(found.items())]


def build(source: Path, out: Path) -> list[Path]:
    """Write names.npz; see healthsynth/people/names.py for its arrays."""
    folder = source / "names"
    streets = [row for row in rows(folder / "street_names.csv") if row["street_name"].isascii()][:STREETS]
    arrays = {
        **_given(folder),
        **_surnames(folder),
        "accents": words(_accents(folder)),
        "streets": words(f"{row['street_name']} {row['commonest_suffix']}".strip() for row in streets),
        # Main roads are over-represented among the addresses of facilities: homes are spread more evenly.
        "street_weight": np.array([float(row["count"]) ** 0.5 for row in streets], dtype=np.float32),
    }
    return [write_arrays(out / "names.npz", arrays)]
