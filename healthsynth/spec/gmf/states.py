"""The thirty-one state types of GMF. Texts are empty and lists are empty where the JSON has no such field."""

from dataclasses import dataclass

from healthsynth.spec.gmf.conditions import Condition
from healthsynth.spec.gmf.transitions import Transition
from healthsynth.spec.gmf.values import (
    Attachment,
    Code,
    Distribution,
    Exact,
    Goal,
    Prescription,
    Range,
    Reaction,
    SampledData,
    Scalar,
    Series,
    Supply,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What all have in common; only a Terminal (and a Death) may have no transition."""

    name: str
    transition: Transition | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Initial(State):
    """Where a module begins (the name `Initial` counts, not the type)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple(State):
    """Does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal(State):
    """The end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(State):
    """Waits. Of the three forms the first present counts: exact, range, distribution (in `unit`, whole units)."""

    exact: Exact | None = None
    range: Range | None = None
    distribution: Distribution | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(State):
    """Waits until a condition holds."""

    allow: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAttribute(State):
    """First of range, distribution, value_code, value_attribute, value; without any of them the attribute is removed.

    `series_data`: numbers separated by spaces, `period` seconds apart. `expression` beats all.
    """

    attribute: str
    expression: str = ""
    range: Range | None = None
    series_data: str = ""
    period: float = 1.0
    distribution: Distribution | None = None
    value_code: Code | None = None
    value_attribute: str = ""
    value: Scalar = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(State):
    """Adds `amount` (0 counts as 1, as the reader has it) or takes it away."""

    attribute: str
    increment: bool
    amount: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSubmodule(State):
    """Runs another module; `submodule` is its key."""

    submodule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter(State):
    """A visit. `encounter_class` is in lower case (`super` is inpatient, absent is ambulatory), so is telemedicine."""

    wellness: bool = False
    encounter_class: str = "ambulatory"
    codes: tuple[Code, ...] = ()
    reason: str = ""
    telemedicine: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterEnd(State):
    """The end of a visit."""

    discharge_disposition: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionOnset(State):
    """A disease begins; it is recorded when an encounter state named `target_encounter` is passed, or at once."""

    codes: tuple[Code, ...]
    target_encounter: str = ""
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyOnset(State):
    """An allergy begins."""

    codes: tuple[Code, ...]
    allergy_type: str = "allergy"
    category: str = ""
    reactions: tuple[Reaction, ...] = ()
    target_encounter: str = ""
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End(State):
    """The end of a condition, allergy, medication, care plan or device, by state name, else by attribute, else codes."""

    by_state: str = ""
    by_attribute: str = ""
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEnd(End):
    """`by_state` is `condition_onset`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyEnd(End):
    """`by_state` is `allergy_onset`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationEnd(End):
    """`by_state` is `medication_order`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlanEnd(End):
    """`by_state` is `careplan`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEnd(End):
    """`by_state` is `device`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationOrder(State):
    """A drug is ordered, or given (`administration`)."""

    codes: tuple[Code, ...]
    reason: str = ""
    prescription: Prescription | None = None
    administration: bool = False
    chronic: bool = False
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlanStart(State):
    """A care plan begins."""

    codes: tuple[Code, ...]
    activities: tuple[Code, ...] = ()
    goals: tuple[Goal, ...] = ()
    reason: str = ""
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(State):
    """`duration` (in its unit) beats `distribution` (in `unit`); with neither it takes no time in the module."""

    codes: tuple[Code, ...]
    reason: str = ""
    duration: Range | None = None
    distribution: Distribution | None = None
    unit: str = ""
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The body of an observation, alone or within a panel. Range beats exact; then the first of the others present."""

    codes: tuple[Code, ...]
    category: str = ""
    unit: str = ""
    range: Range | None = None
    exact: Exact | None = None
    distribution: Distribution | None = None
    attribute: str = ""
    vital_sign: str = ""
    value_code: Code | None = None
    expression: str = ""
    sampled_data: SampledData | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(State):
    """One observation."""

    observed: Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiObservation(State):
    """Several as components of one."""

    codes: tuple[Code, ...]
    category: str = ""
    observations: tuple[Observed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticReport(State):
    """Several, and a report of them."""

    codes: tuple[Code, ...]
    observations: tuple[Observed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSign(State):
    """Gives a vital sign a new source of values."""

    vital_sign: str
    exact: Exact | None = None
    range: Range | None = None
    distribution: Distribution | None = None
    expression: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom(State):
    """Sets a symptom, with a probability (a value outside 0 to 1 is read as 1)."""

    symptom: str
    cause: str = ""
    probability: float = 1.0
    exact: Exact | None = None
    range: Range | None = None
    distribution: Distribution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(State):
    """A device is given."""

    code: Code
    manufacturer: str = ""
    model: str = ""
    assign_to_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingStudy(State):
    """Pictures, and the procedure that takes them. `least` and `most` are 0 where the series are as listed."""

    procedure_code: Code
    series: tuple[Series, ...]
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyList(State):
    """Things handed over."""

    supplies: tuple[Supply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vaccine(State):
    """An immunisation; `series` is the dose number."""

    codes: tuple[Code, ...]
    series: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Death(State):
    """Death at once, or after `exact`, else `range`. Cause: codes, else a condition's state, else an attribute."""

    exact: Exact | None = None
    range: Range | None = None
    codes: tuple[Code, ...] = ()
    condition_onset: str = ""
    referenced_by_attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Physiology(State):
    """Runs no model here: the transition is `alt_direct_transition`."""
