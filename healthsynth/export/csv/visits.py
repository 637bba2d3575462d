"""encounters.csv."""

from healthsynth.export.csv.columns import (
    DESCRIPTION,
    PATIENT,
    REASON,
    Columns,
    optional,
    required,
)
from healthsynth.export.csv.page import Open, Page, payer_id
from healthsynth.export.csv.text import money, quoted, reason
from healthsynth.record.events import Visit

ENCOUNTERS: Columns = (
    required("Id", "uuid", "the visit; the same in FHIR"),
    required("START", "instant", "when it began"),
    optional("STOP", "instant", "when it ended; empty while it goes on"),
    PATIENT,
    required("ORGANIZATION", "uuid", "organizations.Id"),
    required("PROVIDER", "uuid", "providers.Id"),
    optional("PAYER", "uuid", "payers.Id; empty where no coverage is known"),
    required(
        "ENCOUNTERCLASS",
        "word",
        "wellness, ambulatory, outpatient, urgentcare, emergency, inpatient, home, virtual, hospice, snf",
    ),
    required("CODE", "code", "SNOMED CT code of the type of visit"),
    DESCRIPTION,
    required("BASE_ENCOUNTER_COST", "money", "USD of the visit without what was done in it"),
    required(
        "TOTAL_CLAIM_COST",
        "money",
        "USD of the visit's claim: all its lines, prescriptions apart",
    ),
    required("PAYER_COVERAGE", "money", "USD of TOTAL_CLAIM_COST that the payer paid"),
    *REASON,
)

CLASSES = {
    "wellness": "wellness", "outpatient": "ambulatory", "urgent": "urgentcare", "emergency": "emergency",
    "inpatient": "inpatient", "home": "home", "virtual": "virtual", "ambulatory": "ambulatory", "hospice": "hospice",
    "snf": "snf",
}  # fmt: skip


def encounter_class(visit: Visit) -> str:
    """The class in the words of the layout; a visit that brings its own type is called what its module calls it."""
    return "outpatient" if visit.kind == "outpatient" and visit.type is not None else CLASSES[visit.kind]


def encounter(page: Page, open_: Open, total: int, covered: int) -> None:
    """One row; the amounts are cents of its claim."""
    visit = open_.visit
    page.out["encounters"].append(
        f"{open_.id},{page.stamps[visit.start]},{'' if visit.end is None else page.stamps[visit.end]},{page.patient},"
        f"{visit.facility.id},{visit.clinician.id},{payer_id(open_.coverage)},{encounter_class(visit)},{open_.code.code},"
        f"{quoted(open_.code.display)},{money(open_.lines[0].cents)},{money(total)},{money(covered)},"
        f"{reason(visit.reason)}"
    )
    organization = page.totals.organizations[visit.facility.id]
    organization[0] += total
    organization[1] += 1
    page.totals.providers[visit.clinician.id][0] += 1
    if open_.coverage is not None:
        page.totals.payers[open_.coverage.payer.id][2 + (covered == 0)] += 1
