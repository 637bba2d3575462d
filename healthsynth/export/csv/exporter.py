"""Record -> rows, in the column layout of Synthea 3.3.0: the names, the order and the formats of its CSV files.

What differs, and why: text with a comma is quoted (the other writes a space instead), identifiers that could be real
ones stay empty, and every claim is paid in full. Columns that are always empty say so in their meaning.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from healthsynth.export.charges import Charges
from healthsynth.export.csv import (
    claims,
    clinical,
    medicines,
    observations,
    patients,
    procedures,
    shared,
    things,
    visits,
)
from healthsynth.export.csv.columns import Columns
from healthsynth.export.csv.page import Page
from healthsynth.export.csv.totals import Totals
from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Payer
from healthsynth.record.events import (
    Administration,
    Allergy,
    DeviceGiven,
    Diagnosis,
    ImagingDone,
    Plan,
    Prescription,
    ProcedureDone,
    Report,
    Result,
    Supplied,
    Vaccination,
)
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

SCHEMA_VERSION = "synthea-3.3.0/2"  # the layout, and our count of changes to what its columns hold

_RECORD_TABLES: dict[str, Columns] = {
    "patients": patients.PATIENTS,
    "encounters": visits.ENCOUNTERS,
    "conditions": clinical.CONDITIONS,
    "observations": observations.OBSERVATIONS,
    "medications": medicines.MEDICATIONS,
    "procedures": procedures.PROCEDURES,
    "immunizations": medicines.IMMUNIZATIONS,
    "allergies": clinical.ALLERGIES,
    "careplans": clinical.CAREPLANS,
    "devices": things.DEVICES,
    "imaging_studies": procedures.IMAGING_STUDIES,
    "supplies": things.SUPPLIES,
    "payer_transitions": patients.PAYER_TRANSITIONS,
    "claims": claims.CLAIMS,
    "claims_transactions": claims.CLAIMS_TRANSACTIONS,
}
_SHARED_TABLES: dict[str, Columns] = {
    "organizations": shared.ORGANIZATIONS,
    "providers": shared.PROVIDERS,
    "payers": shared.PAYERS,
}
TABLES: dict[str, Columns] = {**_RECORD_TABLES, **_SHARED_TABLES}
_NAMES = tuple(_RECORD_TABLES)
# Tables whose rows have no id in the layout.
KEYED = (
    "conditions", "observations", "medications", "procedures", "immunizations", "allergies", "devices", "supplies",
)  # fmt: skip

# What has no table in the layout (goals, referrals, remarks, newborns, deaths) is not here.
_WRITERS: dict[type, Callable[[Page, Any], None]] = {
    Report: observations.report,
    Diagnosis: clinical.condition,
    Allergy: clinical.allergy,
    Plan: clinical.careplan,
    ProcedureDone: procedures.procedure,
    Administration: medicines.administration,
    Vaccination: medicines.immunization,
    DeviceGiven: things.device,
    Supplied: things.supply,
}


class CsvExporter:
    """Writes records one by one, and adds up what the shared tables show.

    Args:
        concepts: the program's concepts by name; body sites of images are looked up in it.
        keyed: for databases: rows of the tables in `KEYED` begin with their id, the same as in FHIR; no payer is an
            empty field instead of 0.
    """

    TABLES = TABLES

    def __init__(self, concepts: Mapping[str, Concept], keyed: bool = False):
        self._keyed = keyed
        self._concepts = concepts
        self._charges = Charges()
        self._totals = Totals()
        self.counts: dict[str, int] = {}  # rows by table, of the last record

    @staticmethod
    def header(table: str) -> str:
        """The first line of a table's file, with its line break."""
        return ",".join(column.name for column in TABLES[table]) + "\n"

    def rows(self, record: Record) -> dict[str, str]:
        """Table -> its lines for this record, without a header; tables without a line are left out."""
        page = Page(record, _NAMES, self._charges, self._totals, self._keyed)
        results, prescriptions = [], []
        for event in record.events:
            if isinstance(event, Result):  # nine in ten
                results.append(event)
                continue
            writer = _WRITERS.get(type(event))
            if writer is not None:
                writer(page, event)
            elif isinstance(event, Prescription):
                prescriptions.append((event, medicines.prescription(page, event)))
            elif isinstance(event, ImagingDone):
                procedures.imaging(page, event, self._concepts)
        observations.observations(page, results)
        paid = total_covered = 0
        for open_ in page.open.values():
            total, covered = claims.visit_claim(page, open_)
            visits.encounter(page, open_, total, covered)
            paid, total_covered = paid + total - covered, total_covered + covered
        for drug, fills in prescriptions:
            total, covered = claims.fill_claims(page, page.open[drug.visit], drug, fills)
            paid, total_covered = paid + total - covered, total_covered + covered
        patients.write_transitions(page)
        patients.write_patient(page, paid, total_covered)
        written = {table: lines for table, lines in page.out.items() if lines}
        self.counts = {table: len(lines) + page.folded[table] for table, lines in written.items()}
        for lines in written.values():
            lines.append("")  # the end of the last line
        return {table: "\n".join(lines) for table, lines in written.items()}

    def take_totals(self) -> Totals:
        """The sums since the last call; the next ones start from nothing."""
        totals, self._totals = self._totals, Totals()
        return totals

    @staticmethod
    def shared(
        facilities: Iterable[Facility],
        clinicians: Iterable[Clinician],
        payers: Iterable[Payer],
        totals: Totals,
    ) -> dict[str, str]:
        """organizations, providers and payers -> their lines, in order of ids, whatever the order they come in."""
        lines = {
            "organizations": shared.organizations(facilities, totals),
            "providers": shared.providers(clinicians, totals),
            "payers": shared.payers(payers, totals),
        }
        return {table: "".join(f"{line}\n" for line in rows) for table, rows in lines.items()}
