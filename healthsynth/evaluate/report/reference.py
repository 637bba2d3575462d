"""A table of published figures -> `Figure`s. The shipped one is `healthsynth/data/published.csv`; anyone's has the same columns.

| column | what |
|---|---|
| condition_or_measure, sex, age_low, age_high, statistic, value, source | needed; ages in completed years, the upper one included |
| icd10_loinc_snomed | `LOINC 8480-6`, `ICD10 I10`, `SNOMED 59621000`, `CVX 03`; several with `\\|` |
| topic, measure, codes, limit, note | how the figure is measured in records; `codes` beside icd10_loinc_snomed where that is not enough |
| id, domain, race_ethnicity, ci_low, ci_high, unit, year, population | taken along; a confidence interval (95 %) is the figure's own error |

Without a `measure` only two kinds of figures are measured: means, spreads and percentiles of a LOINC number, and the share of people
told of or diagnosed with a condition.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from healthsynth import resources
from healthsynth.errors import UsageError, near
from healthsynth.evaluate.report.limits import limit_of

NEEDED = ("condition_or_measure", "sex", "age_low", "age_high", "statistic", "value", "source")
SEXES = ("both", "female", "male")
OLDEST = 120
# Statistic -> what a share, a rate or a value is multiplied by to be in its unit, and how that is written.
SCALES = {
    "prevalence_pct": (100.0, "%"),
    "share_pct": (100.0, "%"),
    "prevalence_per_1000": (1000.0, "per 1,000"),
    "prevalence_per_100k": (1e5, "per 100,000"),
    "visits_per_100": (100.0, "per 100 a year"),
    "rate_per_1000": (1000.0, "per 1,000 a year"),
    "rate_per_100k_py": (1e5, "per 100,000 a year"),
    "rate_per_person_year": (1.0, "a year"),
}
VALUES = ("mean", "sd", "p05", "p50", "p95")
SHARES = ("prevalence_pct", "share_pct", "prevalence_per_1000", "prevalence_per_100k")
RATES = ("visits_per_100", "rate_per_1000", "rate_per_100k_py", "rate_per_person_year")
# How figures are measured -> the statistics that come out.
MEASURES = {
    "diagnosed_ever": SHARES,
    "diagnosed_active": SHARES,
    "diagnosed_year": SHARES,
    "latest": VALUES,
    "latest_at_least": SHARES,
    "latest_below": SHARES,
    "latest_between": SHARES,
    "latest_is": SHARES,
    "visits_per_person": RATES,
    "visits_at_least": SHARES,
    "visits_none": SHARES,
    "stay_days": ("mean",),
    "within_years": SHARES,
    "doses": SHARES,
}
_Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure, and how to measure it."""

    id: str
    topic: str
    title: str
    sex: str  # both, female, male
    age_low: int
    age_high: int  # completed years, included; 120 is open
    race: str  # all, or a group
    statistic: str
    value: float
    error: float  # standard error of the publication; 0 where it gives none
    unit: str
    year: str
    source: str
    measure: str  # one of MEASURES, or "" where it is not measured
    codes: tuple[str, ...]  # "SNOMED 59621000"; or classes of visits
    limit: str
    note: str  # what to keep in mind, or why it is not measured

    @property
    def who(self) -> str:
        """'women, 20 to 39'."""
        race = "" if self.race == "all" else self.race.replace("_", " ").replace("nh ", "non-Hispanic ")
        child = self.age_high < 18
        words = {"both": "", "female": "girls" if child else "women", "male": "boys" if child else "men"}[self.sex]
        if self.age_low == 0 and self.age_high >= OLDEST:
            return " ".join(part for part in (race, words) if part) or "everybody"
        ages = f"{self.age_low} and over" if self.age_high >= OLDEST else f"{self.age_low} to {self.age_high}"
        if self.age_low == self.age_high:
            ages = f"{self.age_low}" if self.age_low else "under 1"
        return ", ".join(part for part in (words, ages, race) if part)


