"""Build healthsynth/data/published.csv, the figures that `evaluate` holds a population to, from the reference data folder.

    python scripts/build_published.py [../shared/reference]

Taken are figures that charts can be compared with, as they stand in `epidemiology.csv`: numbers with their source, no wording of
the source. Four columns are added: the topic, how the figure is measured in records, the codes that it is measured by,
and a limit; `note` says what sets a chart apart from the survey behind a figure, or why it cannot be measured.
"""

import csv
import sys
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).parents[1] / "healthsynth" / "data" / "published.csv"
LEFT_OUT = ("source_address",)  # where the figure was read, often a copy; the source itself stands beside it
OWN = ("topic", "measure", "codes", "limit", "note")
SURVEY = "survey: people say what they were told"
PROBED = "survey: everybody is measured or interviewed; charts know what somebody looked for"


class Taken(NamedTuple):
    """Rows of one name and statistic, and how they are measured."""

    name: str
    topic: str
    measure: str
    codes: str = ""
    limit: str = ""
    note: str = ""
    statistic: str = ""  # empty: prevalence_pct or share_pct
    year: str = ""  # empty: any


def told(name: str, codes: str, measure: str = "diagnosed_ever", note: str = SURVEY) -> Taken:
    return Taken(name, "diagnoses", measure, codes, "", note)


OFFICE = "ambulatory|outpatient|wellness|urgentcare"
FLU = "CVX 88|CVX 135|CVX 140|CVX 141|CVX 150|CVX 158|CVX 161|CVX 185|CVX 186|CVX 197|CVX 205|CVX 149|CVX 155|CVX 166|CVX 168|CVX 171|CVX 320|CVX 333"
DTAP = "CVX 20|CVX 106|CVX 107|CVX 110|CVX 120|CVX 130|CVX 146"
POLIO = "CVX 10|CVX 89|CVX 110|CVX 120|CVX 130|CVX 146"
HEPATITIS_B = "CVX 08|CVX 45|CVX 51|CVX 110|CVX 146"
PCV = "CVX 100|CVX 133|CVX 152|CVX 215|CVX 216"
ROTA = "CVX 116|CVX 119|CVX 122"
BIRTHS = "of children whose first months lie inside the records"

