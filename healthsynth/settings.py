"""Every setting that decides what is generated: one line each. The command line, settings files, the manifest and the Python
interface are made from this table.

What does not change the output (how many workers, where to) is not a setting; see `run/options.py`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date
from typing import Any

from healthsynth.errors import UsageError, near
from healthsynth.units import YEAR, Clock, clock

MOST_SEED = 2**64 - 1
MOST_PATIENTS = 10**9
_YEARS = re.compile(r"(\d{1,3})\s*(?:y|years?)")
_AGES = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `kind`: count, seed, date, choice, text, sex, ages, history, switch, texts (several). `unit` is "" where there is none.
    """

    name: str
    kind: str
    default: Any  # None: nothing is asked for
    unit: str
    help: str
    flags: tuple[str, ...]
    choices: tuple[str, ...] = ()


def _row(default: Any, kind: str, flags: str, help_: str, unit: str = "", choices: tuple[str, ...] = ()) -> Any:
    """A field of Settings with its line of the table."""
    more = {"kind": kind, "unit": unit, "help": help_, "flags": tuple(flags.split()), "choices": choices}
    return field(default=default, metadata=more)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for. Two equal Settings, with the same version and modules, give the same bytes."""

    population: int = _row(
        10, "count", "-p --population", "exactly this many, living at the reference date", "patients"
    )
    deceased: str = _row(
        "none", "choice", "--deceased",
        "add those who died on the way: within the history window (recent), all, or nobody else (only)",
        choices=("none", "recent", "all", "only"),
    )  # fmt: skip
    seed: int | None = _row(
        None, "seed", "-s --seed", "one number decides everything; random, and printed, if not given"
    )
    as_of: str | None = _row(
        None, "date", "--as-of", "reference date, the end of the simulation; today if not given", "date"
    )
    state: str | None = _row(
        None, "text", "--state", "people of this state, by name or postal code; the United States if not given"
    )
    city: str | None = _row(None, "text", "--city", "people of this town")
    sex: str | None = _row(None, "sex", "-g --sex", "only one sex", choices=("F", "M"))
    age: str | None = _row(None, "ages", "-a --age", "ages at the reference date, e.g. 40-60", "years")
    history: str = _row(
        "10y", "history", "--history", "how far back records reach, e.g. 10y, or all; what is still active is kept"
    )
    first: int = _row(1, "count", "--first", "number of the first patient: replay one of a large run, or split a run")
    modules: tuple[str, ...] = _row((), "texts", "--modules", "a folder of more modules; may be given several times")
    builtin: bool = _row(True, "switch", "--builtin/--no-builtin", "with the modules that come with healthsynth")
    gmf: str = _row(
        "compatible", "choice", "--gmf", "run modules of Synthea with all its quirks, or with those repaired that nobody means",
        choices=("compatible", "corrected"),
    )  # fmt: skip
    module: tuple[str, ...] = _row(
        (), "texts", "-m --module", "only modules of these names, e.g. 'diab*', and what they read"
    )
    codes: tuple[str, ...] = _row(
        (),
        "texts",
        "--codes",
        "a table of codes of your own, .csv or .csv.gz: no warning for what is in it; may be given several times",
    )
    format: tuple[str, ...] = _row(("fhir", "csv"), "texts", "-f --format", "what to write; may be given several times")
    compress: str = _row(
        "none", "choice", "--compress", "compress what is text: FHIR bundles, NDJSON, CSV, notes",
        choices=("none", "gzip"),
    )  # fmt: skip
    split_size: int = _row(
        100, "count", "--split-size", "of NDJSON, begin a new file of a type before it grows beyond this", "MB"
    )
    bulk_url: str = _row(
        "http://localhost:8000",
        "text",
        "--bulk-url",
        "of NDJSON, where its folder will be served: URLs begin with this",
    )
    us_core: str = _row(
        "6.1.0",
        "choice",
        "--us-core",
        "the version of US Core that resources claim",
        choices=("6.1.0", "7.0.0", "none"),
    )
    real_facilities: bool = _row(
        False,
        "switch",
        "--real-facilities/--invented-facilities",
        "names and addresses of real facilities (invented otherwise)",
    )
    validate: str = _row(
        "shapes", "choice", "--validate", "check each shape of resource once (shapes), or every resource (all: slow)",
        choices=("shapes", "all"),
    )  # fmt: skip

    @property
    def numbers(self) -> range:
        """The numbers of the patients."""
        return range(self.first, self.first + self.population)

    @property
    def end(self) -> Clock:
        """The reference date as a clock: the midnight that begins it."""
        if self.as_of is None:
            raise UsageError("there is no reference date")
        return clock(date.fromisoformat(self.as_of))

    @property
    def history_seconds(self) -> int | None:
        """The length of the history window; None for all of a life."""
        return None if self.history == "all" else int(self.history[:-1]) * YEAR

    @property
    def ages(self) -> tuple[int, int] | None:
        """Youngest and oldest, in completed years."""
        if self.age is None:
            return None
        low, _, high = self.age.partition("-")
        return int(low), int(high or low)

    def plain(self) -> dict[str, Any]:
        """For JSON, in the order of the table."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def _table() -> tuple[Row, ...]:
    rows = []
    for entry in fields(Settings):
        assert entry.default is not MISSING
        rows.append(Row(name=entry.name, default=entry.default, **entry.metadata))
    return tuple(rows)


