"""The header lines of the layout, as Synthea 3.3.0 writes them; and our rows of a few records, parsed."""

import csv
from dataclasses import replace
from functools import cache
from itertools import count

from healthsynth.export.csv import TABLES, CsvExporter
from healthsynth.people.person import Coverage, Payer
from healthsynth.record.events import Allergy, Diagnosis, End
from healthsynth.record.ids import PATIENT, prefix, stable, uuid
from healthsynth.record.record import Record
from healthsynth.units import YEAR
from tests.export.records import (
    AS_OF,
    CLINIC,
    CONCEPTS,
    EMERGENCY_DOCTOR,
    GP,
    HOSPITAL,
    PAYERS,
    long_record,
    sample_person,
    sample_record,
)

HEADERS = {
    "patients": "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE,"
    "ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME",
    "encounters": "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,"
    "BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION",
    "conditions": "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION",
    "observations": "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE",
    "medications": "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,"
    "REASONCODE,REASONDESCRIPTION",
    "procedures": "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION",
    "immunizations": "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST",
    "allergies": "START,STOP,PATIENT,ENCOUNTER,CODE,SYSTEM,DESCRIPTION,TYPE,CATEGORY,REACTION1,DESCRIPTION1,SEVERITY1,"
    "REACTION2,DESCRIPTION2,SEVERITY2",
    "careplans": "Id,START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,REASONCODE,REASONDESCRIPTION",
    "devices": "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,UDI",
    "imaging_studies": "Id,DATE,PATIENT,ENCOUNTER,SERIES_UID,BODYSITE_CODE,BODYSITE_DESCRIPTION,MODALITY_CODE,"
    "MODALITY_DESCRIPTION,INSTANCE_UID,SOP_CODE,SOP_DESCRIPTION,PROCEDURE_CODE",
    "supplies": "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,QUANTITY",
    "organizations": "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION",
    "providers": "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES",
    "payers": "Id,NAME,OWNERSHIP,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,REVENUE,"
    "COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,COVERED_PROCEDURES,"
    "UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS",
    "payer_transitions": "PATIENT,MEMBERID,START_DATE,END_DATE,PAYER,SECONDARY_PAYER,PLAN_OWNERSHIP,OWNER_NAME",
    "claims": "Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,DEPARTMENTID,"
    "PATIENTDEPARTMENTID,DIAGNOSIS1,DIAGNOSIS2,DIAGNOSIS3,DIAGNOSIS4,DIAGNOSIS5,DIAGNOSIS6,DIAGNOSIS7,DIAGNOSIS8,"
    "REFERRINGPROVIDERID,APPOINTMENTID,CURRENTILLNESSDATE,SERVICEDATE,SUPERVISINGPROVIDERID,STATUS1,STATUS2,STATUSP,"
    "OUTSTANDING1,OUTSTANDING2,OUTSTANDINGP,LASTBILLEDDATE1,LASTBILLEDDATE2,LASTBILLEDDATEP,HEALTHCARECLAIMTYPEID1,"
    "HEALTHCARECLAIMTYPEID2",
    "claims_transactions": "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"
    "PROCEDURECODE,MODIFIER1,MODIFIER2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,"
    "TRANSFEROUTID,TRANSFERTYPE,PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,"
    "FEESCHEDULEID,PROVIDERID,SUPERVISINGPROVIDERID",
}

MEDICAID = Payer(stable("payer", 3), "Medicaid", "medicaid")
ALL_PAYERS = (*PAYERS, MEDICAID)

Row = dict[str, str]


def child_of(record: Record) -> Record:
    """The same care for someone of nine with Medicaid, whose names a file must quote."""
    birth = AS_OF - 9 * YEAR
    person = replace(
        sample_person(3), birth=birth, given="Li,la", middle="", maiden=None, prefix=None, marital=None, drivers=None,
        passport=None, race="pacific", ethnicity="non_hispanic", sex="male", time_zone="Pacific/Honolulu",
        coverage=(Coverage(birth, None, MEDICAID, "K-9"),),
    )  # fmt: skip
    return replace(record, person=person)


def uninsured(record: Record) -> Record:
    """The same care for someone without insurance now, and of whom nothing is known before."""
    coverage = (Coverage(AS_OF - 3 * YEAR, None, PAYERS[2], ""),)
    return replace(record, person=sample_person(4, coverage=coverage))


def crowded(record: Record) -> Record:
    """As many diagnoses in one visit as a claim has room for, and an allergy with two reactions that is over."""
    first = record.events[0].visit
    time = record.events[0].time
    more = [concept for concept in CONCEPTS.values() if concept.kind in ("condition", "cause")]
    numbers = count(10_000)
    diagnoses = [Diagnosis(next(numbers), first, time, concept, time, "encounter", None, 0) for concept in more]
    allergy = Allergy(
        next(numbers), first, time, CONCEPTS["penicillin_allergy"], time,
        ((CONCEPTS["urticaria"], "moderate"), (CONCEPTS["pneumonia"], "severe")), 0,
    )  # fmt: skip
    ends = {**record.ends, allergy.number: End(AS_OF - YEAR, None, "resolved")}
    return replace(record, events=(*diagnoses, allergy, *record.events), ends=ends)


def records() -> list[Record]:
    other = prefix(7, 5, 0)
    dead = replace(sample_record(dead=True), person=sample_person(5, id=uuid(other, PATIENT, 0)))
    return [
        sample_record(2),
        dead,
        child_of(sample_record(3)),
        uninsured(sample_record(4)),
        long_record(6, 5),
        crowded(sample_record(7)),
    ]


def parsed(texts: dict[str, str]) -> dict[str, list[Row]]:
    """Table -> rows as a CSV reader finds them, with the header before them."""
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        lines = (CsvExporter.header(table) + texts.get(table, "")).splitlines()
        rows = list(csv.reader(lines, strict=True))
        assert all(len(row) == len(rows[0]) for row in rows), table
        found[table] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return found


def exported(all_records: list[Record]) -> dict[str, list[Row]]:
    """All tables of some records, the shared ones too."""
    exporter = CsvExporter(CONCEPTS)
    texts: dict[str, str] = {}
    for record in all_records:
        for table, text in exporter.rows(record).items():
            texts[table] = texts.get(table, "") + text
    texts |= exporter.shared([HOSPITAL, CLINIC], [EMERGENCY_DOCTOR, GP], ALL_PAYERS, exporter.take_totals())
    return parsed(texts)


@cache
def population() -> dict[str, list[Row]]:
    return exported(records())