CONDITIONS = (
    told("told have high blood pressure (self-report)", "SNOMED 59621000|SNOMED 38341003|ICD10 I10"),
    told("diabetes, diagnosed (self-report)", "SNOMED 44054006|SNOMED 46635009|SNOMED 73211009|ICD10 E10|ICD10 E11"),
    told(
        "told have high cholesterol (self-report; denominator all answering)",
        "SNOMED 55822004|SNOMED 13644009|SNOMED 370992007|SNOMED 398036000|ICD10 E78",
    ),
    told("arthritis, doctor-diagnosed (any type)",
         "SNOMED 396275006|SNOMED 239873007|SNOMED 239872002|SNOMED 201834006|SNOMED 69896004|SNOMED 90560007|ICD10 M05|ICD10 M06|ICD10 M10|ICD10 M15|ICD10 M16|ICD10 M17|ICD10 M18|ICD10 M19"),
    told("asthma, current (self-report)", "SNOMED 195967001|SNOMED 233678006|SNOMED 233683003|ICD10 J45", "diagnosed_active"),
    told("COPD (diagnosed, self-report)", "SNOMED 13645005|SNOMED 87433001|SNOMED 185086009|SNOMED 63480004|ICD10 J41|ICD10 J42|ICD10 J43|ICD10 J44"),
    told("myocardial infarction ever (self-report)", "SNOMED 22298006|SNOMED 399211009|SNOMED 401303003|SNOMED 401314000|ICD10 I21|ICD10 I22|ICD10 I25.2"),
    told("stroke ever (self-report)", "SNOMED 230690007|SNOMED 422504002|SNOMED 274100004|ICD10 I60|ICD10 I61|ICD10 I63|ICD10 I64|ICD10 Z86.73"),
    told("heart failure ever (self-report)", "SNOMED 84114007|SNOMED 88805009|SNOMED 42343007|SNOMED 85232009|ICD10 I50"),
    told("atrial fibrillation, diagnosed", "SNOMED 49436004|SNOMED 282825002|SNOMED 59931005|ICD10 I48"),
    told("gout (self-report of diagnosis)", "SNOMED 90560007|ICD10 M10"),
    told("psoriasis (self-report of diagnosis)", "SNOMED 9014002|ICD10 L40"),
    told("any cancer ever diagnosed (incl. non-melanoma skin)",
         "SNOMED 254837009|SNOMED 363406005|SNOMED 93761005|SNOMED 399068003|SNOMED 126906006|SNOMED 254637007|SNOMED 254632001|SNOMED 363346000|ICD10 C"),
    told("kidney stones ever", "SNOMED 95570007|SNOMED 95566004|ICD10 N20"),
    told("ADHD currently diagnosed", "SNOMED 406506008|SNOMED 192127007|ICD10 F90", "diagnosed_active"),
    told("autism spectrum disorder", "SNOMED 35919005|SNOMED 408856003|ICD10 F84", "diagnosed_ever", PROBED),
    told("eczema (diagnosed)", "SNOMED 24079001|SNOMED 43116000|ICD10 L20|ICD10 L30"),
    told("seasonal allergy (diagnosed)", "SNOMED 367498001|SNOMED 61582004|SNOMED 232353008|ICD10 J30"),
    told("migraine, self-report", "SNOMED 37796009|ICD10 G43"),
    told("hypothyroidism (claims: diagnosis, treatment or TSH)", "SNOMED 40930008|SNOMED 83986005|ICD10 E03", "diagnosed_ever", "claims, with treatment or test alone"),
    told("Alzheimer dementia", "SNOMED 26929004|SNOMED 230265002|SNOMED 52448006|ICD10 G30|ICD10 F03", "diagnosed_ever", PROBED),
    told("major depressive disorder, 12-month", "SNOMED 35489007|SNOMED 370143000|SNOMED 36923009|SNOMED 191610000|ICD10 F32|ICD10 F33", "diagnosed_year", PROBED),
    told("sleep apnoea syndrome (AHI>=5 and sleepiness)", "SNOMED 73430006|SNOMED 78275009|ICD10 G47.3", "diagnosed_ever", PROBED),
    told("rheumatoid arthritis", "SNOMED 69896004|ICD10 M05|ICD10 M06", "diagnosed_ever", ""),
    told("inflammatory bowel disease, ever diagnosed", "SNOMED 34000006|SNOMED 64766004|ICD10 K50|ICD10 K51"),
    told("epilepsy, active", "SNOMED 84757009|SNOMED 128613002|ICD10 G40", "diagnosed_active"),
    Taken("Parkinson disease", "diagnoses", "diagnosed_ever", "SNOMED 49049000|ICD10 G20", statistic="prevalence_per_100k", note=PROBED),
    Taken("multiple sclerosis", "diagnoses", "diagnosed_ever", "SNOMED 24700007|ICD10 G35", statistic="prevalence_per_100k"),
    Taken("depression symptoms PHQ-9 >=10 (past 2 weeks)", "diagnoses", "", note="the PHQ-9 is asked of those alone whose PHQ-2 is high, so its scores are of a chosen few"),
    Taken("hypertension (>=130/80 or medication)", "diagnoses", "", note="counts people whom nobody has diagnosed; a chart has one reading of many days, so a share of charts above 130/80 is another figure"),
    Taken("diabetes, undiagnosed (HbA1c>=6.5%)", "diagnoses", "", note="is of people without a diagnosis: it is in the lives (-f truth), not in the charts"),
    Taken("seen mental health professional in past 12 months", "visits", "", note="tables of visits do not say the specialty of the clinician"),
    Taken("married or living with partner", "people", "", note="records say who is married, not who lives with a partner"),
)  # fmt: skip