TABLE: tuple[Row, ...] = _table()
ROWS: Mapping[str, Row] = {row.name: row for row in TABLE}


def read(given: Mapping[str, Any], base: Settings | None = None, source: str = "") -> Settings:
    """Settings from what was typed.

    Args:
        given: name -> value as typed or as a settings file has it; None means not given.
        base: what is not given comes from here.
        source: where the values are from, for messages; e.g. a file.
    Raises:
        UsageError: an unknown name (near ones are offered), or a value that cannot be.
    """
    for name in given:
        if name not in ROWS:
            raise UsageError(f"{_at(source)}there is no setting '{name}'. {near(name, ROWS)}".strip())
    values = {name: _value(ROWS[name], value, source) for name, value in given.items() if value is not None}
    settings = Settings(**{**_fields(base or Settings()), **values})
    if settings.first + settings.population - 1 > MOST_PATIENTS:
        raise UsageError(f"patients are numbered up to {MOST_PATIENTS:,}")
    return settings


def _fields(settings: Settings) -> dict[str, Any]:
    return {row.name: getattr(settings, row.name) for row in TABLE}


def _value(row: Row, value: Any, source: str) -> Any:
    try:
        return _READERS[row.kind](value, row)
    except UsageError as error:
        flag = max(row.flags, key=len).split("/")[0]
        raise UsageError(f"{_at(source)}{flag if not source else row.name}: {error}") from None


def _at(source: str) -> str:
    return f"{source}: " if source else ""


def _count(value: Any, row: Row) -> int:
    number = _whole(value)
    if not 1 <= number <= MOST_PATIENTS:
        raise UsageError(f"{number} is not from 1 to {MOST_PATIENTS:,}")
    return number


def _seed(value: Any, row: Row) -> int:
    number = _whole(value)
    if not 0 <= number <= MOST_SEED:
        raise UsageError(f"{number} is not from 0 to {MOST_SEED}")
    return number


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise UsageError(f"'{value}' is not a whole number")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UsageError(f"'{value}' is not a whole number") from None


def _date(value: Any, row: Row) -> str:
    if isinstance(value, date):
        value = value.isoformat()
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"'{value}' is not a date such as 2025-12-31") from None
    if not 1950 <= found.year <= 2150:
        raise UsageError(f"{value} is too far from today: years 1950 to 2150 are possible")
    return found.isoformat()


def _choice(value: Any, row: Row) -> str:
    text = str(value).strip().casefold()
    for choice in row.choices:
        if choice.casefold() == text:
            return choice
    raise UsageError(f"'{value}' is not one of {', '.join(row.choices)}. {near(str(value), row.choices)}".strip())


def _sex(value: Any, row: Row) -> str:
    words = {"female": "F", "male": "M"}
    return _choice(words.get(str(value).strip().casefold(), value), row)


def _ages(value: Any, row: Row) -> str:
    match = _AGES.fullmatch(str(value).strip())
    if match is None:
        raise UsageError(f"'{value}' is not an age or a range of ages such as 40-60")
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise UsageError(f"in '{value}' the first age is above the second")
    return f"{low}-{high}"


def _history(value: Any, row: Row) -> str:
    text = str(value).strip().casefold()
    if text == "all":
        return text
    match = _YEARS.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= 120:
        raise UsageError(f"'{value}' is not 'all' or a number of years such as 10y")
    return f"{int(match[1])}y"


def _text(value: Any, row: Row) -> str:
    text = str(value).strip()
    if not text:
        raise UsageError("is empty")
    return text


def _texts(value: Any, row: Row) -> tuple[str, ...]:
    values: Iterable[Any] = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple):
        raise UsageError(f"'{value}' is not a list")
    return tuple(dict.fromkeys(_text(item, row) for item in values))


def _switch(value: Any, row: Row) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"'{value}' is not true or false")
    return value


_READERS: Mapping[str, Any] = {
    "count": _count, "seed": _seed, "date": _date, "choice": _choice, "sex": _sex, "ages": _ages, "history": _history,
    "text": _text, "texts": _texts, "switch": _switch,
}  # fmt: skip
