"""life_table.npz: hazards of dying by calendar year, sex and age."""

from pathlib import Path

import numpy as np

from tables.common import rows, write_arrays

YEARS = range(1933, 2023)
SEXES = ("male", "female")
AGES = 111


def build(source: Path, out: Path) -> list[Path]:
    """Write hazards -log(1 - qx) per person-year (mx for the open last age) and the published life expectancies."""
    hazard = np.zeros((len(YEARS), 2, AGES))
    left = np.zeros((len(YEARS), 2, AGES))
    for row in rows(source / "mortality" / "life_table_us_period_1933_2022.csv.gz"):
        if row["sex"] not in SEXES:
            continue
        place = int(float(row["year"])) - YEARS[0], SEXES.index(row["sex"]), int(float(row["age"]))
        qx = float(row["qx"])
        hazard[place] = -np.log1p(-qx) if qx < 1 else float(row["mx"])
        left[place] = float(row["ex"])
    assert (hazard > 0).all()
    arrays = {
        "years": np.array(YEARS, dtype=np.uint16),
        "hazard": hazard.astype(np.float32),
        "expectancy": left.astype(np.float32),
    }
    return [write_arrays(out / "life_table.npz", arrays)]