def figures(path: Path | None = None) -> list[Figure]:
    """The figures of a table, in its order.

    Args:
        path: anyone's table, .csv or .csv.gz; None takes the shipped one.
    Raises:
        UsageError: it cannot be read, a column is missing, or a row makes no sense: with the place and a remedy.
    """
    path = path or resources.data() / "published.csv"
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _columns(path, list(reader.fieldnames or ()))
            found = [_figure(row, f"{path}:{reader.line_num}") for row in reader]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as problem:
        words = getattr(problem, "strerror", None) or problem
        raise UsageError(
            f"cannot read {path}: {words}; --reference takes a CSV file in UTF-8, gzipped or not"
        ) from None
    if not found:
        raise UsageError(f"{path} has no figures: after the heading there is no row")
    return found


def _columns(path: Path, columns: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        has = near(missing[0], columns) or f"needed are {', '.join(NEEDED)}"
        raise UsageError(f"{path}:1: there is no column '{missing[0]}': {has}")


def _figure(row: dict[str, str | None], place: str) -> Figure:
    text = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None) and name}
    statistic, sex = text["statistic"], text["sex"]
    if sex not in SEXES:
        raise UsageError(f"{place}: sex '{sex}' is none of {', '.join(SEXES)}")
    value = _number(text["value"], "value", place)
    interval = text.get("ci_low", ""), text.get("ci_high", "")
    error = 0.0
    if all(interval):
        error = (_number(interval[1], "ci_high", place) - _number(interval[0], "ci_low", place)) / (2 * _Z95)
        if error < 0:
            raise UsageError(f"{place}: ci_low is above ci_high")
    low, high = (int(_number(text[name], name, place)) for name in ("age_low", "age_high"))
    if low > high:
        raise UsageError(f"{place}: age_low {low} is above age_high {high}")
    measure, note = _measure(text, place)
    return Figure(
        text.get("id") or place.rpartition(":")[2], text.get("topic") or text.get("domain") or "figures",
        text["condition_or_measure"], sex, low, high, text.get("race_ethnicity") or "all", statistic, value, error,
        _unit(text), text.get("year", ""), text["source"], measure, tuple(_codes(text)), text.get("limit", ""), note,
    )  # fmt: skip


def _number(text: str, name: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{place}: {name} '{text}' is not a number") from None


def _unit(text: dict[str, str]) -> str:
    return SCALES[text["statistic"]][1] if text["statistic"] in SCALES else text.get("unit", "")


def _codes(text: dict[str, str]) -> Iterator[str]:
    """Codes as 'SYSTEM code', however they are parted."""
    system = ""
    for part in (text.get("codes") or text.get("icd10_loinc_snomed", "")).replace(",", "|").split("|"):
        words = part.split()
        if len(words) > 1:
            system = words[0]
        if words:
            yield f"{system} {words[-1]}".strip()


def _measure(text: dict[str, str], place: str) -> tuple[str, str]:
    """How a figure is measured and a remark; ("", why not) where it is not."""
    measure, statistic, note = text.get("measure", ""), text["statistic"], text.get("note", "")
    if measure:
        if measure not in MEASURES:
            raise UsageError(
                f"{place}: there is no measure '{measure}': {near(measure, MEASURES) or ', '.join(MEASURES)}"
            )
        if statistic not in MEASURES[measure]:
            raise UsageError(f"{place}: '{measure}' gives {', '.join(MEASURES[measure])}, not '{statistic}'")
        _limit(text, measure, place)
        return measure, note
    if note:
        return "", note
    return _guessed(text, statistic)


def _guessed(text: dict[str, str], statistic: str) -> tuple[str, str]:
    name = text["condition_or_measure"].casefold()
    code = text.get("icd10_loinc_snomed", "")
    if code.startswith("LOINC") and statistic in VALUES:
        return "latest", ""
    told = any(word in name for word in ("diagnosed", "told", "self-report")) and "undiagnosed" not in name
    if code.startswith(("ICD10", "SNOMED")) and statistic in SHARES and told and "among" not in name:
        return "diagnosed_ever", ""
    return "", "the table does not say how it is measured (column 'measure')"


def _limit(text: dict[str, str], measure: str, place: str) -> None:
    """Whether the limit is one that the measure can read."""
    try:
        limit_of(measure, text.get("limit", ""))
    except ValueError as problem:
        raise UsageError(f"{place}: limit '{text.get('limit', '')}': {measure} wants {problem}") from None
