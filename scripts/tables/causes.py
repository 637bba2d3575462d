"""causes_of_death.csv: the share of each cause among deaths at an age, by sex.

Chapters come from the published shares of 2018-2021; `cause_splits` divides them into causes.
"""

from collections import defaultdict
from pathlib import Path

from tables.cause_splits import split
from tables.common import rows, write_csv

BANDS = ((0, 0), (1, 4), *((low, low + 4) for low in range(5, 85, 5)), (85, 120))


def _deaths(source: Path) -> dict[tuple[str, int], float]:
    """Deaths in the life table of 2019: the weight of a single year within its band."""
    return {
        (row["sex"], int(float(row["age"]))): float(row["dx"])
        for row in rows(source / "mortality" / "life_table_us_period_2019_2022.csv")
        if row["year"].startswith("2019")
    }


def build(source: Path, out: Path) -> list[Path]:
    """Write sex, age_low, age_high, cause, share; shares add to one within a band."""
    deaths = _deaths(source)
    table = rows(source / "mortality" / "cause_share_by_age_sex_2018_2021.csv.gz")
    result = []
    for sex in ("female", "male"):
        for low, high in BANDS:
            total: dict[str, float] = defaultdict(float)
            for row in table:
                age = int(row["age"])
                if row["sex"] == sex and low <= age <= high:
                    weight = deaths[sex, age] * float(row["share"])
                    for cause, part in split(row["cause_icd10"], sex, low).items():
                        total[cause] += weight * part
            whole = sum(total.values())
            result += [(sex, low, high, cause, f"{total[cause] / whole:.5f}") for cause in sorted(total)]
    return [write_csv(out / "causes_of_death.csv", ("sex", "age_low", "age_high", "cause", "share"), result)]
