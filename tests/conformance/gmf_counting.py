"""Counting a folder of CSV tables: who was ever affected by what, and how many events of each kind each person had."""

import gzip
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
KINDS = ("condition", "medication", "procedure", "immunization", "encounter")
# Kind -> (table, what it is counted by, its name in words).
_EVER = {
    "condition": ("conditions", "CODE", "DESCRIPTION"),
    "medication": ("medications", "CODE", "DESCRIPTION"),
    "procedure": ("procedures", "CODE", "DESCRIPTION"),
    "immunization": ("immunizations", "CODE", "DESCRIPTION"),
    "encounter": ("encounters", "ENCOUNTERCLASS", "ENCOUNTERCLASS"),
}
_EVENTS = {
    "conditions": ("conditions", ""),
    "medication orders": ("medications", ""),
    "procedures": ("procedures", ""),
    "immunizations": ("immunizations", ""),
    "care plans": ("careplans", ""),
    "devices": ("devices", ""),
    "allergies": ("allergies", ""),
    # Quality of life is written without a visit and without a state of any module behind it.
    "observations": ("observations", "where ENCOUNTER is not null and ENCOUNTER <> ''"),
}
_ENCOUNTER_CLASSES = (
    "wellness", "ambulatory", "outpatient", "urgentcare", "emergency", "inpatient", "home", "virtual", "hospice", "snf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """The living of one population.

    `ages` in years at the reference date, `female` and `ever`[(kind, code)] are over the same people; `events`[kind] counts per
    person over a whole life; `dead` is how many died on the way; `names` says codes in words.
    """

    ages: Numbers
    female: NDArray[np.bool_]
    ever: dict[tuple[str, str], list[int]]
    events: dict[str, Numbers]
    names: dict[tuple[str, str], str]
    dead: int

    def save(self, path: Path) -> None:
        """As gzipped JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = {
            "ages": [round(age, 3) for age in self.ages.tolist()],
            "female": self.female.astype(int).tolist(),
            "ever": [[kind, code, self.names[kind, code], who] for (kind, code), who in sorted(self.ever.items())],
            "events": {kind: counts.astype(int).tolist() for kind, counts in self.events.items()},
            "dead": self.dead,
        }
        path.write_bytes(gzip.compress(json.dumps(plain).encode(), mtime=0))


def together(one: Counted, other: Counted) -> Counted:
    """Two populations as one."""
    first = len(one.ages)
    ever = {key: list(who) for key, who in one.ever.items()}
    for key, who in other.ever.items():
        ever.setdefault(key, []).extend(first + n for n in who)
    return Counted(
        np.concatenate([one.ages, other.ages]), np.concatenate([one.female, other.female]), ever,
        {kind: np.concatenate([one.events[kind], other.events[kind]]) for kind in one.events},
        {**other.names, **one.names}, one.dead + other.dead,
    )  # fmt: skip


def load(path: Path) -> Counted:
    """What `save` wrote."""
    plain = json.loads(gzip.decompress(path.read_bytes()))
    return Counted(
        np.array(plain["ages"]),
        np.array(plain["female"], dtype=bool),
        {(kind, code): who for kind, code, _, who in plain["ever"]},
        {kind: np.array(counts, dtype=float) for kind, counts in plain["events"].items()},
        {(kind, code): name for kind, code, name, _ in plain["ever"]},
        plain["dead"],
    )


def count(folder: Path, as_of: date) -> Counted:
    """Read the tables of one run."""
    base = duckdb.connect()
    base.execute("set threads = 1")
    base.execute(f"create view everybody as select * from {_table(folder, 'patients')}")
    base.execute(
        "create table people as select Id, row_number() over (order by Id) - 1 as n, BIRTHDATE::date as birth, GENDER = 'F' as "
        "female from everybody where coalesce(DEATHDATE, '') = ''"
    )
    rows = base.execute("select birth, female from people order by n").fetchall()
    dead = base.execute("select count(*) from everybody").fetchone()[0] - len(rows)  # type: ignore[index]
    ever: dict[tuple[str, str], list[int]] = {}
    names: dict[tuple[str, str], str] = {}
    for kind, (table, code, name) in _EVER.items():
        found = base.execute(
            f"select {code}, min({name}), list(distinct n order by n) from {_table(folder, table)} t join people on t.PATIENT = people.Id "
            f"group by 1 order by 1"
        ).fetchall()
        for key, words, who in found:
            ever[kind, key], names[kind, key] = who, words
    events = {
        kind: _per_person(base, len(rows), _table(folder, table), where) for kind, (table, where) in _EVENTS.items()
    }
    for name in _ENCOUNTER_CLASSES:
        where = f"where ENCOUNTERCLASS = '{name}'"
        events[f"{name} encounters"] = _per_person(base, len(rows), _table(folder, "encounters"), where)
    return Counted(
        np.array([(as_of - birth).days / 365.25 for birth, _ in rows]),
        np.array([female for _, female in rows]),
        ever, events, names, dead,
    )  # fmt: skip


def _table(folder: Path, name: str) -> str:
    return f"read_csv('{folder / name}.csv', header = true, all_varchar = true)"


def _per_person(base: duckdb.DuckDBPyConnection, people: int, table: str, where: str) -> Numbers:
    counts = np.zeros(people)
    found = base.execute(
        f"select n, count(*) from (select PATIENT from {table} {where}) t join people on t.PATIENT = people.Id group by 1"
    ).fetchall()
    for n, events in found:
        counts[n] = events
    return counts
