"""What can happen in a chart: the only words that `simulate` and `export` share.

Every event is an immutable tuple with a `number` that is unique in its record (ids are made from it), the number of
the visit it happened in, a local `Clock` time, and an `origin` (index into the program's origins: module, state,
line). What ends later (a diagnosis, a prescription, a care plan, an allergy, a device, a goal) is not changed; its end
stands in `Record.ends`. `None` always means "not known" or "not said".
"""

from typing import Any, NamedTuple

from healthsynth.people.facility import Clinician, Facility
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept, Range

VISIT_KINDS = ("wellness", "outpatient", "urgent", "emergency", "inpatient", "home", "virtual")
# What modules in Synthea's format can also ask for.
MORE_VISIT_KINDS = ("ambulatory", "hospice", "snf")


class Visit(NamedTuple):
    """An encounter. `end` is None while it goes on at the reference date (a hospital stay)."""

    number: int
    kind: str  # one of VISIT_KINDS or MORE_VISIT_KINDS
    start: Clock
    end: Clock | None
    reason: Concept | None  # kind condition, finding or procedure
    facility: Facility
    clinician: Clinician
    origin: int
    name: str = ""  # the module's name for it, e.g. "diabetes_follow_up"; "" for a plain wellness visit
    discharge: str | None = None  # inpatient, emergency: home, hosp (admitted), exp (died)
    follows: int | None = None  # number of the emergency visit that this stay continues
    type: Concept | None = None  # what the module itself calls this type of visit; None: it follows from the rest


class Diagnosis(NamedTuple):
    """A Condition. `onset` is what the chart says it is, never before birth."""

    number: int
    visit: int
    time: Clock  # recorded
    concept: Concept
    onset: Clock
    category: str  # "problem" or "encounter"
    severity: str | None  # mild, moderate, severe
    origin: int


class Result(NamedTuple):
    """An Observation. `value` is a number rounded to the concept's decimals, a coded answer, or None with components."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind lab, vital, survey, social, finding
    value: float | Concept | None
    range: Range | None  # the reference range that applied (its sex and age already chosen)
    flag: str  # "", or an interpretation: N L H LL HH A
    # (concept, value, range, flag): blood pressure; coded values and none at all from modules in Synthea's format
    components: tuple[tuple[Concept, Any, Range | None, str], ...]
    origin: int


class Report(NamedTuple):
    """A DiagnosticReport of laboratory results; its order and its specimen go with it."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind panel
    results: tuple[int, ...]  # numbers of Results in this record
    reason: Concept | None
    origin: int


class Survey(NamedTuple):
    """A questionnaire as it was answered; its answers and its score are Results."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind survey, with members
    results: tuple[int, ...]  # numbers of Results in this record
    origin: int


class ProcedureDone(NamedTuple):
    """A Procedure, education included."""

    number: int
    visit: int
    time: Clock
    end: Clock
    concept: Concept  # kind procedure
    reason: Concept | None
    site: Concept | None  # kind body_site
    origin: int


class ImagingDone(NamedTuple):
    """An ImagingStudy with its Procedure and its report."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind imaging; more: modality, body_site, views
    reason: Concept | None
    finding: str  # the radiologist's one sentence
    origin: int


class Dose(NamedTuple):
    """A dosage: `amount` units (tablet, mL, puff, ...) each time, `times` per `period` seconds."""

    amount: float
    unit: str
    times: int
    period: int
    as_needed: bool
    text: str


class Prescription(NamedTuple):
    """A MedicationRequest. `lasting` seconds if limited; else it goes on until Record.ends says so."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind medication
    dose: Dose
    reason: Concept | None
    lasting: int | None
    refills: int
    origin: int


class Administration(NamedTuple):
    """A MedicationAdministration during a visit."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind medication
    dose: Dose
    reason: Concept | None
    origin: int


class Vaccination(NamedTuple):
    """An Immunization. `dose_number` counts this vaccine series for this patient, from 1."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind vaccine
    dose_number: int
    origin: int


class Allergy(NamedTuple):
    """An AllergyIntolerance; reactions are concepts of kind condition or finding."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind allergy; more: category, type
    onset: Clock
    reactions: tuple[tuple[Concept, str], ...]  # (manifestation, severity)
    origin: int


class Goal(NamedTuple):
    """A Goal, with a target for a measure where there is one."""

    number: int
    visit: int
    time: Clock
    text: str
    measure: Concept | None
    low: float | None
    high: float | None
    due: Clock | None
    reason: Concept | None
    origin: int


class Plan(NamedTuple):
    """A CarePlan with its CareTeam; `goals` are numbers of Goal events."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind careplan
    activities: tuple[Concept, ...]  # kind activity
    goals: tuple[int, ...]
    reason: Concept | None
    origin: int


class DeviceGiven(NamedTuple):
    """A Device in use by the patient."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind device
    origin: int


class Supplied(NamedTuple):
    """Supplies handed out."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind supply
    quantity: int
    origin: int


class Referral(NamedTuple):
    """A ServiceRequest to a specialty or for a service."""

    number: int
    visit: int
    time: Clock
    concept: Concept  # kind specialty or procedure
    reason: Concept | None
    origin: int


class Remark(NamedTuple):
    """A sentence for the encounter's note."""

    number: int
    visit: int
    time: Clock
    text: str
    origin: int


class Newborn(NamedTuple):
    """A child born to this patient."""

    number: int
    visit: int
    time: Clock
    sex: str
    given: str
    family: str
    weight_g: int
    gestation_weeks: int
    origin: int


class Death(NamedTuple):
    """The end of a life. `visit` is the certificate's encounter."""

    number: int
    visit: int | None
    time: Clock
    cause: Concept  # kind condition or cause
    origin: int


class End(NamedTuple):
    """When, in which visit and why something stopped."""

    time: Clock
    visit: int | None
    reason: str  # resolved, stopped, completed, died


Event = (
    Diagnosis | Result | Report | Survey | ProcedureDone | ImagingDone | Prescription | Administration | Vaccination | Allergy
    | Goal | Plan | DeviceGiven | Supplied | Referral | Remark | Newborn | Death
)  # fmt: skip