BODY = (
    Taken("obesity (BMI>=30)", "body", "latest_at_least", "LOINC 39156-5", "30"),
    Taken("severe obesity (BMI>=40)", "body", "latest_at_least", "LOINC 39156-5", "40"),
    Taken("overweight (BMI 25-29.9)", "body", "latest_between", "LOINC 39156-5", "25 to 30"),
    Taken("underweight (BMI<18.5)", "body", "latest_below", "LOINC 39156-5", "18.5"),
    Taken("high total cholesterol (>=240 mg/dL)", "body", "latest_at_least", "LOINC 2093-3", "240"),
    Taken("low HDL cholesterol (<40 mg/dL)", "body", "latest_below", "LOINC 2085-9", "40"),
    Taken("CKD stage 3a (eGFR 45-59)", "body", "latest_between", "LOINC 98979-8|LOINC 62238-1|LOINC 33914-3", "45 to 60"),
    Taken("CKD stage 3b (eGFR 30-44)", "body", "latest_between", "LOINC 98979-8|LOINC 62238-1|LOINC 33914-3", "30 to 45"),
    Taken("CKD stage 4-5 (eGFR<30)", "body", "latest_below", "LOINC 98979-8|LOINC 62238-1|LOINC 33914-3", "30"),
    Taken("albuminuria (UACR>=30 mg/g, single spot)", "body", "latest_at_least", "LOINC 9318-7|LOINC 14959-1", "30",
          "charts: those who are tested, mostly for diabetes or high blood pressure"),
    Taken("current cigarette smoking", "habits", "latest_is", "LOINC 72166-2",
          "Smokes tobacco daily|Occasional tobacco smoker|Light tobacco smoker|Heavy tobacco smoker|Current every day smoker|Current some day smoker"),
    Taken("former cigarette smoking", "habits", "latest_is", "LOINC 72166-2", "Ex-smoker|Former smoker"),
)  # fmt: skip

# LOINC numbers that stand for the same quantity as the one of the reference table.
SAME = {
    "39156-5": ("59576-9",),
    "1963-8": ("2028-9",),
    "98979-8": ("62238-1", "33914-3"),
    "13457-7": ("18262-6", "2089-1"),
    "2160-0": ("38483-4",),
    "3094-0": ("6299-2",),
    "17861-6": ("49765-1",),
    "2951-2": ("2947-0",),
    "2823-3": ("6298-4",),
    "2075-0": ("2069-3",),
}
MEANS = ("mean", "sd")
TOPICS = ("people", "diagnoses", "body", "habits", "vital signs", "laboratory", "visits", "prevention")

