"""Small tables about society: the census pyramid, languages, birthplaces abroad, Medicaid limits."""

from pathlib import Path

from tables.common import rows, write_csv

PYRAMID_YEAR = "2020"


def build(source: Path, out: Path) -> list[Path]:
    """Write population_age_sex.csv, languages.csv, birthplaces_abroad.csv, medicaid_limits.csv, poverty_guidelines.csv."""
    demographics, names, payers = source / "demographics", source / "names", source / "payers"
    people = {
        (int(row["age"]), row["sex"]): row["population"]
        for row in rows(demographics / "us_population_age_sex_2000_2020.csv.gz")
        if row["year"] == PYRAMID_YEAR
    }
    languages = [
        (
            row["ethnicity"].replace("nonhispanic", "non_hispanic"),
            row["race"].replace("hawaiian", "pacific"),
            row["bcp47"],
            row["share"],
        )
        for row in rows(names / "language_by_race_ethnicity.csv")
    ]
    code = {row["language"]: row["bcp47"] for row in rows(names / "language_codes.csv")}
    abroad = [
        (code[row["language"]], row["city"], row["region"], row["country_iso2"])
        for row in rows(demographics / "foreign_birthplaces.csv")
        if row["country_iso2"] != "DM"  # the source has Dominica, where English is spoken, among Spanish ones
    ]
    limits = [
        (row["state"], row["0-1"], row["2-5"], row["6-18"], row["parent"], row["adult"])
        for row in rows(payers / "medicaid_income_eligibilities.csv")
    ]
    poverty = [
        (row["year"], row["first_person_usd"], row["each_additional_usd"])
        for row in rows(payers / "federal_poverty_guidelines_recalled.csv")
    ]
    return [
        write_csv(
            out / "population_age_sex.csv",
            ("age", "male", "female"),
            ((age, people[age, "male"], people[age, "female"]) for age in range(101)),
        ),
        write_csv(out / "languages.csv", ("ethnicity", "race", "language", "share"), languages),
        write_csv(out / "birthplaces_abroad.csv", ("language", "city", "region", "country"), abroad),
        write_csv(out / "medicaid_limits.csv", ("state", "infant", "age_2_5", "age_6_18", "parent", "adult"), limits),
        write_csv(out / "poverty_guidelines.csv", ("year", "first_person", "each_additional"), poverty),
    ]
