"""The tables of every database: the columns of the CSV layout in small letters, typed, with keys.

What the layout lacks: tables without an id have one, the id of the FHIR resource. `observations.value_number` is the value of
numeric results; systolic and diastolic pressure are two rows of one id, so the code belongs to the key.
"""

from dataclasses import dataclass

from healthsynth.export.csv import KEYED
from healthsynth.export.csv import TABLES as LAYOUT
from healthsynth.export.csv.columns import Column

SCHEMA_VERSION = "1"  # of what is here; that of the columns is the layout's


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `format` is one of csv.columns.FORMATS; `computed` is SQL where it follows from the others."""

    name: str
    format: str
    required: bool
    meaning: str
    computed: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `foreign`: column -> the table whose id it holds."""

    name: str
    fields: tuple[Field, ...]
    primary: tuple[str, ...]
    foreign: dict[str, str]

    @property
    def stored(self) -> tuple[Field, ...]:
        """The columns that rows of text have, in their order."""
        return tuple(field for field in self.fields if not field.computed)


_PRIMARY = {
    "observations": ("id", "code"),
    "imaging_studies": ("id", "instance_uid"),
    "payer_transitions": ("patient", "start_date"),
}
_TARGETS = {
    "patient": "patients", "patientid": "patients", "encounter": "encounters", "appointmentid": "encounters",
    "organization": "organizations", "placeofservice": "organizations",
    "provider": "providers", "providerid": "providers", "supervisingproviderid": "providers",
    "referringproviderid": "providers", "claimid": "claims",
    "payer": "payers", "secondary_payer": "payers", "primarypatientinsuranceid": "payers",
    "secondarypatientinsuranceid": "payers",
}  # fmt: skip
_ORDER = (
    "organizations", "providers", "payers", "patients", "payer_transitions", "encounters", "conditions", "observations",
    "medications", "procedures", "immunizations", "allergies", "careplans", "devices", "imaging_studies", "supplies",
    "claims", "claims_transactions",
)  # fmt: skip
_COMPUTED = {
    "observations": (
        Field(
            "value_number", "number", False, "value, of numeric results", "CASE WHEN type = 'numeric' THEN {value} END"
        ),
    ),
}
_KEYS = {
    "conditions": "the Condition; the same in FHIR",
    "observations": "the Observation; the same in FHIR. Blood pressure is one with two rows",
    "medications": "the MedicationRequest or MedicationAdministration; the same in FHIR",
    "procedures": "the Procedure; the same in FHIR",
    "immunizations": "the Immunization; the same in FHIR",
    "allergies": "the AllergyIntolerance; the same in FHIR",
    "devices": "the Device; the same in FHIR",
    "supplies": "the SupplyDelivery; the same in FHIR",
}


def _field(column: Column) -> Field:
    payer = column.format == "payer"  # nobody is NULL, not 0
    meaning = column.meaning.replace("; 0 without insurance", "; empty without insurance").replace(
        "always 0", "always empty"
    )
    name = column.name.lower()
    return Field(
        name, "uuid" if payer else column.format, column.required and not payer, meaning if payer else column.meaning
    )


def _table(name: str) -> Table:
    fields = tuple(map(_field, LAYOUT[name]))
    if name in KEYED:
        fields = (Field("id", "uuid", True, _KEYS[name]), *fields)
    foreign = {field.name: _TARGETS[field.name] for field in fields if field.name in _TARGETS}
    return Table(name, (*fields, *_COMPUTED.get(name, ())), _PRIMARY.get(name, ("id",)), foreign)


# In an order in which each table comes after those that it refers to.
TABLES: dict[str, Table] = {name: _table(name) for name in _ORDER}
SHARED = ("organizations", "providers", "payers")  # written after the last record