CARE = (
    Taken("emergency department visits", "visits", "visits_per_person", "emergency", statistic="visits_per_100", year="2018"),
    Taken("emergency department visits", "visits", "visits_per_person", "emergency", statistic="visits_per_100", year="2021"),
    Taken("adults with any ED visit in past 12 months", "visits", "visits_at_least", "emergency", "1"),
    Taken("office-based physician visits", "visits", "visits_per_person", OFFICE, statistic="visits_per_100", year="2018",
          note="offices of physicians alone; charts also have visits to nurses and for tests"),
    Taken("no healthcare visit in past 12 months", "visits", "visits_none", "any"),
    Taken("4 or more healthcare visits in past 12 months (HUQ051 codes 3+)", "visits", "visits_at_least", "any", "4"),
    Taken("overnight hospital patient in past 12 months", "visits", "visits_at_least", "inpatient", "1"),
    Taken("inpatient hospital stays", "visits", "visits_per_person", "inpatient", statistic="rate_per_1000"),
    Taken("inpatient mean length of stay", "visits", "stay_days", "inpatient", statistic="mean"),
    Taken("breast cancer screening up to date (mammogram <=2 y)", "prevention", "within_years", "SNOMED 24623002|SNOMED 71651007|SNOMED 241055006", "2"),
    Taken("colorectal cancer screening up to date", "prevention", "", note="several tests with intervals of their own, which tables of procedures and results hold apart"),
    Taken("cervical cancer screening up to date", "prevention", "", note="several tests with intervals of their own, which tables of procedures and results hold apart"),
    Taken("influenza vaccination in season", "prevention", "doses", FLU, "1 in 12 months", "survey: shots in pharmacies count, of which charts may not know"),
    Taken("MMR >=1 dose by 24 months", "prevention", "doses", "CVX 03|CVX 94", "1 by 24 months", BIRTHS),
    Taken("poliovirus >=3 doses by 24 months", "prevention", "doses", POLIO, "3 by 24 months", BIRTHS),
    Taken("hepatitis B >=3 doses by 24 months", "prevention", "doses", HEPATITIS_B, "3 by 24 months", BIRTHS),
    Taken("varicella >=1 dose by 24 months", "prevention", "doses", "CVX 21|CVX 94", "1 by 24 months", BIRTHS),
    Taken("hepatitis A >=2 doses by 24 months", "prevention", "doses", "CVX 83|CVX 85", "2 by 24 months", BIRTHS),
    Taken("DTaP >=4 doses by 24 months, private insurance", "prevention", "doses", DTAP, "4 by 24 months", f"{BIRTHS}; whatever their insurance"),
    Taken("PCV >=4 doses by 24 months, private insurance", "prevention", "doses", PCV, "4 by 24 months", f"{BIRTHS}; whatever their insurance"),
    Taken("rotavirus series by 8 months, private insurance", "prevention", "doses", ROTA, "2 by 8 months", f"{BIRTHS}; whatever their insurance"),
    Taken("HPV vaccination up to date", "prevention", "doses", "CVX 62|CVX 118|CVX 137|CVX 165", "2 ever"),
    Taken("Tdap >=1 dose", "prevention", "doses", "CVX 115", "1 ever"),
    Taken("MenACWY >=1 dose", "prevention", "doses", "CVX 108|CVX 114|CVX 136|CVX 147|CVX 203", "1 ever"),
)  # fmt: skip


def _matches(row: dict[str, str], taken: Taken) -> bool:
    statistics = (taken.statistic,) if taken.statistic else ("prevalence_pct", "share_pct")
    return (
        row["condition_or_measure"] == taken.name
        and row["statistic"] in statistics
        and (not taken.year or row["year"] == taken.year)
    )


def _quantity(row: dict[str, str]) -> dict[str, str] | None:
    """Means and spreads of vital signs and laboratory values, by their LOINC number."""
    code = row["icd10_loinc_snomed"].removeprefix("LOINC ")
    if row["domain"] not in ("vital", "lab") or row["statistic"] not in MEANS or code == row["icd10_loinc_snomed"]:
        return None
    codes = "|".join(f"LOINC {each}" for each in (code, *SAME.get(code, ())))
    topic = "vital signs" if row["domain"] == "vital" else "laboratory"
    return {"topic": topic, "measure": "latest", "codes": codes, "limit": "", "note": ""}


def build(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The figures, in the order of their topics."""
    found = []
    for taken in (*CONDITIONS, *BODY, *CARE):
        chosen = [row for row in rows if _matches(row, taken)]
        if not chosen:
            raise SystemExit(f"epidemiology.csv has no '{taken.name}'")
        own = {name: getattr(taken, name) for name in OWN}
        found += [{**row, **own} for row in chosen]
    found += [{**row, **own} for row in rows if (own := _quantity(row)) is not None]
    return sorted(found, key=lambda row: TOPICS.index(row["topic"]))


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/reference")
    with (folder / "epidemiology.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = [*(name for name in reader.fieldnames or () if name not in LEFT_OUT), *OWN]
    figures = build(rows)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(figures)
    print(f"{OUT.name}: {len(figures)} figures, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
