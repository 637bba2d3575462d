"""Build healthsynth/data/gmf/: what modules in Synthea's format expect the engine around them to know.

    python scripts/build_gmf_tables.py ../shared/data synthea-3.3.0.jar

The jar is org.mitre.synthea:synthea:3.3.0 of Maven Central, read as a zip; of it only figures of the CDC are taken (BMI at
two years, COVID-19 doses a day). The output depends on the two inputs alone, byte for byte.
"""

import argparse
import csv
import io
from bisect import bisect_left
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from statistics import NormalDist
from zipfile import ZipFile

from tables.common import Row, rows, write_csv

from healthsynth.people.growth import lms

OUT = Path(__file__).parents[1] / "healthsynth" / "data" / "gmf"
QUANTILES = 41
SEX = {"1": "male", "2": "female"}


def schedule(source: Path) -> Path:
    """Vaccines by age: one row a vaccine."""
    found = (
        (row["cvx"], row["display"], row["first_available_year"], row["at_months"].replace("|", " "))
        for row in rows(source / "immunisation" / "schedule_synthea.csv")
    )
    return write_csv(OUT / "immunisations.csv", ("cvx", "display", "first_year", "at_months"), found)


def lengths(source: Path) -> Path:
    """Weight for length of infants: L, M and S by centimetre."""
    found = (
        (row["sex"], row["x"], row["L"], row["M"], row["S"])
        for row in rows(source / "growth" / "cdc_lms.csv.gz")
        if row["measure"] == "weight_for_length_kg"
    )
    return write_csv(OUT / "weight_for_length.csv", ("sex", "length_cm", "L", "M", "S"), found)


def drift(source: Path) -> Path:
    """How the BMI of children keeps its rank from year to year."""
    found = (
        (row["age_years"], row["correlation"], row["diff"])
        for row in rows(source / "growth" / "bmi_year_to_year_correlation.csv")
    )
    return write_csv(OUT / "bmi_year_to_year.csv", ("age_years", "correlation", "shift"), found)


def pressure(source: Path) -> Path:
    """What drugs do to the blood pressure, as ranges in mmHg."""
    names = ("rxnorm", "systolic_least", "systolic_most", "diastolic_least", "diastolic_most")
    keys = (
        "systolic_impact_minimum",
        "systolic_impact_maximum",
        "diastolic_impact_minimum",
        "diastolic_impact_maximum",
    )
    found = ((row["rxnorm"], *(row[key] for key in keys)) for row in rows(source / "labs" / "htn_drug_bp_effect.csv"))
    return write_csv(OUT / "drugs_on_pressure.csv", names, found)


def counties(source: Path) -> Path:
    """Needs by county: shares of its people."""
    keys = ("food_insecurity", "severe_housing_cost_burden", "unemployed", "no_vehicle_access", "uninsured")
    found = (
        (row["county_fips"], row["state"], *(row[key] for key in keys))
        for row in rows(source / "demographics" / "county_sdoh.csv.gz")
    )
    return write_csv(OUT / "county_needs.csv.gz", ("fips", "state", *keys), found)


def _member(jar: ZipFile, name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(jar.read(name).decode("utf-8-sig"))))


def two_year_olds(jar: ZipFile) -> Path:
    """The BMI rank of two-year-olds: quantiles of its standard normal on the CDC chart, weighted (NHANES)."""
    normal, found = NormalDist(), []
    table = _member(jar, "nhanes_two_year_olds_bmi.csv")
    for code, sex in SEX.items():
        ranks = []
        for row in table:
            if row["sex"] == code:
                power, median, spread = lms("bmi", sex, float(row["agem"]))
                ranks.append((((float(row["bmi"]) / median) ** power - 1) / (power * spread), float(row["prob"])))
        ranks.sort()
        below = list(accumulate(weight for _, weight in ranks))
        for i in range(QUANTILES):
            share = (i + 0.5) / QUANTILES
            z = ranks[bisect_left(below, share * below[-1])][0]
            found.append((sex, round(share, 4), round(min(max(z, normal.inv_cdf(0.0005)), 4.5), 4)))
    return write_csv(OUT / "bmi_at_two.csv", ("sex", "share_below", "z"), found)


def doses(jar: ZipFile) -> Path:
    """First COVID-19 doses given by age group: the share of all by the end of each day."""
    table = _member(jar, "modules/lookup_tables/covid_dose_rates.csv")
    groups = [name for name in table[0] if name != "date"]
    by_group = {group: list(accumulate(float(row[group]) for row in table)) for group in groups}
    found = []
    for i, row in enumerate(table):
        day = datetime.strptime(row["date"], "%m/%d/%Y").date().isoformat()
        if i % 4 == 0 or i == len(table) - 1:
            found.append((day, *(round(by_group[group][i] / by_group[group][-1], 5) for group in groups)))
    header = tuple(group.removeprefix("Ages_").removesuffix("_yrs") for group in groups)
    return write_csv(OUT / "covid_doses.csv", ("date", *header), found)


def main() -> None:
    """Read the reference folder and the jar, write every table, say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default="../shared/data", type=Path)
    parser.add_argument("jar", type=Path)
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    written = [step(options.source) for step in (schedule, lengths, drift, pressure, counties)]
    with ZipFile(options.jar) as jar:
        written += [two_year_olds(jar), doses(jar)]
    for path in written:
        print(f"{path.name:28} {path.stat().st_size:9,d} bytes")


if __name__ == "__main__":
    main()
